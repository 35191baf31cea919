"""`flask contacts suppress` and `allow`: who must not be written to, by number or e-mail."""

from collections.abc import Iterator
from pathlib import Path

import click
from flask.cli import AppGroup

from app.accounts.audit import record
from app.cli.told import told
from app.contacts.models import AddressKind, SuppressionReason
from app.contacts.suppression import lift_suppression, suppress_address
from app.kit.emails import InvalidEmailError, read_email
from app.kit.errors import InvalidInputError
from app.kit.phones import InvalidPhoneError, normalise_phone
from app.web.edge import wiring

_REASON = click.Choice([reason.value for reason in SuppressionReason])
_LARGEST_FILE = 10 * 1024 * 1024

contacts = AppGroup("contacts", help="Whom we must not write to.")


@contacts.command("suppress")
@click.argument("addresses", nargs=-1, metavar="[+7… | E-MAIL]…")
@click.option("--file", type=click.Path(path_type=Path), help="One number or e-mail a line; # begins a remark.")
@click.option("--reason", type=_REASON, default=SuppressionReason.STAFF.value, show_default=True)
@told
def suppress_command(addresses: tuple[str, ...], file: Path | None, reason: str) -> None:
    """Write nothing to these addresses any more; all of them or, if one cannot be read, none."""
    wired = wiring()
    wanted = _read(addresses, file, wired.desk.phone_region)
    now = wired.clock()
    with wired.database.transaction() as session:
        for kind, value in wanted:
            suppress_address(session, wired.vault, kind, value, reason=SuppressionReason(reason), via="staff", now=now)
        record(session, "contacts.suppress", now=now, details={"count": len(wanted), "reason": reason})
    click.echo(f"{len(wanted)} suppressed ({reason})")


@contacts.command("allow")
@click.argument("addresses", nargs=-1, metavar="[+7… | E-MAIL]…")
@click.option("--file", type=click.Path(path_type=Path), help="One number or e-mail a line; # begins a remark.")
@click.option("--reason", type=_REASON, required=True, help="Which of the two reasons falls away.")
@told
def allow_command(addresses: tuple[str, ...], file: Path | None, reason: str) -> None:
    """Let these addresses be written to again, as far as this reason goes."""
    wired = wiring()
    wanted = _read(addresses, file, wired.desk.phone_region)
    now = wired.clock()
    with wired.database.transaction() as session:
        freed = sum(
            lift_suppression(session, wired.vault, kind, value, reason=SuppressionReason(reason))
            for kind, value in wanted
        )
        record(session, "contacts.allow", now=now, details={"count": freed, "reason": reason})
    click.echo(f"{freed} of {len(wanted)} were suppressed ({reason}) and are allowed again")


def _read(addresses: tuple[str, ...], file: Path | None, region: str) -> list[tuple[AddressKind, str]]:
    """Return the addresses; raises InvalidInputError that names every one that cannot be read by its place."""
    found: dict[tuple[AddressKind, str], None] = {}
    wrong: list[str] = []
    for where, text in [*((f"{text!r}", text) for text in addresses), *(_lines(file) if file else ())]:
        try:
            found[_address(text, region)] = None
        except (InvalidPhoneError, InvalidEmailError):
            wrong.append(where)
    if wrong:
        raise InvalidInputError(f"neither a number nor an e-mail: {', '.join(wrong[:20])}; nothing was changed")
    if not found:
        raise InvalidInputError("name at least one number or e-mail, or a --file with one a line")
    return list(found)


def _lines(file: Path) -> Iterator[tuple[str, str]]:
    try:
        if file.stat().st_size > _LARGEST_FILE:
            raise InvalidInputError(f"{file} is larger than 10 MB; split it")
        content = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InvalidInputError(f"{file} cannot be read as text: {error}") from error
    for number, line in enumerate(content.splitlines(), 1):
        text = line.partition("#")[0].strip()
        if text:
            yield f"line {number}", text


def _address(text: str, region: str) -> tuple[AddressKind, str]:
    if "@" in text:
        return AddressKind.EMAIL, read_email(text)
    return AddressKind.PHONE, normalise_phone(text, region)
