"""``moonseal sign --mark``: the picture stands where the decree wants it, found from the page or said by a person."""

from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner, Result

from certs.authority import Authority, Names, Subject
from certs.keys.file import p12_of
from printing.draw import Printer, block_place
from samples.results import PAPERS
from service import app
from signing.placement import MM

OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"
PRINTER = Printer(Path(__file__).parents[2] / "assets" / "fonts")
DRAWN = PRINTER.draw("birth-extract", PAPERS["birth-extract"] | {"folder_kind": "real"})


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("marks")
    authority = Authority.create(folder / "far", Names.of(OFFICE))
    for role, name in (("official", "Phạm Thị Minh Nguyệt"), ("seal", OFFICE)):
        (folder / f"{role}.p12").write_bytes(p12_of(authority.issue(role, Subject(name, OFFICE)), b"password"))
    (folder / "root.pem").write_bytes((folder / "far" / "root.pem").read_bytes())
    (folder / "pin").write_text("password")
    (folder / "paper.pdf").write_bytes(DRAWN.pdf)
    (folder / "signature.pdf").write_bytes(PRINTER.mark("signature", {"full_name": "Phạm Thị Minh Nguyệt"}))
    (folder / "stamp.pdf").write_bytes(PRINTER.mark("seal", {"agency": OFFICE.upper(), "place": "TỈNH THANH HÓA"}))
    return folder


def run(place: Path, paper: Path, role: str, out: Path, *options: object, key: str = "official") -> Result:
    more = ("--key", f"file:{place / key}.p12", "--pin-file", place / "pin", "--role", role, "--out", out, *options)
    environment = {"MOONSEAL_DATA": str(place / "data")}
    return CliRunner().invoke(app, ["sign", str(paper), *map(str, more)], env=environment)


def box(pdf: Path, field: str) -> list[float]:
    with pikepdf.open(pdf) as document:
        found = [one for page in document.pages for one in page.get("/Annots", []) if str(one.T) == field]
        assert "/N" in found[0].AP
        return [float(side) for side in found[0].Rect]


def test_the_place_is_found_from_the_pages_own_words_and_the_seals_with_it(place, tmp_path):
    done = run(place, place / "paper.pdf", "official", tmp_path / "one", "--mark", place / "signature.pdf")
    assert done.exit_code == 0, done.stderr
    signed = tmp_path / "one" / "paper.pdf"
    wanted = DRAWN.places["Official"]
    assert box(signed, "Official") == pytest.approx([wanted.x0, wanted.y0, wanted.x1, wanted.y1], abs=4 * MM)
    options = ("--mark", place / "stamp.pdf", "--anchors", place / "root.pem")
    done = run(place, signed, "seal", tmp_path / "two", *options, key="seal")
    assert done.exit_code == 0, done.stderr
    seal = box(tmp_path / "two" / "paper.pdf", "Seal")
    assert (seal[2] - seal[0], seal[3] - seal[1]) == pytest.approx((36 * MM, 36 * MM), abs=0.01)


def test_a_person_says_where(place, tmp_path):
    options = ("--mark", place / "signature.pdf", "--place", "1,100,50")
    assert run(place, place / "paper.pdf", "initial", tmp_path, *options).exit_code == 0
    wanted = [100 * MM, (297 - 73) * MM, 141 * MM, (297 - 50) * MM]
    assert box(tmp_path / "paper.pdf", "Initial") == pytest.approx(wanted, abs=0.1)


@pytest.mark.parametrize(
    ("said", "words"), [("2,10,10", "nằm ngoài"), ("1,190,50", "nằm ngoài"), ("here", "Không hiểu --place")]
)
def test_a_place_that_is_none_is_refused(place, tmp_path, said, words):
    done = run(place, place / "paper.pdf", "official", tmp_path, "--mark", place / "signature.pdf", "--place", said)
    assert done.exit_code == 1
    assert words in done.stderr
    assert not list(tmp_path.glob("*.pdf"))


def test_where_there_is_no_room_nothing_is_signed(place, tmp_path):
    blank = tmp_path / "blank.pdf"
    with pikepdf.new() as pdf:
        pdf.add_blank_page(page_size=(595, 842))
        pdf.save(blank)
    done = run(place, blank, "official", tmp_path / "out", "--mark", place / "signature.pdf")
    assert (done.exit_code, "hãy chỉ rõ bằng --place" in done.stderr) == (1, True)


def test_a_copy_has_its_words_at_the_top_right_and_no_picture(place, tmp_path):
    done = run(place, place / "paper.pdf", "copy", tmp_path)
    assert done.exit_code == 0, done.stderr
    wanted = block_place(595.276, 841.89)
    assert box(tmp_path / "paper.pdf", "Copy") == pytest.approx([wanted.x0, wanted.y0, wanted.x1, wanted.y1], abs=0.2)
    again = run(place, tmp_path / "paper.pdf", "official", tmp_path / "more")
    assert "khóa bằng chữ ký Copy" in again.stderr  # nothing signs after it
