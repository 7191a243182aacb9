"""`piensas import`: stories and comments come over from another system."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from io import BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from piensas.actions.arriving import AT_ONCE, Plan, admit_story, list_instalments, plan_arrival
from piensas.cli.opening import Wrong, find_settings, open_database
from piensas.cli.tally import KINDS, Tally, draw_tally
from piensas.model.arrival import ArrivingStory, Note
from piensas.model.moment import Clock
from piensas.model.site import Site
from piensas.settings import Settings
from piensas.store.database import Database
from piensas.transfer.wordpress import Reading, Survey, list_arrivals, survey_export
from piensas.transfer.wxr import NotAnExport

out = Console()

BLOCK = 1 << 18
STORIES_AT_ONCE = 100


class Desk(msgspec.Struct, frozen=True, kw_only=True):
    """Where arrivals are taken in, and what they are taken as. A rehearsal writes nothing."""

    db: Database
    site: Site
    clock: Clock
    language: str
    rehearsal: bool


@click.group("import")
def imports() -> None:
    """Bring stories and comments in from another system.

    Importing the same file twice is the same as once; a newer export of the same site adds what is
    new in it. What readers and editors have changed here since stays as it is.
    """


@imports.command()
@click.argument("export", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Read, check and report, and keep nothing.")
@click.option("--language", help="The language of the stories. Without it: the site's first.")
@click.pass_obj
def wordpress(file: Path | None, export: Path, dry_run: bool, language: str | None) -> None:
    """Import EXPORT, a file from WordPress' Tools → Export (WXR 1.0 to 1.2).

    Published posts become stories with their comments; their old addresses lead to where they are
    now. Everything that is left out or changed is named, if need be in piensas-import-report.txt.
    A file that is damaged is refused before anything is kept.
    """
    settings = find_settings(file)
    chosen = choose_language(settings, language)
    with Progress(console=out, transient=True, disable=not out.is_terminal) as progress:
        survey = check_file(export, progress)
        with open_database(settings) as db:
            desk = Desk(db=db, site=settings.site, clock=Clock(), language=chosen, rehearsal=dry_run)
            with open_export(export, progress, "Importing") as source:
                tally = take_in(desk, survey, source)
    draw_tally(tally, out)
    if dry_run:
        out.print("This was a dry run: nothing was kept.")
    if not all(tally.agrees(kind) for kind in KINDS):
        raise Wrong("The sums do not agree: this is a fault in Piensas. Please report it with the export.")


def choose_language(settings: Settings, language: str | None) -> str:
    languages = settings.site.languages
    if language and language not in languages:
        raise Wrong(f"{language!r} is not one of the site's languages: {', '.join(languages)}.")
    return language or languages[0]


def check_file(export: Path, progress: Progress) -> Survey:
    """Refuses what is not an intact export, before anything is written."""
    try:
        with open_export(export, progress, "Checking") as source:
            return survey_export(source)
    except NotAnExport as fault:
        place = ":".join(str(part) for part in (export, fault.line, fault.column) if part)
        raise Wrong(f"{place}: {fault.fault} Nothing was imported.") from fault
    except OSError as fault:
        raise Wrong(f"{export} cannot be read: {fault.strerror}.") from fault


@contextmanager
def open_export(export: Path, progress: Progress, description: str) -> Iterator[BinaryIO]:
    """The file, showing how much of it has been read; in blocks, because to show it takes time."""
    with progress.open(export, "rb", description=description) as file:
        yield BufferedReader(cast(RawIOBase, file), BLOCK)


def take_in(desk: Desk, survey: Survey, file: BinaryIO) -> Tally:
    """Goes through a file that has been checked and keeps what is new, story by story."""
    tally = Tally()
    tally.count("item", "in the file", survey.items)
    tally.count("comment", "in the file", survey.comments)
    reading = Reading(survey, desk.language, desk.clock().now)
    stories = pick_stories(list_arrivals(file, reading), tally)
    take = rehearse if desk.rehearsal else admit
    latest = ""
    for story, plan in take(desk, survey.source, stories):
        if story.foreign_id != latest:
            tally.count("item", "already here" if plan.story_id else "new")
        latest = story.foreign_id
        tally.count("comment", "new", len(plan.comments))
        tally.count("comment", "already here", plan.known)
        tally.note(plan.changes)
    return tally


def pick_stories(arrivals: Iterable[ArrivingStory | Note], tally: Tally) -> Iterator[ArrivingStory]:
    for arrival in arrivals:
        if isinstance(arrival, Note):
            tally.note([arrival])
        else:
            yield arrival


def rehearse(
    desk: Desk, source: str, stories: Iterable[ArrivingStory]
) -> Iterator[tuple[ArrivingStory, Plan]]:
    for story in stories:
        yield story, desk.db.ask_at_length(plan_arrival, desk.site, source, story, desk.clock())


def admit(desk: Desk, source: str, stories: Iterable[ArrivingStory]) -> Iterator[tuple[ArrivingStory, Plan]]:
    """Each instalment with what it brought; small stories share a commit."""
    for batch in list_batches(part for story in stories for part in list_instalments(story)):
        deeds = [
            partial(admit_story, site=desk.site, source=source, arriving=part, moment=desk.clock())
            for part in batch
        ]
        yield from zip(batch, desk.db.do_all(deeds), strict=True)


def list_batches(parts: Iterable[ArrivingStory]) -> Iterator[list[ArrivingStory]]:
    """As many instalments as have no more comments together than one of them may have."""
    batch: list[ArrivingStory] = []
    comments = 0
    for part in parts:
        if batch and (comments + len(part.comments) > AT_ONCE or len(batch) == STORIES_AT_ONCE):
            yield batch
            batch, comments = [], 0
        batch.append(part)
        comments += len(part.comments)
    if batch:
        yield batch
