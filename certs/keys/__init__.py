"""Where private keys live: a file (PKCS#12, PEM) or a token (PKCS#11); prepared elsewhere comes with the agent."""

from certs.keys.protocol import Digest, KeyAlgorithm, SigningKey

__all__ = ["Digest", "KeyAlgorithm", "SigningKey"]
