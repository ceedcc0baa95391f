"""``sign --level``, ``augment`` and ``renew`` as a person types them, against authorities that fail, on a network."""

import json
from pathlib import Path

import pikepdf
import pytest
from typer.testing import CliRunner, Result

from certs.answers import Configuration
from certs.authority import Authority, Names, Subject
from certs.keys.file import p12_of
from certs.responder import Responder
from service import app
from tests.certs.serving import served
from tests.certs.test_statuses import Front
from tests.certs.test_timestamp_faults import DEAD, Lying

OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


class Place:
    """An authority whose certificates name a server that answers, an official's key, a document."""

    def __init__(self, folder: Path, url: str, front: Front) -> None:
        self.folder, self.url, self.front = folder, url, front
        self.authority = Authority.create(folder / "far", Names.of(OFFICE), configuration=Configuration(url))
        front.behind = Responder(self.authority)
        key = self.authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
        (folder / "key.p12").write_bytes(p12_of(key, b"password"))
        (folder / "pin").write_text("password")
        with pikepdf.new() as pdf:
            pdf.add_blank_page()
            pdf.save(folder / "paper.pdf")

    def run(self, *arguments: object, data: str = "data", **more: str) -> Result:
        env = {"MOONSEAL_DATA": str(self.folder / data), **more}
        return CliRunner().invoke(app, [*map(str, arguments)], env=env)

    def sign(self, level: str, out: Path, *options: object, **more: str) -> Result:
        key = ("--key", f"file:{self.folder / 'key.p12'}", "--pin-file", self.folder / "pin")
        return self.run("sign", self.folder / "paper.pdf", *key, "--level", level, "--out", out, *options, **more)

    def levels(self, pdf: Path) -> tuple[str, list[str]]:
        done = self.run("verify", pdf, "--anchors", self.folder / "far" / "root.pem", "--json")
        told = json.loads(done.stdout)
        return told["verdict"], [one["level"] for one in told["signatures"] if one["role"] != "document-timestamp"]


@pytest.fixture(scope="module")
def placed(tmp_path_factory):
    front = Front()
    with served(front) as url:
        yield Place(tmp_path_factory.mktemp("levels"), url, front)


@pytest.fixture
def place(placed):
    """The authority without any fault."""
    placed.front.faults.clear()
    return placed


def test_signed_at_the_highest_level_with_all_that_it_needs_from_outside(place, tmp_path):
    done = place.sign("B-LTA", tmp_path, "--tsa", f"{place.url}/tsa", "--ask", "127.0.0.1")
    assert done.exit_code == 0, done.stderr
    assert place.levels(tmp_path / "paper.pdf") == ("PASSED", ["B-LTA"])
    assert place.front.asked["/ocsp"] > 0


def test_the_settings_say_the_same_as_the_options_and_what_was_fetched_is_kept(place, tmp_path):
    settings = {"MOONSEAL_TSA_URLS": f"{DEAD},{place.url}/tsa", "MOONSEAL_EGRESS_INSIDE_HOSTS": "127.0.0.1"}
    assert place.sign("B-LT", tmp_path / "one", **settings).exit_code == 0
    place.front.faults |= {"/ocsp": "broken", "/issuing.crl": "broken", "/root.crl": "broken"}
    assert place.sign("B-LT", tmp_path / "two", **settings).exit_code == 0  # each answer serves until its nextUpdate
    assert place.levels(tmp_path / "two" / "paper.pdf") == ("PASSED", ["B-LT"])


def test_raised_and_renewed_from_the_command_line(place, tmp_path):
    outside = ("--tsa", f"{place.url}/tsa", "--ask", "127.0.0.1", "--anchors", place.folder / "far" / "root.pem")
    assert place.sign("B-B", tmp_path / "signed").exit_code == 0
    signed = tmp_path / "signed" / "paper.pdf"
    before = signed.read_bytes()
    raised = place.run("augment", signed, "--to", "B-LTA", "--out", tmp_path / "raised", *outside)
    assert raised.exit_code == 0, raised.stderr
    assert place.levels(tmp_path / "raised" / "paper.pdf") == ("PASSED", ["B-LTA"])
    early = place.run("renew", tmp_path / "raised", "--out", tmp_path / "renewed", *outside)
    assert (early.exit_code, (tmp_path / "renewed").exists()) == (0, False)
    due = place.run("renew", tmp_path / "raised", "--days", 3000, "--out", tmp_path / "renewed", *outside)
    assert due.exit_code == 0, due.stderr
    renewed = (tmp_path / "renewed" / "paper.pdf").read_bytes()
    assert renewed.startswith((tmp_path / "raised" / "paper.pdf").read_bytes())
    assert renewed.startswith(before)
    assert signed.read_bytes() == before
    refused = place.run(
        "augment", signed, place.folder / "paper.pdf", "--to", "B-T", "--out", tmp_path / "half", *outside
    )
    assert refused.exit_code == 1  # one of the two carries no signature
    assert [path.parent.name for path in (tmp_path / "half").rglob("*.pdf")] == ["half"]


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        ("dead", "does not answer"),
        ("slow", "is too slow"),
        ("wrong nonce", "does not answer the request just sent"),
        ("wrong time", "differ by"),
        ("garbage", "is not a timestamp"),
    ],
)
def test_a_timestamp_authority_that_fails_is_told_in_a_sentence_and_leaves_no_file(place, tmp_path, fault, sentence):
    lying = Lying(place.authority, tmp_path, fault)
    with served(lying) as url:
        done = place.sign("B-LTA", tmp_path / "out", "--tsa", DEAD if fault == "dead" else url, "--ask", "127.0.0.1")
        lying.over.set()
    assert done.exit_code == 1
    assert sentence in done.stderr
    assert "nothing was signed" in done.stderr
    assert not list((tmp_path / "out").rglob("*.pdf"))


def test_an_issuer_that_does_not_answer_is_told_in_a_sentence_and_leaves_no_file(place, tmp_path):
    place.front.faults |= {"/ocsp": "broken", "/issuing.crl": "broken"}
    fresh = {"data": "another"}  # where nothing is kept yet
    done = place.sign("B-LT", tmp_path / "out", "--tsa", f"{place.url}/tsa", "--ask", "127.0.0.1", **fresh)
    assert done.exit_code == 1
    assert "reports an error" in done.stderr
    unasked = place.sign("B-LT", tmp_path / "out", "--tsa", "http://127.0.0.1:9/", **fresh, MOONSEAL_EGRESS_HOSTS="x")
    assert unasked.exit_code == 1
    assert not list((tmp_path / "out").rglob("*.pdf"))


def test_without_any_authority_a_level_that_needs_one_is_refused(place, tmp_path):
    done = place.sign("B-T", tmp_path / "out")
    assert done.exit_code == 1
    assert "--tsa" in done.stderr
    assert not list((tmp_path / "out").rglob("*.pdf"))
