"""The archive copy of every kind of page: own images byte for byte, what is seen unchanged, what was read read back."""

import subprocess
from dataclasses import replace
from functools import partial
from io import BytesIO

import numpy as np
import pdfplumber
import pikepdf
import pypdfium2
import pytest
from PIL import Image

from ocr.archive import archive_page, merge
from ocr.filetype import FileType
from ocr.intake import Intake, take_in
from ocr.raster import PageImage, page_image
from ocr.textlines import TextLine
from ocr.values import Box, Caps, Word
from tests.ocr.archiving import (
    FACTS,
    GLYPHLESS,
    HEIGHT,
    HELVETICA,
    LINES,
    NOTE,
    RGB,
    TEXT,
    WIDTH,
    archive_copy,
    encoded,
    image_stream,
    picture,
    scan_of,
    stencil,
)
from tests.ocr.pdfa import faults


@pytest.fixture
def archived(tmp_path):
    return partial(archive_copy, folder=tmp_path)


KEPT = {
    "grey JPEG": scan_of,
    "colour JPEG": lambda: scan_of(
        images=lambda pdf: {"Im0": image_stream(pdf, encoded("JPEG", "RGB"), "/DCTDecode", RGB)}
    ),
    "Flate": lambda: scan_of(images=lambda pdf: {"Im0": flate(pdf)}),
    "palette": lambda: scan_of(images=lambda pdf: {"Im0": palette(pdf)}),
    "turned": lambda: scan_of(Rotate=90),
    "cropped": lambda: scan_of(CropBox=pikepdf.Array([20, 30, 260, 380])),
    "clipped to the page": lambda: scan_of(f"q 0 0 {WIDTH} {HEIGHT} re W n q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q Q"),
    "within a form": lambda: scan_of("/Fm0 Do", images=within_a_form),
    "a hidden text layer": lambda: scan_of(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q BT 3 Tr (old) Tj ET"),
    "two images": lambda: scan_of("q 300 0 0 200 0 200 cm /Im0 Do Q q 300 0 0 200 0 0 cm /Im0 Do Q"),
    "a mask that is coloured": lambda: scan_of(
        "q 300 0 0 400 0 0 cm /Im0 Do 0.8 0.1 0.1 rg /Im1 Do Q",
        images=lambda pdf: {"Im0": image_stream(pdf, encoded("JPEG"), "/DCTDecode"), "Im1": stencil(pdf)},
    ),
    "soft mask": lambda: scan_of(images=lambda pdf: {"Im0": with_soft_mask(pdf)}),
}
DRAWN = {
    "other ink": lambda: scan_of(f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q 10 10 50 50 re f"),
    "text that shows": lambda: scan_of(
        f"q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q BT /F1 30 Tf 50 50 Td (HELLO) Tj ET",
        resources={"/Font": pikepdf.Dictionary(F1=HELVETICA)},
    ),
    "a clip that hides": lambda: scan_of(f"q 0 0 {WIDTH // 2} {HEIGHT} re W n {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q"),
    "half transparent": lambda: scan_of(
        f"q /G gs {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q",
        resources={"/ExtGState": pikepdf.Dictionary(G=pikepdf.Dictionary(ca=0.5))},
    ),
    "a note on the page": lambda: scan_of(Annots=pikepdf.Array([NOTE])),
    "CMYK": lambda: scan_of(
        images=lambda pdf: {"Im0": image_stream(pdf, encoded("JPEG", "CMYK"), "/DCTDecode", pikepdf.Name.DeviceCMYK)}
    ),
    "JPEG 2000": lambda: scan_of(images=lambda pdf: {"Im0": image_stream(pdf, encoded("JPEG2000"), "/JPXDecode")}),
    "a layer": lambda: scan_of(f"/OC /L BDC q {WIDTH} 0 0 {HEIGHT} 0 0 cm /Im0 Do Q EMC"),
}


def seen(pdf, turn=0):
    """Return what a page looks like, as fractions of grey on a coarse raster."""
    with pypdfium2.PdfDocument(pdf) as document:
        grey = document[0].render(scale=1).to_pil().convert("L").rotate(-turn, expand=True)
    return np.asarray(grey.resize((75, 100) if grey.height > grey.width else (100, 75)), dtype=float) / 255


def alike(one, other):
    return one.shape == other.shape and float(np.abs(one - other).mean()) < 0.01


def kept_streams(pdf):
    with pikepdf.open(pdf) as copy:
        return [bytes(image.read_raw_bytes()) for image in copy.pages[0].resources.XObject.values()]


def flate(pdf):
    image = image_stream(pdf, b"", "/FlateDecode")
    image.write(picture().tobytes())
    return pdf.make_indirect(image)


def palette(pdf):
    space = pikepdf.Array([pikepdf.Name.Indexed, RGB, 1, pikepdf.String(b"\x00\x00\x80\xff\xff\xff")])
    image = image_stream(pdf, b"", "/FlateDecode", space)
    image.write((np.asarray(picture()) // 128).astype(np.uint8).tobytes())
    return image


def with_soft_mask(pdf):
    mask = image_stream(pdf, encoded("JPEG"), "/DCTDecode")
    return image_stream(pdf, encoded("JPEG"), "/DCTDecode", SMask=pdf.make_indirect(mask))


def within_a_form(pdf):
    image = image_stream(pdf, encoded("JPEG"), "/DCTDecode")
    form = pikepdf.Stream(
        pdf, b"q 150 0 0 200 0 0 cm /Im0 Do Q", Type=pikepdf.Name.XObject, Subtype=pikepdf.Name.Form,
        BBox=pikepdf.Array([0, 0, 150, 200]), Matrix=pikepdf.Array([2, 0, 0, 2, 0, 0]),
        Resources=pikepdf.Dictionary(XObject=pikepdf.Dictionary(Im0=pdf.make_indirect(image))),
    )  # fmt: skip
    return {"Fm0": form}


@pytest.mark.parametrize("kind", KEPT)
def test_a_page_of_images_keeps_them_and_looks_the_same(archived, kind):
    content = KEPT[kind]()
    copy = archived(content)
    with pikepdf.open(BytesIO(content)) as scan:
        own = {bytes(thing.read_raw_bytes()) for thing in scan.objects if is_image(thing)}
    assert set(kept_streams(copy)) <= own
    assert kept_streams(copy)
    assert alike(seen(copy), seen(content))
    assert faults(copy.read_bytes()) == []


@pytest.mark.parametrize("kind", DRAWN)
def test_a_page_that_shows_more_is_archived_from_its_pixels(archived, kind):
    content = DRAWN[kind]()
    copy = archived(content)
    (pixels,) = kept_streams(copy)
    assert pixels.startswith(b"\xff\xd8\xff")
    with pikepdf.open(BytesIO(content)) as scan:
        assert pixels not in {bytes(thing.read_raw_bytes()) for thing in scan.objects if is_image(thing)}
    assert alike(seen(copy), seen(content))
    assert faults(copy.read_bytes()) == []


def test_jbig2_is_carried_without_looking_inside(tmp_path):
    def jbig2(pdf):
        shared = pdf.make_stream(b"symbols of all pages")
        parameters = pikepdf.Dictionary(JBIG2Globals=shared)
        return {"Im0": image_stream(pdf, b"one page", "/JBIG2Decode", bits=1, DecodeParms=parameters)}

    blank = PageImage(1, np.full((800, 600), 255, np.uint8), None, 144, is_bilevel=True, text_ink=0.0)
    intake = Intake(FileType.PDF, 1, is_signed=False)
    part = archive_page(blank, LINES, 0, intake=intake, pages=BytesIO(scan_of(images=jbig2)))
    merge([BytesIO(part)], FACTS, glyphless=GLYPHLESS, target=tmp_path / "copy.pdf")
    with pikepdf.open(tmp_path / "copy.pdf") as copy:
        image = copy.pages[0].resources.XObject["/Im0"]
        assert image.read_raw_bytes() == b"one page"
        assert image.DecodeParms.JBIG2Globals.read_bytes() == b"symbols of all pages"


def is_image(thing):
    return isinstance(thing, pikepdf.Stream) and thing.get("/Subtype") == "/Image"


@pytest.mark.parametrize("kind", ["grey JPEG", "turned", "cropped"])
@pytest.mark.parametrize("rotation_deg", [0, 90, 180, 270])
def test_a_page_that_lay_wrong_stands_upright_in_the_copy(archived, kind, rotation_deg):
    content = KEPT[kind]()
    copy = archived(content, rotation_deg=rotation_deg)
    assert alike(seen(copy), seen(content, rotation_deg))


IMAGES = {
    "JPEG": (lambda: encoded("JPEG", dpi=(144, 144)), True),
    "colour PNG": (lambda: encoded("PNG", "RGB", dpi=(144, 144)), True),
    "PNG in black and white": (lambda: encoded("PNG", "1", dpi=(144, 144)), True),
    "PNG with a palette": (lambda: encoded("PNG", "P", dpi=(144, 144)), True),
    "transparent PNG": (lambda: encoded("PNG", "LA", dpi=(144, 144)), False),
    "TIFF in Group 4": (lambda: encoded("TIFF", "1", dpi=(144, 144), compression="group4"), True),
    "TIFF in Group 4, white is one": (
        lambda: encoded("TIFF", "1", dpi=(144, 144), compression="group4", tiffinfo={262: 1, 278: 800}), True
    ),
    "TIFF in black and white": (lambda: encoded("TIFF", "1", dpi=(144, 144), compression="tiff_lzw"), False),
    "grey TIFF": (lambda: encoded("TIFF", dpi=(144, 144)), False),
}  # fmt: skip


@pytest.mark.parametrize("kind", IMAGES)
@pytest.mark.parametrize("rotation_deg", [0, 90])
def test_an_image_file_becomes_a_page_with_its_own_bytes(archived, kind, rotation_deg):
    make, is_kept = IMAGES[kind]
    content = make()
    copy = archived(content, rotation_deg=rotation_deg)
    (stream,) = kept_streams(copy)
    assert (stream in content) is is_kept
    with Image.open(BytesIO(content)) as image:
        upright = image.convert("LA" if image.mode == "LA" else "L").convert("L").rotate(-rotation_deg, expand=True)
    shape = (75, 100) if upright.height > upright.width else (100, 75)
    assert alike(seen(copy), np.asarray(upright.resize((shape[0] * 4, shape[1] * 4)).resize(shape), dtype=float) / 255)
    assert faults(copy.read_bytes()) == []


def test_a_photo_taken_sideways_keeps_its_bytes(archived):
    exif = Image.Exif()
    exif[0x0112] = 6
    content = encoded("JPEG", exif=exif, dpi=(144, 144))
    copy = archived(content)
    assert kept_streams(copy) == [content]
    with pikepdf.open(copy) as pdf:
        assert [float(side) for side in pdf.pages[0].mediabox[2:]] == [HEIGHT, WIDTH]


@pytest.mark.parametrize("kind", ["grey JPEG", "turned", "cropped", "within a form"])
def test_three_readers_give_back_the_text_of_every_kind_of_page(archived, kind):
    assert read_back(archived(KEPT[kind]())) == [TEXT] * 3


def read_back(copy):
    """Return what pdftotext, pdfium and pdfplumber read, spaces as one."""
    poppler = subprocess.run(["pdftotext", copy, "-"], check=True, capture_output=True, text=True).stdout
    with pypdfium2.PdfDocument(copy) as pdf:
        pdfium = pdf[0].get_textpage().get_text_bounded()
    with pdfplumber.open(copy) as pdf:
        plumber = pdf.pages[0].extract_text()
    return [" ".join(text.split()) for text in (poppler, pdfium, plumber)]


def test_the_text_lies_where_the_words_were_seen(archived):
    with pdfplumber.open(archived(KEPT["grey JPEG"]())) as pdf:
        words = pdf.pages[0].extract_words()
    assert [word["text"] for word in words] == TEXT.split()
    assert words[1]["x0"] == pytest.approx(0.205 * WIDTH, abs=1)
    assert words[0]["x1"] == pytest.approx(0.2 * WIDTH, abs=3)
    assert words[0]["top"] == pytest.approx(0.1 * HEIGHT, abs=2)
    assert words[0]["bottom"] == pytest.approx(0.12 * HEIGHT, abs=2)


def test_gaps_that_stand_one_above_the_other_do_not_make_columns(archived):
    rows = [
        TextLine((Word(text[:4], 0.9, Box(0.1, y, 0.2, y + 0.02)), Word(text[4:], 0.9, Box(0.25, y, 0.5, y + 0.02))))
        for text, y in (("mộthai", 0.1), ("trênba", 0.13), ("dướibốn", 0.16), ("tráisáu", 0.19))
    ]
    copy = archived(KEPT["grey JPEG"](), lines=rows)
    assert read_back(copy) == [" ".join(word.text for row in rows for word in row.words)] * 3


def test_words_that_overlap_keep_their_order(archived):
    first, second = Word("trước", 0.9, Box(0.1, 0.1, 0.4, 0.12)), Word("sau", 0.9, Box(0.05, 0.1, 0.3, 0.12))
    copy = archived(KEPT["grey JPEG"](), lines=(TextLine((first, second)),))
    with pdfplumber.open(copy) as pdf:
        assert pdf.pages[0].extract_text() == "trước sau"


def test_many_pages_share_one_font_and_one_profile_and_give_the_same_bytes(archived, tmp_path):
    scan = BytesIO(KEPT["grey JPEG"]())
    intake = take_in(scan, Caps(), None, tmp_path / "pages.pdf")
    with (tmp_path / "pages.pdf").open("rb") as pages:
        page = page_image(intake, pages, Caps(), 1)
        part = archive_page(page, LINES, 0, intake=intake, pages=pages)
        assert archive_page(page, LINES, 0, intake=intake, pages=pages) == part
    sizes = []
    for count in (1, 20, 20):
        target = tmp_path / f"{count}.pdf"
        merge([BytesIO(part) for _ in range(count)], FACTS, glyphless=GLYPHLESS, target=target)
        sizes.append(target.read_bytes())
    assert sizes[1] == sizes[2]
    with pikepdf.open(tmp_path / "20.pdf") as copy:
        assert len(copy.pages) == 20
        assert len({page.obj.Resources.Font["/F0"].objgen for page in copy.pages}) == 1
        streams = [thing for thing in copy.objects if isinstance(thing, pikepdf.Stream)]
        assert len([stream for stream in streams if is_image(stream)]) == 20
        assert len(streams) == 20 * 2 + 5  # font program, map of glyphs, ToUnicode, profile, metadata
    assert faults(sizes[1]) == []


def test_the_copy_says_which_scan_and_which_reading_it_is_of(archived):
    with pikepdf.open(archived(KEPT["grey JPEG"]())) as copy, copy.open_metadata() as metadata:
        assert metadata["{urn:moonseal:archive:1}scanSha256"] == FACTS.scan_sha256
        assert metadata["{urn:moonseal:archive:1}readingSha256"] == FACTS.reading_sha256


def test_nothing_but_images_of_a_hostile_page_is_left(archived):
    action = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert(1)"))
    link = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=pikepdf.Array([0, 0, 9, 9]), A=action
    )
    content = scan_of(AA=pikepdf.Dictionary(O=action), Annots=pikepdf.Array([link]), Metadata=pikepdf.Dictionary())
    copy = archived(content)
    assert b"app.alert" in content
    with pikepdf.open(copy) as pdf:
        assert not any(
            b"app.alert" in thing.unparse() for thing in pdf.objects if not isinstance(thing, pikepdf.Stream)
        )
        assert set(pdf.pages[0].obj.keys()) == {"/Type", "/Parent", "/MediaBox", "/Resources", "/Contents"}
    assert faults(copy.read_bytes()) == []


def test_a_line_of_nothing_and_letters_beyond_the_first_plane_do_no_harm(archived):
    lines = (
        TextLine((Word("", 0.1, Box(0.1, 0.1, 0.2, 0.12)),)),
        replace(LINES[0], words=(Word("a𝔸b", 0.9, Box(0.1, 0.2, 0.1, 0.2)),)),
    )
    copy = archived(KEPT["grey JPEG"](), lines=lines)
    with pypdfium2.PdfDocument(copy) as pdf:
        assert pdf[0].get_textpage().get_text_bounded().strip() == "ab"
    assert faults(copy.read_bytes()) == []
