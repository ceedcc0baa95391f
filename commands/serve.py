"""``moonseal serve`` and ``moonseal work``: the pages, and the worker that reads scans.

Which addresses may be served is decided in ``commands/addresses.py``. The pages run in
processes of granian's; this process starts them, watches the worker, and ends both in an orderly way.
"""

import faulthandler
import multiprocessing
import signal
import socket
import threading
from pathlib import Path

from django.core.management import call_command
from granian import Granian
from granian.constants import Interfaces
from granian.log import LogLevels

from commands.addresses import why_not_served
from commands.console import Console
from commands.demo_people import People
from commands.sentences import both
from commands.wiring import wired
from dossiers import demo as demo_office
from dossiers import folder, jobs
from dossiers.engines import FolderKind
from dossiers.people import Role

THREADS_PER_PROCESS = 4
WORKER_STOP_S = 20  # then a web process is killed; nothing is lost by it
STOP_S = 120  # then this process says where each thread waits, and ends
TITLES = {
    Role.CLERK: "tiếp nhận / clerk",
    Role.OFFICIAL: "lãnh đạo ký / official",
    Role.RECORDS_CLERK: "văn thư / records clerk",
    Role.ADMINISTRATOR: "quản trị / administrator",
}


def serve(host: str, port: int, *, tls_cert: Path | None, tls_key: Path | None, web_only: bool) -> int:
    """Serve until stopped; 1 with the reason when refused."""
    console = Console()
    if reason := why_not_served(host, has_tls=tls_cert is not None and tls_key is not None) or _why_not_bound(
        host, port
    ):
        console.say(reason)
        return 1
    _prepare(console)
    multiprocessing.set_start_method("spawn")  # a fork would copy locks that the worker's threads hold just then
    server = Granian(
        "commands.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        blocking_threads=THREADS_PER_PROCESS,
        workers_kill_timeout=WORKER_STOP_S,
        websockets=False,
        log_access=False,
        log_level=LogLevels.warning,
        ssl_cert=tls_cert,
        ssl_key=tls_key,
    )
    console.say(f"http{'s' if tls_cert else ''}://{host}:{port}/  (Ctrl+C: dừng / stop)")
    if web_only:
        server.serve()
        return 0
    with wired(), jobs.running():
        jobs.settle()
        server.serve()
        faulthandler.dump_traceback_later(STOP_S, exit=True)
    faulthandler.cancel_dump_traceback_later()
    return 0


def work() -> int:
    """Run a worker until it is told to stop; what runs is finished, the rest stays queued."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())
    if folder.kind() is None:
        Console().say(both("folder_not_set_up"))
        return 1
    with wired():
        jobs.settle()
        jobs.main_loop(stop)
    return 0


def _why_not_bound(host: str, port: int) -> str:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return both("port_taken", port=port)
    return ""


def _prepare(console: Console) -> None:
    """Bring the database up to date; in a demo folder, make new passwords and PINs and tell them once."""
    if folder.kind() in {None, FolderKind.DEMO}:
        folder.claim(FolderKind.DEMO)
    call_command("migrate", verbosity=0)
    if folder.kind() is not FolderKind.DEMO:
        return
    with wired() as ready:
        people = People(demo_office.seed(), ready)
    console.say("Bản demo: người và khóa đều không có thật; mật khẩu đổi mỗi lần khởi động. · "
                "A demo: people and keys are invented; passwords change at every start.")  # fmt: skip
    for person in people.office.people:
        pin = f", PIN {people.pins[person.role]}" if person.role in people.pins else ""
        console.say(f"  {TITLES[person.role]:30} {person.username:10} {person.password}{pin}")
