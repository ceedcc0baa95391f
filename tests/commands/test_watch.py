"""The watched folder: whole files go to the dossiers their receipts name, the rest to the tray with the reason."""

import io
import os
import threading
import time
from pathlib import Path

import pikepdf
import pytest
import segno
from PIL import Image, ImageDraw, ImageFont

from commands import watch as command
from commands.console import Console
from commands.watch import REASON, TAKEN, TRAY, Watch
from dossiers.files import read as stored_bytes
from dossiers.models import Arrival, Scan
from ocr.reader import ModelFolders, Reader
from ocr.sorting import SEPARATOR
from tests.dossiers.test_jobs import receive
from tests.ocr.conftest import jpeg, pdf_of_jpegs

ROOT = Path(__file__).parents[2]
FONT = ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf"


@pytest.fixture(scope="module")
def reader():
    with Reader(ModelFolders(text=ROOT / "assets" / "tessdata")) as engine:
        yield engine


@pytest.fixture
def inbox(tmp_path, settings):
    settings.WATCH_SETTLE_S = 0.05
    folder = tmp_path / "inbox"
    folder.mkdir()
    return folder


@pytest.fixture
def watched(office, inbox, reader):
    return Watch(inbox, reader, Console(), threading.Event())


def paper(text):
    """Return a page of one line, which costs next to nothing to read."""
    page = Image.new("L", (700, 300), 255)
    ImageDraw.Draw(page).text((60, 120), text, font=ImageFont.truetype(FONT, 34), fill=20)
    return page


def sheet(code):
    """Return a page that carries a receipt code."""
    return page_with_qr(f"https://xa.example/k/{code}")


def page_with_qr(text):
    with io.BytesIO() as drawn:
        segno.make(text, error="m").save(drawn, kind="png", scale=6, border=4)
        page = paper("Hồ sơ")
        page.paste(Image.open(drawn).convert("L"), (350, 10))
    return page


def pile(path, *pages):
    """Write a scan and let it lie: it did not change for a while."""
    return pdf_of_jpegs(path, [jpeg(page) for page in pages])


def look(watched):
    """Look as often as a file needs to be whole and dealt with."""
    watched.look()
    time.sleep(0.1)
    return watched.look()


def tray_of(inbox):
    return {path.name for path in (inbox / TRAY).iterdir()} if (inbox / TRAY).exists() else set()


def test_a_pile_is_cut_and_each_part_joins_its_dossier(watched, office, inbox):
    one, two = receive(office, 2)
    before = one.scans.count()
    path = pile(
        inbox / "pile.pdf",
        sheet(one.receipt.code), paper("Giấy một"), paper("Giấy hai"), sheet(two.receipt.code), paper("Giấy ba"),
    )  # fmt: skip
    original = path.read_bytes()
    assert look(watched) is False
    scans = [dossier.scans.order_by("position").last() for dossier in (one, two)]
    assert [dossier.scans.count() for dossier in (one, two)] == [before + 1, before + 1]
    counts = []
    for scan in scans:
        with pikepdf.open(io.BytesIO(stored_bytes(scan.file))) as pdf:
            counts.append(len(pdf.pages))
    assert counts == [2, 1]  # the sheets are no papers of the dossiers
    assert (inbox / TAKEN / "pile.pdf").read_bytes() == original
    assert tray_of(inbox) == set()


def test_the_same_file_again_is_known_and_nothing_is_doubled(watched, office, inbox):
    (dossier,) = receive(office)
    content = pile(inbox / "once.pdf", sheet(dossier.receipt.code), paper("Giấy")).read_bytes()
    look(watched)
    scans = Scan.objects.count()
    (inbox / "again.pdf").write_bytes(content)
    look(watched)
    assert (Scan.objects.count(), Arrival.objects.count()) == (scans, 1)
    assert {path.name for path in (inbox / TAKEN).iterdir()} == {"once.pdf", "again.pdf"}


