"""Two committed dossiers are read well, flaws of the scanner and all; the truth is only looked at here."""

import json

import pytest

from ocr import Check, PageClass, Source
from tests.ocr.conftest import ROOT

SAMPLES = ROOT / "samples"
WITH_A_CARD = "03-birth"
PHOTO = "08-death"


def read_dossier(reader, name):
    (scan,) = (path for path in (SAMPLES / "dossiers" / name).iterdir() if path.suffix != ".toml")
    return reader.digitize(scan), json.loads((SAMPLES / "truth" / f"{name}.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", [WITH_A_CARD, PHOTO])
def test_nearly_all_fields_are_exactly_right(reader, name):
    read, truth = read_dossier(reader, name)
    assert read.form.code == truth["form"]
    right = [field for key, field in read.fields.items() if field.value == truth["fields"].get(key)]
    assert len(right) >= 0.85 * len(read.fields)


def test_the_card_behind_the_form_is_held_against_its_person(reader):
    read, _ = read_dossier(reader, WITH_A_CARD)
    assert [page.page_class for page in read.pages] == [PageClass.FORM, PageClass.FORM, PageClass.IDENTITY_CARD]
    assert read.pages[2].codes[0].kind == "QRCode"
    compared = {name: field.checks["qr"] for name, field in read.fields.items() if "qr" in field.checks}
    assert {name.partition(".")[0] for name in compared} <= {"requester", "mother", "father", "subject"}
    assert any(name.endswith(".identity_number") and outcome is Check.OK for name, outcome in compared.items())
    assert {field.source for field in read.fields.values()} <= {Source.OCR, Source.NONE, Source.QR}


def test_the_page_that_is_no_form_is_not_read_as_one(reader):
    read, truth = read_dossier(reader, "10-birth")
    assert truth["wrong_page"]
    assert read.form is None
    assert read.fields == {}
