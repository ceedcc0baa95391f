"""A result stays PDF/A-2 when it is signed, numbered, sealed and archived; the checker finds what it looks for."""

import re
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from printing.draw import Printer
from samples.results import PAPERS
from signing.fields import prepare
from signing.sign import sign
from signing.values import Level, Role, Verdict
from tests.signing.conftest import now
from tests.signing.pdfa import CLAUSES, faults

ROOT = Path(__file__).parents[2]
PRINTER = Printer(ROOT / "assets" / "fonts")
NUMBER = {"number": "12/TLKS-BS", "place": "Nguyệt Ấn", "issued_on": "2026-03-05"}
SEAL = {"agency": "ỦY BAN NHÂN DÂN XÃ NGUYỆT ẤN", "place": "TỈNH THANH HÓA"}


@pytest.fixture(scope="module")
def drawn() -> bytes:
    return paper().pdf


def paper():
    values = {name: value for name, value in PAPERS["birth-extract"].items() if name != "number"}
    return PRINTER.draw("birth-extract", values | {"is_numbered_later": True})


@pytest.fixture(scope="module")
def stages(world) -> dict[str, bytes]:
    """One result after each signature of its route, the last at the level of an archive."""
    made = paper()
    prepared = prepare(made.pdf, made.places)
    by_official = world.officially_signed(
        prepared, mark_pdf=PRINTER.mark("signature", {"full_name": "Phạm Thị Nguyệt"})
    )
    numbered = sign(
        by_official,
        world.official,
        role=Role.NUMBER,
        level=Level.B_LT,
        at=now(),
        mark_pdf=PRINTER.mark("number", NUMBER),
        timestamper=world.timestamps,
        evidence=world.evidence,
    )
    sealed = world.sealed(numbered, Level.B_LTA, mark_pdf=PRINTER.mark("seal", SEAL))
    return {"prepared": prepared, "official": by_official, "number": numbered, "seal, archived": sealed}


def test_every_stage_keeps_every_clause_that_we_check(stages, drawn, world):
    assert {name: faults(pdf, drawn) for name, pdf in stages.items()} == {name: [] for name in stages}
    assert world.verify(stages["seal, archived"]).verdict is Verdict.PASSED


BROKEN = {
    "6.1.12": lambda pdf: pdf.Root.__setitem__("/Perms", pikepdf.Dictionary(X=1)),
    "6.2.3": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "6.2.2": lambda pdf: seal(pdf).AP.N.Resources.__delitem__("/XObject"),
    "6.2.5": lambda pdf: graphics_state(pdf).__setitem__("/TR", 1),
    "6.2.10": lambda pdf: graphics_state(pdf).__setitem__("/BM", pikepdf.Name.Sparkle),
    "6.2.4.3": lambda pdf: seal(pdf).AP.N.write(seal(pdf).AP.N.read_bytes() + b" 0 0 0 1 k"),
    "6.2.11.4": lambda pdf: seal(pdf).AP.N.Resources.__setitem__("/Font", pikepdf.Dictionary(F=plain_font())),
    "6.3.1": lambda pdf: seal(pdf).__setitem__("/Subtype", pikepdf.Name.Sound),
    "6.3.2": lambda pdf: seal(pdf).__setitem__("/F", 2),
    "6.3.3": lambda pdf: seal(pdf).AP.__setitem__("/D", seal(pdf).AP.N),
    "6.4.1": lambda pdf: seal(pdf).__setitem__("/AA", pikepdf.Dictionary()),
    "6.4.2": lambda pdf: pdf.Root.AcroForm.__setitem__("/XFA", pikepdf.Array()),
    "6.5": lambda pdf: pdf.Root.__setitem__("/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript)),
    "6.6.2": lambda pdf: pdf.Root.Metadata.write(b"<x/>"),
    "6.8": lambda pdf: pdf.Root.__setitem__("/AF", pikepdf.Array()),
    "6.9": lambda pdf: pdf.Root.__setitem__("/OCProperties", pikepdf.Dictionary()),
    "6.1.7.1": lambda pdf: seal(pdf).AP.N.stream_dict.__setitem__("/F", pikepdf.String("http://example.invalid")),
}


def seal(pdf: pikepdf.Pdf) -> pikepdf.Object:
    return next(one for one in pdf.pages[0].Annots if one.T == "Seal")


def graphics_state(pdf: pikepdf.Pdf) -> pikepdf.Object:
    state = pdf.make_indirect(pikepdf.Dictionary(Type=pikepdf.Name.ExtGState))
    seal(pdf).AP.N.Resources.ExtGState = pikepdf.Dictionary(G=state)
    return state


def plain_font() -> pikepdf.Dictionary:
    return pikepdf.Dictionary(BaseFont=pikepdf.Name.Helvetica, FontDescriptor=pikepdf.Dictionary())


@pytest.mark.parametrize("clause", BROKEN)
def test_each_clause_is_looked_at(stages, drawn, clause):
    with pikepdf.open(BytesIO(stages["number"])) as pdf:
        if "/V" in seal(pdf):
            del seal(pdf)["/V"]
        for one in pdf.pages[0].Annots:  # written anew, no signature covers anything
            if "/V" in one:
                del one["/V"]
        seal(pdf).AP = pikepdf.Dictionary(N=form_of(pdf))
        BROKEN[clause](pdf)
        out = BytesIO()
        pdf.save(out, static_id=False)
    assert clause in {fault.split(":")[0] for fault in faults(out.getvalue(), drawn)}


def form_of(pdf: pikepdf.Pdf) -> pikepdf.Stream:
    inner = pdf.make_indirect(pikepdf.Stream(pdf, b"", Subtype=pikepdf.Name.Form, BBox=[0, 0, 1, 1]))
    resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(X=inner))
    return pdf.make_indirect(pikepdf.Stream(pdf, b"/X Do", Subtype=pikepdf.Name.Form, Resources=resources))


@pytest.mark.parametrize("break_it", [lambda pdf: pdf + b"more", lambda pdf: pdf.replace(b"/ID [ <", b"/Id [ <")])
def test_the_ends_of_the_file_are_looked_at(stages, drawn, break_it):
    assert any(fault.startswith("6.1.3") for fault in faults(break_it(stages["number"]), drawn))


def test_a_signature_that_leaves_something_out_is_found(stages, drawn):
    shorter = stages["official"].replace(b"/ByteRange [0 ", b"/ByteRange [9 ")
    assert any(fault.startswith("6.4.3") for fault in faults(shorter, drawn))


def test_the_page_of_docs_lists_the_same_clauses():
    page = (ROOT / "docs" / "pdfa-signed.md").read_text(encoding="utf-8")
    listed = dict(re.findall(r"^\| ([\d.]+) \| (.+?) \|$", page, re.MULTILINE))
    assert listed == CLAUSES
