"""``python -m bench.page_memory PDF with|without``: read the first page as a page worker does; print its peak in MB."""

import resource
import sys
import tempfile
from pathlib import Path

from bench.forms import ROOT
from ocr import intake, second_reader
from ocr.forms.places import known_names
from ocr.forms.recognise import Recogniser
from ocr.forms.templates import load_templates
from ocr.page import Tools, read_page
from ocr.tesseract import Model
from ocr.values import DEBIAN_TESSDATA, Caps
from ocr.wholepage import Models


def main() -> None:
    """Print the peak of this process, models and templates included."""
    scan, variant = Path(sys.argv[1]), sys.argv[2]
    second = second_reader.loaded() if variant == "with" else None
    recogniser = Recogniser(load_templates())
    known_names()
    models = Models(
        Model("vie_best", ROOT / "assets" / "tessdata"), Model("eng", DEBIAN_TESSDATA), Model("osd", DEBIAN_TESSDATA)
    )
    with tempfile.TemporaryDirectory() as folder:
        rewritten = Path(folder) / "rewritten.pdf"
        with scan.open("rb") as file:
            taken = intake.take_in(file, Caps(), None, rewritten)
        tools = Tools(models, recogniser, second, Path(folder))
        with rewritten.open("rb") as pages:
            read = read_page(pages, taken, 1, Caps(), None, tools, lambda _stage: None)
    if read.form is None:
        sys.exit(f"{scan}: no form was recognised")
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)


if __name__ == "__main__":
    main()
