"""The checker of PDF/A clauses finds what it says it looks for, and the page of docs says the same."""

from functools import partial
from io import BytesIO
from pathlib import Path

import pikepdf
import pytest

from tests.ocr.archiving import HELVETICA, NOTE, archive_copy, scan_of
from tests.ocr.pdfa import CLAUSES, faults


@pytest.fixture
def archived(tmp_path):
    return partial(archive_copy, folder=tmp_path)


BROKEN = {
    "6.1.7.1": lambda pdf: pdf.pages[0].Contents.stream_dict.__setitem__(
        "/F", pikepdf.String("http://example.invalid")
    ),
    "6.1.12": lambda pdf: pdf.Root.__setitem__("/Perms", pikepdf.Dictionary()),
    "6.1.13": lambda pdf: pdf.pages[0].obj.__setitem__("/MediaBox", pikepdf.Array([0, 0, 20_000, 10])),
    "6.1.10": lambda pdf: pdf.pages[0].contents_add(b"BI /W 1 /H 1 /BPC 8 /CS /G ID x EI"),
    "6.2.2": lambda pdf: pdf.pages[0].contents_add(b"/Im9 Do"),
    "6.2.3": lambda pdf: pdf.Root.__delitem__("/OutputIntents"),
    "6.2.4.3": lambda pdf: first_image(pdf).__setitem__("/ColorSpace", pikepdf.Name.DeviceCMYK),
    "6.2.5": lambda pdf: pdf.Root.__setitem__("/X", pikepdf.Dictionary(Type=pikepdf.Name.ExtGState, TR=1)),
    "6.2.8": lambda pdf: first_image(pdf).__setitem__("/Interpolate", True),
    "6.2.10": lambda pdf: pdf.pages[0].obj.__setitem__("/Group", pikepdf.Dictionary(S=pikepdf.Name.Transparency)),
    "6.2.11.2": lambda pdf: pdf.Root.__setitem__("/X", HELVETICA),
    "6.2.11.4": lambda pdf: descendant(pdf).FontDescriptor.__delitem__("/FontFile2"),
    "6.2.11.5": lambda pdf: descendant(pdf).__setitem__("/DW", 600),
    "6.2.11.3": lambda pdf: descendant(pdf).__delitem__("/CIDToGIDMap"),
    "6.2.11.7.2": lambda pdf: font(pdf).__delitem__("/ToUnicode"),
    "6.3": lambda pdf: pdf.pages[0].obj.__setitem__("/Annots", pikepdf.Array([NOTE])),
    "6.4": lambda pdf: pdf.Root.__setitem__("/AcroForm", pikepdf.Dictionary()),
    "6.5": lambda pdf: pdf.Root.__setitem__("/OpenAction", pikepdf.Dictionary(S=pikepdf.Name.JavaScript)),
    "6.6.2.1": lambda pdf: pdf.Root.__delitem__("/Metadata"),
    "6.6.2.3": lambda pdf: reworded(pdf, b"urn:moonseal:archive:1</pdfaSchema", b"urn:other</pdfaSchema"),
    "6.6.4": lambda pdf: reworded(pdf, b"<pdfaid:part>2", b"<pdfaid:part>1"),
    "6.6.3": lambda pdf: pdf.trailer.__setitem__("/Info", pdf.make_indirect(pikepdf.Dictionary(Title="x"))),
    "6.8": lambda pdf: pdf.Root.__setitem__("/AF", pikepdf.Array()),
    "6.9": lambda pdf: pdf.Root.__setitem__("/OCProperties", pikepdf.Dictionary()),
    "6.10": lambda pdf: pdf.pages[0].obj.__setitem__("/PresSteps", pikepdf.Dictionary()),
    "6.11": lambda pdf: pdf.Root.__setitem__("/Requirements", pikepdf.Array()),
}


def font(pdf):
    return pdf.pages[0].obj.Resources.Font["/F0"]


def descendant(pdf):
    return font(pdf).DescendantFonts[0]


def first_image(pdf):
    return pdf.pages[0].obj.Resources.XObject["/Im0"]


def reworded(pdf, before, after):
    packet = pdf.Root.Metadata.read_bytes()
    assert before in packet
    pdf.Root.Metadata.write(packet.replace(before, after))


@pytest.mark.parametrize("clause", BROKEN)
def test_the_checker_finds_each_kind_of_fault(archived, clause):
    with pikepdf.open(archived(scan_of())) as pdf, BytesIO() as target:
        BROKEN[clause](pdf)
        pdf.save(target, static_id=True)
        content = target.getvalue()
    assert clause in {fault.split(":")[0] for fault in faults(content)}


def test_the_checker_finds_bytes_before_and_after_the_file(archived):
    content = archived(scan_of()).read_bytes()
    assert next(fault.split(":")[0] for fault in faults(b"before\n" + content)) == "6.1.2"
    assert next(fault.split(":")[0] for fault in faults(content + b"after")) == "6.1.3"


def test_the_page_of_docs_lists_every_clause_that_is_checked():
    page = (Path(__file__).parents[2] / "docs" / "pdfa.md").read_text(encoding="utf-8")
    listed = {line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| 6")}
    assert listed == set(CLAUSES)
