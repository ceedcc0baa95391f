"""Raising signed files by any tool to each level, and renewing them in time: appended, proved, or refused untouched."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.signers.pdf_cms import ExternalSigner
from pyhanko_certvalidator.registry import SimpleCertificateStore

from certs.anchors import NOBODY, Store
from certs.authority import Authority, Subject
from certs.certificate import Certificate, certificates_of
from certs.errors import RevocationUnknown
from certs.errors import TimestampUnavailable as NoToken
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from certs.timestamps import TimestampAuthority, TimestampClient
from signing.augment import augment, renew
from signing.errors import CertificateNotAccepted, DocumentNotSignable, SignatureNotTrusted, TimestampUnavailable
from signing.growth import Growth
from signing.longterm import sign_long
from signing.outside import Outside
from signing.sign import sign
from signing.signer import parsed
from signing.values import Changes, Level, Role, Verdict
from signing.verify import algorithms
from signing.verify.examination import examine
from tests.signing.conftest import OFFICE, drawn, now

MARGIN = timedelta(days=90)
SOUND = Path(__file__).parent / "sound" / "files"


@dataclass
class Archive:
    """The commune as an archive sees it on some day: its authority, a timestamp service, proofs."""

    world: Any
    folder: Any
    at: datetime
    asked: list[tuple[Certificate, ...]] = field(default_factory=list)

    @property
    def authority(self) -> Authority:
        return Authority.open(self.world.authority.folder, lambda: self.at)

    @property
    def outside(self) -> Outside:
        own = TimestampAuthority(self.authority.timestamp_key, self.folder, lambda: self.at)
        client = TimestampClient([own.answer], [self.authority.issuer], lambda: self.at)
        return Outside(client, self.proofs, (self.authority.issuer, self.authority.root), lambda: self.at)

    def proofs(self, chain: Sequence[Certificate]) -> Evidence:
        self.asked.append(tuple(chain))
        return self.authority.evidence()

    def verify(self, pdf, at):
        return examine(pdf, self.world.stores, (), at)


@pytest.fixture
def archive(world, tmp_path) -> Archive:
    return Archive(world, tmp_path, now() + timedelta(seconds=2))


def raised(archive: Archive, pdf: bytes, to: Level) -> bytes:
    growth = Growth(pdf)
    report = augment(growth, to, archive.outside, archive.verify)
    assert growth.whole().startswith(pdf)
    assert {one.level for one in report.signatures if one.role is not Role.DOCUMENT_TIMESTAMP} == {to}
    return growth.whole()


@pytest.mark.parametrize(
    ("first", "to"), [(Level.B_T, Level.B_LT), (Level.B_T, Level.B_LTA), (Level.B_LT, Level.B_LTA)]
)
def test_a_timestamped_file_is_raised_to_every_higher_level(world, archive, prepared, first, to):
    pdf = raised(archive, world.officially_signed(prepared, first), to)
    report = world.verify(pdf, at=now() + timedelta(seconds=5))
    assert report.verdict is Verdict.PASSED


def test_a_file_that_has_the_level_is_left_as_it_is(archive, signed):
    growth = Growth(signed)
    augment(growth, Level.B_T, archive.outside, archive.verify)
    assert not growth.added


def test_a_file_climbs_step_by_step_and_the_steps_are_told_apart(world, archive, prepared):
    pdf = world.officially_signed(prepared, Level.B_B)
    for to in (Level.B_T, Level.B_LT, Level.B_LTA):
        pdf = raised(archive, pdf, to)
    stamps = [
        one for one in PdfFileReader(io.BytesIO(pdf)).embedded_signatures if one.sig_object_type == "/DocTimeStamp"
    ]
    assert len(stamps) == 2  # one that proves the time, one over the proofs
    assert world.verify(pdf, at=now() + timedelta(seconds=5)).verdict is Verdict.PASSED


def test_a_sealed_file_that_is_locked_for_good_is_raised_all_the_same(world, archive, sealed):
    pdf = raised(archive, sealed, Level.B_LTA)
    report = world.verify(pdf, at=now() + timedelta(seconds=5))
    assert report.verdict is Verdict.PASSED
    assert [one.role for one in report.signatures] == [Role.OFFICIAL, Role.SEAL, Role.DOCUMENT_TIMESTAMP]


def test_a_file_by_another_tool_is_raised(world, archive):
    class Theirs(ExternalSigner):
        async def async_sign_raw(self, data, digest_algorithm, *_unused):
            return world.official.sign(data, Digest(digest_algorithm))

    beside = SimpleCertificateStore.from_certs([parsed(world.authority.issuer.der)])
    signer = Theirs(parsed(world.official.certificate.der), beside, signature_value=256)
    meta = PdfSignatureMetadata(
        field_name="Other", md_algorithm="sha256", subfilter=SigSeedSubFilter.ADOBE_PKCS7_DETACHED
    )
    out = PdfSigner(meta, signer).sign_pdf(IncrementalPdfFileWriter(io.BytesIO(drawn())), bytes_reserved=16384)
    pdf = raised(archive, out.getvalue(), Level.B_LTA)
    assert world.verify(pdf, at=now() + timedelta(seconds=5)).verdict is Verdict.PASSED


def test_what_cannot_be_raised_is_refused_with_its_reason_and_nothing_is_added(
    world, archive, prepared, stranger, plain
):
    signed = world.officially_signed(prepared, Level.B_T)
    damaged = bytearray(signed)
    damaged[signed.index(b"/MediaBox") + 12] ^= 1
    foreign = sign(prepared, stranger, role=Role.OFFICIAL, level=Level.B_B, at=now())
    for pdf, code in (
        (bytes(damaged), "signature_broken"),
        (foreign, "chain_unknown"),
        (plain, "nothing_signed"),
        (b"%PDF-1.7 nothing", "damaged"),
    ):
        growth = Growth(pdf)
        with pytest.raises((SignatureNotTrusted, CertificateNotAccepted, DocumentNotSignable)) as caught:
            augment(growth, Level.B_LTA, archive.outside, archive.verify)
        assert caught.value.code == code
        assert not growth.added


def test_a_revoked_signer_is_not_made_to_look_well_kept(world, archive, prepared, make_key):
    key = make_key("official")
    pdf = sign(prepared, key, role=Role.OFFICIAL, level=Level.B_B, at=now())
    world.authority.revoke(key.certificate, "key_compromise")
    archive.at = now() + timedelta(seconds=2)
    with pytest.raises(SignatureNotTrusted) as caught:
        raised(archive, pdf, Level.B_LT)
    assert caught.value.code in {"signer_revoked", "not_raised"}


def test_without_timestamps_or_proofs_there_is_a_reason_and_no_level(world, archive, prepared):
    pdf = world.officially_signed(prepared, Level.B_B)

    def dead(_request):
        raise NoToken("no_answer")

    def silent(_chain):
        raise RevocationUnknown("list_not_at_hand", url="http://ca.invalid/list")

    none = replace(archive.outside, timestamper=None)
    unreachable = replace(none, timestamper=TimestampClient([dead], [world.authority.issuer], now))
    for outside, error, code in (
        (none, TimestampUnavailable, "no_authority_configured"),
        (unreachable, TimestampUnavailable, "no_timestamp"),
        (replace(archive.outside, proofs=silent), CertificateNotAccepted, "list_not_at_hand"),
    ):
        with pytest.raises(error) as caught:
            augment(Growth(pdf), Level.B_LT, outside, archive.verify)
        assert caught.value.code == code


def test_proofs_are_asked_for_what_lacks_them_only(world, archive, prepared):
    augment(Growth(world.officially_signed(prepared, Level.B_LT)), Level.B_LTA, archive.outside, archive.verify)
    assert {chain[0].common_name for chain in archive.asked} == {world.authority.timestamp_key.certificate.common_name}


@pytest.mark.parametrize("level", [Level.B_T, Level.B_LT, Level.B_LTA])
def test_a_signature_is_made_at_its_level_whoever_gives_the_time(world, archive, prepared, level):
    growth = Growth(prepared)
    sign_long(growth, world.official, archive.outside, role=Role.OFFICIAL, level=level, at=archive.at)
    report = world.verify(growth.whole(), at=now() + timedelta(seconds=5), crls=world.evidence.crls)
    assert (report.verdict, report.signatures[0].level) == (Verdict.PASSED, level)


def test_renewal_adds_the_next_timestamp_in_time_and_never_too_early_or_too_late(world, archive, sealed):
    pdf = raised(archive, sealed, Level.B_LTA)
    end = world.authority.timestamp_key.certificate.not_after
    assert renew(Growth(pdf), archive.outside, archive.verify, MARGIN) is None
    archive.at = end + timedelta(days=1)
    with pytest.raises(SignatureNotTrusted) as caught:
        renew(Growth(pdf), archive.outside, archive.verify, MARGIN)
    assert caught.value.code == "protection_ended"
    archive.at = end - timedelta(days=60)
    archive.world = replace(world, authority=with_next_timestamp_key(archive))
    growth = Growth(pdf)
    report = renew(growth, archive.outside, archive.verify, MARGIN)
    assert report is not None
    assert growth.whole().startswith(pdf)
    much_later = end + timedelta(days=400)
    assert world.verify(growth.whole(), at=much_later).verdict is Verdict.PASSED
    assert world.verify(pdf, at=much_later).verdict is not Verdict.PASSED  # that is what it was for
    assert renew(Growth(growth.whole()), archive.outside, archive.verify, MARGIN) is None


def with_next_timestamp_key(archive: Archive) -> Authority:
    """The same authority in a folder of its own, years later, with the successor of its timestamp key."""
    folder = archive.folder / "later"
    folder.mkdir()
    for path in archive.world.authority.folder.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    later = Authority.open(folder, lambda: archive.at)
    later.keep("tsa", later.issue("tsa", Subject("Dấu thời gian 2", OFFICE)))
    return later


def test_an_algorithm_about_to_end_is_renewed_with_a_longer_digest(world, archive, prepared, monkeypatch):
    pdf = world.officially_signed(prepared, Level.B_LTA)
    monkeypatch.setitem(algorithms.DIGEST_UNTIL, "sha256", archive.at + timedelta(days=30))
    growth = Growth(pdf)
    assert renew(growth, archive.outside, archive.verify, MARGIN) is not None
    newest = PdfFileReader(io.BytesIO(growth.whole())).embedded_signatures[-1]
    assert newest.external_md_algorithm == "sha384"
    assert renew(Growth(pdf), archive.outside, archive.verify, timedelta(days=20)) is None


@pytest.mark.parametrize("name", ["endesive-sha256", "itext-certified-p3", "pdfsig-linear"])
def test_files_by_tools_of_other_code_get_their_proof_of_time(archive, name):
    """pdfsig leaves "append only" out of the form's flags, and setting it would change what was signed."""
    theirs = certificates_of([SOUND / "plain-root.cer", SOUND / "plain-issuing.cer"])
    stores = archive.world.stores.with_certificates(Store.DEMO, theirs)
    growth = Growth((SOUND / f"{name}.pdf").read_bytes())
    report = augment(growth, Level.B_T, archive.outside, lambda pdf, at: examine(pdf, stores, (), at))
    assert [one.level for one in report.signatures if one.role is not Role.DOCUMENT_TIMESTAMP] == [Level.B_T]


def test_a_signature_beside_another_tools_leaves_its_form_as_it_was_signed(world):
    theirs = certificates_of([SOUND / "plain-root.cer", SOUND / "plain-issuing.cer"])
    stores = NOBODY.with_certificates(Store.COMMUNE, [world.authority.root, *theirs])
    pdf = world.officially_signed((SOUND / "pdfsig-linear.pdf").read_bytes(), Level.B_B)
    first = examine(io.BytesIO(pdf), stores, world.evidence.crls, now()).signatures[0]
    assert first.intact
    assert first.changes_after is not Changes.FORBIDDEN
