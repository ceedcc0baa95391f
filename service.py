"""The command line: ``moonseal = service:main``. Only wiring; what a command does stands in ``commands/``.

Imports stand inside the command bodies on purpose: Django must be set up first where it is needed, and
``moonseal verify`` must not pay for Django or OpenCV. Commands, options and exit codes are promises (interfaces.md).
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

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
certs = typer.Typer(
    name="certs", help="The commune's own authority, and who has which certificate.", no_args_is_help=True
)
app.add_typer(certs)

Files = Annotated[list[Path], typer.Argument(metavar="FILE…", show_default=False)]
Out = Annotated[Path, typer.Option("--out", help="The folder that results go to; an input is never overwritten.")]
AuthorityFolder = Annotated[
    Path | None, typer.Option("--folder", help="The authority's folder; default: in the data folder.")
]
IssuingKey = Annotated[
    str | None,
    typer.Option("--issuing-key", help="pkcs11:token=…;object=issuing?module-path=…"),
]
PinFile = Annotated[Path | None, typer.Option("--pin-file", help="Else the token's PIN is asked for.")]
PartFiles = Annotated[
    list[Path] | None, typer.Option("--part-file", help="One file per custodian; else each is asked for their part.")
]
Custodians = Annotated[list[str] | None, typer.Option("--custodian", help="Holds a part of the root's password.")]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object per line on standard output, nothing else.")]


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


@certs.command("init")
def certs_init(
    organisation: Annotated[str, typer.Option("--organisation", help="As it stands in the certificates.")],
    medium: Annotated[Path, typer.Option("--root", help="A folder on a medium that is locked away afterwards.")],
    place: Annotated[str, typer.Option("--place", help="Where this happens, for the record.")],
    custodians: Custodians = None,
    witnesses: Annotated[list[str] | None, typer.Option("--witness")] = None,
    url: Annotated[str, typer.Option("--url", help="Where readers will find lists and answers.")] = "",
    part_files: PartFiles = None,
    folder: AuthorityFolder = None,
    issuing_key: IssuingKey = None,
    pin_file: PinFile = None,
) -> None:
    """Hold the ceremony: the root off-line, the issuing key here or on a token, and a written record."""
    from commands import certs as command

    told = command.Founding(organisation, place, medium, custodians or [], witnesses or [], url, part_files or [])
    raise typer.Exit(command.init(command.Place(folder, issuing_key, pin_file), told))


NewKeyRequest = Annotated[Path | None, typer.Option("--request", help="A request (PKCS#10); the key stays there.")]
NewKeyToken = Annotated[str | None, typer.Option("--token", help="pkcs11:token=…?module-path=…: made there.")]
TokenPinFile = Annotated[Path | None, typer.Option("--token-pin-file")]
PasswordFile = Annotated[Path | None, typer.Option("--password-file", help="For a key that is made in a file.")]


@certs.command("issue")
def certs_issue(
    profile: Annotated[str, typer.Argument(metavar="official|clerk|seal|tsa|ocsp|server")],
    name: Annotated[str, typer.Option("--name", help="The person, office or server.")],
    organisation: Annotated[str, typer.Option("--organisation")],
    unit: Annotated[str, typer.Option("--unit")] = "",
    host: Annotated[list[str] | None, typer.Option("--host", help="Names and addresses of a server.")] = None,
    request: NewKeyRequest = None,
    token: NewKeyToken = None,
    token_pin_file: TokenPinFile = None,
    password_file: PasswordFile = None,
    out: Out = Path("out"),
    folder: AuthorityFolder = None,
    issuing_key: IssuingKey = None,
    pin_file: PinFile = None,
) -> None:
    """Give a certificate: for a request, for a key made on a token, or for one made in a file."""
    from commands import certs as command

    place = command.Place(folder, issuing_key, pin_file)
    wanted = command.Wanted(request, token, token_pin_file, out, password_file)
    raise typer.Exit(command.issue(place, profile, (name, organisation, unit), host or [], wanted))


@certs.command("renew")
def certs_renew(
    serial: str,
    request: NewKeyRequest = None,
    token: NewKeyToken = None,
    token_pin_file: TokenPinFile = None,
    password_file: PasswordFile = None,
    out: Out = Path("out"),
    folder: AuthorityFolder = None,
    issuing_key: IssuingKey = None,
    pin_file: PinFile = None,
) -> None:
    """Give the same profile and name again, with a new key."""
    from commands import certs as command

    wanted = command.Wanted(request, token, token_pin_file, out, password_file)
    raise typer.Exit(command.renew(command.Place(folder, issuing_key, pin_file), serial, wanted))


@certs.command("revoke")
def certs_revoke(
    serial: str,
    reason: Annotated[str, typer.Option("--reason", help="key_compromise, affiliation_changed, superseded, …")],
    folder: AuthorityFolder = None,
) -> None:
    """Withdraw a certificate for good."""
    from commands import certs as command

    raise typer.Exit(command.change(command.Place(folder, None, None), serial, reason))


@certs.command("suspend")
def certs_suspend(serial: str, folder: AuthorityFolder = None) -> None:
    """Withdraw a certificate for a while."""
    from commands import certs as command

    raise typer.Exit(command.change(command.Place(folder, None, None), serial, "certificate_hold"))


@certs.command("reinstate")
def certs_reinstate(serial: str, folder: AuthorityFolder = None) -> None:
    """End a suspension."""
    from commands import certs as command

    raise typer.Exit(command.change(command.Place(folder, None, None), serial, None))


@certs.command("list")
def certs_list(as_json: AsJson = False, folder: AuthorityFolder = None) -> None:
    """Show who has which certificate until when, and which end within 90, 30 or 7 days."""
    from commands import certs as command

    raise typer.Exit(command.show(command.Place(folder, None, None), as_json=as_json))


@certs.command("crl")
def certs_crl(
    out: Out = Path("out"),
    medium: Annotated[Path | None, typer.Option("--root", help="The root's medium: renew the root's own list.")] = None,
    custodians: Custodians = None,
    part_files: PartFiles = None,
    folder: AuthorityFolder = None,
    issuing_key: IssuingKey = None,
    pin_file: PinFile = None,
) -> None:
    """Write the revocation list; ``serve`` hands it out."""
    from commands import certs as command

    place = command.Place(folder, issuing_key, pin_file)
    raise typer.Exit(command.crl(place, out, medium, part_files or [], custodians or []))


@certs.command("import")
def certs_import(
    files: Files,
    person: Annotated[str, typer.Option("--person", help="Whose they are, as the office's accounts call them.")],
    folder: AuthorityFolder = None,
) -> None:
    """Register certificates of the Government's authorities for a person."""
    from commands import certs as command

    raise typer.Exit(command.import_certificates(command.Place(folder, None, None), files, person))


@certs.command("unregister")
def certs_unregister(serial: str, folder: AuthorityFolder = None) -> None:
    """Say that a registered certificate is nobody's any more: its holder left, or gave the token back."""
    from commands import certs as command

    raise typer.Exit(command.unregister(command.Place(folder, None, None), serial))


@certs.command("serve")
def certs_serve(
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535)] = 8081,
    folder: AuthorityFolder = None,
) -> None:
    """Answer OCSP, lists and RFC 3161 over HTTP."""
    from commands import certs as command

    raise typer.Exit(command.serve(command.Place(folder, None, None), host, port))


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
    app()


if __name__ == "__main__":
    main()
