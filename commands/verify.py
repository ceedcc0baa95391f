"""``moonseal verify``: says of each signature whether it holds. Without Django, settings or network."""

import json
from collections.abc import Sequence
from datetime import datetime
from itertools import starmap
from pathlib import Path

from certs.anchors import Store, TrustStores, government
from certs.certificate import certificates_of
from certs.errors import CertError
from certs.revocation import crl_from
from commands.console import Console
from commands.installation import FONTS
from commands.sentences import both
from printing import PrintingError
from printing.confirmation import ConfirmationSheets
from signing import Report, SignatureReport, Verdict
from signing.verify.engine import Verifier
from signing.verify.json import to_json
from signing.verify.sheet import sheet_values

DEMO_PREFIX = "DEMO"  # the demo's authority names itself so: its results must never look like a commune's
EXIT_CODES = {  # the gravest of several files decides (interfaces.md)
    Verdict.UNREADABLE: 4,
    Verdict.FAILED: 1,
    Verdict.INDETERMINATE: 2,
    Verdict.NO_SIGNATURE: 3,
    Verdict.PASSED: 0,
}


def verify(
    files: Sequence[Path],
    *,
    anchors: Sequence[Path],
    crls: Sequence[Path],
    at: str | None,
    as_json: bool,
    sheet: Path | None = None,
) -> int:
    """Verify every file and return the exit code of the gravest; ``sheet`` is where the sheet to print goes."""
    console = Console()
    if sheet is not None and (len(files) != 1 or sheet.exists()):
        console.say(both("sheet_refused", path=str(sheet)))
        return EXIT_CODES[Verdict.UNREADABLE]
    try:
        moment = _moment(at)
        stores = _with_anchors(government(), anchors)
        lists = [crl_from(path.read_bytes()) for path in crls]
    except ValueError:
        console.say(both("time_not_understood", time=str(at)))
        return EXIT_CODES[Verdict.UNREADABLE]
    except CertError as error:
        console.say(both(error.code, **error.parameters))
        return EXIT_CODES[Verdict.UNREADABLE]
    except OSError as error:
        console.say(both("anchors_unreadable", path=error.filename))
        return EXIT_CODES[Verdict.UNREADABLE]
    verdicts = set()
    with Verifier(stores, lists) as verifier:
        for path in files:
            report = verifier.verify(path, moment)
            verdicts.add(report.verdict)
            print(_as_json(report, path) if as_json else _as_text(report, path), flush=True)  # noqa: T201 - the answer
            if sheet is not None and not _written(sheet, report, path, console):
                return EXIT_CODES[Verdict.UNREADABLE]
    return next(code for verdict, code in EXIT_CODES.items() if verdict in verdicts)


def _moment(at: str | None) -> datetime | None:
    if at is None:
        return None
    moment = datetime.fromisoformat(at)
    return moment if moment.tzinfo else moment.astimezone()


def _with_anchors(stores: TrustStores, paths: Sequence[Path]) -> TrustStores:
    for one in certificates_of(paths):
        store = Store.DEMO if one.organisation.startswith(DEMO_PREFIX) else Store.COMMUNE
        stores = stores.with_certificates(store, (one,))
    return stores


def _written(sheet: Path, report: Report, path: Path, console: Console) -> bool:
    try:
        pdf = ConfirmationSheets(FONTS).draw(sheet_values(report, path.name))
        with sheet.open("xb") as target:
            target.write(pdf)
    except (OSError, PrintingError) as error:
        console.say(both("sheet_not_written", path=str(sheet), reason=getattr(error, "strerror", None) or str(error)))
        return False
    return True


def _as_json(report: Report, path: Path) -> str:
    return json.dumps(to_json(report, str(path)), ensure_ascii=False)


def _as_text(report: Report, path: Path) -> str:
    """Return the sentence in both languages, and a few lines per signature."""
    lines = [f"{path}: {report.verdict} {report.sub_indication or ''}".rstrip(), f"  {report.message_vi}"]
    lines.append(f"  {report.message_en}")
    lines += list(starmap(_line, enumerate(report.signatures, start=1)))
    return "\n".join(lines)


def _line(number: int, one: SignatureReport) -> str:
    when = (
        f"{one.proven_at} (dấu thời gian / timestamp)"
        if one.proven_at
        else f"{one.declared_at or '–'} (tự khai / declared)"
    )
    outcome = f"{one.verdict} {one.sub_indication or ''}".rstrip()
    return f"  {number}. {one.role}: {one.signer}, {one.organisation}; {when}; {one.level}; {outcome}"
