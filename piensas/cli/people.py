"""Who may do what: moderators are made and dismissed, readers banned."""

from __future__ import annotations

import secrets
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape

from piensas.actions import staffing
from piensas.actions.banning import ban_author, unban_author
from piensas.cli.opening import Wrong, find_settings, open_database
from piensas.model.moment import Clock
from piensas.model.refusals import NotFound, Refusal
from piensas.model.session import hash_of

out = Console()


@click.command("make-moderator")
@click.argument("name")
@click.pass_obj
def make_moderator(file: Path | None, name: str) -> None:
    """Invite NAME to moderate: prints a link that is good for half an hour, and once.

    Whoever opens it makes a passkey, and signs in with that at /staff from then on. For a moderator of
    this name it adds a further passkey, for a new device or in place of one that was lost.
    """
    settings = find_settings(file)
    key, clock = secrets.token_urlsafe(32), Clock()
    link = hash_of(key)
    with open_database(settings) as db:
        try:
            made = db.do(
                lambda connection: staffing.invite_moderator(connection, settings.site, name, link, clock())
            )
        except Refusal as fault:
            raise Wrong(f"{name!r} cannot be the name of a moderator ({fault.code}).") from fault
    out.print(f"{escape(made.name)} makes a passkey here, within half an hour:", highlight=False)
    click.echo(f"{settings.site.address}/staff/invitation?key={key}")


@click.command("dismiss-moderator")
@click.argument("name")
@click.pass_obj
def dismiss_moderator(file: Path | None, name: str) -> None:
    """Make NAME a reader again: their passkeys open nothing more, every session ends at once."""
    settings = find_settings(file)
    with open_database(settings) as db:
        try:
            reader = db.do(lambda connection: staffing.dismiss_moderator(connection, settings.site.id, name))
        except NotFound as fault:
            raise Wrong(f"There is no moderator {name!r}.") from fault
    out.print(f"{escape(reader.name)} moderates no more.", highlight=False)


@click.command()
@click.argument("comment", type=int)
@click.pass_obj
def ban(file: Path | None, comment: int) -> None:
    """Ban whoever wrote the comment with the id COMMENT: every session of theirs ends at once."""
    settings = find_settings(file)
    clock = Clock()
    with open_database(settings) as db:
        try:
            banned = db.do(lambda connection: ban_author(connection, settings.site.id, comment, clock()))
        except NotFound as fault:
            raise Wrong(f"There is no comment {comment} with an author to ban.") from fault
    out.print(f"{escape(banned.name) or 'A reader without a name'} is banned.")


@click.command()
@click.argument("comment", type=int)
@click.pass_obj
def unban(file: Path | None, comment: int) -> None:
    """Let whoever wrote the comment with the id COMMENT sign in again."""
    settings = find_settings(file)
    with open_database(settings) as db:
        try:
            reader = db.do(lambda connection: unban_author(connection, settings.site.id, comment))
        except NotFound as fault:
            raise Wrong(f"There is no comment {comment} with an author.") from fault
    out.print(f"{escape(reader.name) or 'A reader without a name'} may sign in again.")
