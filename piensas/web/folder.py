"""The folder of stories: published once, and again whenever something in it changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
from watchfiles import awatch

from piensas.actions.moving import change_language, rename_story
from piensas.actions.publishing import SlugTaken, publish_edition, retire_edition
from piensas.model.moment import Clock
from piensas.model.refusals import Unavailable
from piensas.model.site import Site
from piensas.model.story import Edition, Manuscript
from piensas.store.database import Database
from piensas.store.stories import find_story_by_key, list_from_files
from piensas.transfer.folder import BrokenFile, list_manuscripts
from piensas.web.press import Press

log = structlog.get_logger()
Name = tuple[str, str]
"""The key of a story and the language of an edition: what a file is called."""

QUIET = 1_000
"""Milliseconds after which the watch says that nothing has changed."""

AT_ONCE = 3
"""One of so many stories may be taken off at once, as files are removed by hand; more is an accident until
somebody says that it is none."""


async def watch_folder(press: Press, stop: asyncio.Event) -> None:
    """Publishes what is in the folder, then whatever changes in it, until it is told to stop.

    What was saved after the first look and before the watch began is found in the watch's first quiet moment.
    """
    folder = press.pictures
    if folder is None or not folder.is_dir():
        return
    await keep_publishing(press, folder, stop)
    is_new = True
    watch = awatch(folder, debounce=300, stop_event=stop, rust_timeout=QUIET, yield_on_timeout=True)
    async for changes in watch:
        if changes or is_new:
            await keep_publishing(press, folder, stop)
        is_new = False


async def keep_publishing(press: Press, folder: Path, stop: asyncio.Event) -> None:
    """Publishes the folder; again after a while for as long as the store cannot take it."""
    while not stop.is_set():
        try:
            await asyncio.to_thread(publish_folder, press.db, press.site, folder, press.clock)
            return
        except Unavailable:
            log.warning("stories_wait_for_the_store")
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), 2)


def publish_folder(
    db: Database, site: Site, folder: Path, clock: Clock, *, retires_all: bool = False
) -> list[str]:
    """Brings the site into line with the folder; returns what could not be done, and why.

    A file that is broken keeps its own story as it was. Of what has no file any more only what came from one
    is taken off; and nothing at all where the folder is empty, as a disk that is not there looks.
    """
    manuscripts, broken, faults = read_folder(folder, site)
    known = db.ask(list_from_files, site.id)
    missing = {name: known[name] for name in known.keys() - manuscripts.keys()}
    kept = [name for name in missing if any(is_of(file, name) for file in broken)]
    for each in manuscripts.values():
        faults += follow_move(db, site, each, manuscripts, missing, kept)
        if not is_as_it_was(known.get((each.key, each.language)), each):
            faults += publish(db, site, each, clock)
    follow_languages(db, site, manuscripts, missing, known)
    for name in kept:
        missing.pop(name, None)
        log.warning("story_not_retired", story=".".join(name), reason="its file cannot be read")
    is_there = bool(manuscripts or broken)
    if not retires_all and is_accident(missing, known, is_there):
        faults.append(
            f"{count_stories(missing)} of {count_stories(known)} stories have no file any more, and stay on."
            " If that is meant: piensas publish --retire"
        )
    else:
        retire(db, site, missing)
    for fault in faults:
        log.error("story_not_published", fault=fault)
    return faults


def read_folder(folder: Path, site: Site) -> tuple[dict[Name, Manuscript], list[BrokenFile], list[str]]:
    """What the files say, by their names; the broken ones; and what is wrong."""
    manuscripts: dict[Name, Manuscript] = {}
    broken: list[BrokenFile] = []
    faults: list[str] = []
    for each in list_manuscripts(folder, site.languages, site.zone):
        if isinstance(each, BrokenFile):
            broken.append(each)
            faults.append(str(each))
        elif (each.key, each.language) in manuscripts:
            faults.append(f"{each.key}.{each.language}: two files are this edition.")
        else:
            manuscripts[each.key, each.language] = each
    return manuscripts, broken, faults


def is_of(file: BrokenFile, name: Name) -> bool:
    """Would the file be this edition if it could be read?"""
    key, language = file.names
    return key == name[0] and language in ("", name[1])


def is_as_it_was(known: Edition | None, manuscript: Manuscript) -> bool:
    return known is not None and known.fingerprint == manuscript.fingerprint


def follow_move(
    db: Database,
    site: Site,
    manuscript: Manuscript,
    manuscripts: dict[Name, Manuscript],
    missing: dict[Name, Edition],
    kept: list[Name],
) -> list[str]:
    """A file under a new name that says what one said that is gone, or has its slug, is the same story."""
    if db.ask(find_story_by_key, site.id, manuscript.key):
        return []
    was = next((name for name, edition in missing.items() if is_same(edition, manuscript)), None)
    if was is None:
        return []
    if any(key == was[0] for key, _ in (*manuscripts, *kept)):
        kept.append(was)
        return [
            f"{manuscript.key}.{manuscript.language}: it was {'.'.join(was)}, whose other editions are still"
            f" named {was[0]}. Rename them too, or give each the line: key: {was[0]}"
        ]
    db.do(lambda connection: rename_story(connection, site.id, was[0], manuscript.key))
    log.info("story_renamed", story=was[0], name=manuscript.key)
    for name in [name for name in missing if name[0] == was[0]]:
        edition = missing.pop(name)
        if (manuscript.key, name[1]) not in manuscripts:
            missing[manuscript.key, name[1]] = edition
    return []


def is_same(edition: Edition, manuscript: Manuscript) -> bool:
    return manuscript.language == edition.language and is_alike(edition, manuscript)


def is_alike(edition: Edition, manuscript: Manuscript) -> bool:
    return manuscript.slug == edition.slug or manuscript.fingerprint == edition.fingerprint


def follow_languages(
    db: Database,
    site: Site,
    manuscripts: dict[Name, Manuscript],
    missing: dict[Name, Edition],
    known: dict[Name, Edition],
) -> None:
    """A file that is in another language now, as one that names none when another becomes the site's first:
    what led to it leads to it still."""
    for (key, was), edition in missing.items():
        for (name, language), manuscript in manuscripts.items():
            if name == key and (key, language) not in known and is_alike(edition, manuscript):
                db.do(partial(change_language, site_id=site.id, key=key, was=was, language=language))


def publish(db: Database, site: Site, manuscript: Manuscript, clock: Clock) -> list[str]:
    name = f"{manuscript.key}.{manuscript.language}"
    try:
        _, outcome = db.do(lambda connection: publish_edition(connection, site, manuscript, clock()))
    except SlugTaken as taken:
        return [f"{name}: another story has the address {taken}."]
    log.info("story_published", story=name, outcome=outcome)
    return []


def is_accident(missing: Iterable[Name], known: Iterable[Name], is_there: bool) -> bool:
    """So much is gone that it must be a mistake: a folder that is not mounted, or an older one."""
    gone = count_stories(missing)
    return gone > 0 and (not is_there or (gone > 1 and AT_ONCE * gone > count_stories(known)))


def count_stories(names: Iterable[Name]) -> int:
    return len({key for key, _ in names})


def retire(db: Database, site: Site, missing: Iterable[Name]) -> None:
    for key, language in missing:
        db.do(partial(retire_edition, site=site, key=key, language=language))
        log.info("story_retired", story=f"{key}.{language}")
