"""Numbers, results, signing sessions, intents and signatures.

A number is reserved when a signing session opens and ends used or void, never free again. An intent is durable before
a key is used. A result's bytes never change: each signature is a new file that begins with the old one.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dossiers.models.base import Row
from dossiers.models.casework import Dossier, Record, StoredFile
from dossiers.models.people import Account, Membership, Unit


class NumberSeries(Row):
    """One series of one commune in one year; 1 January begins a new one. The row is the lock of its numbers."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    code = models.CharField(max_length=40)  # "TLKS-BS"
    year = models.PositiveSmallIntegerField()
    last_number = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["unit", "code", "year"], name="series_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.year}"


class NumberEntry(Row):
    """One line of the register of numbers; a void one stays there with its reason."""

    RESERVED, USED, VOID = "reserved", "used", "void"

    series = models.ForeignKey(NumberSeries, on_delete=models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=[(state, state) for state in (RESERVED, USED, VOID)])
    reason = models.CharField(max_length=60, blank=True)  # a code, of a void number
    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="numbers")
    reserved_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["series", "number"], name="number_once")]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The number as printed: below 10 with a leading zero (Decree 30/2020, appendix I, II.3)."""
        return f"{self.number:02d}/{self.series.code}"


class SigningSession(Row):
    """An official looks at one result with its number; it ends with a signature or void. One open per dossier."""

    SIGNED, VOID = "signed", "void"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="sessions")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    membership = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="+")  # by what authority
    number = models.OneToOneField(  # absent with ``after_signing`` until the records clerk gives it
        NumberEntry, on_delete=models.PROTECT, null=True, related_name="session"
    )
    registration = models.OneToOneField(  # the entry in the register of births or deaths, where this result makes one
        NumberEntry, on_delete=models.PROTECT, null=True, related_name="registration_session"
    )
    document_date = models.DateField()
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(closed_at=None), name="one_open_session")
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def number_text(self) -> str:
        """The number as printed; empty as long as there is none."""
        return "" if self.number is None else self.number.text


class Result(Row):
    """The PDF the citizen receives: as drawn, as signed by the official, as sealed."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="results")
    session = models.OneToOneField(SigningSession, on_delete=models.PROTECT, related_name="result")
    record = models.ForeignKey(Record, on_delete=models.PROTECT, related_name="results")
    template = models.CharField(max_length=60)
    places = models.JSONField()  # where the marks shall stand, by field name
    drawn = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    signed = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    sealed = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    drawn_at = models.DateTimeField()
    voided_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier"], condition=Q(voided_at=None), name="one_live_result"),
            models.CheckConstraint(condition=Q(sealed=None) | Q(signed__isnull=False), name="sealed_only_if_signed"),
            models.CheckConstraint(condition=Q(signed=None) | Q(voided_at=None), name="signed_is_never_void"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class SigningIntent(Row):
    """That somebody is about to use a key on exactly these bytes; durable before the key is touched."""

    SIGNED, VOID = "signed", "void"

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="intents")
    role = models.CharField(max_length=20)  # signing.Role
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    shown_sha256 = models.CharField(max_length=64)  # of what the person saw; the bytes that are signed
    certificate_sha256 = models.CharField(max_length=64)
    nonce = models.CharField(max_length=32)
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    outcome = models.CharField(max_length=10, blank=True)
    reason = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["result", "role"], condition=Q(closed_at=None), name="one_open_intent")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Signature(Row):
    """One signature that our own verifier passed before the file was stored; one per result and role."""

    result = models.ForeignKey(Result, on_delete=models.PROTECT, related_name="signatures")
    role = models.CharField(max_length=20)
    intent = models.OneToOneField(SigningIntent, on_delete=models.PROTECT, related_name="signature")
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    verdict = models.CharField(max_length=20)
    signer = models.CharField(max_length=200)
    certificate_serial = models.CharField(max_length=80)
    proven_at = models.DateTimeField(null=True)  # the timestamp token's time is evidence, ours is not
    signed_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["result", "role"], name="one_signature_per_role")]

    def __str__(self) -> str:
        return f"{self.result_id} {self.role}"
