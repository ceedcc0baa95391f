"""Attack files, one flaw each: who describes it, what the verifier must say of it, and how the file is made.

Verdicts are those of ETSI EN 319 102-1; where the standard leaves a choice, the entry says why this one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from signing.values import Verdict

if TYPE_CHECKING:
    from tests.signing.attacks.forge import Forge


class Source(StrEnum):
    """Where the class of attack was described."""

    USF = "universal signature forgery (Mladenov et al., CCS 2019)"
    ISA = "incremental saving attack (Mladenov et al., CCS 2019)"
    SWA = "signature wrapping attack (Mladenov et al., CCS 2019)"
    SHADOW = "shadow attack (Mainka et al., NDSS 2021)"
    CERTIFICATION = "evil annotation and sneaky signature (Rohlmann et al., S&P 2021)"
    UPDATE = "change after signing (security.md B 4)"
    ACTIVE = "scripts, actions and layers (security.md B 3)"
    ORDER = "a signature where none may follow (signing.md B3, F)"
    BYTES = "damaged or added bytes"
    CMS = "CMS against RFC 5652, RFC 5035 and EN 319 142-1"
    CERTIFICATE = "certificates and chains (security.md B 15, RFC 5280)"
    ALGORITHM = "weak algorithms (TS 119 312)"
    TIME = "timestamps (RFC 3161, EN 319 102-1 5.4 to 5.6)"
    REVOCATION = "proofs of revocation (RFC 5280 6.3, RFC 6960)"
    STRUCTURE = "two readers, two documents"
    HOSTILE = "bombs and loops (security.md B 10)"


@dataclass(frozen=True)
class Outcome:
    verdict: Verdict
    sub_indication: str | None


PASSED = Outcome(Verdict.PASSED, None)
UNREADABLE = Outcome(Verdict.UNREADABLE, None)
FORMAT = Outcome(Verdict.FAILED, "FORMAT_FAILURE")
HASH = Outcome(Verdict.FAILED, "HASH_FAILURE")
CRYPTO = Outcome(Verdict.FAILED, "SIG_CRYPTO_FAILURE")
NOT_YET_VALID = Outcome(Verdict.FAILED, "NOT_YET_VALID")
NO_CHAIN = Outcome(Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND")
NO_SIGNER = Outcome(Verdict.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND")
CHAIN_CONSTRAINTS = Outcome(Verdict.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE")
CHAIN_GENERAL = Outcome(Verdict.INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE")
OUT_OF_BOUNDS = Outcome(Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE")
REVOKED = Outcome(Verdict.INDETERMINATE, "REVOKED_NO_POE")
REVOKED_CA = Outcome(Verdict.INDETERMINATE, "REVOKED_CA_NO_POE")
TRY_LATER = Outcome(Verdict.INDETERMINATE, "TRY_LATER")
WEAK = Outcome(Verdict.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE")
CONSTRAINTS = Outcome(Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE")
NOT_FOUND = Outcome(Verdict.INDETERMINATE, "SIGNED_DATA_NOT_FOUND")


@dataclass(frozen=True)
class Case:
    """A file, and the lists its reader knows; None stands for the office's own of today."""

    pdf: bytes
    crls: tuple[bytes, ...] | None = None


Maker = Callable[["Forge"], Case | bytes]


@dataclass(frozen=True)
class Attack:
    name: str
    outcome: Outcome
    source: Source
    make: Maker

    def case(self, forge: "Forge") -> Case:
        made = self.make(forge)
        return made if isinstance(made, Case) else Case(made)


ATTACKS: dict[str, Attack] = {}


def register(name: str, outcome: Outcome, source: Source, make: Maker) -> None:
    if name in ATTACKS:
        raise ValueError(name)
    ATTACKS[name] = Attack(name, outcome, source, make)


def attack(outcome: Outcome, source: Source) -> Callable[[Maker], Maker]:
    """Enter a maker under its own name."""

    def entered(make: Maker) -> Maker:
        register(make.__name__.replace("_", "-"), outcome, source, make)
        return make

    return entered
