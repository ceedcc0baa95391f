"""The validation of the signatures of one file, step by step as in ETSI EN 319 102-1 (V1.3.1, clause 5).

    step  clause  what
    1     5.2.2   format: a signature field whose value can be taken apart
    2     –       coverage, ours: what the signature really covers (`coverage`)
    3     5.2.3   the signing certificate is identified, and is the one that the signature names
    4     5.2.7   cryptography: digest and signature value
    5     5.6.2.3 proofs of existence by document timestamps, newest first, each judged as a timestamp (5.4)
    6     5.5.4   the signature's own timestamp (5.4), and with 5 the time that is proven
    7     5.2.6   chain, purpose and revocation (freshness: 5.2.5) at that time; the past of it: 5.6.2.1, 5.6.2.4
    8     5.2.8   acceptance: algorithms good enough at that time (5.2.4: our policy, `algorithms`)
    9     –       changes after signing, ours: what later updates did (`changes`, `added`)

Steps 1 to 4 and 7 to 8 at the present time are the validation of basic signatures (5.3); with 6 that of signatures with
time (5.5), with 5 that for the long term (5.6). Every step is guarded: what a stranger's bytes make it throw is a
verdict on that signature alone.
"""

import contextlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import BinaryIO

from asn1crypto import cms  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

from certs.anchors import Store, TrustStores
from signing.values import Changes, Level
from signing.verify.added import Additions
from signing.verify.causes import Cause
from signing.verify.changes import History
from signing.verify.coverage import NotCovered, check_end, covered_bytes, cut_off
from signing.verify.mathematics import (
    Damaged,
    Signed,
    algorithms_allowed,
    certificates_beside,
    check_signature,
    check_token,
    check_twins,
    tokens_of,
)
from signing.verify.proofs import embedded_proofs
from signing.verify.roles import assign_roles
from signing.verify.trust import Chain, Judge, Known
from signing.verify.work import Work

PADES = "/ETSI.CAdES.detached"
KINDS = {PADES, "/adbe.pkcs7.detached"}
KINDS_OF_TIMESTAMPS = {"/ETSI.RFC3161"}


