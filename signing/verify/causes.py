"""Why a signature is not simply good, and what that means in the words of ETSI EN 319 102-1 (5.1.3, tables 5 and 6)."""

from enum import StrEnum

from signing.values import Verdict


class Cause(StrEnum):
    FORMAT = "format"  # it is not what a signature in a PDF must be
    COVERAGE = "coverage"  # it does not cover what it seems to
    HASH = "hash"  # signed bytes were changed
    VALUE = "value"  # the signature value does not fit the signer's key
    TOKEN = "token"  # the timestamp is of something else  # ruff: ignore[hardcoded-password-string] - a word
    CHANGED = "changed"  # what can be seen was changed after signing
    NOT_YET_VALID = "not-yet-valid"  # proven to be older than its certificate
    REVOKED = "revoked"
    REVOKED_AUTHORITY = "revoked-authority"
    SUSPENDED = "suspended"
    NO_SIGNER = "no-signer"  # which certificate signed cannot be told
    EXPIRED = "expired"  # or not yet valid, with nothing that proves the time
    NO_CHAIN = "no-chain"
    PURPOSE = "purpose"
    CHAIN = "chain"  # a chain that breaks a rule of RFC 5280
    ALGORITHM = "algorithm"
    REVOCATION_UNKNOWN = "revocation-unknown"
    ADDED_SIGNATURE = "added-signature"
    SECOND_OPINION = "second-opinion"
    GOOD = "good"


OUTCOME: dict[Cause, tuple[Verdict, str | None]] = {
    Cause.FORMAT: (Verdict.FAILED, "FORMAT_FAILURE"),
    Cause.COVERAGE: (Verdict.FAILED, "FORMAT_FAILURE"),
    Cause.HASH: (Verdict.FAILED, "HASH_FAILURE"),
    Cause.VALUE: (Verdict.FAILED, "SIG_CRYPTO_FAILURE"),
    Cause.TOKEN: (Verdict.FAILED, "HASH_FAILURE"),
    Cause.CHANGED: (Verdict.FAILED, "FORMAT_FAILURE"),
    Cause.NOT_YET_VALID: (Verdict.FAILED, "NOT_YET_VALID"),
    Cause.REVOKED: (Verdict.INDETERMINATE, "REVOKED_NO_POE"),
    Cause.REVOKED_AUTHORITY: (Verdict.INDETERMINATE, "REVOKED_CA_NO_POE"),
    Cause.SUSPENDED: (Verdict.INDETERMINATE, "TRY_LATER"),
    Cause.NO_SIGNER: (Verdict.INDETERMINATE, "NO_SIGNING_CERTIFICATE_FOUND"),
    Cause.EXPIRED: (Verdict.INDETERMINATE, "OUT_OF_BOUNDS_NO_POE"),
    Cause.NO_CHAIN: (Verdict.INDETERMINATE, "NO_CERTIFICATE_CHAIN_FOUND"),
    Cause.PURPOSE: (Verdict.INDETERMINATE, "CHAIN_CONSTRAINTS_FAILURE"),
    Cause.CHAIN: (Verdict.INDETERMINATE, "CERTIFICATE_CHAIN_GENERAL_FAILURE"),
    Cause.ALGORITHM: (Verdict.INDETERMINATE, "CRYPTO_CONSTRAINTS_FAILURE_NO_POE"),
    Cause.REVOCATION_UNKNOWN: (Verdict.INDETERMINATE, "TRY_LATER"),
    Cause.ADDED_SIGNATURE: (Verdict.INDETERMINATE, "SIG_CONSTRAINTS_FAILURE"),
    Cause.SECOND_OPINION: (Verdict.INDETERMINATE, "GENERIC"),
    Cause.GOOD: (Verdict.PASSED, None),
}
