"""The dossier and what was read from it: submission, scans, pages, fields, record.

A row names a file only after the file is durable in storage. Fields are evidence until a person confirms them; the
record is what was confirmed, in canonical bytes, and no longer changes.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from dossiers.lifecycle import State
from dossiers.models.base import Row
from dossiers.models.people import Account, Unit
from dossiers.people import Actor, ActorKind
from dossiers.permissions import Case


class StoredFile(Row):
    """A file in the store: its key there, and the plain digest that whoever shows it checks."""

    key = models.CharField(max_length=180, unique=True)
    sha256 = models.CharField(max_length=64)
    size_bytes = models.BigIntegerField()
    media_type = models.CharField(max_length=100)
    stored_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.key


class DossierQuerySet(models.QuerySet["Dossier"]):
    def for_actor(self, actor: Actor) -> DossierQuerySet:
        """Return what this actor's units are involved in; a citizen's own; for the service all. Nothing else."""
        if actor.kind is ActorKind.SERVICE:
            return self
        if actor.kind is ActorKind.CITIZEN:
            return self.none() if actor.id is None else self.filter(pk=actor.id)
        involved = Involvement.objects.filter(unit_id__in=actor.unit_ids, until=None)
        return self.filter(pk__in=involved.values("dossier_id"))


class Dossier(Row):
    """The case file. ``code`` is the official one; ``revision`` grows with every change that somebody might miss."""

    code = models.CharField(max_length=60, unique=True)
    procedure_code = models.CharField(max_length=40)
    state = models.CharField(max_length=20, choices=[(state.value, state.value) for state in State])
    flags = models.JSONField(default=list)  # codes: why a person has to look
    applicant_name = models.CharField(max_length=200, blank=True)
    applicant_folded = models.CharField(max_length=200, blank=True, db_index=True)
    received_at = models.DateTimeField(db_index=True)
    due_at = models.DateTimeField()
    revision = models.PositiveIntegerField(default=1)

    objects: ClassVar = DossierQuerySet.as_manager()

    def __str__(self) -> str:
        return self.code

    def case(self) -> Case:
        """Return what the rules of ``permissions`` need to know."""
        units = self.involvements.filter(until=None).values_list("unit_id", flat=True)
        hands = self.fields.exclude(confirmed_by=None).values_list("confirmed_by_id", flat=True)
        return Case(self.pk, State(self.state), frozenset(units), frozenset(hands))

    def commune(self) -> Unit:
        """Return the unit that decides: its numbers, its seal, its storage."""
        return self.involvements.select_related("unit").get(role=Involvement.DECIDING, until=None).unit


class Involvement(Row):
    """Which unit sees the dossier, as what, and since when. Receiving and deciding are always two rows."""

    RECEIVING, DECIDING, CONSULTED = "receiving", "deciding", "consulted"

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="involvements")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="involvements")
    role = models.CharField(max_length=20, choices=[(role, role) for role in (RECEIVING, DECIDING, CONSULTED)])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "unit", "role"], condition=Q(until=None), name="involved_once"),
            models.UniqueConstraint(
                fields=["dossier"], condition=Q(until=None, role="deciding"), name="one_deciding_unit"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.role} {self.dossier_id}"


class Submission(Row):
    """What was handed in on one occasion."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="submissions")
    channel = models.CharField(max_length=20, default="counter")
    received_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Scan(Row):
    """One file as it left the scanner, never altered; beside it the searchable copy and all that was read, as files."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="scans")
    submission = models.ForeignKey(Submission, on_delete=models.PROTECT, related_name="scans")
    position = models.PositiveSmallIntegerField()
    original_name = models.CharField(max_length=255)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    searchable = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, related_name="+")
    form_code = models.CharField(max_length=100, blank=True)
    form_version = models.CharField(max_length=40, blank=True)
    form_procedure = models.CharField(max_length=40, blank=True)
    form_confidence = models.FloatField(null=True)
    problem = models.CharField(max_length=60, blank=True)  # a code: why it could not be read
    transcribed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["dossier", "position"], name="scan_position")]

    def __str__(self) -> str:
        return str(self.pk)


class Page(Row):
    """One side of a scan, as it is shown after rotation."""

    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()
    width_px = models.PositiveIntegerField()
    height_px = models.PositiveIntegerField()
    dpi = models.PositiveIntegerField()
    rotation_deg = models.SmallIntegerField()
    page_class = models.CharField(max_length=20)
    warnings = models.JSONField(default=list)
    text = models.TextField(blank=True)
    mean_confidence = models.FloatField()

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["scan", "number"], name="page_number")]

    def __str__(self) -> str:
        return f"{self.scan_id} {self.number}"


class Field(Row):
    """One slot of a form: reading, value, evidence, and who confirmed or corrected it."""

    dossier = models.ForeignKey(Dossier, on_delete=models.CASCADE, related_name="fields")
    scan = models.ForeignKey(Scan, on_delete=models.CASCADE, related_name="fields")
    name = models.CharField(max_length=100)  # "requester.full_name"
    position = models.PositiveSmallIntegerField()  # in the order of the form
    page_number = models.PositiveSmallIntegerField()
    box = models.JSONField()  # [x0, y0, x1, y1], fractions of the shown page
    reading = models.TextField(blank=True)
    value = models.TextField(null=True)  # noqa: DJ001 - no value is another thing than an empty one (interfaces.md)
    confidence = models.FloatField()
    source = models.CharField(max_length=10)
    decision = models.CharField(max_length=10)
    checks = models.JSONField(default=dict)
    problems = models.JSONField(default=list)
    proposals = models.JSONField(default=list)  # values that a person may choose; never taken by the machine
    is_corrected = models.BooleanField(default=False)
    corrected_value = models.TextField(null=True)  # noqa: DJ001 - the same
    confirmed_by = models.ForeignKey(Account, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["position"]
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["dossier", "name"], name="field_once"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="confirmed_by_and_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.name}"

    @property
    def final_value(self) -> str | None:
        """What counts: the person's correction if there is one, else what was read."""
        return self.corrected_value if self.is_corrected else self.value


class Record(Row):
    """The confirmed fields in canonical bytes (dossiers/record.py). Written once."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="record")
    version = models.PositiveSmallIntegerField()
    canonical = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.sha256


class ReceiptCode(Row):
    """What the citizen finds the dossier by; the digits that are not on the slip are kept as slow hashes only."""

    dossier = models.OneToOneField(Dossier, on_delete=models.PROTECT, related_name="receipt")
    code = models.CharField(max_length=12, unique=True)
    second_factors = models.JSONField(default=list)
    failed_tries = models.PositiveIntegerField(default=0)
    locked_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)  # never the code: it opens the dossier


class Looks(Row):
    """Anonymous looks are counted by day, not chained."""

    dossier = models.ForeignKey(Dossier, on_delete=models.PROTECT, related_name="looks")
    kind = models.CharField(max_length=20)
    day = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["dossier", "kind", "day"], name="looks_once")]

    def __str__(self) -> str:
        return f"{self.dossier_id} {self.kind} {self.day}"
