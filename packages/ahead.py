"""Done once at set-up, or every start would do it again: modules compiled, the second readers' models optimised.

Run by ./moonseal once the libraries and this folder are installed, repeatable.
"""

import compileall
import sys
from pathlib import Path

from ocr import engine
from ocr.forms import drafting
from ocr.second_models import ModelUnusable
from ocr.second_reader import prepare
from sandbox import server
from signing.verify import engine as verifier

HOME = Path(__file__).resolve().parent.parent
IN_THE_SANDBOX = (engine, drafting, server, verifier)  # imported, and so compiled with all that they import


def main() -> None:
    """Compile and prepare; a model that can't be used is no failure here, `moonseal check` says so."""
    for package in HOME.glob("*/__init__.py"):
        compileall.compile_dir(package.parent, quiet=1)
    compileall.compile_dir(HOME, maxlevels=0, quiet=1)
    try:
        prepare()
    except ModelUnusable as problem:
        sys.stderr.write(f"{problem}\n")


if __name__ == "__main__":
    main()