def test_a_process_killed_before_the_file_was_moved_doubles_nothing(watched, office, inbox, reader, monkeypatch):
    (dossier,) = receive(office)
    pile(inbox / "killed.pdf", sheet(dossier.receipt.code), paper("Giấy"))

    class Killed(BaseException):
        pass

    def dies(*_arguments):
        raise Killed

    monkeypatch.setattr(command, "_moved", dies)  # rows are written, the file still lies where it was
    with pytest.raises(Killed):
        look(watched)
    monkeypatch.undo()
    scans = Scan.objects.count()
    assert look(Watch(inbox, reader, Console(), threading.Event())) is False
    assert Scan.objects.count() == scans
    assert (inbox / TAKEN / "killed.pdf").exists()


@pytest.mark.parametrize(
    ("pages", "reason"),
    [
        ([paper("Giấy không có tờ bìa")], "tờ bìa phía trên"),
        ([sheet("0123456789AB"), paper("Giấy")], "không có trong sổ"),
        ([sheet("0123456789AB")], "không có giấy tờ nào"),
    ],
)
def test_what_names_no_dossier_waits_in_the_tray_with_the_reason(watched, inbox, pages, reason):
    original = pile(inbox / "lost.pdf", *pages).read_bytes()
    assert look(watched) is False
    assert (inbox / TRAY / "lost.pdf").read_bytes() == original
    assert reason in (inbox / TRAY / f"lost.pdf{REASON}").read_text(encoding="utf-8")


