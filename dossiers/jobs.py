"""Runs the jobs of the outbox; the only module that knows DBOS.

The row in ``QueuedJob`` is the truth. It is handed over to the engine under its own id, so that a repetition is
harmless; the job closes its row itself. The engine's tables stand in a file of their own beside the database (or in a
schema of their own on PostgreSQL), are not backed up, and may be lost: start-up hands over again what is not finished.
"""

import logging
import os
import threading
import time
import uuid
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import pysqlite3.dbapi2  # type: ignore[import-untyped]  # it has no types
import sqlalchemy
from dbos import DBOS, DBOSClient, DBOSConfig, DBOSPortableJSONSerializer
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, connections, models
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from dossiers import batches, intents, issue, renewal, transcription
from dossiers.engines import current
from dossiers.models import Dossier, QueuedJob, WorkerLease
from dossiers.outbox import KINDS, wake
from dossiers.writepoints import reached
from ocr import EngineFailed
from signing import TimestampUnavailable
from storage import StorageUnavailable

ATTEMPTS = 5  # then a person
FIRST_WAIT_S = 0.5
BATCH = 200
QUEUE = "steps"
ENGINE_VERSION = "1"  # change it only when running jobs cannot go on with the new code
MOST_RECOVERIES = 20  # of a job that kills its worker
# Another process may be signing right now: on one PC there is none, elsewhere its intents get time.
OTHERS_MAY_TAKE = timedelta(minutes=5)
RENEWALS_EVERY_S = 3600

log = logging.getLogger(__name__)


def _is_transient(error: BaseException) -> bool:
    return isinstance(
        error, EngineFailed | StorageUnavailable | TimestampUnavailable | OperationalError | InterfaceError
    )


_persistent = partial(
    DBOS.step,
    retries_allowed=True,
    max_attempts=ATTEMPTS,
    interval_seconds=FIRST_WAIT_S,
    should_retry=_is_transient,
)


@_persistent(name="transcribe.read")
def _transcribe_step(job_id: str, dossier_id: str) -> None:
    def told(progress: Mapping[str, Any]) -> None:
        QueuedJob.objects.filter(pk=job_id).update(progress=dict(progress))

    with _fresh_connections():
        transcription.transcribe(uuid.UUID(dossier_id), told)
        reached("transcribe.row_before_job_closed")


@DBOS.step(name="close")
def _close_step(job_id: str, outcome: str, reason: str) -> None:
    with _fresh_connections():
        QueuedJob.objects.filter(pk=job_id, finished_at=None).update(
            finished_at=Now(), outcome=outcome, reason=reason[:60]
        )


@DBOS.step(name="transcribe.give-up")
def _give_up_step(dossier_id: str) -> None:
    with _fresh_connections():
        Dossier.objects.filter(pk=dossier_id, state="received").update(flags=[transcription.TRANSCRIPTION_FAILED])


@_persistent(name="renew.stamp")
def _renew_step(result_id: str) -> None:
    with _fresh_connections():
        renewal.renew(uuid.UUID(result_id))


@DBOS.workflow(name="renew", max_recovery_attempts=MOST_RECOVERIES)
def _renew(job_id: str, result_id: str) -> None:
    try:
        _renew_step(result_id)
    except Exception as error:  # noqa: BLE001 - the next day's job tries again; until then the row says why
        code = getattr(error, "code", type(error).__name__)
        log.error("renewal of result %s failed: %s", result_id, code)  # noqa: TRY400 - the code says it all
        _close_step(job_id, "failed", code)
        return
    _close_step(job_id, "done", "")


@DBOS.workflow(name="transcribe", max_recovery_attempts=MOST_RECOVERIES)
def _transcribe(job_id: str, dossier_id: str) -> None:
    try:
        _transcribe_step(job_id, dossier_id)
    except Exception as error:  # noqa: BLE001 - whatever it was, a person must hear of it instead of waiting for ever
        log.error("job %s failed: %s", job_id, type(error).__name__)  # noqa: TRY400 - a traceback may hold what was read
        _give_up_step(dossier_id)
        _close_step(job_id, "failed", getattr(error, "code", type(error).__name__))
        return
    _close_step(job_id, "done", "")


WORKFLOWS: Mapping[str, Callable[..., None]] = {"transcribe": _transcribe, "renew": _renew}
assert WORKFLOWS.keys() == KINDS.keys()  # noqa: S101 - a kind that nobody runs would wait for ever


