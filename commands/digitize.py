"""``moonseal digitize``: scans or PDFs in, a searchable PDF/A-2 and a JSON record of each out."""

import json
import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import Any

from commands.caps import caps
from commands.console import Console
from commands.files import is_an_input, is_writable, names_of, shown, write_whole
from commands.installation import models
from commands.sentences import both, sentence
from ocr import OcrError
from ocr.cache import Cache
from ocr.json import failure_json, to_json
from ocr.reader import Reader
from storage.durable import FULL

CACHE = ".moonseal-cache"
CACHE_MAX_BYTES = 1 << 30
CACHE_DAYS = 7


def digitize(
    files: Sequence[Path],
    *,
    form: str,
    procedure: str | None,
    out: Path,
    as_json: bool,
    jobs: int,
    password_file: Path | None,
) -> int:
    """Read every file; one that fails never keeps the others from being done. Returns the exit code."""
    console = Console(quiet=as_json)
    try:
        password = None if password_file is None else password_file.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError):
        console.say(both("password_file_unreadable", path=str(password_file)))
        return 1
    try:
        most = caps()
    except OcrError as error:
        console.say(both(error.code, **error.parameters))
        return 1
    if not is_writable(out):  # told now, not after hours of reading
        console.say(both("out_not_writable", path=shown(str(out))))
        return 1
    work = Work(form=form, procedure=procedure, password=password, out=out, files=files)
    failures = 0
    answers: dict[int, Mapping[str, Any]] = {}
    numbered = list(enumerate(files))
    at_once = jobs or len(os.sched_getaffinity(0))
    with (
        Reader(models(), most, jobs=at_once, cache=_cache(out)) as engine,
        ThreadPoolExecutor(min(at_once, len(files))) as pool,
        console.progress(len(files)) as progress,
    ):
        try:
            tasks = {
                pool.submit(work.one, engine, index, progress.of(shown(file.name))): index for index, file in numbered
            }
            for task in as_completed(tasks):
                answers[tasks[task]] = answer = task.result()
                failures += answer["outcome"] != "ok"
                progress.done(_line(answer))
                while as_json and answers.keys() and (printed := min(answers)) == work.printed:
                    print(json.dumps(answers.pop(printed), ensure_ascii=False), flush=True)  # noqa: T201 - the interface
                    work.printed += 1
        except BaseException:  # Ctrl+C: what was read so far is kept, nothing more is begun
            pool.shutdown(wait=False, cancel_futures=True)
            engine.close()
            raise
    return 1 if failures else 0


class Work:
    """The files of one call, and where their results go."""

    def __init__(
        self, *, form: str, procedure: str | None, password: str | None, out: Path, files: Sequence[Path]
    ) -> None:
        self._form, self._procedure, self._password = form, procedure, password
        self._files, self._out = files, out
        self._pdfs, self._jsons = names_of(files, ".pdf"), names_of(files, ".json")
        self.printed = 0

    def one(self, engine: Reader, index: int, on_progress: Callable[[Mapping[str, object]], None]) -> Mapping[str, Any]:
        """Return the JSON object of one file, whatever became of it."""
        scan = self._files[index]
        pdf, record = self._out / self._pdfs[index], self._out / self._jsons[index]
        try:
            self._spare_the_inputs(pdf, record)
            digitized = engine.digitize(scan, form=self._form, password=self._password, on_progress=on_progress)
            write_whole(pdf, digitized.pdf)
            answer = to_json(digitized, source=str(scan), output=pdf, procedure=self._procedure)
            write_whole(record, _written(answer))
        except OcrError as error:
            return failure_json(str(scan), error, reason=sentence(error.code, error.parameters))
        except OSError as error:
            if error.errno in FULL:
                return failure_json(str(scan), None, reason=sentence("disk_full", {"folder": shown(str(self._out))}))
            return failure_json(str(scan), None, reason=sentence("file_error", {"reason": error.strerror or ""}))
        return answer

    def _spare_the_inputs(self, *targets: Path) -> None:
        for target in targets:
            if is_an_input(target, self._files):
                raise OcrError("would_overwrite_input", path=str(target))


def _cache(out: Path) -> Cache:
    """Return what is kept of earlier runs: beside their results, where nobody would look for less than is there."""
    cache = Cache(out / CACHE, most_bytes=CACHE_MAX_BYTES, days=CACHE_DAYS)
    cache.sweep()
    return cache


def _written(answer: Mapping[str, Any]) -> bytes:
    """Return the record; a name that is no UTF-8 has its bytes as escapes (``\\udcff``)."""
    return json.dumps(answer, ensure_ascii=False, indent=1).encode(errors="backslashreplace")


def _line(answer: Mapping[str, Any]) -> str:
    source = shown(answer["source"])
    if answer["outcome"] != "ok":
        return f"✗ {source}: {answer['reason']}"
    form = answer["form"]
    read = f"{form['code']}, {len(answer['fields'])} ô" if form else "không theo mẫu nào / no known form"
    return f"✓ {source}: {len(answer['pages'])} trang, {read} → {shown(answer['output']['pdf'])}"
