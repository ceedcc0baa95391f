"""The catalogues: complete in Vietnamese, compiled as written, every sentence of the code in them."""

import ast
import gettext
import re
from pathlib import Path

import pytest
from django.utils.translation.template import templatize

from dossiers.lifecycle import State
from dossiers.people import Role
from ocr.values import PageClass, Source
from signing.values import Role as SigningRole
from signing.values import Verdict
from web import errors, review_page, words
from web.views.citizen import OF_STATE

WEB = Path(__file__).parents[2] / "web"
CALLS = {"_": 0, "gettext": 0, "gettext_lazy": 0, "ngettext": 0, "pgettext_lazy": 1, "pgettext": 1}


def entries(language):
    """Read a .po file: (context, msgid) to the list of its translations."""
    text = (WEB / f"locale/{language}/LC_MESSAGES/django.po").read_text(encoding="utf-8")
    found = {}
    for block in text.split("\n\n")[1:]:
        parts = {
            key: ast.literal_eval(value) for key, value in re.findall(r'^(\w+(?:\[\d\])?) (".*")$', block, re.MULTILINE)
        }
        key = f"{parts['msgctxt']}\x04{parts['msgid']}" if "msgctxt" in parts else parts["msgid"]
        found[key] = [value for name, value in parts.items() if name.startswith("msgstr")]
    return found


def said_in_code():
    found = set()
    for path in WEB.rglob("*.py"):
        found |= said_in(path.read_text(encoding="utf-8"))
    for path in (WEB / "templates").rglob("*.html"):
        found |= said_in_template(path.read_text(encoding="utf-8"))
    return found


def said_in(source):
    found = set()
    for call in ast.walk(ast.parse(source)):
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in CALLS:
            said = call.args[CALLS[call.func.id]]
            if isinstance(said, ast.Constant):
                found.add(said.value)
    return found


def said_in_template(source):
    return {
        ast.literal_eval(text).replace("%%", "%")
        for text in re.findall(r"gettext\(u?('(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")", templatize(source))
    }


@pytest.mark.parametrize("language", ["vi", "en"])
def test_every_sentence_is_translated(language):
    missing = [key for key, texts in entries(language).items() if not all(texts) or not texts]
    assert missing == []


def test_every_sentence_of_the_code_stands_in_the_catalogue():
    known = {key.rpartition("\x04")[2] for key in entries("vi")}
    assert said_in_code() - known == set()
    assert len(said_in_code()) > 300


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_compiled_catalogue_is_the_written_one(language):
    with (WEB / f"locale/{language}/LC_MESSAGES/django.mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for key, texts in entries(language).items():
        context, _mark, text = key.rpartition("\x04")
        told = compiled.pgettext(context, text) if context else compiled.gettext(text)
        several = compiled.ngettext(text, text, 1)
        assert texts[0] in {told, several}, key


def test_placeholders_survive_translation():
    for key, (text, *_rest) in entries("vi").items():
        assert set(re.findall(r"%\(\w+\)[sd]", text)) == set(re.findall(r"%\(\w+\)[sd]", key)), key


def test_every_state_role_and_verdict_has_its_words():
    assert set(words.STATES) == set(words.STATE_LOOKS) == set(OF_STATE) == set(State)
    assert set(words.ROLES) == set(Role)
    assert set(words.VERDICTS) == set(Verdict)
    assert set(words.SIGNATURE_ROLES) == {role.value for role in SigningRole}
    assert set(review_page.SOURCES) == {source.value for source in Source}
    assert PageClass.FORM


def test_every_refusal_has_a_sentence_and_nothing_else_has():
    assert set(errors.BY_CLASS) <= set(errors.ANSWERS)
    for kind in errors.ANSWERS:
        assert kind in errors.BY_CLASS or getattr(kind, "code", "") in errors.SENTENCES, kind
