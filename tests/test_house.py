"""The house keeps its walls: where things stand, who imports what, how long a page of code may be.

import-linter (`.importlinter`) keeps layers and homes; here is what it cannot see, and each tool of `make lint` once,
so that the suite alone says whether a change may come in.
"""

import ast
import configparser
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent

LAYERS = {"certs", "commands", "dossiers", "egress", "ocr", "printing", "sandbox", "signing", "storage", "web"}
NOT_LAYERS = {  # tracked folders that no layer imports
    ".ci": "what continuous integration runs",
    "agent": "the program on an official's PC",
    "bench": "measures",
    "docs": "pages to read",
    "packages": "lists for the set-up",
    "samples": "how invented scans are made, and a set of them",
    "tests": "this",
}
ROOT_FILES_MAY_IMPORT = {
    "settings.py": set[str](),  # everything may read settings, so settings may know nobody
    "service.py": {"commands", "settings"},
}
FUNCTION_IMPORTS_MAY_STAND_IN = {
    "service.py": "command bodies: Django must be set up first, and verify must not pay for it",
    "commands/console.py": "rich is for terminals, and most runs have none",
    "commands/certs_line.py": "the same: the authority's commands",
    "bench/verify.py": "ours makes pyHanko read faster; the peer of the same run must stay as it comes",
    "dossiers/apps.py": "AppConfig.ready()",
    "web/apps.py": "AppConfig.ready()",
}
SQLITE_MAY_STAND_IN = {
    "settings.py": {"pysqlite3"},  # the swap itself
    "dossiers/jobs.py": {"pysqlite3"},  # names the driver's connection class
}
LINES_OF_A_FILE, LINES_OF_A_FUNCTION = 400, 70
LONGER_FILES: dict[str, str] = {}
LONGER_FUNCTIONS: dict[str, str] = {}


