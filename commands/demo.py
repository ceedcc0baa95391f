"""``moonseal demo``: the main job on the samples, with nothing left out and nothing pretended.

Every scan is received as at the desk, read in the sandbox by a worker, confirmed by the demo's clerk, drawn, signed by
the official, sealed by the records clerk, fetched with the citizen's receipt code, and verified. Two things a real
office must never do: the clerk confirms what was read without looking, and one process plays everybody.

A run that was cut short goes on where it stopped; one that was finished starts anew in an empty folder.
"""

import json
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management import call_command

from commands.console import Console
from commands.demo_page import write_page
from commands.demo_people import People
from commands.demo_story import Story, stories_in
from commands.folder import HOME
from commands.recorder import Recorder
from commands.wiring import wired
from dossiers import delivery, engines, folder, intake, issue, jobs, review
from dossiers import demo as demo_office
from dossiers.acts import has_number
from dossiers.engines import Engines, FolderKind
from dossiers.errors import DossierError, FieldNotConfirmed
from dossiers.intake import NewDossier, Upload
from dossiers.lifecycle import State
from dossiers.models import Dossier, QueuedJob
from dossiers.people import Actor, Role
from signing import SigningError

SAMPLES = HOME / "samples" / "dossiers"
TRUTH = HOME / "samples" / "truth"
POLL_S = 0.05
MOST_LEFT_OUT = 5  # values of one dossier; then something is wrong with the scan itself


def demo(data: Path) -> int:
    """Run it all in this folder; 0 when every dossier ended as it should, 1 if a step failed."""
    return Run(Console(), data, stories_in(SAMPLES, data)).all()


