"""The verification of one file, step by step as in ETSI EN 319 102-1; runs inside the sandbox.

Of each signature: (1) format, 5.2.2; (2) coverage, ours; (3) changes after signing, ours; (4) who signed, 5.2.3;
(5) cryptography, 5.2.7; (6) proofs of existence: its timestamps, 5.4, and document timestamps, 5.6; (7) chain, purpose
and revocation at the proven time, 5.2.6 and 5.5; (8) algorithms at that time, 5.2.8. Of the file: (9) the verdict is
its worst signature's. One bad field never hides the others, any exception is a verdict, and nothing goes out.
"""

import hashlib
import os
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime
from typing import BinaryIO

from asn1crypto import cms, crl  # type: ignore[import-untyped]  # asn1crypto has no types
from asn1crypto import x509 as asn1_x509
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.fields import enumerate_sig_fields
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certs.anchors import Store, TrustStores
from signing.values import Changes, Level, Report, Trust, Verdict
from signing.verify.causes import OUTCOME, Cause
from signing.verify.changes import changes_after
from signing.verify.coverage import NotCovered, check_end, covered_bytes
from signing.verify.limits import (
    DECODE_LIMITS,
    HEAD_BYTES,
    LARGEST_FILE_BYTES,
    MOST_SIGNATURES,
)
from signing.verify.mathematics import (
    Damaged,
    Signed,
    algorithms_allowed,
    check_signature,
    check_token,
    check_twins,
    tokens_of,
)
from signing.verify.proofs import embedded_proofs
from signing.verify.remains import has_remains, is_cut_off
from signing.verify.sentences import Finding, Unread, sentences_of, unread_sentences
from signing.verify.trust import Judge, Known
from signing.verify.work import GRAVITY, Work, finding_of

POLICY_NAME = "moonseal-1"
CHUNK_BYTES = 1 << 20
TOKEN_STORES = (Store.OFFICIAL_DUTY, Store.COMMUNE, Store.PUBLIC)


def examine(stream: BinaryIO, stores: TrustStores, crls: Iterable[bytes], at: datetime) -> Report:
    """Return everything found in the file; never raises for what the file holds."""
    size_bytes = stream.seek(0, os.SEEK_END)
    digest = _digest(stream)
    try:
        unread = _guard(stream, size_bytes)
        if unread is not None:
            return unreadable(unread, digest, at)
        reader = PdfFileReader(stream, strict=False, decode_limits=DECODE_LIMITS)
        if reader.encrypted:
            return unreadable(Unread.ENCRYPTED, digest, at)
        works = _signatures(reader)
    except (
        PdfError,
        ArithmeticError,
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ):
        return unreadable(Unread.DAMAGED, digest, at)
    if not works and is_cut_off(stream, size_bytes):
        return unreadable(Unread.DAMAGED, digest, at)
    if not works:
        return _without_signature(stream, reader, digest, at)
    return _Examination(stream, size_bytes, reader, works, stores, crls, at).report(digest)


