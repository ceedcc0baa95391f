"""One sample of the demo: what was handed in and declared at the desk, and what became of it."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID, uuid5

NAMESPACE = UUID("0193e7a0-6d6f-7000-8000-6d6f6f6e7365")  # the same sample is the same dossier after a crash


@dataclass
class Story:
    name: str
    procedure: str
    applicant: str
    second_factor: str
    scans: Sequence[Path]
    dossier_id: UUID
    code: str = ""
    form: str | None = None
    flags: list[str] = field(default_factory=list)
    number: str = ""
    result: Path | None = None
    verdict: str = ""
    problem: str = ""


def stories_in(samples: Path, data: Path) -> Sequence[Story]:
    """Return the samples in their order, as the desk gets them: without the truth."""
    return [_story(path, data) for path in sorted(samples.iterdir()) if path.is_dir()]


def _story(path: Path, data: Path) -> Story:
    declared = tomllib.loads((path / "dossier.toml").read_text(encoding="utf-8"))
    return Story(
        name=path.name,
        procedure=declared["procedure"],
        applicant=declared["applicant"],
        second_factor=declared["phone_last_four"],
        scans=sorted(scan for scan in path.iterdir() if scan.suffix != ".toml"),
        dossier_id=uuid5(NAMESPACE, f"{data} {path.name}"),
    )
