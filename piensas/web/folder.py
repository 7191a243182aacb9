"""The folder of stories: published once, and again whenever something in it changes."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from pathlib import Path

import structlog
from watchfiles import awatch

from piensas.actions.publishing import SlugTaken, publish_edition, retire_edition
from piensas.model.moment import Clock
from piensas.model.refusals import Unavailable
from piensas.model.site import Site
from piensas.model.story import Manuscript
from piensas.store.database import Database
from piensas.store.stories import list_live_keys
from piensas.transfer.folder import BrokenFile, list_manuscripts
from piensas.web.press import Press

log = structlog.get_logger()


async def watch_folder(press: Press, stop: asyncio.Event) -> None:
    """Publishes what is in the folder, then whatever changes in it, until it is told to stop."""
    folder = press.pictures
    if folder is None or not folder.is_dir():
        return
    await keep_publishing(press, folder, stop)
    async for _ in awatch(folder, debounce=300, stop_event=stop):
        await keep_publishing(press, folder, stop)


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


def publish_folder(db: Database, site: Site, folder: Path, clock: Clock) -> list[str]:
    """Brings the site into line with the folder; returns what could not be published, and why.

    A broken file keeps its story as it was, and nothing is taken off while one is broken.
    """
    faults = []
    seen = set()
    live = db.ask(list_live_keys, site.id)
    for each in list_manuscripts(folder, site.languages):
        if isinstance(each, BrokenFile):
            faults.append(str(each))
            continue
        seen.add((each.key, each.language))
        if live.get((each.key, each.language)) != each.fingerprint:
            faults += publish(db, site, each, clock)
    if not faults:
        retire_missing(db, site, seen, live)
    for fault in faults:
        log.error("story_not_published", fault=fault)
    return faults


def publish(db: Database, site: Site, manuscript: Manuscript, clock: Clock) -> list[str]:
    name = f"{manuscript.key}.{manuscript.language}"
    try:
        _, outcome = db.do(lambda connection: publish_edition(connection, site, manuscript, clock()))
    except SlugTaken as taken:
        return [f"{name}: another story has the address {taken}."]
    log.info("story_published", story=name, outcome=outcome)
    return []


def retire_missing(
    db: Database, site: Site, seen: set[tuple[str, str]], live: dict[tuple[str, str], str]
) -> None:
    """Takes off what came from a file that is gone; what came another way has no fingerprint."""
    for (key, language), fingerprint in live.items():
        if fingerprint and (key, language) not in seen:
            db.do(partial(retire_edition, site=site, key=key, language=language))
            log.info("story_retired", story=f"{key}.{language}")
