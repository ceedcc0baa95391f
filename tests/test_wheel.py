"""The wheel is whole: installed in a clean environment elsewhere it checks, draws, reads, serves and verifies.

The libraries come offline from the installer's cache, exactly as locked. What runs there sees nothing of this tree.
"""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import tarfile
import time
import urllib.request
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from urllib.error import URLError

import pikepdf
import pytest
from asn1crypto.pkcs12 import Pfx  # type: ignore[import-untyped]  # it has no types
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import (
    load_der_private_key,
    load_pem_private_key,
    load_ssh_private_key,
)
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
LINE = "Nguyễn Thị Hồng Thắm, thôn Đồng Chiêm"

DRAW = """
import sys
from pathlib import Path
import printing
from printing.draw import Printer
fonts = Path(printing.__file__).resolve().parent.parent / "assets" / "fonts" / "tinos"
slip = {
    "folder_kind": "real", "agency.name": "ỦY BAN NHÂN DÂN\\nXÃ NGUYỆT ẤN", "agency.superior": "TỈNH THANH HÓA",
    "place": "Nguyệt Ấn", "issued_on": "2026-02-05", "signer.capacity": "CHỦ TỊCH",
    "signer.full_name": "Phạm Thị Nguyệt",
    "dossier_code": "H56.33-260205-0007", "record_digest": "ab" * 32, "number": "07/UBND-XNTTHN",
    "subject.full_name": "TRẦN THỊ HOA", "subject.birth_date": "1985-06-12", "subject.sex": "Nữ",
    "subject.ethnicity": "Mường", "subject.nationality": "Việt Nam",
    "subject.identity_paper": "Căn cước số 038185001010",
    "requester.full_name": "LÊ VĂN BÌNH", "subject.residence": "Thôn Minh Thạch, xã Nguyệt Ấn, tỉnh Thanh Hóa",
    "residence_period": "từ ngày 01 tháng 02 năm 2010", "marital_status": "Hiện tại chưa đăng ký kết hôn với ai",
    "purpose": "làm thủ tục vay vốn",
}
Path(sys.argv[1]).write_bytes(Printer(fonts).draw("marital-status-confirmation", slip).pdf)
"""
KEY = """
import sys
from pathlib import Path
from cryptography.x509 import load_der_x509_crl
from certs.authority import Authority, Names, Subject
from certs.keys.file import p12_of
folder = Path(sys.argv[1])
authority = Authority.create(folder / "authority", Names.of("Một xã"))
key = authority.issue("official", Subject("Phạm Thị Nguyệt", "Một xã"))
(folder / "official.p12").write_bytes(p12_of(key, b"123456"))
(folder / "pin").write_text("123456")
(folder / "root.pem").write_bytes(authority.root.pem())
(folder / "issuing.crl").write_bytes(authority.crl())
(folder / "root.crl").write_bytes(authority.root_crl())
"""


@dataclass(frozen=True)
class Installed:
    """A clean environment in a folder of its own."""

    folder: Path

    def run(self, *command: str, program: str = "moonseal") -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(self.folder / "venv" / "bin" / program), *command],
            cwd=self.folder,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )


# What a login gives, and nothing of this run: no PYTHONPATH, no settings of ours.
ENVIRONMENT = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}


