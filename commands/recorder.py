"""A reader that also keeps what it read, for the demo's page and for the count of what was right."""

import hashlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from commands.demo_story import Story
from commands.files import write_whole
from dossiers.engines import Reader
from ocr import Digitized
from ocr.json import to_json


class Recorder:
    """Writes one JSON per scan, in a folder per sample, before the answer goes on: a crash loses none."""

    def __init__(self, reader: Reader, folder: Path, stories: Sequence[Story]) -> None:
        self._reader, self._folder = reader, folder
        self._of_scan = {
            hashlib.sha256(scan.read_bytes()).hexdigest(): (story, scan) for story in stories for scan in story.scans
        }
        self._times_s: dict[str, float] = {}
        self._lock = threading.Lock()

    def digitize(
        self,
        scan: Path,
        *,
        form: str = "auto",
        password: str | None = None,
        on_progress: Callable[[Any], None] | None = None,
    ) -> Digitized:
        digitized = self._reader.digitize(scan, form=form, password=password, on_progress=on_progress)
        story, original = self._of_scan[digitized.sha256]
        record = to_json(digitized, source=str(original), procedure=story.procedure)
        write_whole(self.record_of(story, original), json.dumps(record, ensure_ascii=False, indent=1).encode())
        with self._lock:
            for stage, seconds in digitized.times.items():
                self._times_s[stage] = self._times_s.get(stage, 0) + seconds
        return digitized

    def page_png(self, pdf: Path, number: int, width_px: int = 1200) -> bytes:
        return self._reader.page_png(pdf, number, width_px)

    def forget(self, scan_sha256: str) -> None:
        self._reader.forget(scan_sha256)

    def sweep(self) -> None:
        self._reader.sweep()

    def record_of(self, story: Story, scan: Path) -> Path:
        """Return where the JSON of this scan lies."""
        return self._folder / story.name / f"{scan.name}.json"

    def times_s(self) -> Mapping[str, float]:
        """Return the seconds spent in each stage of reading, over all scans."""
        return dict(self._times_s)
