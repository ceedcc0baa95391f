"""``moonseal certs …``: the authority on the command line. Only wiring; the work stands in ``commands/certs.py``.

Imported late for the reason that ``service.py`` gives: no other command pays for an authority.
"""

from pathlib import Path
from typing import Annotated

import typer

from commands.options import AsJson, Files, Out

certs = typer.Typer(
    name="certs", help="The commune's own authority, and who has which certificate.", no_args_is_help=True
)

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
