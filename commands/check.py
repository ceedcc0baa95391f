"""``moonseal check``: what is missing on this machine, and the exact command that brings it.

Looks and changes nothing: a folder that was never set up is not made here. What needs the database, the files and the
keys of a data folder stands in ``commands/check_folder.py``, since Django must be set up before that is imported.
"""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from commands.console import Console
from commands.folder import HOME, configured_folder
from commands.installation import models
from commands.sentences import both
from ocr import lightmodel
from ocr.confinement import weakness
from ocr.second_models import unusable

PACKAGES, ASSETS = HOME / "packages", HOME / "assets"
TESSDATA = Path("/usr/share/tesseract-ocr/5/tessdata")
FONTS = ("Tinos_400Regular", "Tinos_400Regular_Italic", "Tinos_700Bold", "Tinos_700Bold_Italic")
FRONT_END = (
    "govuk-frontend.min.css",
    "govuk-frontend.min.js",
    "be-vietnam-pro-vietnamese-400-normal.woff2",
)
PYTHON = ((3, 11), (3, 13))
TESSERACT = 5
FREE_MIN_BYTES = 2 << 30
RELEASED_AT = datetime(2026, 11, 25, tzinfo=UTC)  # a clock before it is wrong
PROGRAM_TIMEOUT_S = 20
SET_UP = "./moonseal demo"
KERNEL_SETTINGS = Path("/proc/sys")
USER_NAMESPACES = (("kernel.unprivileged_userns_clone", "0", "1"), ("user.max_user_namespaces", "0", "28633"))
APPARMOR_RESTRICTION = "kernel/apparmor_restrict_unprivileged_userns"  # Ubuntu 24.04
APT = "apt-get update && apt-get install -y --no-install-recommends"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found and, where that is not enough, the command that helps."""

    name: str
    ok: bool
    found: str
    how_to_get: str = ""


def machine() -> Iterator[Finding]:
    """Look at what every installation needs, whatever its data folder."""
    for look in (
        _python,
        _packages,
        _tesseract,
        _languages,
        _model,
        _second_readers,
        _fonts,
        _front_end,
        _sandbox,
        _clock,
        _disk,
    ):
        yield _safely(look)


def tell(findings: Iterable[Finding]) -> int:
    """Print the findings; 1 if something is missing."""
    console, missing = Console(), 0
    for finding in findings:
        missing += not finding.ok
        console.say(f"{'✓' if finding.ok else '✗'} {finding.name}: {finding.found}")
        if finding.how_to_get:
            console.say(f"    → {finding.how_to_get}")
    console.say(
        f"{missing} thứ còn thiếu hoặc sai. · {missing} things are missing or wrong."
        if missing
        else "Không thiếu gì. · Nothing is missing."
    )
    return 1 if missing else 0


def folder_in_use() -> Path | None:
    """Return the data folder that ``serve`` would use, or nothing where none was set up."""
    configured = configured_folder()
    return next((folder for folder in (configured, configured / "demo") if (folder / "kind").is_file()), None)


def _safely(look: Callable[[], Finding]) -> Finding:
    """A check that breaks is a finding, never a traceback."""
    try:
        return look()
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        return Finding(look.__name__.removeprefix("_"), ok=False, found=f"{type(error).__name__}: {error}")


def _output(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, timeout=PROGRAM_TIMEOUT_S, check=True)
    return done.stdout + done.stderr  # Tesseract 4 and 5 differ in which of the two they use


def _python() -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    ok = PYTHON[0] <= sys.version_info[:2] <= PYTHON[1]
    return Finding("Python", ok, version, "" if ok else "Python 3.11–3.13 (Debian 12/13, Ubuntu 24.04)")


def _packages() -> Finding:
    lines = (PACKAGES / "run.txt").read_text(encoding="utf-8").splitlines()
    wanted = [name for line in lines if (name := line.partition("#")[0].strip())]
    name = "gói hệ thống / system packages"
    if shutil.which("dpkg-query") is None:
        return Finding(name, ok=True, found="không phải Debian, không kiểm được / not a Debian: unknown")
    asked = subprocess.run(
        ["dpkg-query", "-W", "-f", "${db:Status-Status} ${Package}\n", *wanted],
        capture_output=True,
        text=True,
        timeout=PROGRAM_TIMEOUT_S,
        check=False,  # 1 says that some are unknown
    )
    installed = {line.removeprefix("installed ") for line in asked.stdout.splitlines() if line.startswith("installed ")}
    missing = [package for package in wanted if package not in installed]
    if not missing:
        return Finding(name, ok=True, found=f"đủ {len(wanted)} / all {len(wanted)}")
    return Finding(
        name, ok=False, found=f"thiếu / missing: {' '.join(missing)}", how_to_get=f"{APT} {' '.join(missing)}"
    )


def _tesseract() -> Finding:
    if shutil.which("tesseract") is None:
        return Finding("Tesseract", ok=False, found="không có / absent", how_to_get=f"{APT} tesseract-ocr")
    version = _output("tesseract", "--version").splitlines()[0].removeprefix("tesseract ")
    ok = version.split(".")[0].isdigit() and int(version.split(".")[0]) >= TESSERACT
    return Finding("Tesseract", ok, version, "" if ok else f"{APT} tesseract-ocr")


def _languages() -> Finding:
    missing = [language for language in ("eng", "osd") if not (TESSDATA / f"{language}.traineddata").is_file()]
    name = "ngôn ngữ của Tesseract / its languages"
    if not missing:
        return Finding(name, ok=True, found=f"eng, osd ({TESSDATA})")
    packages = " ".join(f"tesseract-ocr-{language}" for language in missing)
    return Finding(name, ok=False, found=f"thiếu / missing: {', '.join(missing)}", how_to_get=f"{APT} {packages}")


def _model() -> Finding:
    path, name = ASSETS / "tessdata" / "vie_best.traineddata", "mô hình tiếng Việt / Vietnamese model"
    if not path.is_file():
        return Finding(name, ok=False, found="không có / absent", how_to_get=SET_UP)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    pinned = (PACKAGES / "vie_best.sha256").read_text(encoding="ascii").split()[0]
    light = path.with_stem(path.stem + lightmodel.SUFFIX)
    if digest != pinned:
        found = f"sha256 {digest}, không phải / not {pinned}"
    elif not light.is_file() or light.read_bytes() != lightmodel.lightened(path.read_bytes()):
        found = f"{light.name}: thiếu hoặc không đúng / absent or another"
    else:
        return Finding(name, ok=True, found=f"vie_best, sha256 {digest}")
    return Finding(name, ok=False, found=found, how_to_get=f"rm '{path}' .tools/ready-*; {SET_UP}")


def _second_readers() -> Finding:
    name = "mô hình đọc lại / second readers"
    if problems := unusable():
        found = f"{'; '.join(problems)} — mọi ô phải có người xem / every field is shown to a person"
        return Finding(name, ok=False, found=found, how_to_get=f"rm -f .tools/ready-*; {SET_UP}")
    return Finding(name, ok=True, found="asterocr, trueocr")


def _present(name: str, folder: Path, files: Sequence[str]) -> Finding:
    missing = [file for file in files if not (folder / file).is_file() or (folder / file).stat().st_size == 0]
    if missing:
        found = f"thiếu / missing: {', '.join(missing)}"
        return Finding(name, ok=False, found=found, how_to_get=f"rm -f .tools/ready-*; {SET_UP}")
    return Finding(name, ok=True, found=f"{len(files)} ({folder})")


def _fonts() -> Finding:
    return _present("phông chữ in / print fonts", ASSETS / "fonts" / "tinos", [f"{font}.ttf" for font in FONTS])


def _front_end() -> Finding:
    return _present("tệp giao diện / front end", ASSETS / "web", FRONT_END)


def _sandbox() -> Finding:
    name = "hộp cát / sandbox (bubblewrap, seccomp)"
    found = weakness(models())
    if found is None:
        return Finding(name, ok=True, found=f"đầy đủ / whole ({_output('bwrap', '--version').strip()})")
    return Finding(
        name, ok=False, found=both(found.code, detail=found.detail), how_to_get=_mending(found.code, found.detail)
    )


def _mending(code: str, detail: str) -> str:
    """Return the command that makes the sandbox whole; nothing where it depends on what this machine is."""
    if code == "bubblewrap_missing":
        return f"{APT} bubblewrap"
    if code == "filter_missing":
        return f"{APT} libseccomp2"
    if code == "unreadable":
        return f"chmod -R go+rX '{detail}'"
    for name, forbidding, allowing in USER_NAMESPACES:
        setting = KERNEL_SETTINGS / name.replace(".", "/")
        if setting.is_file() and setting.read_text(encoding="ascii").strip() == forbidding:
            return f"echo {name}={allowing} > /etc/sysctl.d/60-moonseal.conf && sysctl --system"
    if (setting := KERNEL_SETTINGS / APPARMOR_RESTRICTION).is_file() and setting.read_text(
        encoding="ascii"
    ).strip() == "1":
        profile, target = PACKAGES / "moonseal-bwrap.apparmor", "/etc/apparmor.d/moonseal-bwrap"
        return f"install -m 644 '{profile}' {target} && apparmor_parser -r {target}"
    return ""


def _clock() -> Finding:
    now = datetime.now(UTC)
    ok = now >= RELEASED_AT
    found = now.astimezone().isoformat(timespec="seconds")
    return Finding("đồng hồ / clock", ok, found, "" if ok else "timedatectl set-ntp true")


def _disk() -> Finding:
    free = shutil.disk_usage(HOME).free
    found = f"{free / (1 << 30):.1f} GiB còn trống / free"
    return Finding("đĩa / disk", free >= FREE_MIN_BYTES, found)