def pages_of(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


def test_each_dossier_under_a_separator_waits_in_the_tray_as_a_file_of_its_own(watched, office, inbox, monkeypatch):
    (known,) = receive(office)
    before = known.scans.count()
    pile(
        inbox / "pile.pdf",
        page_with_qr(SEPARATOR), paper("Giấy một"), paper("Giấy hai"), page_with_qr(SEPARATOR), paper("Giấy ba"),
        sheet(known.receipt.code), paper("Giấy bốn"),
    )  # fmt: skip

    class Killed(BaseException):
        pass

    def dies(*_arguments):
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(command, "_moved", dies)  # all is written, the file still lies where it was
        with pytest.raises(Killed):
            look(watched)
    assert look(watched) is False
    files = sorted(path for path in (inbox / TRAY).iterdir() if not path.name.endswith(REASON))
    assert [pages_of(path.read_bytes()) for path in files] == [2, 1]
    reasons = [path.with_name(path.name + REASON).read_text(encoding="utf-8") for path in files]
    assert ["Trang 2, 3 nằm dưới tờ ngăn" in reasons[0], "Trang 5 nằm dưới tờ ngăn" in reasons[1]] == [True, True]
    assert known.scans.count() == before + 1
    assert (inbox / TAKEN / "pile.pdf").exists()


def test_what_is_in_the_tray_is_told_and_a_reason_without_its_file_goes(inbox, reader, capsys):
    watched = Watch(inbox, reader, Console(), threading.Event())
    pile(inbox / "lost.pdf", paper("Giấy"))
    look(watched)
    capsys.readouterr()
    watched.tell_tray()
    assert "lost.pdf" in capsys.readouterr().err
    (inbox / TRAY / "lost.pdf").unlink()
    watched.tell_tray()
    assert tray_of(inbox) == set()


def test_two_files_of_one_name_are_both_kept(watched, inbox):
    for text in ("một", "hai"):
        pile(inbox / "scan.pdf", paper(text))
        look(watched)
    assert {"scan.pdf", "scan-2.pdf"} <= tray_of(inbox)


def test_a_file_that_is_no_scan_stops_nobody(watched, office, inbox):
    (dossier,) = receive(office)
    (inbox / "a.pdf").write_text("không phải PDF")
    pile(inbox / "b.pdf", sheet(dossier.receipt.code), paper("Giấy"))
    look(watched)
    assert {"a.pdf", f"a.pdf{REASON}"} == tray_of(inbox)
    assert (inbox / TAKEN / "b.pdf").exists()


def test_a_name_as_long_as_names_can_be_fits_into_the_tray(watched, inbox):
    name = "ư" * 125 + "x.pdf"
    assert len(os.fsencode(name)) == 255
    pile(inbox / name, paper("Đơn đề nghị"))
    look(watched)
    (kept,) = (path for path in (inbox / TRAY).iterdir() if not path.name.endswith(REASON))
    assert kept.suffix == ".pdf"
    assert kept.stem == "ư" * len(kept.stem)
    assert (inbox / TRAY / (kept.name + REASON)).exists()


def test_what_cannot_be_moved_stays_and_is_not_read_for_ever(watched, inbox, capsys, monkeypatch):
    (inbox / TRAY).write_bytes(b"")  # nothing can be put there
    (inbox / "thư.txt").write_text("Kính gửi", encoding="utf-8")
    watched.look()
    time.sleep(0.1)
    while watched.look():
        pass
    assert (inbox / "thư.txt").exists()
    assert capsys.readouterr().err.count("thư.txt: cannot be moved") == 1
    monkeypatch.setattr(watched, "_take", None)  # would be called
    assert not watched.look()


def test_a_file_or_a_folder_that_goes_away_meanwhile_ends_nothing(watched, inbox, capsys):
    path = pile(inbox / "scan.pdf", paper("Đơn đề nghị"))
    watched.look()
    time.sleep(0.1)
    facts = path.stat()
    path.unlink()
    assert watched._is_whole(path)  # noqa: SLF001 - the moment between two looks
    assert not watched._take_safely(path)  # noqa: SLF001 - the same
    assert facts.st_size > 0
    inbox.rename(inbox.with_name("gone"))
    assert watched.look()
    assert watched.look()
    assert watched.rest_s > 1
    assert capsys.readouterr().err.count("The watch rests") == 1
    inbox.with_name("gone").rename(inbox)
    assert not watched.look()
    assert watched.rest_s == 1


def test_a_file_that_is_still_written_is_left_alone(watched, office, inbox):
    (dossier,) = receive(office)
    whole = pile(inbox / ".made.pdf", sheet(dossier.receipt.code), paper("Giấy")).read_bytes()
    with (inbox / "slow.pdf").open("wb") as scanner:
        scanner.write(whole[:2000])
        scanner.flush()
        assert look(watched) is True  # quiet, but a writer holds it open
        scanner.write(whole[2000:])
    assert look(watched) is False
    assert (inbox / TAKEN / "slow.pdf").read_bytes() == whole


def test_half_a_file_gets_time_to_become_whole_then_goes_to_the_tray(watched, office, inbox):
    (dossier,) = receive(office)
    whole = pile(inbox / ".made.pdf", sheet(dossier.receipt.code), paper("Giấy")).read_bytes()
    half = inbox / "half.pdf"
    half.write_bytes(whole[: len(whole) // 2])
    assert look(watched) is True
    os.utime(half, times=(time.time() - 3600,) * 2)  # nobody went on for an hour
    assert look(watched) is False
    assert "half.pdf" in tray_of(inbox)


@pytest.mark.parametrize("name", ["scan.pdf.part", "scan.tmp", "scan.crdownload", ".scan.pdf", "~scan.pdf"])
def test_downloads_under_way_and_hidden_files_are_not_looked_at(watched, inbox, name):
    (inbox / name).write_bytes(b"%PDF-1.7")
    assert look(watched) is False
    assert (inbox / name).exists()


def test_a_link_leads_nowhere(watched, inbox, tmp_path):
    secret = tmp_path / "secret.pdf"
    secret.write_bytes(b"%PDF-1.7")
    (inbox / "link.pdf").symlink_to(secret)
    assert look(watched) is False
    assert secret.exists()


def test_who_stops_it_while_a_file_is_read_finds_the_file_where_it_was(watched, office, inbox):
    (dossier,) = receive(office)
    path = pile(inbox / "long.pdf", sheet(dossier.receipt.code), paper("Giấy"))
    watched.look()
    time.sleep(0.1)
    heed = watched._heed_stop  # noqa: SLF001 - where a signal would be noticed

    def stopped(step):
        watched._stop.set()  # noqa: SLF001 - the same
        heed(step)

    watched._heed_stop = stopped  # noqa: SLF001 - the same
    watched.look()
    assert path.exists()
    assert not Arrival.objects.exists()
