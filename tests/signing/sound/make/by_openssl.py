"""Sound files whose CMS `openssl cms` made, in a gap that the tests' own layout left for it."""

import subprocess
from pathlib import Path

from pyhanko.sign.fields import SigSeedSubFilter

from tests.signing.attacks.craft import Layout, laid_out
from tests.signing.sound.make.cast import Cast

ROOM_HEX_DIGITS = 9000
PADES, PKCS7 = SigSeedSubFilter.PADES, SigSeedSubFilter.ADOBE_PKCS7_DETACHED
FILES: dict[str, tuple[str, SigSeedSubFilter, tuple[str, ...]]] = {
    "cades": ("thinh", PADES, ("-cades",)),
    "cades-sha512": ("thinh", PADES, ("-cades", "-md", "sha512")),
    "cades-p256": ("p256", PADES, ("-cades",)),
    "cades-p384": ("p384", PADES, ("-cades", "-md", "sha384")),
    "pkcs7": ("thinh", PKCS7, ()),
    "pkcs7-without-capabilities": ("thinh", PKCS7, ("-nosmimecap",)),
    "pkcs7-by-key-id": ("thinh", PKCS7, ("-keyid",)),
    "pss": ("thinh", PKCS7, ("-keyopt", "rsa_padding_mode:pss")),
    "pss-sha384": ("thinh", PKCS7, ("-md", "sha384", "-keyopt", "rsa_padding_mode:pss")),
    "rsa-4096": ("rsa4096", PADES, ("-cades",)),
    "long-chain": ("long", PADES, ("-cades",)),
}


def make(cast: Cast, _url: str) -> dict[str, bytes]:
    return {name: _signed(cast, cast.folder, *how) for name, how in FILES.items()}


def _signed(cast: Cast, folder: Path, who: str, kind: SigSeedSubFilter, more: tuple[str, ...]) -> bytes:
    place = laid_out(
        (folder / "plain.pdf").read_bytes(), Layout("Sig1", sub_filter=kind, declared=cast.now, room=ROOM_HEX_DIGITS)
    )
    (folder / "content").write_bytes(place.digest_input)
    command = ["openssl", "cms", "-sign", "-binary", "-in", folder / "content", "-outform", "DER"]
    command += ["-signer", folder / f"{who}.pem", "-inkey", folder / f"{who}.key"]
    command += ["-certfile", folder / f"{who}.chain.pem", *more]
    return place.filled(subprocess.run(list(map(str, command)), capture_output=True, check=True).stdout)
