"""Whatever is wrong with file, key or disk: one sentence in both languages, the file untouched, the next one signed."""

import io
import os
import resource
import subprocess
import sys
from pathlib import Path

import pikepdf
import pytest
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner, SimpleSigner
from pyhanko.sign.fields import MDPPerm, SigFieldSpec, SigSeedSubFilter

from certs.authority import Authority, Names, Subject
from certs.keys.file import FileKey, p12_of
from tests.signing.conftest import drawn

ROOT = Path(__file__).parents[2]
OFFICE = "Ủy ban nhân dân xã Nguyệt Ấn"


@pytest.fixture(scope="module")
def place(tmp_path_factory) -> Path:
    folder: Path = tmp_path_factory.mktemp("bad")
    authority = Authority.create(folder / "far", Names.of(OFFICE))
    key = authority.issue("official", Subject("Đặng Thị Ngọc Hương", OFFICE))
    (folder / "key.p12").write_bytes(p12_of(key, b"password"))
    (folder / "pin").write_text("password")
    (folder / "wrong").write_text("a guess")
    stranger = Authority.create(folder / "other", Names.of("Công ty khác"))
    third = stranger.issue("official", Subject("Người ký khác", "Công ty khác"))
    files = {
        "good": drawn("Giay tot"),
        "encrypted": encrypted(drawn("Giay kin")),
        "hybrid": hybrid(),
        "empty": b"",
        "no-pdf": b"Kinh gui ong ba",
        "cut-off": drawn("Giay cut")[:400],
        "signed-by-others": signed_by(third, folder, MDPPerm.FILL_FORMS),
        "closed-by-others": signed_by(third, folder, MDPPerm.NO_CHANGES),
    }
    for name, content in files.items():
        (folder / f"{name}.pdf").write_bytes(content)
    return folder


def encrypted(pdf: bytes) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(pdf)) as document:
        document.save(out, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    return out.getvalue()


def hybrid() -> bytes:
    """A table of references, and beside it a stream with another one, as Word writes them."""
    body = b"%PDF-1.5\n"
    offsets = []
    for number, content in enumerate(
        (b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
         b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"), start=1
    ):  # fmt: skip
        offsets.append(len(body))
        body += b"%d 0 obj" % number + content + b"endobj\n"
    stream_at = len(body)
    row = bytes([0, 0, 0, 0])
    body += b"4 0 obj<</Type/XRef/Size 5/W[1 2 1]/Index[4 1]/Root 1 0 R/Length %d>>stream\n" % len(row)
    body += row + b"\nendstream endobj\n"
    table_at = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    return body + b"trailer<</Size 5/Root 1 0 R/XRefStm %d>>\nstartxref\n%d\n%%%%EOF\n" % (stream_at, table_at)


def signed_by(key: FileKey, folder: Path, permission: MDPPerm) -> bytes:
    """A certification by pyHanko, with a stranger's key."""
    (folder / "third.p12").write_bytes(p12_of(key, b"third"))
    signer = SimpleSigner.load_pkcs12(str(folder / "third.p12"), passphrase=b"third")
    metadata = PdfSignatureMetadata(
        field_name="Theirs", certify=True, docmdp_permissions=permission, subfilter=SigSeedSubFilter.PADES
    )
    writer = IncrementalPdfFileWriter(io.BytesIO(drawn("Giay cua nguoi khac")))
    done = PdfSigner(metadata, signer, new_field_spec=SigFieldSpec("Theirs")).sign_pdf(writer)
    return bytes(done.getbuffer())


def sign(
    place: Path, out: Path, *names: str, pin: str = "pin", most_bytes: int | None = None
) -> "subprocess.CompletedProcess[str]":
    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    files = [place / f"{name}.pdf" for name in names]
    before = [file.read_bytes() for file in files]
    done = subprocess.run(
        [sys.executable, "-m", "service", "sign", *map(str, files), "--key", f"file:{place / 'key.p12'}",
         "--pin-file", str(place / pin), "--out", str(out)],
        cwd=ROOT, env=os.environ | {"MOONSEAL_DATA": str(place / "data")},
        capture_output=True, text=True, check=False, timeout=120, preexec_fn=limit,
    )  # fmt: skip
    assert [file.read_bytes() for file in files] == before
    assert "Traceback" not in done.stdout + done.stderr
    return done


def test_each_bad_file_has_one_sentence_in_two_languages_and_the_good_ones_are_signed(place, tmp_path):
    said = {
        "encrypted": ("mật khẩu", "protected by a password"),
        "hybrid": ("bảng tham chiếu kép", "hybrid cross-references"),
        "cut-off": ("bị hỏng", "damaged"),
        "closed-by-others": ("đã khóa bằng chữ ký", "locked by the signature"),
        "no-pdf": ("không phải tệp PDF", "not a PDF"),
    }
    names = ["encrypted", "hybrid", "good", "cut-off", "closed-by-others", "signed-by-others", "no-pdf"]
    done = sign(place, tmp_path, *names)
    assert done.returncode == 1
    for name, words in said.items():
        (line,) = [line for line in done.stderr.splitlines() if f"✗ {place / name}.pdf" in line]
        assert all(word in line for word in words), line
        assert not (tmp_path / f"{name}.pdf").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["good.pdf", "signed-by-others.pdf"]


def test_what_others_signed_stays_as_they_signed_it(place, tmp_path):
    assert sign(place, tmp_path, "signed-by-others").returncode == 0
    signed = tmp_path / "signed-by-others.pdf"
    assert signed.read_bytes().startswith((place / "signed-by-others.pdf").read_bytes())
    told = subprocess.run(["pdfsig", "-nocert", signed], capture_output=True, text=True, check=False).stdout
    assert told.count("Signature is Valid.") == 2


def test_a_wrong_pin_is_said_once_and_nothing_is_written(place, tmp_path):
    done = sign(place, tmp_path / "out", "good", pin="wrong")
    assert done.returncode == 1
    assert "Mật khẩu không đúng" in done.stderr
    assert "password is wrong" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_full_disk_leaves_nothing_half_written(place, tmp_path):
    done = sign(place, tmp_path, "good", most_bytes=4096)
    assert done.returncode == 1
    assert "không còn chỗ" in done.stderr
    assert "no room left" in done.stderr
    assert not list(tmp_path.iterdir())
    assert sign(place, tmp_path, "good").returncode == 0
