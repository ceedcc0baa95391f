"""The founding of a real authority: the root off-line, several people, and a written record.

The root's key is written to a folder of its own (a medium that is then locked away) under a password that several
people know a part of each; all of them are needed to use it again. It is read back before the issuing key gets its
certificate, so that nobody locks a medium away that cannot be opened. The record's hash stands in the register.
"""

import hashlib
import platform
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import cryptography

from certs.answers import CONFIGURATION, ROOT_CRL_LIFE, Configuration
from certs.authority import Authority
from certs.errors import CertError, KeyLocked
from certs.founding import whole_or_not
from certs.issuance import request
from certs.keys.file import FileKey, load_key, p12_of
from certs.keys.protocol import KeyAlgorithm
from certs.keys.token import Token
from certs.profiles import Names
from storage.durable import write_durably

FEWEST_CUSTODIANS = 2
SHORTEST_PART = 12  # letters
ISSUING_BITS = 3072
RECORD = "ceremony.txt"
TEMPLATE = Path(__file__).parent / "data" / RECORD


@dataclass(frozen=True)
class Plan:
    """Who is there and where; ``token`` is where the issuing key is made (logged in already), else it is a file."""

    organisation: str
    place: str
    custodians: tuple[str, ...]
    witnesses: tuple[str, ...]
    configuration: Configuration
    token: Token | None = None


@dataclass
class _Steps:
    """What was done when, as it happens."""

    clock: Callable[[], datetime]
    lines: list[str] = field(default_factory=list)

    def did(self, vietnamese: str, english: str) -> None:
        at = self.clock().isoformat(timespec="seconds")
        self.lines.append(f"  {len(self.lines) + 1:2}. {at}  {vietnamese} · {english}")


def hold(folder: Path, medium: Path, plan: Plan, parts: Sequence[str], clock: Callable[[], datetime]) -> str:
    """Found the authority in ``folder`` with its root's key on ``medium``; return the record. Whole or not at all.

    Raises ``CertError``: too few people, a part that is short or used twice, a medium inside the data folder or with a
    root on it already.
    """
    _check(folder, medium, plan, parts)
    steps, names, began = _Steps(clock), Names.of(plan.organisation), clock()
    medium.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with whole_or_not(folder) as building:
            write_durably(building / CONFIGURATION, plan.configuration.to_json())
            made = Authority(building, clock)
            made.register.append("ceremony-begun", custodians=str(len(plan.custodians)))
            root = made.foundation.root(names.root)
            steps.did("Tạo khóa gốc và chứng thư tự ký", "Root key and its certificate made")
            password = _joined(parts)
            write_durably(medium / "root.p12", p12_of(root, password), 0o600)
            write_durably(medium / "root.pem", root.certificate.pem())
            load_key(medium / "root.p12", password)  # or nobody ever will
            steps.did("Ghi khóa gốc ra phương tiện ngoại tuyến và đọc lại", "Root key written to the medium, read back")
            _found_issuing(made, root, names, plan.token)
            steps.did("Tạo khóa cấp; khóa gốc cấp chứng thư cho nó", "Issuing key made and certified by the root")
            write_durably(building / "root.crl", made.sign_root_crl(root))
            steps.did(
                f"Khóa gốc ký danh sách thu hồi, {ROOT_CRL_LIFE.days} ngày", "The root signed its revocation list"
            )
            made.found_services(names)
            steps.did("Tạo khóa dấu thời gian và khóa trả lời trạng thái", "Keys of timestamps and answers made")
            record = _record(building, medium, plan, steps, (began, clock()))
            content = record.encode()
            write_durably(medium / RECORD, content)
            write_durably(building / RECORD, content)
            made.register.append("ceremony", record_sha256=hashlib.sha256(content).hexdigest())
    except BaseException:
        for name in ("root.p12", "root.pem", RECORD):
            (medium / name).unlink(missing_ok=True)
        raise
    return record


def open_root(medium: Path, parts: Sequence[str]) -> FileKey:
    """Return the root's key, for which everybody's part is needed, in any order; raises ``KeyLocked``."""
    return load_key(medium / "root.p12", _joined(parts))


def renew_root_list(authority: Authority, root: FileKey) -> bytes:
    """Sign the root's list anew and publish it: once a year, before the old one ends."""
    if root.certificate != authority.root:
        raise KeyLocked("root_of_another")
    made = authority.sign_root_crl(root)
    write_durably(authority.folder / "root.crl", made)
    return made


def _check(folder: Path, medium: Path, plan: Plan, parts: Sequence[str]) -> None:
    if len(plan.custodians) < FEWEST_CUSTODIANS or len(set(plan.custodians)) != len(plan.custodians):
        raise CertError("too_few_custodians", fewest=FEWEST_CUSTODIANS)
    if len(parts) != len(plan.custodians) or len(set(parts)) != len(parts) or min(map(len, parts)) < SHORTEST_PART:
        raise CertError("password_part_weak", shortest=SHORTEST_PART)
    if medium.resolve().is_relative_to(folder.resolve().parent):
        raise CertError("medium_in_data_folder", folder=str(medium))
    if (medium / "root.p12").exists():
        raise CertError("medium_in_use", folder=str(medium))


def _joined(parts: Sequence[str]) -> bytes:
    """Return one password of all parts; their order does not matter, and none of them is in it."""
    each = sorted(hashlib.sha256(part.encode()).digest() for part in parts)
    return hashlib.sha256(b"".join(each)).hexdigest().encode()


def _found_issuing(made: Authority, root: FileKey, names: Names, token: Token | None) -> None:
    if token is None:
        made.found_on_file(root, names)
        return
    pair = token.make_key("issuing", KeyAlgorithm.RSA, ISSUING_BITS)
    wanted = request(pair, pair.public_key, names.issuing)
    certificate = made.foundation.issuing(root, names.issuing, wanted, made.configuration.addresses)
    token.store(certificate, pair.identity, "issuing")
    made.use(token.key(key_id=pair.identity))


def _record(
    building: Path, medium: Path, plan: Plan, steps: _Steps, times: tuple[datetime, datetime]
) -> str:  # fmt: skip
    own = Authority(building, steps.clock)
    files = [*sorted(building.glob("*.pem")), building / "root.crl", medium / "root.p12"]
    people = [*plan.custodians, *plan.witnesses]
    return TEMPLATE.read_text(encoding="utf-8").format(
        organisation=plan.organisation,
        place=plan.place,
        began=times[0].isoformat(timespec="seconds"),
        ended=times[1].isoformat(timespec="seconds"),
        machine=f"{platform.node()}, {platform.platform()}",
        software=f"Python {platform.python_version()}, cryptography {cryptography.__version__}",
        custodians="\n".join(f"  - {one}" for one in plan.custodians),
        witnesses="\n".join(f"  - {one}" for one in plan.witnesses) or "  –",
        steps="\n".join(steps.lines),
        root=_spaced(own.root.fingerprint),
        issuing=_spaced(own.issuer.fingerprint),
        issuing_place=f"token {plan.token.label}" if plan.token else "tệp · file",
        files="\n".join(f"  {hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}" for path in files),
        signatures="\n".join(f"  {one}: ______________________" for one in people),
    )


def _spaced(fingerprint: str) -> str:
    return ":".join(fingerprint[at : at + 2] for at in range(0, len(fingerprint), 2)).upper()