class _Examination:
    def __init__(  # ruff: ignore[too-many-positional-arguments] - all that there is to know, once
        self,
        stream: BinaryIO,
        size_bytes: int,
        reader: PdfFileReader,
        works: list[Work],
        stores: TrustStores,
        crls: Iterable[bytes],
        at: datetime,
    ) -> None:
        self._stream, self._size, self._reader, self._works, self._at = stream, size_bytes, reader, works, at
        ours = Known((), tuple(crl.CertificateList.load(one) for one in crls))
        self._embedded = embedded_proofs(reader, [work.signature for work in works])
        self._judge = Judge(stores, self._embedded, ours)

    def report(self, digest: str) -> Report:
        for work in self._works:
            self._guarded(work, self._bytes_and_mathematics)  # steps 1 to 5
        for work in self._works:
            if work.is_document_timestamp:
                self._guarded(work, self._trust_timestamp)  # step 6: they prove the others' time
        for work in self._works:
            if not work.is_document_timestamp:
                self._guarded(work, self._trust)  # steps 6 to 8
        findings = tuple(finding_of(work) for work in self._works)
        return _summed_up(findings, digest, self._at)

    @staticmethod
    def _guarded(work: Work, step: Callable[[Work], None]) -> None:
        """Run a step; whatever a stranger's bytes make it throw is a verdict of this signature only."""
        if work.signature is None:
            return
        try:
            step(work)
        except NotCovered:
            work.blame(Cause.COVERAGE)
        except Damaged as error:
            work.blame(Cause(error.cause))
        except MemoryError:
            raise
        except Exception:  # ruff: ignore[blind-except] - security.md 0.6: the parsers throw anything at damaged bytes
            work.blame(Cause.FORMAT)

    def _bytes_and_mathematics(self, work: Work) -> None:
        signature = work.signature
        assert signature is not None  # ruff: ignore[assert] - _guarded saw to it
        # (2) Coverage.
        work.ends_at = covered_bytes(self._stream, self._size, signature)
        if signature.signed_revision == self._reader.total_revisions - 1:
            if work.ends_at != self._size:
                raise NotCovered("bytes stand after the last revision")
        else:
            check_end(self._stream, self._size)
        work.covers = True
        # (4) and (5) Who signed; digest and signature value.
        kind = "tst_info" if work.is_document_timestamp else "data"
        if kind == "data":
            work.signed = check_signature(signature.signed_data, signature.compute_digest())
        else:
            token = cms.ContentInfo.load(signature.pkcs7_content)
            work.signed = check_token(token, self._covered(signature)).signed
        # (3) Changes after signing.
        later = [
            other.name for other in self._works if other.revision > work.revision and not other.is_document_timestamp
        ]
        work.changes = changes_after(self._reader, signature, later)
        if work.changes is Changes.FORBIDDEN:
            work.blame(Cause.CHANGED)
        elif work.changes is Changes.UNDETERMINED:
            work.blame(Cause.ADDED_SIGNATURE)

    def _covered(self, signature: EmbeddedPdfSignature) -> bytes:
        start, first, second, rest = (int(one) for one in signature.byte_range)
        self._stream.seek(start)
        content = self._stream.read(first)
        self._stream.seek(second)
        return content + self._stream.read(rest)

    def _trust_timestamp(self, work: Work) -> None:
        signature, signed = work.signature, work.signed
        if signature is None or signed is None:
            return
        said = signature.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        proven = self._proof_by_documents(work)
        moment = proven or self._at
        # At the time it gives, it must have been in force; a newer timestamp carries it beyond its own end (5.6.3.4).
        if moment > signed.certificate.not_valid_after:
            work.blame(Cause.EXPIRED)
        check_twins(signed.others, self._everyone())
        work.chain = self._judge.judge(signed.certificate, signed.others, said, for_time=True)
        work.blame(work.chain.cause)
        if not algorithms_allowed(signed, moment):
            work.blame(Cause.ALGORITHM)
        if work.cause in {Cause.GOOD, Cause.REVOCATION_UNKNOWN} and said <= self._at:
            work.proven_at = said

    def _trust(self, work: Work) -> None:
        signed = work.signed
        if signed is None:
            return
        check_twins(signed.others, self._everyone())
        # (6) Proofs of existence.
        token_at, stores = self._signature_token(work)
        times = [one for one in (token_at, self._proof_by_documents(work)) if one is not None and one <= self._at]
        work.proven_at = min(times) if times else None
        moment = work.proven_at or self._at
        # (7) Chain, purpose and revocation at that time.
        work.chain = self._judge.judge(signed.certificate, signed.others, moment)
        if work.chain.store is not None and stores and work.chain.store is not Store.DEMO and Store.DEMO in stores:
            # Stores stay apart: a demonstration's clock proves nothing about anything real.
            work.proven_at = None
            work.chain = self._judge.judge(signed.certificate, signed.others, self._at)
            moment = self._at
        if work.chain.cause is Cause.EXPIRED and work.proven_at is not None:
            early = work.proven_at < signed.certificate.not_valid_before
            work.blame(Cause.NOT_YET_VALID if early else Cause.EXPIRED)
        work.blame(work.chain.cause)
        # (8) Algorithms at that time.
        if not algorithms_allowed(signed, moment):
            work.blame(Cause.ALGORITHM)
        work.level = self._level(work)

    def _signature_token(self, work: Work) -> tuple[datetime | None, set[Store]]:
        """Return the earliest time that a trusted token in the signature proves, and whose tokens they are."""
        assert work.signed is not None  # ruff: ignore[assert] - the caller saw to it
        times, stores = [], set()
        for content in tokens_of(work.signed.signer):
            work.has_token = True
            try:
                found = check_token(content, work.signed.signer["signature"].native)
            except Damaged as error:
                raise Damaged("token", str(error)) from error
            moment = self._proof_by_documents(work) or self._at
            check_twins(found.signed.others, self._everyone(found.signed))
            chain = self._judge.judge(found.signed.certificate, found.signed.others, found.at, for_time=True)
            in_force = moment <= found.signed.certificate.not_valid_after and algorithms_allowed(found.signed, found.at)
            if chain.is_trusted and chain.store is not None and in_force:
                times.append(found.at)
                stores.add(chain.store)
        return (min(times) if times else None), stores

    def _proof_by_documents(self, work: Work) -> datetime | None:
        """Return the earliest time that a document timestamp over this signature proves."""
        times = [
            other.proven_at
            for other in self._works
            if other.is_document_timestamp and other.proven_at is not None and other.revision > work.revision
        ]
        return min(times, default=None)

    def _everyone(self, more: Signed | None = None) -> list[asn1_x509.Certificate]:
        """Every certificate at hand: of all signatures, of the file's store, and ours."""
        found = self._judge.known_certificates()
        for signed in (more, *(work.signed for work in self._works)):
            if signed is not None:
                found += [signed.certificate, *signed.others]
        return found

    def _level(self, work: Work) -> Level:
        """EN 319 142-1 6.3: a token or a later document timestamp; its proofs in the file; a timestamp over those."""
        stamps = [
            other
            for other in self._works
            if other.is_document_timestamp and other.revision > work.revision and other.proven_at is not None
        ]
        if not work.has_token and not stamps:
            return Level.B_B
        if not work.chain.is_embedded:
            return Level.B_T
        return Level.B_LTA if any(self._covers_proofs_of(work, one) for one in stamps) else Level.B_LT

    def _covers_proofs_of(self, work: Work, stamp: Work) -> bool:
        """Whether the proofs that a signature needs stood in the file before this timestamp."""
        assert work.signed is not None  # ruff: ignore[assert] - it has a chain
        before = embedded_proofs(self._reader.get_historical_resolver(stamp.revision), [work.signature])
        if before.encoded() == self._embedded.encoded():
            return True
        moment = work.proven_at or self._at
        return self._judge.with_only(before).judge(work.signed.certificate, work.signed.others, moment).is_embedded


