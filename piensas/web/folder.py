"""The folder of stories, watched while the site is served."""

from __future__ import annotations

from pathlib import Path

import structlog
from watchfiles import awatch

from piensas.actions.publishing import SlugTaken, publish_edition, retire_edition
from piensas.model.refusals import Refusal
from piensas.model.story import Manuscript
from piensas.store.stories import list_live_keys
from piensas.transfer.folder import BrokenFile, list_manuscripts
from piensas.web.press import Press

log = structlog.get_logger()


async def watch_folder(press: Press) -> None:
    """Publishes what is in the folder, then whatever changes in it."""
    if press.pictures is None or not press.pictures.is_dir():
        return
    try:
        await publish_folder(press, press.pictures)
        async for _ in awatch(press.pictures, debounce=300):
            await publish_folder(press, press.pictures)
    except Exception:
        log.exception("folder_not_watched", folder=str(press.pictures))
        raise


async def publish_folder(press: Press, folder: Path) -> None:
    """Brings the site into line with the folder. A broken file keeps its story as it was."""
    seen = list(list_manuscripts(folder, press.site.languages))
    live = await press.db.read(list_live_keys, press.site.id)
    for each in seen:
        if isinstance(each, BrokenFile):
            log.error("story_broken", file=str(each.file), line=each.line, fault=each.fault)
        elif live.get((each.key, each.language)) != each.fingerprint:
            await publish(press, each)
    if not any(isinstance(each, BrokenFile) for each in seen):
        await retire_missing(press, {(each.key, each.language) for each in seen}, live)


async def publish(press: Press, manuscript: Manuscript) -> None:
    try:
        _, outcome = await press.db.write(
            lambda db: publish_edition(db, press.site, manuscript, press.clock())
        )
        log.info("story_published", key=manuscript.key, language=manuscript.language, outcome=outcome)
    except (SlugTaken, Refusal) as fault:
        log.error("story_not_published", key=manuscript.key, fault=str(fault) or fault.__class__.__name__)


async def retire_missing(press: Press, seen: set[tuple[str, str]], live: dict[tuple[str, str], str]) -> None:
    """Takes off what came from a file that is gone; what came another way has no fingerprint."""
    for (key, language), fingerprint in live.items():
        if fingerprint and (key, language) not in seen:
            await press.db.write(lambda db, k=key, lg=language: retire_edition(db, press.site, k, lg))
            log.info("story_retired", key=key, language=language)