class Process:
    """Fills in what is known about each signature; ``works`` are oldest first."""

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
        ours = Known((), tuple(crls))
        self._embedded = embedded_proofs(reader, [work.signature for work in works])
        self._judge = Judge(stores, self._embedded, ours)
        self._additions = Additions(reader, History(reader, works), works, lambda end: cut_off(stream, end))

    def run(self) -> None:
        """Take every signature through the steps; never raises for what the file holds."""
        for work in self._works:
            self._guarded(work, self._bytes_and_mathematics)  # 1 to 4
        for work in reversed(self._works):
            if work.is_document_timestamp:
                self._guarded(work, self._document_timestamp)  # 5
        for work in self._works:
            if not work.is_document_timestamp:
                self._guarded(work, self._trust)  # 6 to 8
        for work in self._works:
            self._guarded(work, self._changes)  # 9, last: a later signature that is trusted may vouch for its update
        with contextlib.suppress(ValueError, TypeError, KeyError):  # names that can't be read tell no role
            assign_roles(self._works, self._additions.is_on_another)

    @staticmethod
    def _guarded(work: Work, step: Callable[[Work], None]) -> None:
        if work.signature is None:  # (1) 5.2.2: it could not be taken apart
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
        # (1) 5.2.2: of a kind that a PDF may hold (ISO 32000-2, table 260; EN 319 142-1 6.3).
        kinds = KINDS_OF_TIMESTAMPS if work.is_document_timestamp else KINDS
        kind = signature.sig_object.get("/SubFilter")
        if kind not in kinds:
            raise Damaged("format", f"a signature of the kind {kind}")
        # (2) Coverage.
        work.ends_at = covered_bytes(self._stream, self._size, signature)
        if signature.signed_revision == self._reader.total_revisions - 1:
            if work.ends_at != self._size:
                raise NotCovered("bytes stand after the last revision")
        else:
            check_end(self._stream, self._size)
        work.covers = True
        # (3) 5.2.3 and (4) 5.2.7.
        if work.is_document_timestamp:
            token = cms.ContentInfo.load(signature.pkcs7_content)
            work.signed = check_token(token, self._covered(signature)).signed
        else:
            try:
                work.signed = check_signature(
                    signature.signed_data, signature.compute_digest(), must_name_certificate=kind == PADES
                )
            except Damaged as error:
                if error.cause == Cause.NO_SIGNER:  # or was its certificate altered?
                    check_twins(certificates_beside(signature.signed_data), self._everyone())
                raise

    def _covered(self, signature: EmbeddedPdfSignature) -> bytes:
        start, first, second, rest = (int(one) for one in signature.byte_range)
        self._stream.seek(start)
        content = self._stream.read(first)
        self._stream.seek(second)
        return content + self._stream.read(rest)

    def _document_timestamp(self, work: Work) -> None:
        """(5) What a document timestamp proves of everything that it covers."""
        signature, signed = work.signature, work.signed
        if signature is None or signed is None:
            return
        said = signature.signed_data["encap_content_info"]["content"].parsed["gen_time"].native
        moment = self._proof_by_documents(work) or self._at
        # At the time it gives, it must have been in force; a newer timestamp carries it beyond its own end (5.6.2.1).
        if moment > signed.certificate.not_valid_after:
            work.blame(Cause.EXPIRED)
        work.chain = self._judge.judge(signed.certificate, signed.others, said, for_time=True)
        self._check_beside(signed, work.chain)
        work.blame(work.chain.cause)
        if not algorithms_allowed(signed, moment):
            work.blame(Cause.ALGORITHM)
        if work.cause in {Cause.GOOD, Cause.REVOCATION_UNKNOWN} and said <= self._at:
            work.proven_at = said

    def _trust(self, work: Work) -> None:
        signed = work.signed
        if signed is None:
            return
        # (6) 5.5.4: the earliest time that a trusted timestamp proves.
        token_at, stores = self._signature_token(work)
        times = [one for one in (token_at, self._proof_by_documents(work)) if one is not None and one <= self._at]
        work.proven_at = min(times, default=None)
        moment = work.proven_at or self._at
        # (7) 5.2.6.
        work.chain = self._judge.judge(signed.certificate, signed.others, moment)
        if work.chain.store is not None and stores and work.chain.store is not Store.DEMO and Store.DEMO in stores:
            # Stores stay apart: a demonstration's clock proves nothing about anything real.
            work.proven_at = None
            work.chain = self._judge.judge(signed.certificate, signed.others, self._at)
            moment = self._at
        self._check_beside(signed, work.chain)
        if work.chain.cause is Cause.EXPIRED and work.proven_at is not None:
            early = work.proven_at < signed.certificate.not_valid_before
            work.blame(Cause.NOT_YET_VALID if early else Cause.EXPIRED)
        work.blame(work.chain.cause)
        # (8) 5.2.8.
        if not algorithms_allowed(signed, moment):
            work.blame(Cause.ALGORITHM)
        work.level = self._level(work)

    def _signature_token(self, work: Work) -> tuple[datetime | None, set[Store]]:
        """Return the earliest time that a trusted token in the signature proves, and whose tokens they are (5.4)."""
        assert work.signed is not None  # ruff: ignore[assert] - the caller saw to it
        times: list[datetime] = []
        stores: set[Store] = set()
        try:
            tokens = tokens_of(work.signed.signer)
        except Exception:  # ruff: ignore[blind-except] - read leniently, judged strictly: whose signature it is still told
            work.blame(Cause.FORMAT)
            return None, stores
        for content in tokens:
            work.has_token = True
            try:
                found = check_token(content, work.signed.signer["signature"].native)
            except Damaged as error:
                raise Damaged("token", str(error)) from error
            moment = self._proof_by_documents(work) or self._at
            chain = self._judge.judge(found.signed.certificate, found.signed.others, found.at, for_time=True)
            self._check_beside(found.signed, chain)
            in_force = moment <= found.signed.certificate.not_valid_after and algorithms_allowed(found.signed, found.at)
            if chain.is_trusted and chain.store is not None and in_force:
                times.append(found.at)
                stores.add(chain.store)
        return min(times, default=None), stores

    def _proof_by_documents(self, work: Work) -> datetime | None:
        """Return the earliest time that a document timestamp over this signature proves."""
        times = [
            other.proven_at
            for other in self._works
            if other.is_document_timestamp and other.proven_at is not None and other.revision > work.revision
        ]
        return min(times, default=None)

    def _check_beside(self, signed: Signed, chain: Chain) -> None:
        """Certificates beside a trusted signature must be what they seem; beside another they are worth nothing."""
        if chain.is_trusted:
            check_twins(signed.others, self._everyone(signed))

    def _everyone(self, more: Signed | None = None) -> list[bytes]:
        """Every certificate at hand: of all signatures, of the file's store, and ours."""
        found = self._judge.known_certificates()
        for signed in (more, *(work.signed for work in self._works)):
            if signed is not None:
                found += [one.dump() for one in (signed.certificate, *signed.others)]
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

    def _changes(self, work: Work) -> None:
        """(9) What later updates did to what this signature covers."""
        if not work.covers:
            return
        work.changes = self._additions.changes_after(work)
        if work.changes is Changes.FORBIDDEN:
            work.blame(Cause.CHANGED)
        elif work.changes is Changes.UNDETERMINED:
            work.blame(Cause.ADDED_SIGNATURE)
