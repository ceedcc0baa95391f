"""One scan while it is read: its tasks in the sandbox, its pages spread over the threads of the reader.

Every page is a task of its own, so its limits are those of one page and a broken page ends alone. Only a few pages are
under way at a time, and what was archived of them lies on disk: a scan of five hundred pages needs no more memory than
one of ten. The scratch files have no names; a process that is killed leaves none behind.
"""

import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from functools import cached_property, partial
from pathlib import Path
from queue import SimpleQueue
from typing import IO, Any, BinaryIO

from ocr.cache import KeptScan
from ocr.errors import CapExceeded
from ocr.json import reading_json, reading_sha256
from ocr.plain import from_plain
from ocr.values import Caps, Digitized, FieldReading, FormMatch, Kind, ModelFolders, PageReading
from sandbox import Json, LimitReached, Limits, Reply, TaskFailed
from sandbox.zygote import Sandbox

INTAKE = Limits(cpu_s=60, wall_s=180)
PAGE = Limits(cpu_s=60, wall_s=240)
ASSEMBLY = Limits(cpu_s=60, wall_s=180)
KEPT = "kept"  # the stage of a page that was read before
AHEAD = 2  # pages under way or waiting to be collected, for each thread

Progress = Callable[[Mapping[str, object]], None]
Events = SimpleQueue[tuple[int, str | None]]  # a page's number and the stage that begins; none when the page ended


@dataclass(frozen=True)
class _Page:
    """What the task of one page answered."""

    reading: PageReading
    is_native: bool
    form: Json
    times: Mapping[str, float]
    archived: BinaryIO


class _Told:
    """Tells the stage of the first page that is not finished, whatever the pages behind it do."""

    def __init__(self, on_progress: Progress | None, pages: int) -> None:
        self._on_progress, self.pages = on_progress, pages
        self._done = 0
        self._stages: dict[int, str] = {}

    def begins(self, number: int, stage: str | None) -> None:
        """Take note that a stage of a page begins."""
        if stage is not None and number > self._done:
            self._stages[number] = stage
            if number == self._done + 1:
                self._tell(stage, number)

    def finished(self, number: int) -> None:
        """Take note that this page is finished, and all before it."""
        self._done = number
        self._tell(self._stages.pop(number, KEPT), number)

    def _tell(self, stage: str, number: int) -> None:
        if self._on_progress is not None:
            self._on_progress({"stage": stage, "page": number, "pages": self.pages, "done": self._done})


class _Source:
    """Where the pages are read from: the safe rewrite of the scan, made when it is first needed, or the scan itself."""

    def __init__(self, take_in: Callable[[], Reply], scan: IO[bytes]) -> None:
        self._take_in, self._scan = take_in, scan

    @cached_property
    def _taken(self) -> Reply:
        return self._take_in()

    @property
    def facts(self) -> Json:
        return self._taken.value["intake"]

    def opened(self) -> BinaryIO:
        return _reopened(self._taken.blobs.get("pages", self._scan))


