"""Sound files made by nine tools of different code, with their anchors and lists: what is genuine passes.

The files were made once (``python -m tests.signing.sound.make``) and are judged as of the time in their manifest.
"""

import io
import json
from collections import Counter
from datetime import datetime
from functools import cache
from pathlib import Path

import pytest

from certs.anchors import NOBODY, Store, TrustStores
from certs.certificate import certificates_of
from signing.values import Level, Report, Verdict
from signing.verify.examination import examine

FILES = Path(__file__).with_name("sound") / "files"
AT = datetime.fromisoformat(json.loads((FILES / "manifest.json").read_text())["at"])
PDFS = sorted(FILES.glob("*.pdf"))
# Genuine, and not called so: each with the reason. Nothing may be added without one.
NOT_PASSED: dict[str, tuple[Verdict, str]] = {}


@cache
def knowledge() -> tuple[TrustStores, tuple[bytes, ...]]:
    certificates = certificates_of(sorted(FILES.glob("*.cer")))
    lists = tuple(path.read_bytes() for path in sorted(FILES.glob("*.crl")))
    return NOBODY.with_certificates(Store.COMMUNE, certificates), lists


@cache
def report_of(path: Path) -> Report:
    stores, lists = knowledge()
    return examine(io.BytesIO(path.read_bytes()), stores, lists, AT)


@pytest.mark.parametrize("path", PDFS, ids=[path.stem for path in PDFS])
def test_what_is_genuine_passes(path):
    report = report_of(path)
    expected = NOT_PASSED.get(path.stem, (Verdict.PASSED, ""))[0]
    assert report.verdict is expected, [report.sub_indication, report.message_en]
    assert report.signatures or expected is not Verdict.PASSED


def test_there_are_enough_of_every_tool_and_level():
    tools = Counter(path.stem.partition("-")[0] for path in PDFS)
    levels = Counter(one.level for path in PDFS for one in report_of(path).signatures)
    assert len(PDFS) >= 60
    assert len(tools) >= 5
    assert set(levels) == set(Level)
    assert len(NOT_PASSED) <= len(PDFS) * 0.05
    assert set(NOT_PASSED) <= {path.stem for path in PDFS}
