"""Pages have moved: their discussions go along."""

from __future__ import annotations

from pathlib import Path

import click
from rich.console import Console

from piensas.actions.moving import add_alias
from piensas.actions.publishing import SlugTaken
from piensas.cli.opening import Wrong, find_settings, open_database
from piensas.model.elsewhere import list_spellings, read_page
from piensas.model.refusals import Malformed, NotFound
from piensas.settings import Settings

out = Console()


@click.command()
@click.argument("known")
@click.argument("address")
@click.pass_obj
def alias(file: Path | None, known: str, address: str) -> None:
    """Let the discussion under the page KNOWN stand under the page ADDRESS, too.

    Both are addresses of pages, here or of other sites; a path means a page here. A story without comments
    gives way: what the first visit to the new address has made, or what a file under a new name has
    published, whose text then stands above the discussion.
    """
    settings = find_settings(file)
    was, will_be = (read_address(each, settings) for each in (known, address))
    with open_database(settings) as db:
        try:
            edition = db.do(lambda connection: add_alias(connection, settings.site, was, will_be))
        except NotFound as fault:
            raise Wrong(f"No discussion is known by {known!r}.") from fault
        except SlugTaken as fault:
            raise Wrong(f"{address!r} {fault.reason}; nothing was changed.") from fault
    out.print(f"“{edition.title}” is known by {will_be[-1]}, too.", highlight=False, markup=False)


def read_address(address: str, settings: Settings) -> tuple[str, ...]:
    """How the page may be known; elsewhere only on a site under whose pages we are."""
    try:
        spellings = list_spellings(address, settings.site)
        origin = read_page(spellings[-1])[1]
    except Malformed as fault:
        raise Wrong(f"{address!r} is not the address of a page.") from fault
    if origin not in (settings.site.address, *settings.embed.origins):
        raise Wrong(f"{origin} is not in [embed] origins.")
    return spellings
