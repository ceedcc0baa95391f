"""Sound files by endesive 3.0.1. Runs in an environment of its own (it needs pypdf below 6): see ``__main__``.

``python by_endesive.py FOLDER ADDRESS OUT``: the cast's folder, the timestamp authority's address, where files go.
"""

import sys
import types
from datetime import UTC, datetime
from pathlib import Path

# Its verifier imports a library that cannot read the version of OpenSSL 3.0.19; signing does not need it.
sys.modules["endesive.verifier"] = types.SimpleNamespace(SignatureVerifier=object)  # type: ignore[assignment]  # no module, but enough of one

from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: E402
from endesive.pdf import cms  # type: ignore[import-not-found]  # noqa: E402 - in an environment of its own

PASSWORD = b"sound"
# Not with a sheet of cross-reference streams: what it writes there is no PDF that any reader opens.
PLAIN = {"aligned": 0, "sigflags": 3, "contact": "", "location": "Nguyet An", "reason": "Xac nhan"}
FILES: dict[str, tuple[str, str, str, dict[str, object]]] = {
    "sha256": ("plain", "thinh", "sha256", {}),
    "sha384": ("plain", "thinh", "sha384", {}),
    "sha512": ("plain", "huong", "sha512", {}),
    "rsa-4096": ("plain", "rsa4096", "sha256", {}),
    "room-fixed": ("plain", "thinh", "sha256", {"aligned": 8192}),
    "visible": ("plain", "thinh", "sha256", {"signaturebox": (300, 100, 420, 160), "signature": "Luong Van Thinh"}),
    "form": ("form", "thinh", "sha256", {}),
    "stamped": ("plain", "thinh", "sha256", {"stamped": True}),
    "plain-letters": ("plain", "ascii", "sha256", {}),
}


def main() -> None:
    folder, address, out = Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3])
    for name, (sheet, who, digest, more) in FILES.items():
        pdf = (folder / f"{sheet}.pdf").read_bytes()
        key, certificate, others = pkcs12.load_key_and_certificates((folder / f"{who}.p12").read_bytes(), PASSWORD)
        declared = f"{datetime.now(UTC):D:%Y%m%d%H%M%S}+00'00'"
        given = {**PLAIN, "signingdate": declared, "sigfield": "Signature1", **more}
        stamped = given.pop("stamped", False)
        added = cms.sign(pdf, given, key, certificate, others, digest, None, address if stamped else None)
        (out / f"{name}.pdf").write_bytes(pdf + added)


if __name__ == "__main__":
    main()
