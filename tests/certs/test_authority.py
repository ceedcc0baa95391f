"""The commune's own authority, checked with the openssl command line, which shares no code with us."""

import os
import subprocess
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from certs.authority import Authority, Names, Subject
from certs.errors import CertError, CertificateInvalid, ClockWentBack, KeyUnavailable, RevocationUnknown
from certs.revocation import Evidence, status_in
from storage.durable import write_durably
from tests.certs.conftest import OFFICE, now


def openssl(*arguments: object) -> str:
    done = subprocess.run(["openssl", *map(str, arguments)], capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


@pytest.fixture
def files(tmp_path, authority, official):
    (tmp_path / "official.pem").write_bytes(official.certificate.pem())
    (tmp_path / "chain.pem").write_bytes(authority.issuing.certificate.pem() + authority.root.pem())
    (tmp_path / "issuing.crl").write_bytes(authority.crl())
    (tmp_path / "root.crl").write_bytes(authority.root_crl())
    return tmp_path


def test_openssl_accepts_a_certificate_with_the_lists_of_root_and_issuer(files, authority):
    lists = b""
    for name in ("issuing", "root"):
        crl = x509.load_der_x509_crl((files / f"{name}.crl").read_bytes())
        lists += crl.public_bytes(Encoding.PEM)
    (files / "lists.pem").write_bytes(lists)
    said = openssl(
        "verify",
        "-crl_check_all",
        "-x509_strict",
        "-CAfile",
        authority.folder / "root.pem",
        "-untrusted",
        files / "chain.pem",
        "-CRLfile",
        files / "lists.pem",
        files / "official.pem",
    )
    assert said.strip().endswith("OK")


def test_vietnamese_names_stand_in_the_certificate_letter_by_letter(official):
    assert official.certificate.common_name == "Đặng Thị Ngọc Hương"
    assert official.certificate.organisation == OFFICE


def test_openssl_verifies_the_list_and_its_next_update(files, authority):
    said = openssl(
        "crl",
        "-inform",
        "DER",
        "-in",
        files / "issuing.crl",
        "-CAfile",
        authority.folder / "issuing.pem",
        "-noout",
        "-nextupdate",
    )
    assert "verify OK" in said
    assert "nextUpdate=" in said


def test_openssl_reads_good_and_then_revoked_from_the_answers(files, authority):
    key = authority.issue("official", Subject("Lò Văn Pá", OFFICE))
    (files / "pa.pem").write_bytes(key.certificate.pem())

    def said() -> str:
        (files / "answer.der").write_bytes(authority.ocsp_answer(key.certificate))
        return openssl(
            "ocsp",
            "-respin",
            files / "answer.der",
            "-issuer",
            authority.folder / "issuing.pem",
            "-cert",
            files / "pa.pem",
            "-CAfile",
            authority.folder / "root.pem",
            "-verify_other",
            files / "chain.pem",
            "-no_nonce",
        )

    first = said()
    assert "Response verify OK" in first
    assert ": good" in first
    authority.revoke(key.certificate, "key_compromise")
    assert ": revoked" in said()


def test_revoking_twice_keeps_the_first_time_and_reason(authority):
    key = authority.issue("official", Subject("Vi Thị Xanh", OFFICE))
    first = authority.revoke(key.certificate, "superseded")
    assert authority.revoke(key.certificate, "key_compromise") == first
    found = status_in(Evidence(crls=(authority.crl(),)), key.certificate, authority.issuing.certificate)
    assert found is not None
    assert found.reason == "superseded"


def test_a_list_of_another_authority_says_nothing(authority, official, other):
    with pytest.raises(RevocationUnknown):
        status_in(Evidence(crls=(other.crl(),)), official.certificate, authority.issuing.certificate)


def test_only_our_own_certificates_can_be_revoked(authority, other):
    stranger = other.issue("official", Subject("Người Lạ", "Xã khác"))
    with pytest.raises(CertificateInvalid):
        authority.revoke(stranger.certificate, "superseded")


def test_an_authority_is_made_once_and_opened_again(authority):
    with pytest.raises(CertError) as caught:
        Authority.create(authority.folder, Names.of(OFFICE))
    assert caught.value.code == "authority_exists"
    assert Authority.open(authority.folder).root == authority.root


def test_a_folder_without_an_authority_cannot_be_opened(tmp_path):
    with pytest.raises(KeyUnavailable):
        Authority.open(tmp_path)


def test_a_creation_that_fails_leaves_nothing_behind(tmp_path):
    with pytest.raises(CertificateInvalid):
        Authority.create(tmp_path / "authority", Names.of(""))
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_creation_left_is_swept_by_the_next(tmp_path):
    left = tmp_path / ".authority.abcd1234.part"
    left.mkdir()
    (left / "root.p12").write_bytes(b"half")
    Authority.create(tmp_path / "authority", Names.of(OFFICE))
    assert [path.name for path in tmp_path.iterdir()] == ["authority"]


def test_a_file_half_written_by_a_dead_process_is_swept_and_a_living_one_is_left_alone(tmp_path):
    dead, living = tmp_path / ".a.999999999.part", tmp_path / f".a.{os.getppid()}.part"
    for part in (dead, living):
        part.write_bytes(b"half")
    write_durably(tmp_path / "a", b"whole")
    assert sorted(path.name for path in tmp_path.iterdir()) == [living.name, "a"]


def test_a_clock_set_back_stops_the_authority(tmp_path):
    times = [datetime.now(UTC)]
    made = Authority.create(tmp_path / "authority", Names.of(OFFICE), lambda: times[0])
    times[0] -= timedelta(minutes=1)
    with pytest.raises(ClockWentBack):
        made.issue("official", Subject("Lò Văn Pá", OFFICE))


def test_without_the_issuing_key_the_last_list_still_proves_until_it_ends(tmp_path):
    times = [now()]
    made = Authority.create(tmp_path / "authority", Names.of(OFFICE), lambda: times[0])
    made.crl()
    (made.folder / "issuing.p12").unlink()  # as where the key lies on a token that nobody opened
    times[0] += timedelta(days=6)
    away = Authority.open(made.folder, lambda: times[0])
    assert len(away.evidence().crls) == 2
    times[0] += timedelta(days=2)
    with pytest.raises(KeyUnavailable) as caught:
        away.evidence()
    assert caught.value.code == "issuing_key_needed"
