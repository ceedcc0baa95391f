"""Copies from node_modules what the service itself carries: fonts, the Tesseract model, the front end.

Run by ./moonseal at set-up, repeatable. The pages take GOV.UK Frontend without what belongs to GOV.UK alone: its
typeface is licensed for gov.uk only and its crest and crown are the State's, so neither is ever copied.
"""

import gzip
import hashlib
import re
import shutil
import sys
from pathlib import Path

from ocr import lightmodel

HOME = Path(__file__).resolve().parent.parent
SOURCE, TARGET = HOME / "node_modules", HOME / "assets"

# The better Vietnamese model ("4.0.0_best_int"); `moonseal check` compares the same number.
MODEL_SHA256 = (HOME / "packages" / "vie_best.sha256").read_text(encoding="ascii").split()[0]
WEB_FONT = "Be Vietnam Pro"


def main() -> None:
    """Build assets/ anew beside the old one, then swap, so that it is never half there."""
    building, old = HOME / "assets.new", HOME / "assets.old"
    for leftover in (building, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fonts(building / "fonts" / "tinos")
    model(building / "tessdata")
    web(building / "web")
    if TARGET.exists():
        TARGET.rename(old)
    building.rename(TARGET)
    shutil.rmtree(old, ignore_errors=True)


def fonts(folder: Path) -> None:
    """Tinos, for print: complete in Vietnamese, metrics of Times New Roman as Decree 30/2020 wants."""
    folder.mkdir(parents=True)
    for path in (SOURCE / "@expo-google-fonts" / "tinos").glob("*/*.ttf"):
        shutil.copyfile(path, folder / path.name)
    shutil.copyfile(SOURCE / "@expo-google-fonts" / "tinos" / "LICENSE_FONT", folder / "LICENSE")


def model(folder: Path) -> None:
    """The Tesseract model for Vietnamese text, compared with its pinned hash, and the copy that starts faster."""
    folder.mkdir(parents=True)
    packed = SOURCE / "@tesseract.js-data" / "vie" / "4.0.0_best_int" / "vie.traineddata.gz"
    content = gzip.decompress(packed.read_bytes())
    if (found := hashlib.sha256(content).hexdigest()) != MODEL_SHA256:
        sys.exit(f"{packed}: sha256 {found}, not {MODEL_SHA256}")
    (folder / "vie_best.traineddata").write_bytes(content)
    (folder / f"vie_best{lightmodel.SUFFIX}.traineddata").write_bytes(lightmodel.lightened(content))


def web(folder: Path) -> None:
    """Front-end files, all served by ourselves."""
    folder.mkdir(parents=True)
    govuk = SOURCE / "govuk-frontend" / "dist" / "govuk"
    (folder / "govuk-frontend.min.css").write_text(
        own_style((govuk / "govuk-frontend.min.css").read_text(encoding="utf-8")), encoding="utf-8"
    )
    shutil.copyfile(govuk / "govuk-frontend.min.js", folder / "govuk-frontend.min.js")
    shutil.copyfile(SOURCE / "@fontsource" / "be-vietnam-pro" / "LICENSE", folder / "be-vietnam-pro-LICENSE")
    for path in web_fonts():
        shutil.copyfile(path, folder / path.name)
    if (axe := SOURCE / "axe-core" / "axe.min.js").exists():  # with the test set only
        (folder.parent / "test").mkdir()
        shutil.copyfile(axe, folder.parent / "test" / "axe.min.js")


def web_fonts() -> list[Path]:
    files = SOURCE / "@fontsource" / "be-vietnam-pro" / "files"
    return [
        files / f"be-vietnam-pro-{part}-{weight}-normal.woff2"
        for part in ("latin", "vietnamese")
        for weight in (400, 700)
    ]


def own_style(css: str) -> str:
    """Return GOV.UK's style in our typeface (web/static/moonseal.css declares it), without its own and the crest."""
    css = re.sub(r"/\*! Copyright \(c\) 2011 by Margaret Calvert.*?\*/", "", css)
    css = re.sub(r"@font-face\{font-family:GDS Transport;[^}]*\}", "", css)
    css = re.sub(r"[\w-]+:url\(/assets/images/govuk-crest\.svg\)[^;}]*;?", "", css)
    css = css.replace("GDS Transport,arial,sans-serif", f'"{WEB_FONT}",arial,sans-serif')
    if "GDS Transport" in css or "/assets/" in css:
        sys.exit("GOV.UK Frontend changed: its typeface or crest would be copied (packages/assets.py, own_style)")
    return css


if __name__ == "__main__":
    main()
