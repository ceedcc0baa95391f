"""The second half of ``moonseal check``: one data folder, its database, files, keys and history.

Django must have been set up before. Nothing is migrated or repaired here.
"""

import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from certs.errors import CertError
from certs.inventory import AUTHORITY, REGISTRATIONS, kept_in
from commands.check import Finding
from commands.wiring import _store
from dossiers import folder
from dossiers.models import AuditEntry
from settings import FIRST_SAFE_SQLITE, SettingRefused
from storage import StorageError

DRIFT = timedelta(minutes=5)


def findings() -> Iterator[Finding]:
    """Look at the data folder of this process."""
    for name, look in (
        ("thư mục dữ liệu / data folder", _folder),
        ("SQLite / PostgreSQL", _database),
        ("bảng dữ liệu / tables", _tables),
        ("kho tệp / file storage", _files),
        ("chứng thư / certificates", _certificates),
        ("đồng hồ và lịch sử / clock and history", _history),
    ):
        yield _safely(name, look)


def _safely(name: str, look: Callable[[str], Finding]) -> Finding:
    """A part that cannot be reached is a finding, never a traceback."""
    try:
        return look(name)
    except (OSError, ValueError, DatabaseError, StorageError, CertError, SettingRefused) as error:
        return Finding(name, ok=False, found=f"{type(error).__name__}: {error}".strip())


def _folder(name: str) -> Finding:
    data = Path(settings.DATA)
    found = f"{data}, {folder.kind()}"
    mode = stat.S_IMODE(data.stat().st_mode)
    if mode & 0o077:
        return Finding(
            name,
            ok=False,
            found=f"{found}, {mode:o}: người khác đọc được / open to others",
            how_to_get=f"chmod 700 '{data}'",
        )
    return Finding(name, ok=True, found=found)


def _database(name: str) -> Finding:
    with connection.cursor() as cursor:
        if connection.vendor != "sqlite":
            cursor.execute("SHOW server_version")
            return Finding(name, ok=True, found=f"PostgreSQL {cursor.fetchone()[0]}")
        cursor.execute("SELECT sqlite_version()")
        version: str = cursor.fetchone()[0]
    ok = tuple(map(int, version.split("."))) >= FIRST_SAFE_SQLITE
    wanted = ".".join(map(str, FIRST_SAFE_SQLITE))
    return Finding(
        name, ok, f"SQLite {version}", "" if ok else f"SQLite {wanted}: rm -f .tools/ready-*; ./moonseal demo"
    )


def _tables(name: str) -> Finding:
    executor = MigrationExecutor(connection)
    waiting = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if waiting:
        return Finding(
            name, ok=False, found=f"{len(waiting)} bước chưa chạy / migrations to run", how_to_get="./moonseal serve"
        )
    return Finding(name, ok=True, found="mới nhất / up to date")


def _files(name: str) -> Finding:
    next(iter(_store().stored()), None)  # asks the server or the folder, whichever it is
    return Finding(name, ok=True, found=str(settings.FILES_URL))


def _certificates(name: str) -> Finding:
    data = Path(settings.DATA)
    held = kept_in(data / AUTHORITY, data / REGISTRATIONS, lambda: datetime.now(UTC))
    if not held:
        return Finding(name, ok=False, found="không có / none", how_to_get="./moonseal demo")
    warned = [one for one in held if one.needs_attention]
    words = {id(one): f"{one.holder} ({one.certificate.not_after:%Y-%m-%d})" for one in warned}
    ended = [words[id(one)] for one in warned if one.warn_days == 0]
    soon = [words[id(one)] for one in warned if one.warn_days != 0]
    told = [f"{len(held)}"]
    told += [f"hết hạn / expired: {', '.join(ended)}"] if ended else []
    told += [f"sắp hết hạn / end soon: {', '.join(soon)}"] if soon else []
    return Finding(name, ok=not ended, found="; ".join(told), how_to_get="./moonseal certs renew" if ended else "")


def _history(name: str) -> Finding:
    last = AuditEntry.objects.order_by("-at").values_list("at", flat=True).first()
    if last is None:
        return Finding(name, ok=True, found="chưa có mục nào / no entry yet")
    ok = last <= datetime.now(UTC) + DRIFT
    found = f"mục cuối / last entry {last.isoformat(timespec='seconds')}"
    return Finding(name, ok, found, "" if ok else "timedatectl set-ntp true")
