"""The same seed gives the same dossiers; the committed dozen is what its seed gives; the truth stays outside.

Pixels are compared within two grey levels on average, for another processor may round once differently.
"""

import io
import json
import re
import subprocess
import sys
import tomllib
from datetime import date

import numpy as np
import pytest
import zxingcpp
from PIL import Image, ImageSequence

from samples import blanks, fill, make
from samples.cases import KINDS
from samples.degrade import DEVICES
from samples.people import dice, number_fits

DOSSIERS, TRUTH = blanks.ROOT / "samples" / "dossiers", blanks.ROOT / "samples" / "truth"
SEED = 2026
QUICK = (10, 11)  # two dossiers of the dozen that are cheap to make again
GOOD = {"birth-extract": 6, "death-extract": 2, "marital-status-confirmation": 2, None: 2}
LARGEST_BYTES = 10_000_000


def truth_of(name):
    return json.loads((TRUTH / f"{name}.json").read_text(encoding="utf-8"))


def names():
    return sorted(path.name for path in DOSSIERS.iterdir())


def scan_of(name):
    (scan,) = [path for path in (DOSSIERS / name).iterdir() if path.name != "dossier.toml"]
    return scan


def pages_of(scan):
    """Return the pixels of each page of a scan, as they lie in the file."""
    if scan.suffix == ".pdf":
        content = scan.read_bytes()
        streams = re.finditer(rb"/DCTDecode /Length (\d+) >>\nstream\n", content)
        jpegs = [content[found.end() : found.end() + int(found[1])] for found in streams]
        return [np.asarray(Image.open(io.BytesIO(jpeg)).convert("L"), dtype=np.int16) for jpeg in jpegs]
    with Image.open(scan) as image:
        return [np.asarray(page.convert("L"), dtype=np.int16) for page in ImageSequence.Iterator(image)]


@pytest.fixture(scope="module")
def remade(tmp_path_factory):
    """Two dossiers of the committed set, made again."""
    out = tmp_path_factory.mktemp("remade")
    for index in QUICK:
        make.write_dossier(make.made_dossier(SEED, index), out)
    return out


@pytest.mark.parametrize("index", QUICK)
def test_the_committed_dozen_is_what_its_seed_gives(remade, index):
    name = names()[index]
    assert json.loads((remade / "truth" / f"{name}.json").read_text(encoding="utf-8")) == truth_of(name)
    again, committed = remade / "dossiers" / name, DOSSIERS / name
    assert [path.name for path in sorted(again.iterdir())] == [path.name for path in sorted(committed.iterdir())]
    assert (again / "dossier.toml").read_bytes() == (committed / "dossier.toml").read_bytes()
    pages = zip(pages_of(again / scan_of(name).name), pages_of(scan_of(name)), strict=True)
    assert all(np.abs(one - other).mean() < 2 for one, other in pages)


def test_another_process_makes_the_same_bytes_from_the_same_seed(tmp_path):
    command = [sys.executable, "samples/make.py", "--seed", "41", "--out", str(tmp_path / "one"), "--dossiers", "1"]
    subprocess.run(command, cwd=blanks.ROOT, check=True)
    make.write_dossier(make.made_dossier(41, 0), tmp_path / "two")
    one, two = (
        {
            path.relative_to(tmp_path / half): path.read_bytes()
            for path in (tmp_path / half).rglob("*")
            if path.is_file()
        }
        for half in ("one", "two")
    )
    assert one == two


def test_another_seed_makes_other_people():
    assert KINDS["death"](dice("1/0"), date(2026, 11, 18)) != KINDS["death"](dice("2/0"), date(2026, 11, 18))


def test_a_folder_that_holds_dossiers_is_refused_and_stays_as_it_is(tmp_path):
    (tmp_path / "truth").mkdir()
    command = [sys.executable, "samples/make.py", "--seed", "1", "--out", str(tmp_path)]
    process = subprocess.run(command, cwd=blanks.ROOT, check=False, capture_output=True, text=True)
    assert process.returncode == 1
    assert "already holds" in process.stderr
    assert [path.name for path in tmp_path.rglob("*")] == ["truth"]


