"""What signing gets from outside of the file: times, and proofs about certificates. `certs` asks for them."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from certs.certificate import Certificate
from certs.chains import chain_of, proves
from certs.errors import CertificateInvalid
from certs.keys.protocol import Digest
from certs.revocation import Evidence
from certs.timestamps import Token, certificates_of_token
from signing.errors import CertificateNotAccepted, TimestampUnavailable
from signing.ready import Timestamper


@dataclass(frozen=True)
class Outside:
    """Who gives timestamps (None: nobody), who proves a chain, and certificates that help to build one."""

    timestamper: Timestamper | None
    proofs: Callable[[Sequence[Certificate]], Evidence]
    known: tuple[Certificate, ...]
    clock: Callable[[], datetime]


@dataclass
class Visit:
    """One file's dealings with the outside: the tokens it got, and the certificates that were proved for it."""

    outside: Outside
    tokens: list[Token] = field(default_factory=list)
    proved: Evidence = field(default_factory=Evidence)

    def stamp(self, digest: bytes, algorithm: Digest = Digest.SHA256) -> Token:
        """Return a token, as any ``Timestamper`` does."""
        if self.outside.timestamper is None:
            raise TimestampUnavailable("no_authority_configured")
        self.tokens.append(self.outside.timestamper.stamp(digest, algorithm))
        return self.tokens[-1]

    def proofs(self, certificates: Iterable[Certificate], beside: Iterable[Certificate] = ()) -> Evidence | None:
        """Return what proves these certificates beyond what was proved before; None if that is nothing.

        Raises ``CertificateNotAccepted`` (an issuer is missing) or ``RevocationUnknown``.
        """
        new, known = Evidence(), (*self.outside.known, *beside)
        for certificate in dict.fromkeys(certificates):
            try:
                chain = chain_of(certificate, known)
            except CertificateInvalid as error:
                raise CertificateNotAccepted("chain_unknown", signer=certificate.common_name) from error
            if not proves(self.proved + new, chain):
                new += self.outside.proofs(chain) + Evidence(tuple(one.der for one in chain))
        self.proved += new
        return new if new != Evidence() else None

    def proofs_of_tokens(self) -> Evidence | None:
        """Return what proves the authorities of the tokens so far, where it was not proved before."""
        beside = [one for token in self.tokens for one in certificates_of_token(token.der)]
        return self.proofs((token.certificate for token in self.tokens), beside)
