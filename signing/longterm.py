"""One signature with all that its level needs, whoever the authorities are: the signature, its time, and their proofs.

The signer's proofs stand in the signature's own update, so that it covers them. Who gives the timestamp is known only
when it is there; what proves that authority follows in an update of its own, or under the document timestamp.
"""

from collections.abc import Callable
from typing import Unpack

from certs.keys.protocol import Digest, SigningKey
from signing.document import our_errors
from signing.growth import Growth
from signing.outside import Outside, Visit
from signing.sign import How, sign_onto
from signing.stamping import embed_evidence, stamp_document
from signing.values import Level, Report
from signing.verify.algorithms import digest_for

LONG = {Level.B_LT, Level.B_LTA}


def sign_long(
    growth: Growth,
    key: SigningKey,
    outside: Outside,
    *,
    verify: Callable[[], Report] | None = None,
    **how: Unpack[How],
) -> None:
    """Sign as ``sign_onto`` does, and raises as it does; times and proofs come from ``outside``."""
    visit, level = Visit(outside), how["level"]
    with our_errors():
        how["timestamper"] = None if outside.timestamper is None else visit
        if level in LONG:
            how["evidence"] = visit.proofs([key.certificate], key.chain)
        how["level"] = Level.B_LT if level is Level.B_LTA else level
        sign_onto(growth, key, verify=verify, **how)
        if level not in LONG:
            return
        missing = visit.proofs_of_tokens()
        if level is Level.B_LTA:
            stamp_document(growth, visit, Digest(digest_for(outside.clock())), missing)
            missing = visit.proofs_of_tokens()  # the second was another authority's than the first
        if missing is not None:
            embed_evidence(growth, missing)
