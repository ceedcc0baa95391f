"""Official, then seal: what is signed, in which order, and what is refused before any key is used."""

import io
from datetime import timedelta

import pikepdf
import pytest
from pyhanko.pdf_utils.reader import PdfFileReader

from certs.errors import CertError
from certs.errors import TimestampUnavailable as NoToken
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from certs.timestamps import TimestampClient
from signing.errors import AlreadySealed, CertificateNotAccepted, DocumentNotSignable, TimestampUnavailable
from signing.fields import prepare
from signing.ready import Statement
from signing.sign import sign
from signing.values import Level, Role, Verdict
from tests.signing.conftest import PLACES, drawn, mark, now


class Counting:
    """A real key that counts how often it was used."""

    def __init__(self, key):
        self._key, self.uses = key, 0

    def __getattr__(self, name):
        return getattr(self._key, name)

    def sign(self, data, digest=Digest.SHA256):
        self.uses += 1
        return self._key.sign(data, digest)


def test_official_then_seal_is_genuine_and_every_earlier_byte_is_kept(world, prepared, signed, sealed):
    assert signed.startswith(prepared)
    assert sealed.startswith(signed)
    report = world.verify(sealed)
    assert report.verdict is Verdict.PASSED
    assert [(one.field, one.role, one.level) for one in report.signatures] == [
        ("Official", Role.OFFICIAL, Level.B_LT),
        ("Seal", Role.SEAL, Level.B_LT),
    ]


@pytest.mark.parametrize("level", list(Level))
def test_each_level_is_found_again_by_the_verifier(world, prepared, level):
    report = world.verify(world.officially_signed(prepared, level), crls=world.evidence.crls)
    assert report.verdict is Verdict.PASSED
    assert report.signatures[0].level is level


def test_one_signature_uses_the_key_once(world, prepared):
    key = Counting(world.official)
    sign(prepared, key, role=Role.OFFICIAL, level=Level.B_B, at=now())
    assert key.uses == 1


def test_the_seal_refuses_a_file_that_nobody_signed(world, prepared):
    with pytest.raises(DocumentNotSignable) as caught:
        world.sealed(prepared)
    assert caught.value.code == "not_signed_by_official"


def test_the_seal_refuses_a_file_that_a_stranger_signed(world, prepared, stranger):
    foreign = sign(prepared, stranger, role=Role.OFFICIAL, level=Level.B_B, at=now())
    with pytest.raises(DocumentNotSignable) as caught:
        world.sealed(foreign)
    assert caught.value.code == "not_signed_by_official"


def test_the_seal_refuses_a_file_that_was_changed_after_the_official(world, signed):
    changed = bytearray(signed)
    changed[signed.index(b"/MediaBox") + 12] ^= 1
    with pytest.raises(DocumentNotSignable):
        world.sealed(bytes(changed))


@pytest.mark.parametrize("role", [Role.SEAL, Role.OFFICIAL, Role.INITIAL, Role.SCAN])
def test_nothing_signs_after_the_final_lock(world, sealed, role):
    key = Counting(world.seal)
    with pytest.raises(AlreadySealed):
        sign(sealed, key, role=role, level=Level.B_B, at=now(), verify=world.verify)
    assert key.uses == 0


def test_the_same_official_does_not_sign_twice(world, signed):
    with pytest.raises(DocumentNotSignable) as caught:
        world.officially_signed(signed)
    assert caught.value.code == "field_already_signed"


@pytest.mark.parametrize(
    ("profile", "days", "code"),
    [
        ("official", -1, "certificate_not_yet_valid"),
        ("official", 4000, "certificate_expired"),
        ("tsa", 0, "certificate_of_wrong_purpose"),
        ("ocsp", 0, "certificate_of_wrong_purpose"),
    ],
)
def test_a_certificate_that_may_not_sign_is_refused_before_its_key_is_used(prepared, keys, profile, days, code):
    key = Counting(keys[profile])
    with pytest.raises(CertificateNotAccepted) as caught:
        sign(prepared, key, role=Role.OFFICIAL, level=Level.B_B, at=now() + timedelta(days=days))
    assert caught.value.code == code
    assert key.uses == 0


