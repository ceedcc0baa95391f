"""A second opinion on bytes from code of another family: poppler's pdfsig. It can only lower PASSED.

It is asked about digests and signature values only (`-nocert`): it knows none of our anchors, and looks at no change
made by later updates. Document timestamps it cannot check; they are left out.
"""

import re
import shutil
import subprocess
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

from signing.values import Report, Role

TIMEOUT_S = 30
FIELD = re.compile(r"^\s*- Signature Field Name: (.*)$", re.MULTILINE)
VALID = "- Signature Validation: Signature is Valid."


class Opinion(StrEnum):
    AGREES = "agrees"
    DISAGREES = "disagrees"
    MISSING = "missing"
    NOT_ASKED = "not-asked"


def opinion_on(pdf: BinaryIO, report: Report) -> Opinion:
    """Return whether pdfsig calls every signature of the report valid."""
    program = shutil.which("pdfsig")
    if program is None:
        return Opinion.MISSING
    here = Path("pdfsig-home").resolve()  # empty: a set of certificates of its own would only add files to read
    here.mkdir(exist_ok=True)
    copy = Path("result.pdf").resolve()  # the open file may be one that no program may open by name
    pdf.seek(0)
    try:
        with copy.open("wb") as target:
            shutil.copyfileobj(pdf, target)
        answer = subprocess.run(
            [program, "-nocert", str(copy)],
            capture_output=True,
            text=True,
            errors="replace",
            timeout=TIMEOUT_S,
            env={"HOME": str(here), "LANG": "C.UTF-8"},
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return Opinion.DISAGREES
    return _read(answer.stdout, report)


def _read(text: str, report: Report) -> Opinion:
    blocks = re.split(r"^Signature #\d+:$", text, flags=re.MULTILINE)[1:]
    found = {match.group(1): VALID in block for block in blocks if (match := FIELD.search(block))}
    wanted = [one.field for one in report.signatures if one.role is not Role.DOCUMENT_TIMESTAMP]
    return Opinion.AGREES if all(found.get(field) for field in wanted) else Opinion.DISAGREES