@contextmanager
def _fresh_connections() -> Generator[None]:
    """A step has connections of its own: the engine's threads come and go, and none may keep one behind."""
    close_old_connections()
    try:
        yield
    finally:
        connections.close_all()


def _engine_url() -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings.DATA / 'jobs.db'}"
    database = connection.settings_dict
    return str(
        sqlalchemy.URL.create(
            "postgresql+psycopg",
            username=database["USER"] or None,
            password=database["PASSWORD"] or None,
            host=database["HOST"] or None,
            port=int(database["PORT"]) if database["PORT"] else None,
            database=database["NAME"],
        ).render_as_string(hide_password=False)
    )


def _sql_engine(pool_size: int) -> sqlalchemy.Engine:
    engine = sqlalchemy.create_engine(_engine_url(), pool_size=pool_size, max_overflow=0, pool_pre_ping=True)
    if engine.dialect.name == "sqlite":

        @sqlalchemy.event.listens_for(engine, "connect")
        def prepare(raw: pysqlite3.dbapi2.Connection, _record: object) -> None:
            raw.isolation_level = "IMMEDIATE"
            for pragma in ("busy_timeout=30000", "journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
                raw.execute(f"PRAGMA {pragma}").fetchall()

    return engine


class Worker:
    """One worker of this process: ``start`` returns when it is ready, ``stop`` lets running jobs finish."""

    def __init__(self, threads: int | None = None, poll_s: float | None = None) -> None:
        self._id = uuid.uuid4().hex  # never reused: a restarted process is a new worker
        self._threads = threads or settings.WORKER_THREADS
        self._poll_s = poll_s or settings.JOBS_POLL_S
        self._stop = threading.Event()
        self._loops: list[threading.Thread] = []
        self._next_look_s = time.monotonic()

    def start(self) -> None:
        """Settle what the last process left half done, then take jobs."""
        self._renew_lease()
        self._sql = _sql_engine(self._threads + 8)
        DBOS(
            config=DBOSConfig(
                name="moonseal",
                system_database_url=_engine_url(),
                system_database_engine=self._sql,
                dbos_system_schema=settings.JOBS_SCHEMA,
                executor_id=self._id,
                application_version=ENGINE_VERSION,
                serializer=DBOSPortableJSONSerializer(),
                max_executor_threads=self._threads + 2,
                log_level="CRITICAL",  # its tracebacks may hold what was read
            )
        )
        DBOS.launch()
        DBOS.register_queue(
            QUEUE, worker_concurrency=self._threads, polling_interval_sec=0.2, on_conflict="always_update"
        )
        self._client = DBOSClient(
            system_database_engine=self._sql,
            dbos_system_schema=settings.JOBS_SCHEMA,
            application_name="moonseal",
            serializer=DBOSPortableJSONSerializer(),
        )
        self._hand_over_again_what_the_engine_lost()
        settle()
        for name, loop in (("dispatcher", self._dispatch), ("lease", self._keep_lease)):
            thread = threading.Thread(target=loop, name=name, daemon=True)
            thread.start()
            self._loops.append(thread)

    def stop(self, drain_s: int = 30) -> None:
        """Take no new jobs; what does not finish in time is taken up by the next worker."""
        self._stop.set()
        wake.set()
        for thread in self._loops:
            thread.join()
        DBOS.destroy(workflow_completion_timeout_sec=drain_s)
        WorkerLease.objects.filter(pk=self._id).delete()
        self._sql.dispose()  # the engine does not dispose what it was given

    def hand_over(self) -> int:
        """Hand over one batch. No transaction of ours is open meanwhile: on one SQLite disk the two would wait."""
        waiting = QueuedJob.objects.filter(handed_over_at=None, finished_at=None).order_by("created_at", "pk")
        jobs = list(waiting[:BATCH])
        if not jobs:
            return 0
        with self._sql.begin() as sql:
            for job in jobs:
                options = {
                    "workflow_name": job.kind,
                    "queue_name": QUEUE,
                    "workflow_id": str(job.pk),
                    "app_version": ENGINE_VERSION,
                }
                self._client.enqueue_in_transaction(sql, options, str(job.pk), *job.arguments)  # type: ignore[arg-type]  # its options are a TypedDict of its own
        reached("jobs.handed_over_before_mark")
        QueuedJob.objects.filter(pk__in=[job.pk for job in jobs], handed_over_at=None).update(handed_over_at=Now())
        return len(jobs)

    def _dispatch(self) -> None:
        while not self._stop.is_set():
            wake.clear()
            try:
                while self.hand_over() == BATCH:
                    pass
            except Exception:
                log.exception("jobs could not be handed over; the next try follows")
                close_old_connections()
            wake.wait(self._poll_s)
        connections.close_all()

    def _keep_lease(self) -> None:
        while not self._stop.wait(settings.LEASE_S / 4):
            try:
                self._renew_lease()
                self._take_over_from_dead_workers()
                _close_lost_jobs()
                settle(OTHERS_MAY_TAKE)
                current().reader.sweep()
                self._look_for_renewals()
            except Exception:
                log.exception("the lease of this worker could not be renewed")
            close_old_connections()
        connections.close_all()

    def _look_for_renewals(self) -> None:
        if time.monotonic() >= self._next_look_s:
            self._next_look_s = time.monotonic() + RENEWALS_EVERY_S
            renewal.queue_due()

    def _renew_lease(self) -> None:
        expires_at = ExpressionWrapper(Now() + timedelta(seconds=settings.LEASE_S), output_field=DateTimeField())
        if not WorkerLease.objects.filter(pk=self._id).update(expires_at=expires_at):
            WorkerLease.objects.create(pk=self._id, expires_at=expires_at)

    def _take_over_from_dead_workers(self) -> None:
        WorkerLease.objects.filter(expires_at__lt=Now()).delete()
        running = DBOS.list_workflows(status=["PENDING"], load_input=False, load_output=False)
        alive = {*WorkerLease.objects.values_list("pk", flat=True), self._id}
        dead = {workflow.executor_id for workflow in running if workflow.executor_id is not None} - alive
        for worker in dead:
            DBOS._recover_pending_workflows([worker])  # noqa: SLF001 - its only way; the version is pinned

    def _hand_over_again_what_the_engine_lost(self) -> None:
        unfinished = [str(pk) for pk in _unfinished()]
        known: set[str] = set()
        for first in range(0, len(unfinished), 500):
            found = DBOS.list_workflows(
                workflow_ids=unfinished[first : first + 500], load_input=False, load_output=False
            )
            known |= {workflow.workflow_id for workflow in found}
        QueuedJob.objects.filter(pk__in=set(unfinished) - known).update(handed_over_at=None)
        self._take_over_from_dead_workers()


def _close_lost_jobs() -> None:
    """A job that killed its worker too often cannot close its row itself."""
    unfinished = [str(pk) for pk in _unfinished()[:500]]
    if not unfinished:
        return
    ended = DBOS.list_workflows(
        status=["ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"],
        workflow_ids=unfinished,
        load_input=False,
        load_output=False,
    )
    for workflow in ended:
        QueuedJob.objects.filter(pk=workflow.workflow_id, finished_at=None).update(
            finished_at=Now(), outcome="failed", reason="gave_up"
        )


def _unfinished() -> models.QuerySet[QueuedJob, uuid.UUID]:
    return QueuedJob.objects.filter(finished_at=None, handed_over_at__isnull=False).values_list("pk", flat=True)


def settle(min_age: timedelta | None = None) -> None:
    """Close what a dead process left open: signing intents, batches, and sessions nobody came back to."""
    if min_age is None:
        min_age = timedelta(0) if connection.vendor == "sqlite" else OTHERS_MAY_TAKE
    intents.recover(min_age)
    batches.recover(min_age)
    issue.close_stale_sessions(current().clock.now() - timedelta(minutes=settings.SESSION_MINUTES))


@contextmanager
def running(threads: int | None = None, poll_s: float | None = None) -> Generator[Worker]:
    """Run a worker in this process for as long as the block lasts."""
    worker = Worker(threads, poll_s)
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def run_until_idle(timeout_s: float = 600, on_wait: Callable[[int], None] | None = None) -> None:
    """Wait until no job is unfinished; a worker must be running. Raises ``TimeoutError``."""
    deadline = time.monotonic() + timeout_s
    while open_jobs := QueuedJob.objects.filter(finished_at=None).count():
        if time.monotonic() > deadline:
            raise TimeoutError(f"{open_jobs} jobs are not finished")
        if on_wait is not None:
            on_wait(open_jobs)
        time.sleep(0.05)


def main_loop(stop: threading.Event) -> None:
    """A worker process: run until ``stop``, then drain. ``os._exit`` is the caller's, for threads that will not end."""
    with running():
        log.info("worker %d is ready", os.getpid())
        stop.wait()
