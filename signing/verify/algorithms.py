"""Until when which algorithm proves anything: dates after ETSI TS 119 312, applied at the proven time.

A signature that was proven to exist while its algorithms were good stays good; without such a proof it is judged as
if it had been made now.
"""

from datetime import UTC, datetime, timedelta

from asn1crypto import algos, cms, keys  # type: ignore[import-untyped]  # asn1crypto has no types
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy


def _until(year: int, month: int = 1, day: int = 1) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


NEVER_ENDS = _until(9999)
TEN_YEARS = timedelta(days=3652)
DIGEST_UNTIL = {
    "md5": _until(2005),
    "sha1": _until(2012, 8),
    "sha224": _until(2029),
    "sha256": NEVER_ENDS,
    "sha384": NEVER_ENDS,
    "sha512": NEVER_ENDS,
    "sha3_256": NEVER_ENDS,
    "sha3_384": NEVER_ENDS,
    "sha3_512": NEVER_ENDS,
}
RSA_UNTIL = ((3000, NEVER_ENDS), (1900, _until(2031)), (1536, _until(2016)), (1024, _until(2009)))
EC_UNTIL = ((256, NEVER_ENDS), (224, _until(2021)))


class PolicyByDate(AlgorithmUsagePolicy):
    def digest_algorithm_allowed(  # ruff: ignore[no-self-use] - pyHanko's interface
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        return _answer(DIGEST_UNTIL.get(algo["algorithm"].native), moment)

    def signature_algorithm_allowed(  # ruff: ignore[no-self-use] - the same
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        ends = [_key_until(public_key)]
        try:
            ends.append(DIGEST_UNTIL.get(algo.hash_algo))
        except ValueError:  # names no digest: rsassa_pkcs1v15 alone, or Ed25519 with its own
            if algo["algorithm"].native == "dsa":
                ends.append(None)
        return _answer(None if None in ends else min(end for end in ends if end is not None), moment)


def _key_until(public_key: keys.PublicKeyInfo | None) -> datetime | None:
    if public_key is None:
        return NEVER_ENDS
    kind = public_key.algorithm
    if kind in {"ed25519", "ed448"}:
        return NEVER_ENDS
    table = {"rsa": RSA_UNTIL, "rsassa_pss": RSA_UNTIL, "ec": EC_UNTIL}.get(kind, ())
    return next((end for bits, end in table if public_key.bit_size >= bits), None)


def _answer(end: datetime | None, moment: datetime | None) -> AlgorithmUsageConstraint:
    if end is None:
        return AlgorithmUsageConstraint(allowed=False, failure_reason="unknown or never good enough")
    at = moment or datetime.now(UTC)
    if at < end:
        return AlgorithmUsageConstraint(allowed=True)
    return AlgorithmUsageConstraint(allowed=False, not_allowed_after=end, failure_reason="no longer good enough")


POLICY = PolicyByDate()


def digest_for(moment: datetime) -> str:
    """Return the name of the shortest digest that will prove for ten years from then on."""
    last = moment + TEN_YEARS
    return next((name for name in ("sha256", "sha384") if DIGEST_UNTIL[name] > last), "sha512")


def allowed_until(signer: cms.SignerInfo, public_key: keys.PublicKeyInfo) -> datetime:
    """Return the day from which on digest, mechanism or key prove nothing new; long past if they never did."""
    last = NEVER_ENDS - timedelta(days=1)
    answers = (
        POLICY.digest_algorithm_allowed(signer["digest_algorithm"], last),
        POLICY.signature_algorithm_allowed(signer["signature_algorithm"], last, public_key),
    )
    return min((one.not_allowed_after or _until(1970) for one in answers if not one.allowed), default=NEVER_ENDS)
