"""The acts by which a person uses a key on a result: the official signs, the records clerk numbers and seals.

``Acts`` is the ledger of ``signing.batch``: one signature and a batch of fifty go the same way. An intent is durable
before a key is used, and what came of it is verified by our own verifier before it is stored. Drawing, keys and
verifying happen outside every transaction.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from uuid import UUID

from dossiers import files
from dossiers.engines import OpenedKey, current
from dossiers.errors import ChangedMeanwhile, StepNotAllowed
from dossiers.intents import close_signed, close_void, open_intent, verified
from dossiers.lifecycle import State, Step
from dossiers.models import Account, Dossier, Result, Signature, SigningIntent
from dossiers.numbering import office_day
from dossiers.people import Actor
from dossiers.permissions import require
from dossiers.rows import found
from dossiers.writepoints import reached
from signing import Report
from signing import Role as SigningRole
from signing.batch import Document
from signing.fields import FIELD_OF


@dataclass(frozen=True)
class Shown:
    """What the person is about to look at: the bytes and the digest that the signature must be for."""

    result: Result
    pdf: bytes
    sha256: str


def shown(actor: Actor, dossier_id: UUID) -> Shown:
    """Return what the next signature would be for: to the records clerk, what the official signed."""
    dossier = found(actor, dossier_id)
    result = live_result(dossier)
    file = result.signed if dossier.state == State.SIGNED.value else result.drawn
    assert file is not None  # noqa: S101 - a signed dossier without its file must stop the process
    return Shown(result, files.read(file), file.sha256)


def live_result(dossier: Dossier) -> Result:
    result = (
        Result.objects.filter(dossier=dossier, voided_at=None)
        .select_related("drawn", "signed", "sealed", "session__number__series__unit")
        .first()
    )
    if result is None:
        raise StepNotAllowed("nothing_drawn", state=dossier.state)
    return result


@dataclass(frozen=True)
class Act:
    """What differs between the acts; ``mark`` are the values that the picture on the page is drawn from."""

    role: SigningRole
    step: Step
    mark: Callable[[Result, UUID], Mapping[str, str]]
    require: Callable[[Actor, Result], None]


def _signature_of(_result: Result, account_id: UUID) -> Mapping[str, str]:
    return {"full_name": Account.objects.get(pk=account_id).full_name}


def _seal_of(result: Result, _account_id: UUID) -> Mapping[str, str]:
    unit = result.dossier.commune()
    return {"agency": " ".join(unit.letterhead.split()), "place": unit.superior}


def _own_session_of_today(actor: Actor, result: Result) -> None:
    session = result.session
    if session.account_id != actor.id or session.closed_at is not None:
        raise ChangedMeanwhile("session_of_another")
    if session.document_date != office_day(current().clock.now()):
        raise StepNotAllowed("date_on_paper_has_passed", date=session.document_date.isoformat())


def is_numbered_later(result: Result) -> bool:
    """Whether the number has a field of its own, which the records clerk signs."""
    return FIELD_OF[SigningRole.NUMBER] in result.places


def has_number(result: Result) -> bool:
    """Whether its number stands on the page."""
    return not is_numbered_later(result) or result.signatures.filter(role=SigningRole.NUMBER.value).exists()


def _number_of(result: Result, _account_id: UUID) -> Mapping[str, str]:
    session, unit = result.session, result.dossier.commune()
    return {"number": session.number_text, "place": unit.place, "issued_on": session.document_date.isoformat()}


def number_is_of_today(result: Result) -> bool:
    """Whether a number was reserved for it today."""
    return result.session.number is not None and result.session.document_date == office_day(current().clock.now())


def _number_of_today(_actor: Actor, result: Result) -> None:
    if has_number(result):
        raise StepNotAllowed("number_given_before")
    if not number_is_of_today(result):
        raise StepNotAllowed("number_not_reserved")


def _numbered(_actor: Actor, result: Result) -> None:
    if not has_number(result):
        raise StepNotAllowed("number_missing")


SIGN = Act(SigningRole.OFFICIAL, Step.SIGN, _signature_of, _own_session_of_today)
NUMBER = Act(SigningRole.NUMBER, Step.NUMBER, _number_of, _number_of_today)
SEAL = Act(SigningRole.SEAL, Step.SEAL, _seal_of, _numbered)
ACTS = {act.role.value: act for act in (SIGN, SEAL)}


@dataclass(frozen=True)
class Made:
    """A signed file that our own verifier passed, not stored yet."""

    pdf: bytes
    report: Report


class Acts:
    """The ledger of one act by one person with one key; a document's identity is its dossier's id."""

    def __init__(self, actor: Actor, act: Act, key: OpenedKey) -> None:
        self._actor, self._act, self._key = actor, act, key
        self._account_id = actor.account_id  # a person, never a job
        self._intents: dict[Document, SigningIntent] = {}

    def is_signed(self, document: Document) -> bool:
        return signature_on(self._actor, self._act, document) is not None

    def content(self, document: Document) -> bytes:
        return ready_for(self._actor, self._act, document).pdf

    def begin(self, document: Document) -> None:
        result = live_result(found(self._actor, UUID(document.identity)))
        self._intents[document] = open_intent(
            self._actor, result, self._act.role, document.sha256, self._key.certificate_sha256
        )
        reached(f"{self._act.step.value}.intent_before_key")

    def sign(self, document: Document, content: bytes) -> Made:
        """Use the key, and look over what it made."""
        result = self._intents[document].result
        signed = self._key.sign(content, self._act.mark(result, self._account_id))
        reached(f"{self._act.step.value}.key_before_file")
        return Made(signed, verified(signed, content, self._act.role))

    def keep(self, document: Document, signed: Made) -> None:
        dossier = found(self._actor, UUID(document.identity))
        file = files.put_bytes(files.owner_of(dossier.commune(), dossier.pk), signed.pdf, files.PDF)
        reached(f"{self._act.step.value}.file_before_row")
        close_signed(self._actor, self._intents[document], file, signed.report)

    def give_up(self, document: Document, reason: str) -> None:
        close_void(self._actor, self._intents[document], reason)


def ready_for(actor: Actor, act: Act, document: Document) -> Shown:
    """Return the bytes that were shown, or raise why this person cannot do this act with them now."""
    dossier = found(actor, UUID(document.identity))
    require(actor, act.step, dossier.case())
    before = shown(actor, dossier.pk)
    if before.sha256 != document.sha256:
        raise ChangedMeanwhile("not_what_was_shown", dossier=dossier.code)
    act.require(actor, before.result)
    return before


def signature_on(actor: Actor, act: Act, document: Document) -> Signature | None:
    """Return the signature that this person put on exactly these bytes before."""
    return Signature.objects.filter(
        result__dossier__in=Dossier.objects.for_actor(actor).filter(pk=document.identity),
        role=act.role.value,
        account_id=actor.account_id,
        intent__shown_sha256=document.sha256,
    ).first()