def test_a_revoked_certificate_is_refused_before_its_key_is_used(world, prepared, revoked):
    key, evidence = Counting(revoked), world.authority.evidence()
    with pytest.raises(CertificateNotAccepted) as caught:
        sign(
            prepared,
            key,
            role=Role.OFFICIAL,
            level=Level.B_LT,
            at=now(),
            evidence=evidence,
            timestamper=world.timestamps,
        )
    assert caught.value.code == "certificate_revoked"
    assert key.uses == 0


def test_long_term_without_proof_of_revocation_is_refused(world, prepared):
    with pytest.raises(CertificateNotAccepted) as caught:
        world.officially_signed(prepared, evidence=Evidence())
    assert caught.value.code == "revocation_unknown"


def test_without_a_timestamp_there_is_no_timestamped_signature(world, prepared):
    def dead(_request):
        raise NoToken("no_answer")

    none = TimestampClient([dead], [world.authority.issuing.certificate], now)
    for timestamper in (none, None):
        with pytest.raises(TimestampUnavailable):
            world.officially_signed(prepared, Level.B_T, timestamper=timestamper)


@pytest.mark.parametrize(
    ("content", "code"),
    [(b"", "empty_file"), (b"Kinh gui ong ba", "not_a_pdf"), (b"%PDF-1.7\n%%EOF\n", "damaged"), (None, "damaged")],
)
def test_what_is_no_whole_pdf_cannot_be_signed(world, plain, content, code):
    with pytest.raises(DocumentNotSignable) as caught:
        world.officially_signed(plain[: len(plain) // 2] if content is None else content)
    assert caught.value.code == code


def test_an_encrypted_pdf_cannot_be_signed(world, encrypted):
    with pytest.raises(DocumentNotSignable) as caught:
        world.officially_signed(encrypted)
    assert caught.value.code == "encrypted"


def test_any_pdf_gets_the_fields_of_its_route_so_that_the_seal_can_follow(world):
    signed = world.officially_signed(drawn("Don xin"))
    assert world.verify(world.sealed(signed)).verdict is Verdict.PASSED


def test_fields_are_not_made_twice(prepared):
    with pytest.raises(DocumentNotSignable) as caught:
        prepare(prepared, PLACES)
    assert caught.value.code == "field_exists"


def test_marks_stand_in_their_fields_printed_and_without_transparency(sealed):
    with pikepdf.open(io.BytesIO(sealed)) as pdf:
        for annotation in pdf.pages[0].Annots:
            place = PLACES[str(annotation.T)]
            assert [float(one) for one in annotation.Rect] == [place.x0, place.y0, place.x1, place.y1]
            assert int(annotation.F) & 4  # ISO 19005-2 6.3.2: printed
            assert not int(annotation.F) & 0b100011  # and neither hidden, invisible nor without view
            assert list(annotation.AP.keys()) == ["/N"]  # 6.3.3: a normal appearance only
            assert annotation.AP.N.Type == "/XObject"


def test_what_the_signer_declares_is_written_in_vietnamese_time(world, prepared):
    statement = Statement(reason="Xác nhận tình trạng hôn nhân", location="Xã Nguyệt Ấn")
    pdf = world.officially_signed(prepared, statement=statement)
    found = PdfFileReader(io.BytesIO(pdf)).embedded_signatures[0].sig_object
    assert found["/Reason"] == statement.reason
    assert found["/Location"] == statement.location
    assert found["/M"].endswith("+07'00'")


def test_a_damaged_mark_is_refused(world, prepared):
    with pytest.raises((DocumentNotSignable, CertError)):
        world.officially_signed(prepared, mark_pdf=mark("0 0 1")[:200])