def tracked() -> list[str]:
    """Return the files of the tree, committed or about to be; without git, what is not known to be made here."""
    if (ROOT / ".git").exists() and shutil.which("git"):
        listed = subprocess.run(
            ["git", "-c", f"safe.directory={ROOT}", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=True,
        )
        return [name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]
    made_here = {"node_modules", "assets", "assets.new", "assets.old", "var", "out", "dist", "test-results"}
    tops = [top for top in ROOT.iterdir() if top.name not in made_here and (top.name[0] != "." or top.name == ".ci")]
    return [
        str(path.relative_to(ROOT))
        for top in tops
        for path in ([top] if top.is_file() else top.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    ]


FILES = tracked()
SOURCES = sorted(name for name in FILES if name.endswith(".py"))


def tree_of(name: str) -> ast.Module:
    return ast.parse((ROOT / name).read_text(encoding="utf-8"), filename=name)


def imported(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield "." * node.level + (node.module or ""), node.lineno


def top(name: str) -> str:
    return name.split(".", maxsplit=1)[0]


def test_every_folder_is_a_layer_or_a_listed_exception():
    folders = {name.split("/")[0] for name in FILES if "/" in name}
    assert folders - LAYERS - NOT_LAYERS.keys() == set()


def test_every_layer_stands_in_the_contracts():
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter", encoding="utf-8")
    assert set(contracts["importlinter"]["root_packages"].split()) == LAYERS
    drawn = contracts["importlinter:contract:layers"]["layers"].replace("|", " ").split()
    assert set(drawn) == LAYERS


def test_python_files_at_the_root_are_the_two_that_wire():
    assert {name for name in SOURCES if "/" not in name} == ROOT_FILES_MAY_IMPORT.keys()


@pytest.mark.parametrize("name", ROOT_FILES_MAY_IMPORT)
def test_a_root_file_imports_only_what_is_listed(name):
    ours = LAYERS | {"settings", "service", "samples", "tests", "bench"}
    assert {top(module) for module, _ in imported(tree_of(name))} & ours <= ROOT_FILES_MAY_IMPORT[name]


def test_nothing_imports_the_command_line_or_upwards_from_helpers():
    for name in SOURCES:
        if name.startswith("tests/"):
            continue
        tops = {top(module) for module, _ in imported(tree_of(name))}
        assert "service" not in tops, name
        assert "tests" not in tops, name
        if name.split("/")[0] in LAYERS:
            assert not tops & {"samples", "bench", "packages"}, name


def test_imports_stand_at_the_top_of_a_file():
    found = []
    for name in SOURCES:
        if name in FUNCTION_IMPORTS_MAY_STAND_IN:
            continue
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
                found += [f"{name}:{line} {module}" for module, line in imported(node)]
            elif isinstance(node, ast.Call) and ast.unparse(node.func) in {"__import__", "importlib.import_module"}:
                found.append(f"{name}:{node.lineno} {ast.unparse(node.func)}")
    # A task is named by text, and its module was preloaded; what libraries import late is no library of the engine's.
    allowed = {"sandbox/server.py", "ocr/engine.py"}
    assert [line for line in found if line.split(":")[0] not in allowed] == []


def test_relative_imports_are_not_used():
    assert [name for name in SOURCES for module, _ in imported(tree_of(name)) if module.startswith(".")] == []


def test_only_the_swap_knows_a_sqlite_driver():
    drivers = {"sqlite3", "pysqlite3", "apsw", "sqlcipher3"}
    for name in SOURCES:
        found = {top(module) for module, _ in imported(tree_of(name))} & drivers
        assert found <= SQLITE_MAY_STAND_IN.get(name, set()), name


def test_samples_and_measures_keep_to_the_homes_of_libraries():
    homeless = {"minio", "pytesseract", "pdfplumber", "pkcs11", "typst", "pyhanko", "asn1crypto", "dbos", "httpx"}
    # stock pyHanko, stock pdfplumber
    peers = {"bench/signing.py", "bench/peers.py", "bench/sound.py", "bench/textlayer.py", "bench/verify.py"}
    for name in SOURCES:
        if name.split("/")[0] in {"samples", "bench", "packages"} and name not in peers:
            assert not {top(module) for module, _ in imported(tree_of(name))} & homeless, name


def test_the_front_door_of_a_room_holds_no_engine():
    heavy = {"cv2", "django", "minio", "pdfplumber", "pikepdf", "pkcs11", "pyhanko", "pypdfium2", "typst", "zxingcpp"}
    for room in sorted(LAYERS - {"web"}):
        tops = {top(module) for module, _ in imported(tree_of(f"{room}/__init__.py"))}
        assert not tops & heavy, room


def test_files_and_functions_are_short_or_listed_with_a_reason():
    long_files, long_functions = set(), set()
    for name in SOURCES:
        if "/migrations/" in name:  # Django writes them
            continue
        if len((ROOT / name).read_text(encoding="utf-8").splitlines()) > LINES_OF_A_FILE:
            long_files.add(name)
        for node in ast.walk(tree_of(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_OF_A_FUNCTION:
                    long_functions.add(f"{name}:{node.name}")
    assert long_files == LONGER_FILES.keys()
    assert long_functions == LONGER_FUNCTIONS.keys()


def test_every_exception_to_a_rule_has_its_reason_beside_it():
    """On the line, or for a block of late imports in a comment above it."""
    bare = []
    for name in SOURCES:
        above = ""  # the last comment that had a line of its own
        for number, line in enumerate((ROOT / name).read_text(encoding="utf-8").splitlines(), 1):
            above = line.strip() if line.strip().startswith("# ") else above
            for mark in ("# noqa", "# type: ignore"):
                _, found, rest = line.partition(mark)
                if found and '"' + mark not in line and "  # " not in rest and " - " not in rest:
                    bare += [] if "E402" in rest and above else [f"{name}:{number}"]
    assert bare == []


def test_no_file_is_larger_than_a_megabyte_but_scans():
    large = [name for name in FILES if (ROOT / name).stat().st_size > 1 << 20]
    assert [name for name in large if not name.startswith("samples/dossiers/")] == []


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "--no-cache", "."], id="ruff"),
        pytest.param(["ruff", "format", "--no-cache", "--check", "."], id="format"),
        pytest.param(["mypy", "."], id="mypy"),
        pytest.param(["lint-imports", "--no-logo"], id="import-linter"),
    ],
)
def test_the_tools_of_make_lint_have_nothing_to_say(command):
    done = subprocess.run(
        [BIN / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False, timeout=900
    )
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
