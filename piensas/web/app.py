"""The web application of one process."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException

from piensas.model.moment import Clock
from piensas.model.refusals import Refusal
from piensas.settings import Settings, read_settings
from piensas.store.database import Database
from piensas.web import branches, changes, comments, discussions, files, front, stories
from piensas.web.folder import watch_folder
from piensas.web.front_door import FrontDoor
from piensas.web.press import Press
from piensas.web.refusals import Refuser

SETTINGS_FILE = "PIENSAS_SETTINGS"

HANDLERS = (
    front.first_front_page,
    front.other_front_page,
    front.site_feed,
    front.story_feed,
    front.sitemap,
    front.robots,
    files.static_file,
    files.picture,
    stories.story_page,
    branches.comment_page,
    branches.reply_page,
    changes.edit_page,
    changes.withdrawal_page,
    comments.post_draft,
    comments.post_text,
    comments.post_withdrawal,
    comments.post_vote,
    discussions.thread,
    discussions.viewer,
    front.elsewhere,
)


def create_app() -> FrontDoor:
    """The application as the server starts it in each worker: settings from file and environment."""
    end_with_parent()
    name = os.environ.get(SETTINGS_FILE)
    return build_app(read_settings(Path(name) if name else None))


def end_with_parent() -> None:
    """A worker whose parent was killed stops too: it would keep the port from the next start."""
    parent = multiprocessing.parent_process()
    if parent:
        threading.Thread(target=stop_after, args=(parent,), daemon=True).start()


def stop_after(parent: BaseProcess) -> None:
    parent.join()
    signal.raise_signal(signal.SIGTERM)


def build_app(settings: Settings, clock: Clock | None = None) -> FrontDoor:
    press = Press(settings, Database(settings.database.url), clock or Clock())
    refuser = Refuser(press)

    @asynccontextmanager
    async def run(_: Litestar) -> AsyncIterator[None]:
        stop = asyncio.Event()
        watching = asyncio.create_task(watch_folder(press, stop))
        try:
            yield
        finally:
            stop.set()
            try:
                await watching
            finally:
                press.close()

    app = Litestar(
        route_handlers=list(HANDLERS),
        dependencies={"press": Provide(lambda: press, sync_to_thread=False)},
        exception_handlers={
            Refusal: refuser.refuse,
            HTTPException: refuser.refuse_by_framework,
            Exception: refuser.fail,
        },
        lifespan=[run],
        openapi_config=None,
        debug=False,
    )
    return FrontDoor(app, press.pages)
