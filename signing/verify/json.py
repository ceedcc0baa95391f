"""The report as JSON: the object of ``moonseal verify --json`` (interfaces.md); and through the sandbox's wall."""

from dataclasses import asdict
from typing import Any

from signing.values import Changes, Level, Report, Revocation, Role, SignatureReport, Trust, Verdict


def to_json(report: Report, source: str) -> dict[str, Any]:
    """Return the object that interfaces.md promises."""
    found = asdict(report)
    for signature in found["signatures"]:
        del signature["trust"]  # the file's is the weakest
    return {"source": source, **found, "signatures": list(found["signatures"])}


def packed(report: Report) -> dict[str, Any]:
    """Return everything in a report as JSON."""
    return asdict(report)


def unpacked(value: dict[str, Any]) -> Report:
    """Return the report that ``packed`` made JSON of; raises ``ValueError``, ``KeyError`` or ``TypeError``."""
    signatures = tuple(
        SignatureReport(
            **one
            | {
                "role": Role(one["role"]),
                "level": Level(one["level"]),
                "changes_after": Changes(one["changes_after"]),
                "revocation": Revocation(one["revocation"]),
                "verdict": Verdict(one["verdict"]),
                "trust": Trust(one["trust"]),
            }
        )
        for one in value["signatures"]
    )
    return Report(
        **value | {"verdict": Verdict(value["verdict"]), "trust": Trust(value["trust"]), "signatures": signatures}
    )
