"""The command line: ``moonseal = service:main``. Only wiring; what a command does stands in ``commands/``.

Imports stand inside the command bodies on purpose: Django must be set up first where it is needed, and
``moonseal verify`` must not pay for Django or OpenCV. Commands, options and exit codes are promises (interfaces.md).
"""

import sys
from enum import StrEnum
from io import TextIOWrapper
from pathlib import Path
from typing import Annotated

import typer

from commands.certs_line import certs
from commands.options import AsJson, Files, Out

app = typer.Typer(
    name="moonseal",
    help="From a paper dossier to a signed, sealed and verifiable result.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
audit = typer.Typer(name="audit", help="The append-only history.", no_args_is_help=True)
app.add_typer(audit)
forms = typer.Typer(name="forms", help="The templates of forms.", no_args_is_help=True)
app.add_typer(forms)
app.add_typer(certs)

TsaUrls = Annotated[
    list[str] | None,
    typer.Option("--tsa", metavar="URL", help="A timestamp authority, in the order to ask them; default: settings."),
]
AskHosts = Annotated[
    list[str] | None, typer.Option("--ask", metavar="HOST", help="May be asked about revocation, beside the settings'.")
]
Anchors = Annotated[list[Path] | None, typer.Option("--anchors", help="Certificates to trust, repeatable.")]


class SigningRole(StrEnum):
    INITIAL = "initial"
    OFFICIAL = "official"
    SEAL = "seal"
    COPY = "copy"
    SCAN = "scan"


class SigningLevel(StrEnum):
    B_B = "B-B"
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


@app.command()
def demo(
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the demo's files go; default: the data folder.")
    ] = None,
) -> None:
    """Run the main job on the samples: scans become records, results, signed, sealed and verified."""
    from commands.folder import FolderInUse, set_up_django, use_demo_folder
    from commands.sentences import both

    try:
        folder = use_demo_folder(out)
    except FolderInUse as refusal:
        typer.echo(both("folder_in_use", path=str(refusal)), err=True)
        raise typer.Exit(1) from None
    set_up_django()
    from commands import demo as command

    raise typer.Exit(command.demo(folder))


@app.command()
def serve(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=0, max=65535)] = 8000,
    tls_cert: Annotated[Path | None, typer.Option("--tls-cert")] = None,
    tls_key: Annotated[Path | None, typer.Option("--tls-key")] = None,
    web_only: Annotated[bool, typer.Option("--web-only", help="Without a worker.")] = False,
) -> None:
    """Start the pages and the API, with a worker unless told not to."""
    from commands.folder import set_up_django, use_folder_to_serve

    use_folder_to_serve()
    set_up_django()
    from commands import serve as command

    raise typer.Exit(command.serve(host, port, tls_cert=tls_cert, tls_key=tls_key, web_only=web_only))


@app.command()
def work() -> None:
    """Start a worker."""
    from commands.folder import set_up_django, use_folder_to_serve

    use_folder_to_serve()
    set_up_django()
    from commands import serve as command

    raise typer.Exit(command.work())


@app.command()
def watch(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    once: Annotated[bool, typer.Option("--once", help="Take in what is there, then end.")] = False,
) -> None:
    """Watch a folder: whole files join the dossiers their receipts name, the rest goes to a tray with the reason."""
    from commands.folder import set_up_django, use_folder_to_serve

    use_folder_to_serve()
    set_up_django()
    from commands import watch as command

    raise typer.Exit(command.watch(folder, once=once))


@app.command()
def digitize(
    files: Files,
    form: Annotated[str, typer.Option("--form", metavar="auto|CODE")] = "auto",
    procedure: Annotated[
        str | None, typer.Option("--procedure", help="The procedure the papers were filed under.")
    ] = None,
    out: Out = Path("out"),
    as_json: AsJson = False,
    jobs: Annotated[int, typer.Option("--jobs", min=0, help="How many files at once; 0: as many as cores.")] = 0,
    password_file: Annotated[Path | None, typer.Option("--password-file")] = None,
) -> None:
    """Read scans or PDFs: a searchable PDF/A-2 and a JSON record for each."""
    from commands import digitize as command

    raise typer.Exit(
        command.digitize(
            files, form=form, procedure=procedure, out=out, as_json=as_json, jobs=jobs, password_file=password_file
        )
    )


