"""A root that leaves the house: several people, a record, and an issuing key on a token."""

import hashlib
import subprocess
from typing import Any

import pytest

from certs.answers import Configuration
from certs.authority import Authority, Subject
from certs.ceremony import RECORD, Plan, hold, open_root, renew_root_list
from certs.errors import CertError, KeyLocked, KeyUnavailable
from certs.keys.token import Token, TokenKey
from tests.certs.conftest import OFFICE, now
from tests.certs.softhsm import MODULE, PIN

PARTS = ("một phần rất dài", "phần của người kia")


def plan(**more) -> Plan:
    given: dict[str, Any] = {
        "organisation": OFFICE,
        "place": "Phòng họp tầng 2",
        "custodians": ("Hà Thị Mơ", "Lò Văn Pá"),
        "witnesses": ("Vi Thị Xanh",),
        "configuration": Configuration(),
    }
    return Plan(**given | more)


def verified(folder, certificate, tmp_path) -> str:
    """What openssl says of a certificate with the lists of both."""
    (tmp_path / "own.pem").write_bytes(certificate.pem())
    for name in ("issuing", "root"):
        subprocess.run(["openssl", "crl", "-inform", "DER", "-in", folder / f"{name}.crl", "-out",
                        tmp_path / f"{name}.list"], check=True, capture_output=True)  # fmt: skip
    (tmp_path / "lists").write_bytes((tmp_path / "issuing.list").read_bytes() + (tmp_path / "root.list").read_bytes())
    done = subprocess.run(
        ["openssl", "verify", "-crl_check_all", "-x509_strict", "-CAfile", folder / "root.pem", "-untrusted",
         folder / "issuing.pem", "-CRLfile", tmp_path / "lists", tmp_path / "own.pem"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_the_issuing_key_lives_on_a_token_and_the_root_leaves_the_house(tokens, tmp_path):
    token = Token(MODULE, "authority")
    token.login(PIN)
    folder, medium = tmp_path / "data" / "authority", tmp_path / "medium"
    record = hold(folder, medium, plan(token=token), PARTS, now)
    assert not (folder / "root.p12").exists()
    assert not (folder / "issuing.p12").exists()
    authority = Authority.open(folder, now)
    with pytest.raises(KeyUnavailable) as caught:
        authority.crl()
    assert caught.value.code == "issuing_key_needed"
    authority.use(token.key(label="issuing"))
    assert isinstance(authority.issuing, TokenKey)
    made = authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
    authority.crl()
    assert verified(folder, made.certificate, tmp_path).strip().endswith("OK")
    authority.revoke(made.certificate, "key_compromise")
    authority.crl()
    assert "certificate revoked" in verified(folder, made.certificate, tmp_path)
    closed = Authority.open(folder, now)
    assert closed.published_crl() == (folder / "issuing.crl").read_bytes()
    assert closed.ocsp_answer(made.certificate)
    token.close()
    for person in ("Hà Thị Mơ", "Lò Văn Pá", "Vi Thị Xanh", "Phòng họp tầng 2"):
        assert person in record
    assert (medium / RECORD).read_text() == record == (folder / RECORD).read_text()
    last = [entry for entry in authority.register.entries() if entry.kind == "ceremony"][-1]
    assert last.details["record_sha256"] == hashlib.sha256(record.encode()).hexdigest()


def test_everybodys_part_is_needed_in_any_order_and_the_roots_list_is_renewed_with_it(tmp_path):
    folder, medium = tmp_path / "data" / "authority", tmp_path / "medium"
    hold(folder, medium, plan(), PARTS, now)
    for parts in ((PARTS[0],), (PARTS[0], "ai đó đoán thử xem"), (PARTS[0], PARTS[0])):
        with pytest.raises(KeyLocked):
            open_root(medium, parts)
    root = open_root(medium, PARTS[::-1])
    authority = Authority.open(folder, now)
    old = authority.root_crl()
    assert renew_root_list(authority, root) == authority.root_crl() != old
    made = authority.issue("clerk", Subject("Lò Văn Pá", OFFICE))
    authority.crl()
    assert verified(folder, made.certificate, tmp_path).strip().endswith("OK")
    assert PARTS[0] not in (medium / RECORD).read_text()


@pytest.mark.parametrize(
    ("more", "parts", "code"),
    [
        ({"custodians": ("Hà Thị Mơ",)}, PARTS[:1], "too_few_custodians"),
        ({"custodians": ("Hà Thị Mơ", "Hà Thị Mơ")}, PARTS, "too_few_custodians"),
        ({}, ("ngắn", "phần của người kia"), "password_part_weak"),
        ({}, (PARTS[0], PARTS[0]), "password_part_weak"),
    ],
)
def test_a_ceremony_of_too_few_or_careless_people_does_not_begin(tmp_path, more, parts, code):
    with pytest.raises(CertError) as caught:
        hold(tmp_path / "data" / "authority", tmp_path / "medium", plan(**more), parts, now)
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


def test_the_root_may_not_stay_in_the_data_folder(tmp_path):
    with pytest.raises(CertError) as caught:
        hold(tmp_path / "data" / "authority", tmp_path / "data" / "root", plan(), PARTS, now)
    assert caught.value.code == "medium_in_data_folder"


def test_a_ceremony_that_fails_leaves_no_root_behind(tmp_path):
    class Gone:
        label = "gone"

        def make_key(self, *_):
            raise KeyUnavailable("token_gone", token="gone")

    medium = tmp_path / "medium"
    with pytest.raises(KeyUnavailable):
        hold(tmp_path / "data" / "authority", medium, plan(token=Gone()), PARTS, now)
    assert list(medium.iterdir()) == []
    assert list((tmp_path / "data").iterdir()) == []