def with_second_opinion(report: Report, cause: Cause, at: datetime) -> Report:
    """Lower a PASSED report to INDETERMINATE; a second opinion can do nothing else."""
    if report.verdict is not Verdict.PASSED:
        return report
    verdict, sub_indication = OUTCOME[cause]
    findings = tuple(
        Finding(replace(one, verdict=verdict, sub_indication=sub_indication), cause) for one in report.signatures
    )
    return _summed_up(findings, report.sha256, at)


def _summed_up(findings: tuple[Finding, ...], digest: str, at: datetime) -> Report:
    """(9) The file's verdict is its worst signature's; its store is the weakest chain's."""
    # Of equally grave ones the first speaks, but what can be cured by trying later goes before what cannot.
    worst = min(
        findings,
        key=lambda one: (GRAVITY.index(one.report.verdict), one.cause is not Cause.REVOCATION_UNKNOWN),
    )
    stores = [one.report.trust for one in findings]
    weakest = max(stores, key=list(Trust).index)
    vietnamese, english = sentences_of(findings, worst, weakest)
    return Report(
        sha256=digest,
        policy=POLICY_NAME,
        checked_at=at.isoformat(timespec="seconds"),
        verdict=worst.report.verdict,
        sub_indication=worst.report.sub_indication,
        message_vi=vietnamese,
        message_en=english,
        trust=weakest,
        signatures=tuple(one.report for one in findings),
    )


def unreadable(unread: Unread, digest: str, at: datetime) -> Report:
    """Return the report of a file that could not be read at all."""
    return _bare(Verdict.UNREADABLE, None, unread, digest, at)


def _bare(verdict: Verdict, sub_indication: str | None, unread: Unread, digest: str, at: datetime) -> Report:
    vietnamese, english = unread_sentences(unread)
    moment = at.isoformat(timespec="seconds")
    return Report(digest, POLICY_NAME, moment, verdict, sub_indication, vietnamese, english, Trust.NONE, ())


def _guard(stream: BinaryIO, size_bytes: int) -> Unread | None:
    """(1) What is no PDF to begin with."""
    if size_bytes == 0:
        return Unread.EMPTY
    if size_bytes > LARGEST_FILE_BYTES:
        return Unread.TOO_LARGE
    stream.seek(0)
    return None if b"%PDF-" in stream.read(HEAD_BYTES) else Unread.NOT_A_PDF


def _signatures(reader: PdfFileReader) -> list[Work]:
    """(1) Every filled signature field, oldest first, also those that can't be taken apart."""
    works: list[Work] = []
    for name, value, reference in enumerate_sig_fields(reader, filled_status=True):
        if value is None:
            continue
        if len(works) == MOST_SIGNATURES:
            raise ValueError("too many signatures")
        work = Work(str(name))  # not the reader's own kind of text, which holds on to the file
        try:
            work.signature = EmbeddedPdfSignature(reader, reference, name)
            _ = work.signature.signed_data["signer_infos"][0]
        except Exception:  # ruff: ignore[blind-except] - security.md 0.6; the other fields are still judged
            work.signature = None
            work.cause = Cause.FORMAT
        works.append(work)
    return sorted(works, key=lambda one: one.revision)


def _without_signature(stream: BinaryIO, reader: PdfFileReader, digest: str, at: datetime) -> Report:
    """Tell a file that never had a signature from one that was saved anew after signing (signing.md F)."""
    if has_remains(stream, reader):
        return _bare(Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND", Unread.SAVED_ANEW, digest, at)
    return _bare(Verdict.NO_SIGNATURE, None, Unread.NO_SIGNATURE, digest, at)


def _digest(stream: BinaryIO) -> str:
    stream.seek(0)
    digest = hashlib.sha256()
    while part := stream.read(CHUNK_BYTES):
        digest.update(part)
    return digest.hexdigest()


__all__ = ["examine", "unreadable", "with_second_opinion"]
