"""Runs in an environment of endesive's own: prints the median CPU, in milliseconds, of one signature.

``python peer_endesive.py FOLDER ROUNDS``: key.p12 (password "bench") and in.pdf lie in the folder.
"""

import statistics
import sys
import time
import types
from datetime import UTC, datetime
from pathlib import Path

# Its verifier imports a library that cannot read the version of OpenSSL 3.0.19; signing does not need it.
sys.modules["endesive.verifier"] = types.SimpleNamespace(SignatureVerifier=object)  # type: ignore[assignment]  # no module, but enough of one

from cryptography.hazmat.primitives.serialization import pkcs12  # noqa: E402
from endesive.pdf import cms  # type: ignore[import-not-found]  # noqa: E402 - in its own environment only

folder, rounds = Path(sys.argv[1]), int(sys.argv[2])
pdf = (folder / "in.pdf").read_bytes()
key, certificate, others = pkcs12.load_key_and_certificates((folder / "key.p12").read_bytes(), b"bench")
told = {"aligned": 0, "sigflags": 3, "contact": "", "location": "Nguyet An", "reason": "Xac nhan", "sigfield": "S1"}
times = []
for _ in range(rounds + 1):  # the first imports and warms up
    given = {**told, "signingdate": f"{datetime.now(UTC):D:%Y%m%d%H%M%S}+00'00'"}
    start = time.process_time()
    cms.sign(pdf, given, key, certificate, others, "sha256")
    times.append(1000 * (time.process_time() - start))
print(statistics.median(times[1:]))