class Run:
    """One run of the demo, stage by stage; ``times_s`` are by the clock."""

    def __init__(self, console: Console, data: Path, stories: Sequence[Story]) -> None:
        self._console, self._data, self._stories = console, data, stories
        self._times_s: dict[str, float] = {}

    def all(self) -> int:
        """Walk the whole way and tell what came of it."""
        began = time.monotonic()
        folder.claim(FolderKind.DEMO)
        call_command("migrate", verbosity=0)
        with wired() as ready:
            made = ready.engines
            recorder = Recorder(made.reader, self._data / "records", self._stories)
            engines.set_up(replace(made, reader=recorder))
            people = People(demo_office.seed(), ready)
            jobs.settle()
            self._read(people)
            for story in self._stories:
                self._finish(story, people, made)
            write_page(self._data, self._stories, recorder, made)
        self._times_s["all"] = time.monotonic() - began
        summary = self._summary(ready.anchor, recorder.times_s())
        (self._data / "summary.json").write_text(
            json.dumps(summary, ensure_ascii=False, indent=1) + "\n", encoding="utf-8"
        )
        self._tell(summary)
        return 1 if any(story.problem for story in self._stories) else 0

    def _read(self, people: People) -> None:
        """Receive every dossier and wait until the worker has read it."""
        began = time.monotonic()
        clerk = people.actor(Role.CLERK)
        with jobs.running(poll_s=POLL_S), self._console.progress(len(self._stories)) as progress:
            for story in self._stories:
                uploads = [Upload(scan.name, scan.open("rb")) for scan in story.scans]
                new = NewDossier(
                    story.dossier_id, people.unit_id, story.procedure, story.applicant, (story.second_factor,)
                )
                intake.receive(clerk, new, uploads)
            waiting = {story.dossier_id: story for story in self._stories}
            while waiting:
                read = Dossier.objects.filter(pk__in=waiting).exclude(state=State.RECEIVED.value)
                for dossier in read:
                    story = waiting.pop(dossier.pk)
                    story.code, story.flags = dossier.code, list(dossier.flags)
                    progress.done(f"  đọc / read {story.name}: {len(story.scans)} tệp {' '.join(dossier.flags)}")
                failed = QueuedJob.objects.filter(outcome="failed").count()
                if failed:
                    raise RuntimeError(f"{failed} jobs failed")
                time.sleep(POLL_S)
        self._times_s["receive and read"] = time.monotonic() - began

    def _finish(self, story: Story, people: People, made: Engines) -> None:
        """Confirm, draw, sign, seal, fetch and verify; a flagged dossier goes back to the desk instead."""
        if story.flags:
            self._console.say(f"  {story.name}: dừng ở bàn tiếp nhận / stopped at the desk: {', '.join(story.flags)}")
            return
        try:
            self._confirm(story, people)
            self._sign_and_seal(story, people)
            self._fetch_and_verify(story, made)
        except (DossierError, SigningError) as error:
            story.problem = f"{type(error).__name__} {error}"
        self._console.say(f"  {story.name}: {story.number or '–'} {story.verdict} {story.problem}")

    def _confirm(self, story: Story, people: People) -> None:
        began, clerk = time.monotonic(), people.actor(Role.CLERK)
        dossier = Dossier.objects.get(pk=story.dossier_id)
        if dossier.state == State.TRANSCRIBED.value:
            review.confirm_fields(clerk, dossier.pk, dossier.fields.values_list("name", flat=True))
            self._make_record(story, clerk)
        self._count("confirm", began)

    def _make_record(self, story: Story, clerk: Actor) -> None:
        """Close the review; a value that cannot stand on a result is left out, as a clerk who cannot read it would."""
        for _ in range(MOST_LEFT_OUT):
            try:
                review.make_record(clerk, story.dossier_id)
            except FieldNotConfirmed as refusal:
                name = str(refusal.parameters.get("field", ""))
                if refusal.code != "value_of_another_kind" or not name:
                    raise
                review.correct_field(clerk, story.dossier_id, name, None)
                self._console.say(f"  {story.name}: {name} không đọc được, để trống / unreadable, left out")
            else:
                return

    def _sign_and_seal(self, story: Story, people: People) -> None:
        state = Dossier.objects.get(pk=story.dossier_id).state
        if state in {State.CONFIRMED.value, State.DRAWN.value}:
            began, official = time.monotonic(), people.actor(Role.OFFICIAL)
            shown = issue.open_session(official, story.dossier_id)
            self._count("draw", began)
            began = time.monotonic()
            issue.sign(official, story.dossier_id, shown.sha256, people.pins[Role.OFFICIAL])
            self._count("sign and verify", began)
        if Dossier.objects.get(pk=story.dossier_id).state == State.SIGNED.value:
            began, records_clerk = time.monotonic(), people.actor(Role.RECORDS_CLERK)
            shown, pin = issue.shown(records_clerk, story.dossier_id), people.pins[Role.RECORDS_CLERK]
            if not has_number(shown.result):
                shown = issue.open_number(records_clerk, story.dossier_id)
                issue.number(records_clerk, story.dossier_id, shown.sha256, pin)
                shown = issue.shown(records_clerk, story.dossier_id)
            issue.seal(records_clerk, story.dossier_id, shown.sha256, pin)
            self._count("seal and verify", began)

    def _fetch_and_verify(self, story: Story, made: Engines) -> None:
        """As the citizen: find it by the receipt code, download it, and let it be verified once more."""
        began = time.monotonic()
        dossier = Dossier.objects.get(pk=story.dossier_id)
        citizen = delivery.citizen(dossier.receipt.code, story.second_factor)
        download = delivery.download(citizen, story.dossier_id)
        story.result = self._data / "results" / f"{story.name}.pdf"
        story.result.parent.mkdir(exist_ok=True)
        story.result.write_bytes(download.pdf)
        result = dossier.results.get(voided_at=None)
        story.number = result.session.number_text
        story.verdict = made.verifier.verify(download.pdf).verdict.value
        if story.verdict != "PASSED":
            story.problem = "the result does not verify"
        self._count("fetch and verify", began)

    def _count(self, stage: str, began: float) -> None:
        self._times_s[stage] = self._times_s.get(stage, 0) + time.monotonic() - began

    def _summary(self, anchor: Path, reading_s: Mapping[str, float]) -> dict[str, Any]:
        """Return summary.json: what was read right is counted by a second process, the only one that sees the truth."""
        counted = subprocess.run(
            [sys.executable, "-m", "samples.count", str(self._data / "records"), str(TRUTH)],
            cwd=HOME, check=True, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        right = {one["dossier"]: one for one in json.loads(counted.stdout)["dossiers"]}
        return {
            "anchors": [str(anchor)],
            "dossiers": [
                {
                    "dossier": story.name,
                    "code": story.code,
                    "form": story.form,
                    "fields_right": right[story.name]["right"],
                    "fields_total": right[story.name]["total"],
                    "flags": story.flags,
                    "number": story.number or None,
                    "result": None if story.result is None else str(story.result),
                    "verdict": None if story.result is None else story.verdict,
                    "problem": story.problem or None,
                }
                for story in self._stories
            ],
            "times_s": {name: round(seconds, 2) for name, seconds in self._times_s.items()},
            "reading_s": {name: round(seconds, 2) for name, seconds in reading_s.items()},
        }

    def _tell(self, summary: Mapping[str, Any]) -> None:
        print(table(summary))  # noqa: T201 - the summary is what the command is for
        self._console.say(f"{self._data}/index.html · {self._data}/summary.json · {self._data}/results/")


def table(summary: Mapping[str, Any]) -> str:
    """Return the summary for people: a line for each dossier, the totals, the times."""
    lines = [f"{'hồ sơ / dossier':34} {'mẫu / form':42} {'đúng / right':>13}  {'số / number':18} kết quả / verdict"]
    for one in summary["dossiers"]:
        fields = f"{one['fields_right']}/{one['fields_total']}" if one["fields_total"] else "–"
        verdict = one["verdict"] or ", ".join(one["flags"]) or one["problem"] or "–"
        lines.append(f"{one['dossier']:34} {one['form'] or '–':42} {fields:>13}  {one['number'] or '–':18} {verdict}")
    right, total = (sum(one[key] for one in summary["dossiers"]) for key in ("fields_right", "fields_total"))
    passed = sum(one["verdict"] == "PASSED" for one in summary["dossiers"])
    totals = (
        f"{len(summary['dossiers'])} hồ sơ / dossiers, {right} / {total} ô đúng / fields right "
        f"({right / total:.1%}), {passed} kết quả đạt / results PASSED"
    )
    times = [
        ", ".join(f"{name} {seconds}" for name, seconds in summary[key].items()) for key in ("times_s", "reading_s")
    ]
    return "\n".join((*lines, totals, f"giây / seconds: {times[0]}", f"đọc / reading, s: {times[1]}"))
