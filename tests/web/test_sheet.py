"""The sheet of a check, to print or keep: only of what was found here, and only within the hour."""

from io import BytesIO

import pypdfium2
from django.core import signing
from django.test import Client
from django.urls import reverse

from dossiers import files
from dossiers.lifecycle import State
from web.views.verify import SHEET_SEAL


def words_of(pdf):
    with pypdfium2.PdfDocument(pdf) as document:
        return " ".join(" ".join(page.get_textpage().get_text_bounded().split()) for page in document)


def test_the_sheet_says_what_the_page_said(dossier_at, office):
    with files.opened(dossier_at(State.SEALED).results.get().sealed) as file:
        content = file.read()
    page = Client().post(reverse("verify"), {"document": BytesIO(content)})
    response = Client().post(reverse("verify_sheet"), {"kept": page.context["kept"]})
    assert response.headers["Content-Type"] == "application/pdf"
    said = words_of(response.content)
    assert page.context["report"].message_vi.split(":")[0] in said
    assert page.context["report"].sha256[:8] in said


def test_nobody_gets_a_sheet_of_what_was_not_found(office):
    for kept in ("", "x:y:z", signing.dumps({"report": {}}, salt=f"{SHEET_SEAL}.other")):
        response = Client().post(reverse("verify_sheet"), {"kept": kept})
        assert (response.status_code, response.headers["Location"]) == (302, reverse("verify"))
