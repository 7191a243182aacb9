"""A reader who asks the site's owner to be forgotten (GDPR, Article 17)."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from sqlalchemy import Connection

from piensas.actions.erasing import Farewell, forget_reader, take_back_some
from piensas.cli.opening import Wrong, find_settings, open_database
from piensas.drawing.language import as_iso
from piensas.model.moment import Clock, time_of
from piensas.model.reader import Reader
from piensas.store.comments import count_own_comments
from piensas.store.identities import count_identities
from piensas.store.readers import find_reader, list_readers_of
from piensas.store.sessions import list_sessions
from piensas.store.votes import list_all_votes

out = Console()


@click.command()
@click.argument("whom")
@click.option("--keep-words", is_flag=True, help="Let their comments stand, without a name.")
@click.option("--dry-run", is_flag=True, help="Only say what would be erased.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def erase(file: Path | None, whom: str, keep_words: bool, dry_run: bool, yes: bool) -> None:
    """Forget WHOM: a reader by id, or everybody who writes under an address of mail.

    What says who they are is erased at once, and their comments with it, unless they are to be kept. An
    address that a guest has typed proves nothing: look at what is listed before you agree.
    """
    settings = find_settings(file)
    site_id, clock = settings.site.id, Clock()
    farewell = Farewell("keep" if keep_words else "remove")
    with open_database(settings) as db:
        found = db.ask(find_whom, site_id, whom)
        if not found:
            raise Wrong(f"Nobody is known by {whom!r}.")
        out.print(db.ask(table_of, found))
        if dry_run or not (yes or click.confirm("Erase all of it? This cannot be undone.")):
            return
        for reader in found:
            while db.do(lambda connection: take_back_some(connection, reader)):  # noqa: B023
                pass
            db.do(lambda connection: forget_reader(connection, reader, farewell, clock()))  # noqa: B023
        db.forget_log()
    out.print(f"Erased: {len(found)}.")


def find_whom(db: Connection, site_id: int, whom: str) -> list[Reader]:
    if whom.isascii() and whom.isdigit() and len(whom) < 19:
        reader = find_reader(db, site_id, int(whom))
        return [reader] if reader else []
    return list_readers_of(db, site_id, whom)


def table_of(db: Connection, found: list[Reader]) -> Table:
    """What is known of each."""
    table = Table("reader", "since", "name", "email", "comments", "votes", "ways in", "sessions")
    for reader in found:
        here = (reader.site_id, reader.id)
        numbers = (
            count_own_comments(db, *here),
            len(list_all_votes(db, *here)),
            count_identities(db, *here),
            len(list_sessions(db, *here)),
        )
        since = as_iso(time_of(reader.id))
        table.add_row(str(reader.id), since, reader.name, reader.email, *map(str, numbers))
    return table
