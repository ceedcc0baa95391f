"""Arguments and options that several commands share."""

from pathlib import Path
from typing import Annotated

import typer

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="The folder that results go to; an input is never overwritten.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line on standard output, nothing else.")]
