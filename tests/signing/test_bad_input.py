"""Whatever is handed to the verifier: one clear sentence and a verdict, never a traceback. All through the sandbox."""

import io
import json
import zlib

import pytest

from signing.values import Verdict
from signing.verify.engine import Verifier
from signing.verify.json import to_json


@pytest.fixture(scope="module")
def verifier(world):
    with Verifier(world.stores, world.evidence.crls) as found:
        yield found


def test_a_genuine_file_passes_through_the_sandbox_with_its_second_opinion(verifier, sealed, tmp_path):
    path = tmp_path / "ket-qua.pdf"
    path.write_bytes(sealed)
    for given in (path, io.BytesIO(sealed), sealed):
        assert verifier.verify(given).verdict is Verdict.PASSED


@pytest.mark.parametrize(
    ("content", "verdict", "words"),
    [
        (b"", Verdict.UNREADABLE, "trống"),
        (b"Kinh gui ong ba", Verdict.UNREADABLE, "không phải là tệp PDF"),
        (b"%PDF-1.7\n", Verdict.UNREADABLE, "hỏng"),
        (b"%PDF-1.7\n" + b"\x00" * 5000, Verdict.UNREADABLE, "hỏng"),
    ],
)
def test_what_is_no_pdf_is_said_so(verifier, content, verdict, words):
    report = verifier.verify(content)
    assert report.verdict is verdict
    assert words in report.message_vi
    assert "\n" not in report.message_vi


def test_an_encrypted_file_is_said_so(verifier, encrypted):
    assert "mật khẩu" in verifier.verify(encrypted).message_vi


def test_a_file_without_signature_is_said_so(verifier, plain, prepared):
    for pdf in (plain, prepared):  # empty fields sign nothing
        assert verifier.verify(pdf).verdict is Verdict.NO_SIGNATURE


def test_a_truncated_file_is_unreadable(verifier, sealed):
    assert verifier.verify(sealed[:3000]).verdict is Verdict.UNREADABLE


def test_a_folder_and_a_file_that_is_gone_are_said_so(verifier, tmp_path):
    for path in (tmp_path, tmp_path / "gone.pdf"):
        report = verifier.verify(path)
        assert report.verdict is Verdict.UNREADABLE
        assert "không mở được" in report.message_vi


def test_a_stream_bomb_cannot_take_the_verifier_down(verifier, sealed):
    """Pages in an object stream that unpacks to 300 MB; afterwards the next file is judged as ever."""
    packed = zlib.compress(bytes(300 << 20), 1)
    bomb = (
        b"%PDF-1.7\n1 0 obj<</Type/XRef/Size 2/W[1 2 1]/Root 1 0 R/Filter/FlateDecode/Length "
        + str(len(packed)).encode()
        + b">>stream\n"
        + packed
        + b"\nendstream endobj\nstartxref\n9\n%%EOF\n"
    )
    assert verifier.verify(bomb).verdict is Verdict.UNREADABLE
    assert verifier.verify(sealed).verdict is Verdict.PASSED


def test_one_broken_field_does_not_hide_the_other(verifier, sealed):
    start = sealed.index(b"/Contents <") + len(b"/Contents <")
    broken = sealed[:start] + b"00" + sealed[start + 2 :]  # the official's CMS no longer starts as one
    report = verifier.verify(broken)
    assert report.verdict is Verdict.FAILED
    assert {one.field for one in report.signatures} == {"Official", "Seal"}


def test_every_answer_is_one_object_of_json(verifier, sealed):
    for content in (b"", sealed):
        assert json.loads(json.dumps(to_json(verifier.verify(content), "x.pdf")))["policy"] == "moonseal-1"
