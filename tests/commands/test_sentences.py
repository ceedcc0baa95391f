"""Every code that a room can give has its sentence in both languages; a sentence is one sentence."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest

from commands.sentences import both, sentence, sentences
from sandbox import Limits

ROOT = Path(__file__).parents[2]
ERRORS = {
    "OcrError", "ScanUnreadable", "CapExceeded", "EngineFailed", "Refused",
    "SigningError", "DocumentNotSignable", "CertificateNotAccepted", "KeyUnavailable", "TimestampUnavailable",
    "AlreadySealed", "PreparationRefused", "SignatureNotTrusted", "CertError", "KeyLocked", "CertificateInvalid",
    "CertificateNotFit", "AnchorUnknown", "RegisterDamaged", "ClockWentBack", "RevocationUnknown",
}  # fmt: skip


def raised_codes():
    """Give (code, where) for every literal first argument of our errors in the rooms the command line calls."""
    paths = [path for room in ("ocr", "signing", "certs", "commands") for path in sorted((ROOT / room).rglob("*.py"))]
    nodes = [(node, path) for path in paths for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))]
    for node, path in nodes:
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ERRORS and node.args:
            for constant in ast.walk(node.args[0]):
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str) and constant.value:
                    yield constant.value, f"{path.relative_to(ROOT)}:{node.lineno}"


def test_every_code_has_a_sentence():
    missing = {f"{code} ({where})" for code, where in raised_codes() if code not in sentences()}
    assert not missing


@pytest.mark.parametrize("code", sorted(sentences()))
def test_a_sentence_is_one_sentence_in_two_languages(code):
    assert sentences()[code].keys() == {"vi", "en"}
    for text in sentences()[code].values():
        assert text[-1] in ".?…"
        assert "\n" not in text


def test_a_missing_parameter_is_no_second_error():
    assert "–" in sentence("too_many_pages", {})


def test_caps_are_told_in_the_units_people_use():
    assert "60 megapixels" in both("too_many_pixels", cap="page_pixels", limit=60_000_000, found=900_000_000)
    assert "50 MB" in both("too_large", cap="size_bytes", limit=50 << 20, found=80 << 20)


def test_every_limit_of_the_sandbox_has_a_name_and_a_unit_for_people():
    for limit in fields(Limits):
        told = both("page_limit_reached", page=2, cap=limit.name, limit=getattr(Limits(), limit.name))
        assert limit.name not in told.split(" · ")[0]
        assert "–" not in told
    assert "page 2" in both("page_limit_reached", page=2, cap="cpu_s", limit=60)
    assert "processing time (60 s)" in both("page_limit_reached", page=2, cap="cpu_s", limit=60)


def test_one_byte_more_than_allowed_is_told_as_more():
    said = both("too_large", cap="size_bytes", limit=50 << 20, found=(50 << 20) + 1)
    assert "hơn 50 MB, tối đa 50 MB" in said
    assert "over 50 MB, at most 50 MB" in said
