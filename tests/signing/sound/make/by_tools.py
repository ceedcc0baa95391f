"""Sound files by programs of their own: each gets the cast's folder and writes its files into another.

Where they are comes from the environment (README.md beside the files); a tool that is missing raises ``Missing``.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigFieldSpec, append_signature_field

from tests.signing.sound.make.cast import PASSWORD, Cast

HERE = Path(__file__).parent
JARS = Path("/usr/share/java")
ITEXT = ("itext5", "bcprov", "bcpkix", "bcutil")
PDFBOX = ("pdfbox2", "fontbox2", "commons-logging", "bcprov", "bcpkix", "bcutil")
SOFFICE_S = 180


class Missing(Exception):
    """The message names the tool and how to get it."""


def run(*command: object, **environment: str) -> None:
    environment = {**os.environ, **environment}
    subprocess.run(list(map(str, command)), check=True, env=environment, stdout=subprocess.DEVNULL)


def endesive(cast: Cast, url: str, out: Path) -> None:
    python = os.environ.get("MOONSEAL_ENDESIVE")
    if python is None:
        raise Missing("MOONSEAL_ENDESIVE: the Python of an environment with endesive==3.0.1 and pypdf<6")
    run(python, HERE / "by_endesive.py", cast.folder, url, out)


def itext(cast: Cast, url: str, out: Path) -> None:
    _java("ItextSigner", ITEXT, cast.folder, url, out)


def pdfbox(cast: Cast, _url: str, out: Path) -> None:
    _java("PdfboxSigner", PDFBOX, cast.folder, out)


def _java(program: str, jars: tuple[str, ...], *arguments: object) -> None:
    paths = [JARS / f"{name}.jar" for name in jars]
    if shutil.which("javac") is None or not all(path.exists() for path in paths):
        raise Missing(f"packages of packages/bench.txt for {program}")
    with tempfile.TemporaryDirectory() as classes:
        path = ":".join([classes, *map(str, paths)])
        run("javac", "-d", classes, "-cp", path, HERE / f"{program}.java")
        run("java", "-cp", path, program, *arguments)


def signpdf(cast: Cast, _url: str, out: Path) -> None:
    modules = os.environ.get("MOONSEAL_SIGNPDF")
    if modules is None:
        raise Missing("MOONSEAL_SIGNPDF: a node_modules with @signpdf/signpdf, signer-p12, placeholder-plain 3.3.0")
    run("node", HERE / "signpdf.js", cast.folder, out, NODE_PATH=modules)


def _store(cast: Cast, folder: Path, *people: str) -> str:
    """Return a store of NSS with these people's keys in it, for pdfsig and LibreOffice."""
    if shutil.which("certutil") is None:
        raise Missing("libnss3-tools")
    folder.mkdir()
    store = f"sql:{folder}"
    run("certutil", "-N", "-d", store, "--empty-password")
    for name in people:
        run("pk12util", "-i", cast.folder / f"{name}.p12", "-d", store, "-W", PASSWORD.decode(), "-K", "")
    return store


def pdfsig(cast: Cast, _url: str, out: Path) -> None:
    if shutil.which("pdfsig") is None:
        raise Missing("poppler-utils")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        store = _store(cast, work / "nss", "thinh", "huong", "seal", "rsa4096")

        def sign(source: Path, target: Path, who: str, field: str, *more: str) -> None:
            run("pdfsig", "-nssdir", store, "-nick", who, *more, "-sign", field, source, target)

        for sheet in ("plain", "packed", "form", "linear"):
            _with_fields(cast.folder / f"{sheet}.pdf", work / f"{sheet}.pdf")
            sign(work / f"{sheet}.pdf", out / f"{sheet}.pdf", "thinh", "Sig1")
        sign(work / "plain.pdf", out / "sha384.pdf", "huong", "Sig1", "-digest", "SHA384")
        sign(work / "plain.pdf", out / "sha512-rsa-3072.pdf", "seal", "Sig1", "-digest", "SHA512")
        sign(work / "plain.pdf", out / "rsa-4096.pdf", "rsa4096", "Sig1", "-reason", "Xac nhan")
        sign(work / "plain.pdf", out / "etsi.pdf", "thinh", "Sig1", "-etsi")
        sign(out / "plain.pdf", out / "two-of-one-office.pdf", "huong", "Sig2")


def _with_fields(source: Path, target: Path) -> None:
    with source.open("rb") as stream, target.open("wb") as out:
        writer = IncrementalPdfFileWriter(stream)
        for name in ("Sig1", "Sig2"):
            append_signature_field(writer, SigFieldSpec(name))
        writer.write(out)


def libreoffice(cast: Cast, _url: str, out: Path) -> None:
    if shutil.which("soffice") is None:
        raise Missing("libreoffice-writer-nogui and python3-uno")
    with tempfile.TemporaryDirectory() as name:
        work = Path(name)
        surroundings = {**os.environ, "HOME": name, "MOZILLA_CERTIFICATE_FOLDER": _store(cast, work / "nss", "thinh")}
        pipe = f"moonseal-{os.getpid()}"
        command = ["soffice", "--headless", "--norestore", f"--accept=pipe,name={pipe};urp"]
        with subprocess.Popen(command, env=surroundings, stderr=subprocess.DEVNULL) as office:
            try:
                run("/usr/bin/python3", HERE / "libreoffice.py", pipe, out)
                office.wait(SOFFICE_S)
            finally:
                office.terminate()


TOOLS: dict[str, Callable[[Cast, str, Path], None]] = {
    "endesive": endesive,
    "itext": itext,
    "pdfbox": pdfbox,
    "signpdf": signpdf,
    "pdfsig": pdfsig,
    "libreoffice": libreoffice,
}