def test_the_committed_dozen_holds_every_kind_and_every_device():
    truths = [truth_of(name) for name in names()]
    assert len(truths) == 12
    results = [truth["expected_result"] for truth in truths]
    assert {kind: results.count(kind) for kind in set(results)} == GOOD
    assert sum(truth["misfiled"] for truth in truths) == 1
    assert sum(truth["wrong_page"] for truth in truths) == 1
    assert {truth["degradation"] for truth in truths} == set(DEVICES)
    assert {scan_of(name).suffix for name in names()} == {".pdf", ".tif", ".jpg", ".png"}
    assert sum(path.stat().st_size for path in (blanks.ROOT / "samples").rglob("*") if path.is_file()) < LARGEST_BYTES


@pytest.mark.parametrize("seed", [1, 77])
def test_every_dozen_sees_every_device_and_its_card_can_be_read(seed):
    planned = [make.planned(seed, index) for index in range(24)]
    for dozen in (planned[:12], planned[12:]):
        assert {device for _, device in dozen} == set(DEVICES)
        assert next(device for plan, device in dozen if plan.has_card) in make.QR_DEVICES
    assert planned[:12] != planned[12:]


def test_no_truth_lies_in_a_dossier_folder():
    for name in names():
        folder, truth = DOSSIERS / name, truth_of(name)
        declared = tomllib.loads((folder / "dossier.toml").read_text(encoding="utf-8"))
        assert set(declared) == {"procedure", "applicant", "phone_last_four", "received_on"}
        assert declared["procedure"] == truth["procedure_declared"]
        assert len(list(folder.iterdir())) == 2
        content = scan_of(name).read_bytes()
        for value in (*truth["fields"].values(), truth["form"] or "", truth["degradation"]):
            assert len(value) < 6 or value.encode() not in content


def test_every_identity_number_in_the_truth_fits_its_person():
    seen = 0
    for fields in (truth_of(name)["fields"] for name in names()):
        for key, number in fields.items():
            block, _, last = key.partition(".")
            if last == "identity_number":
                sexes = {"mother": ["Nữ"], "father": ["Nam"]}.get(block) or [fields.get(f"{block}.sex")]
                born = date.fromisoformat(f"{fields[f'{block}.birth_date']}-01-01"[:10])
                assert any(number_fits(number, sex, born) for sex in (["Nam", "Nữ"] if sexes == [None] else sexes))
                assert number in fields[f"{block}.identity_paper"]
                seen += 1
    assert seen >= 18


def test_one_dossier_has_a_card_whose_code_holds_the_person_of_its_form():
    held = []
    for name in names():
        for page in pages_of(scan_of(name)):
            codes = zxingcpp.read_barcodes(page.astype(np.uint8))
            held += [(name, code.text.split("|")) for code in codes]
    ((name, (number, _, full_name, born, *_)),) = held
    fields = truth_of(name)["fields"]
    assert number == fields["requester.identity_number"]
    assert full_name.upper() == fields["requester.full_name"].upper()
    assert f"{born[4:]}-{born[2:4]}-{born[:2]}" == fields["requester.birth_date"]


@pytest.mark.parametrize("kind", KINDS)
def test_writing_stays_in_its_slots(kind):
    """Whatever differs from the blank lies in a field's box, or about the signature."""
    rng = dice(f"slots/{kind}")
    case = KINDS[kind](rng, date(2026, 11, 18))
    for number, (page, blank) in enumerate(
        zip(fill.filled(case, rng, "cousine"), fill.blank_pages(case.form), strict=True), start=1
    ):
        changed = (np.asarray(page) != np.asarray(blank)).any(axis=2)
        for part in fill.parts(case.form):
            if part["page"] == number and part["kind"] in {"slot", "check", "leader"}:
                x0, y0, x1, y1 = part["box"]
                above, around = {"leader": (20, 12), "check": (1.2, 1.2), "slot": (0.3, 0.8)}[part["kind"]]
                top, left = round((y0 - above) * fill.MM), round((x0 - around) * fill.MM)
                changed[top : round((y1 + min(above, 1.2)) * fill.MM), left : round((x1 + around) * fill.MM)] = False
        assert not changed.any()


def test_every_value_of_many_people_finds_room_on_its_form():
    for seed in range(12):
        for kind, make_case in KINDS.items():
            rng = dice(f"{seed}/{kind}")
            case = make_case(rng, date(2026, 11, 18))
            fields = {field["key"]: field for field in blanks.fields_of(fill.parts(case.form))}
            for key, entry in case.entries.items():
                if not key.endswith("identity_number") and fields[key]["type"] != "checkbox":
                    _, lines = fill.laid_out(fields[key], entry, rng.choice(list(fill.TYPEFACES)))  # or it raises
                    assert " ".join(lines) == " ".join(entry.written)