@app.command()
def sign(
    files: Files,
    key: Annotated[str, typer.Option("--key", help="file:PATH.p12, pkcs11:token=…;object=… or dev:NAME")],
    role: Annotated[SigningRole, typer.Option("--role")] = SigningRole.OFFICIAL,
    level: Annotated[SigningLevel, typer.Option("--level")] = SigningLevel.B_B,
    out: Out = Path("out"),
    pin_file: Annotated[Path | None, typer.Option("--pin-file", help="Else the PIN or password is asked for.")] = None,
    tsa: TsaUrls = None,
    ask: AskHosts = None,
    anchors: Anchors = None,
    mark: Annotated[
        Path | None, typer.Option("--mark", help="A one-page PDF with the picture of the signature or seal, real size.")
    ] = None,
    place: Annotated[
        str | None,
        typer.Option("--place", help="PAGE,X,Y in mm from the top left; else found from the page's own words."),
    ] = None,
) -> None:
    """Sign PDFs; the PIN or password is never an argument."""
    from commands import sign as command
    from commands.outside import Given

    given = Given(tsa or [], ask or [], anchors or [])
    look = command.Look(mark, place)
    done = command.sign(files, key=key, pin_file=pin_file, role=role, level=level, out=out, given=given, look=look)
    raise typer.Exit(done)


class RaisedLevel(StrEnum):
    B_T = "B-T"
    B_LT = "B-LT"
    B_LTA = "B-LTA"


@app.command()
def augment(
    files: Files,
    to: Annotated[RaisedLevel, typer.Option("--to")],
    out: Out = Path("out"),
    tsa: TsaUrls = None,
    ask: AskHosts = None,
    anchors: Anchors = None,
) -> None:
    """Raise signed PDFs, by whatever tool, to a long-term level: only added to, verified before they are written."""
    from commands import augment as command
    from commands.outside import Given

    raise typer.Exit(command.augment(files, to=to, out=out, given=Given(tsa or [], ask or [], anchors or [])))


@app.command()
def renew(
    folder: Annotated[Path, typer.Argument(metavar="DIR", show_default=False)],
    days: Annotated[int, typer.Option("--days", min=1, help="Renew what is protected for no longer than this.")] = 90,
    out: Out = Path("out"),
    tsa: TsaUrls = None,
    ask: AskHosts = None,
    anchors: Anchors = None,
) -> None:
    """Give the signed PDFs of a folder their next timestamp before the newest one's certificate or algorithm ends."""
    from commands import augment as command
    from commands.outside import Given

    raise typer.Exit(command.renew(folder, days=days, out=out, given=Given(tsa or [], ask or [], anchors or [])))


@app.command()
def verify(
    files: Files,
    anchors: Anchors = None,
    crl: Annotated[list[Path] | None, typer.Option("--crl", help="Revocation lists, repeatable.")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="TIME", help="Judge as of this time (ISO 8601).")] = None,
    as_json: AsJson = False,
    sheet: Annotated[
        Path | None, typer.Option("--sheet", metavar="OUT.pdf", help="Also a sheet to print, of one file.")
    ] = None,
) -> None:
    """Say of each signature whether it holds; never touches the network."""
    from commands import verify as command

    raise typer.Exit(command.verify(files, anchors=anchors or [], crls=crl or [], at=at, as_json=as_json, sheet=sheet))


@app.command()
def check() -> None:
    """Say what is missing on this machine, and the command that brings it."""
    from commands import check as command

    findings = list(command.machine())
    if command.folder_in_use():
        from commands.folder import set_up_django, use_folder_to_serve

        use_folder_to_serve()
        set_up_django()
        from commands import check_folder

        findings += check_folder.findings()
    raise typer.Exit(command.tell(findings))


@audit.command("verify")
def audit_verify() -> None:
    """Check every chain of the history; name the first bad entry."""
    from commands.folder import set_up_django, use_folder_to_serve

    use_folder_to_serve()
    set_up_django()
    from commands import audit as command

    raise typer.Exit(command.verify())


@forms.command("list")
def forms_list() -> None:
    """Show every template: code, version, procedure, validity, pages, fields."""
    from commands import forms as command

    raise typer.Exit(command.show())


@forms.command("new")
def forms_new(
    scan: Annotated[Path, typer.Argument(metavar="SCAN", show_default=False)],
    code: Annotated[str | None, typer.Option("--code", help="The form's code; default: the file's name.")] = None,
    version: Annotated[str | None, typer.Option("--version", help="Default: this year.")] = None,
    print_of: Annotated[
        str | None, typer.Option("--print-of", help="Code of a form that is known: another print of it.")
    ] = None,
    out: Out = Path("out"),
) -> None:
    """Draft a template from one blank scan: slots, combs, boxes, cells and their labels."""
    from commands import forms as command

    raise typer.Exit(command.new(scan, code, version, print_of, out))


@forms.command("check")
def forms_check(
    codes: Annotated[list[str] | None, typer.Argument(metavar="[CODE…]", show_default=False)] = None,
) -> None:
    """Prove every template against its blank and against fills of its own."""
    from commands import forms as command

    raise typer.Exit(command.check(codes or []))


def main() -> None:
    """Run the command line."""
    if isinstance(sys.stdout, TextIOWrapper):  # names of files may be no UTF-8: they are told in escapes
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace")
    app()


if __name__ == "__main__":
    main()
