"""``moonseal watch`` killed at random moments until all is taken in: nothing lost, nothing doubled.

Run by hand: ``python -m tests.soak.watch_kills [KILLS]``; prints one JSON line, ends with 1 where the count is wrong.
"""

import hashlib
import io
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import segno
from PIL import Image, ImageDraw, ImageFont

from tests.ocr.conftest import jpeg, pdf_of_jpegs

ROOT = Path(__file__).parents[2]
FONT = ROOT / "assets/fonts/tinos/Tinos_400Regular.ttf"
PILES, DOSSIERS_IN_A_PILE = 3, 2
# Makes a demo office with dossiers in a data folder and prints their receipt codes.
OFFICE = """
import io, sys, uuid
from commands.folder import set_up_django
set_up_django()
from django.core.management import call_command
from dossiers import folder, demo, intake
from dossiers.engines import FolderKind
from dossiers.people import Role
folder.claim(FolderKind.DEMO)
call_command("migrate", verbosity=0)
from commands.demo_people import People
from commands.wiring import wired
with wired() as ready:
    people = People(demo.seed(), ready)
    for number in range(int(sys.argv[1])):
        new = intake.NewDossier(uuid.uuid4(), people.unit_id, "1.004873", "Nguyễn Thị Hoa", ("4321",))
        upload = intake.Upload("a.pdf", io.BytesIO(b"%PDF-1.7 " + str(number).encode()))
        print(intake.receive(people.actor(Role.CLERK), new, [upload]).receipt.code)
"""
COUNT = """
import json
from commands.folder import set_up_django
set_up_django()
from dossiers.models import Arrival, Dossier
print(json.dumps([Arrival.objects.count(), sorted(d.scans.count() for d in Dossier.objects.all())]))
"""


def main() -> int:
    kills = int(sys.argv[1]) if len(sys.argv) > 1 else 5
    dice = random.Random(kills)  # noqa: S311 - a seed that can be repeated
    with tempfile.TemporaryDirectory() as folder:
        data, inbox = Path(folder) / "data", Path(folder) / "inbox"
        inbox.mkdir()
        environment = os.environ | {"MOONSEAL_DATA": str(data), "MOONSEAL_WATCH_SETTLE_S": "1"}
        codes = run(OFFICE, environment, str(PILES * DOSSIERS_IN_A_PILE)).split()
        digests = {digest(pile(inbox / f"pile-{n}.pdf", codes[n::PILES])) for n in range(PILES)}
        for _ in range(kills):
            process = watching(inbox, environment)
            time.sleep(dice.uniform(1, 25))
            process.send_signal(signal.SIGKILL)
            process.wait()
        ended = watching(inbox, environment).wait(900)
        counted = json.loads(run(COUNT, environment))
        kept = {digest(path) for path in inbox.glob("da-nhan/*")}
    wanted = [len(codes), [2] * len(codes)]
    right = ended == 0 and counted == wanted and kept == digests
    print(json.dumps({"kills": kills, "counted": counted, "wanted": wanted, "originals_kept": kept == digests}))  # noqa: T201 - the report
    return 0 if right else 1


def watching(inbox: Path, environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "service", "watch", str(inbox), "--once"], cwd=ROOT, env=environment)


def run(code: str, environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def pile(target: Path, codes: list[str]) -> Path:
    """Write a pile: for each code a sheet and two papers of one line."""
    pages = []
    for code in codes:
        sheet = page("Hồ sơ")
        with io.BytesIO() as drawn:
            segno.make(f"https://xa.example/k/{code}", error="m").save(drawn, kind="png", scale=6, border=4)
            sheet.paste(Image.open(drawn).convert("L"), (350, 10))
        pages += [sheet, page(f"Giấy một {code[:4]}"), page(f"Giấy hai {code[:4]}")]
    return pdf_of_jpegs(target, [jpeg(one) for one in pages])


def page(text: str) -> Image.Image:
    blank = Image.new("L", (700, 300), 255)
    ImageDraw.Draw(blank).text((60, 120), text, font=ImageFont.truetype(FONT, 34), fill=20)
    return blank


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