def uv(*command: str, **environment: str) -> None:
    own = ROOT / ".tools" / "uv" / "bin" / "uv"
    program = str(own) if own.exists() else shutil.which("uv")
    assert program, "uv is missing: ./moonseal test sets it up"
    kept = ROOT / ".tools" / "cache"
    cache = {"UV_CACHE_DIR": str(kept)} if kept.exists() else {}
    done = subprocess.run(
        [program, *command],
        cwd=ROOT,
        env=os.environ | cache | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def archives(tmp_path_factory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("dist")
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-d", str(folder)], cwd=ROOT, check=True, timeout=300)
    (wheel,) = folder.glob("*.whl")
    (sdist,) = folder.glob("*.tar.gz")
    return {"wheel": wheel, "sdist": sdist}


@pytest.fixture(scope="module")
def installed(archives, tmp_path_factory) -> Installed:
    folder = tmp_path_factory.mktemp("a clean place")
    venv = str(folder / "venv")
    base = getattr(sys, "_base_executable", sys.executable)
    locked = ("--frozen", "--offline", "--no-build", "--no-install-project", "--no-default-groups")
    uv("sync", "-q", *locked, UV_PROJECT_ENVIRONMENT=venv, UV_PYTHON=base, UV_PYTHON_DOWNLOADS="never", VIRTUAL_ENV="")
    uv("pip", "install", "-q", "-p", f"{venv}/bin/python", "--offline", "--no-deps", str(archives["wheel"]))
    return Installed(folder)


@pytest.fixture(scope="module")
def drawn(installed) -> Path:
    done = installed.run("-c", DRAW, "result.pdf", program="python")
    assert done.returncode == 0, done.stderr
    return installed.folder / "result.pdf"


def embedded_fonts(pdf: Path) -> set[tuple[str, str]]:
    """Return name and digest of every font program in a PDF."""
    with pikepdf.open(pdf) as opened:
        return {
            (str(thing.FontName), hashlib.sha256(thing[name].read_bytes()).hexdigest())
            for thing in opened.objects
            if isinstance(thing, pikepdf.Dictionary)
            for name in ("/FontFile2", "/FontFile3")
            if name in thing
        }


def test_check_finds_nothing_missing(installed):
    done = installed.run("check")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert (ROOT / "packages" / "vie_best.sha256").read_text(encoding="ascii").split()[0] in said


def test_a_result_drawn_there_embeds_the_same_fonts(drawn, tmp_path):
    here = tmp_path / "here.pdf"
    subprocess.run([sys.executable, "-c", DRAW, str(here)], cwd=ROOT, check=True, timeout=120)
    fonts = embedded_fonts(drawn)
    assert len(fonts) > 1
    assert all("Tinos" in name for name, _ in fonts)
    assert fonts == embedded_fonts(here)


def test_one_line_is_read_with_the_better_model(installed):
    font = ImageFont.truetype(ROOT / "assets" / "fonts" / "tinos" / "Tinos_400Regular.ttf", 54)
    page = Image.new("L", (1654, 2339), 255)
    ImageDraw.Draw(page).text((150, 300), LINE, font=font, fill=0)
    page.save(installed.folder / "line.png", dpi=(200, 200))
    done = installed.run("digitize", "line.png", "--json")
    assert done.returncode == 0, done.stderr
    assert LINE in done.stdout


def test_a_file_signed_there_is_verified_there(installed, drawn):
    done = installed.run("-c", KEY, str(installed.folder), program="python")
    assert done.returncode == 0, done.stderr
    done = installed.run("sign", drawn.name, "--key", "file:official.p12", "--pin-file", "pin", "--level", "B-B")
    assert done.returncode == 0, done.stderr
    known = ("--anchors", "root.pem", "--crl", "issuing.crl", "--crl", "root.crl")
    done = installed.run("verify", f"out/{drawn.name}", *known, "--json")
    assert '"PASSED"' in done.stdout, done.stdout + done.stderr
    assert done.returncode == 0
    assert installed.run("verify", drawn.name, *known).returncode == 3


def test_one_page_of_the_service_opens(installed):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = installed.folder / "serve.log"
    with log.open("wb") as output:
        service = subprocess.Popen(
            [installed.folder / "venv" / "bin" / "moonseal", "serve", "--port", str(port)],
            cwd=installed.folder,
            env=ENVIRONMENT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        page = first_answer(f"http://127.0.0.1:{port}/", service)
        style = first_answer(f"http://127.0.0.1:{port}/static/govuk-frontend.min.css", service)
    finally:
        service.terminate()
        ended = service.wait(60)
    assert "<html" in page.decode(), log.read_text(encoding="utf-8")
    assert b"govuk" in style
    assert ended in {0, -15}, log.read_text(encoding="utf-8")


def first_answer(url: str, service: "subprocess.Popen[bytes]") -> bytes:
    """Return the page once the service is up; nothing if it ended or never came up."""
    for _ in range(1200):  # five minutes: other tests may have the cores
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:  # noqa: S310 - our own address, above
                return bytes(answer.read())
        except (URLError, OSError):
            if service.poll() is not None:
                break
            time.sleep(0.25)
    return b""


def members(archive: Path) -> Iterator[tuple[str, bytes]]:
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as opened:
            yield from ((name, opened.read(name)) for name in opened.namelist())
        return
    with tarfile.open(archive) as opened:
        for member in opened:
            if (file := opened.extractfile(member)) is not None:
                yield member.name, file.read()


def is_private_key(content: bytes) -> bool:
    """Whether the bytes, or a PEM block in them, are a private key, encrypted or not."""
    for load in (load_pem_private_key, load_der_private_key, load_ssh_private_key):
        try:
            load(content, None)
        except TypeError:  # it wants a password
            return True
        except (ValueError, UnsupportedAlgorithm):
            continue
        return True
    try:
        return str(Pfx.load(content, strict=True)["version"].native) == "v3"
    except (ValueError, TypeError):
        return False


@pytest.mark.parametrize("kind", ["wheel", "sdist"])
def test_no_member_of_an_archive_is_a_private_key(archives, kind):
    found = dict(members(archives[kind]))
    assert len(found) > 50
    assert [name for name, content in found.items() if is_private_key(content)] == []


def test_the_search_for_private_keys_finds_one(installed):
    installed.run("-c", KEY.replace('"authority"', '"another"'), str(installed.folder), program="python")
    assert is_private_key((installed.folder / "official.p12").read_bytes())
    image = BytesIO()
    Image.new("L", (8, 8)).save(image, "PNG")
    assert not is_private_key(image.getvalue())