class ScanWork:
    """Reads one scan."""

    def __init__(  # noqa: PLR0917 - the reader's own parts, and what is known of the scan
        self, sandbox: Sandbox, pool: ThreadPoolExecutor, jobs: int, caps: Caps, models: ModelFolders, kept: KeptScan
    ) -> None:
        self._sandbox, self._pool, self._jobs, self._kept = sandbox, pool, jobs, kept
        self._caps = asdict(caps)
        self._folders = {"text": str(models.text), "numbers": str(models.numbers)}
        self._times: Counter[str] = Counter()

    def digitize(
        self, scan: IO[bytes], sha256: str, form: str, password: str | None, on_progress: Progress | None
    ) -> Digitized:
        """Return what the scan says; raises the errors of the sandbox, and ``CapExceeded`` of a page at its limits."""
        if (whole := self._kept_whole(sha256)) is not None:
            count = len(whole.pages)
            _Told(on_progress, count).finished(count)
            return whole
        source = _Source(partial(self._take_in, scan, password), scan)
        facts = self._kept.get("intake")
        intake = source.facts if facts is None else facts.value
        told = _Told(on_progress, int(intake["page_count"]))
        pages: list[_Page] = []
        with tempfile.TemporaryFile() as archived:
            lengths = []
            for page in self._read_pages(intake, form, source, told):
                lengths.append(_appended(page.archived, archived))
                pages.append(page)
                self._times.update(page.times)
            form_match, fields = self._judged(pages)
            reading = reading_json((page.reading for page in pages), form_match, fields)
            facts_of_copy = {"scan_sha256": sha256, "reading_sha256": reading_sha256(reading)}
            with self._merged(archived, lengths, facts_of_copy) as pdf:
                whole = Digitized(
                    sha256=sha256,
                    kind=_kind(intake, pages),
                    pages=tuple(page.reading for page in pages),
                    form=form_match,
                    fields=fields,
                    pdf=pdf.read(),
                    times={stage: round(seconds, 3) for stage, seconds in self._times.items()},
                )
                pdf.seek(0)
                self._keep_whole(whole, pdf)
        return whole

    def _kept_whole(self, sha256: str) -> Digitized | None:
        if (kept := self._kept.get("whole")) is None:
            return None
        with kept.blob as pdf, suppress(ValueError):
            return from_plain(Digitized, {**kept.value, "sha256": sha256, "pdf": pdf.read()})
        return None

    def _keep_whole(self, whole: Digitized, pdf: BinaryIO) -> None:
        value = asdict(replace(whole, pdf=b"", times={}))
        del value["pdf"], value["sha256"]
        self._kept.put("whole", value, pdf)
        self._kept.forget("intake", "page")

    def _take_in(self, scan: IO[bytes], password: str | None) -> Reply:
        arguments = {"caps": self._caps, "password": password}
        with _reopened(scan) as file:
            taken = self._sandbox.call("ocr.engine:take_in", files={"scan": file}, arguments=arguments, limits=INTAKE)
        self._times.update(taken.value["times"])
        self._kept.put("intake", taken.value["intake"])
        return taken

    def _read_pages(self, intake: Json, form: str, source: _Source, told: _Told) -> Iterator[_Page]:
        """Yield the pages in order, a few of them under way; progress is told in this thread."""
        events: Events = SimpleQueue()
        waiting: dict[int, Future[_Page]] = {}
        to_begin = iter(range(1, told.pages + 1))
        for front in range(1, told.pages + 1):
            while len(waiting) < self._jobs * AHEAD and (number := next(to_begin, None)) is not None:
                waiting[number] = self._begun(intake, form, source, number, events)
            try:
                while not waiting[front].done():
                    told.begins(*events.get())
                page = waiting.pop(front).result()
            except BaseException:
                for future in waiting.values():
                    future.cancel()
                raise
            told.finished(front)
            yield page

    def _begun(self, intake: Json, form: str, source: _Source, number: int, events: Events) -> Future[_Page]:
        """Return a page that is being read, or that was read before."""
        if (page := self._kept_page(number)) is not None:
            events.put((number, KEPT))
            future: Future[_Page] = Future()
            future.set_result(page)
            return future
        arguments = {
            "intake": intake,
            "number": number,
            "caps": self._caps,
            "form": form,
            "models": self._folders,
        }
        future = self._pool.submit(self._read_page, arguments, source.opened(), partial(_put_stage, events, number))
        future.add_done_callback(partial(_put_end, events, number))
        return future

    def _kept_page(self, number: int) -> _Page | None:
        if (kept := self._kept.get("page", number)) is None:
            return None
        try:
            return replace(_page(kept.value, kept.blob), times={})
        except TaskFailed:
            kept.blob.close()
            return None

    def _read_page(self, arguments: Json, source: BinaryIO, say: Callable[[Json], None]) -> _Page:
        number = arguments["number"]
        try:
            with source:
                reply = self._sandbox.call(
                    "ocr.engine:read_page", files={"pages": source}, arguments=arguments, on_progress=say, limits=PAGE
                )
        except LimitReached as stopped:
            limit = getattr(PAGE, stopped.limit)
            raise CapExceeded("page_limit_reached", page=number, cap=stopped.limit, limit=limit) from stopped
        page = _page(reply.value, reply.blobs["page"])
        self._kept.put("page", reply.value, page.archived, number=number)
        return page

    def _judged(self, pages: Sequence[_Page]) -> tuple[FormMatch | None, Mapping[str, FieldReading]]:
        forms = [page.form for page in pages if page.form is not None]
        if not forms:
            return None, {}
        arguments = {
            "forms": forms,
            "codes": [(page.reading.number, asdict(code)) for page in pages for code in page.reading.codes],
        }
        answer = self._sandbox.call("ocr.engine:judge", arguments=arguments, limits=ASSEMBLY).value
        self._times.update(answer["times"])
        with _well_formed():
            form = None if answer["form"] is None else from_plain(FormMatch, answer["form"])
            return form, {name: from_plain(FieldReading, reading) for name, reading in answer["fields"].items()}

    def _merged(self, archived: IO[bytes], lengths: Sequence[int], facts: Mapping[str, str]) -> BinaryIO:
        arguments = {"lengths": lengths, "facts": facts, "models": self._folders}
        with _reopened(archived) as pages:
            reply = self._sandbox.call("ocr.engine:merge", files={"pages": pages}, arguments=arguments, limits=ASSEMBLY)
        self._times.update(reply.value["times"])
        return reply.blobs["pdf"]


def _page(answer: Json, archived: BinaryIO) -> _Page:
    with _well_formed():
        reading = from_plain(PageReading, answer["page"])
        return _Page(reading, answer["is_native"], answer["form"], answer["times"], archived)


def _put_stage(events: Events, number: int, said: Json) -> None:
    events.put((number, str(said["stage"])))


def _put_end(events: Events, number: int, _future: Future[Any]) -> None:
    events.put((number, None))


def _reopened(file: IO[bytes]) -> BinaryIO:
    """Return the same file opened once more: what is read of one does not move the other."""
    descriptor = file.fileno()  # of a file in memory this writes it to disk
    file.flush()
    return Path(f"/proc/self/fd/{descriptor}").open("rb")


def _appended(part: BinaryIO, whole: IO[bytes]) -> int:
    before = whole.tell()
    with part:
        shutil.copyfileobj(part, whole)
    return whole.tell() - before


@contextmanager
def _well_formed() -> Generator[None]:
    try:
        yield
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise TaskFailed("the answer of a task has another shape") from error


def _kind(intake: Json, pages: Sequence[_Page]) -> Kind:
    if intake["is_signed"]:
        return Kind.SIGNED
    native = [page.is_native for page in pages]
    if all(native):
        return Kind.BORN_DIGITAL
    return Kind.MIXED if any(native) else Kind.SCANNED
