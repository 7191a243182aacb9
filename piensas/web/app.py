"""The web application of one process."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from litestar import Litestar
from litestar.di import Provide
from litestar.exceptions import HTTPException

from piensas.log import set_up_log
from piensas.model.job import Kind
from piensas.model.moment import Clock
from piensas.model.refusals import Refusal
from piensas.settings import Settings
from piensas.sources import read_settings
from piensas.store.database import Database
from piensas.web import (
    branches,
    changes,
    comment_preview,
    comments,
    discussions,
    embed,
    feeds,
    files,
    front,
    lists,
    me,
    oembed,
    previews,
    signin,
    staff,
    stories,
    ways,
    webmention,
    wordpress,
)
from piensas.web.api.caller import forget_requests
from piensas.web.api.document import openapi_config
from piensas.web.api.routes import route_programs
from piensas.web.crossing import Crossing
from piensas.web.folder import watch_folder
from piensas.web.front_door import FrontDoor
from piensas.web.gate import Gate, most_connections, most_listeners
from piensas.web.live import Live
from piensas.web.press import Press
from piensas.web.refusals import Refuser, refuse_nul
from piensas.web.sweeping import keep_sweeping
from piensas.worker import Worker

SETTINGS_FILE = "PIENSAS_SETTINGS"
PATIENT_COLLECTOR = (20_000, 20, 20)
"""New objects before the collector of cycles looks at them, and so on: with Python's own 700 it looked at
every third request, for a twentieth of the time, and hardly found any."""

HANDLERS = (
    front.first_front_page,
    front.other_front_page,
    feeds.site_feed,
    feeds.story_feed,
    feeds.author_feed,
    feeds.replies_feed,
    oembed.quote,
    front.sitemap,
    front.robots,
    files.static_file,
    files.picture,
    stories.story_page,
    previews.preview,
    branches.comment_page,
    branches.reply_page,
    changes.edit_page,
    changes.withdrawal_page,
    comments.post_draft,
    comment_preview.preview_comment,
    comments.post_text,
    comments.post_withdrawal,
    comments.post_vote,
    discussions.viewer,
    ways.ways,
    signin.begin,
    signin.change,
    signin.come_back,
    signin.by_code,
    signin.letter,
    signin.by_link,
    signin.leave,
    me.my_page,
    me.my_data,
    me.my_data_to_read,
    me.post_name,
    me.post_program,
    me.post_claim,
    me.post_end,
    me.post_drop,
    me.erasure_page,
    me.post_erasure,
    embed.script,
    embed.count_script,
    embed.style,
    embed.discussion,
    embed.first_visit,
    embed.counts,
    embed.find_page,
    embed.session,
    lists.lists_script,
    lists.newest,
    lists.discussed,
    wordpress.index,
    wordpress.list_comments,
    wordpress.one_comment,
    wordpress.write_comment,
    wordpress.list_posts,
    wordpress.one_post,
    webmention.take_claim,
    staff.staff_door,
    staff.invitation,
    staff.ask_new,
    staff.ask_known,
    staff.accept,
    staff.by_passkey,
    files.photo,
    front.elsewhere,
)


def create_app() -> FrontDoor:
    """The application as the server starts it in each worker: settings from file and environment."""
    end_with_parent()
    set_up_log()
    name = os.environ.get(SETTINGS_FILE)
    app = build_app(read_settings(Path(name) if name else None))
    gc.set_threshold(*PATIENT_COLLECTOR)
    gc.freeze()  # what is here now stays: the collector need not look at it again and again
    return app


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
        press.workers = list_workers(press)
        loops = [*list_loops(press, stop), live.watch(stop), forget_requests(app, stop)]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield
        finally:
            stop.set()
            press.call_workers()
            try:
                await asyncio.gather(*tasks)
            finally:
                press.close()

    app = Litestar(
        route_handlers=[*HANDLERS, route_programs(press, refuser)],
        dependencies={"press": Provide(lambda: press, sync_to_thread=False)},
        exception_handlers={
            Refusal: refuser.refuse,
            HTTPException: refuser.refuse_by_framework,
            Exception: refuser.fail,
        },
        lifespan=[run],
        openapi_config=openapi_config(press),
        include_in_schema=False,
        before_request=refuse_nul,
        debug=False,
    )
    live = Live(Crossing(app, settings.embed.origins), press, most_listeners())
    return FrontDoor(live, press.pages, Gate(settings.server.trusted_proxies, most_connections()))


def list_loops(press: Press, stop: asyncio.Event) -> list[Coroutine[Any, Any, None]]:
    """What goes on beside the answering, each until it is told to stop."""
    return [
        watch_folder(press, stop),
        press.visits.watch(stop),
        keep_sweeping(press, stop),
        *(worker.work(stop) for worker in press.workers),
    ]


def list_workers(press: Press) -> list[Worker]:
    """Letters do not wait for the pages of others that are looked at."""
    settings = press.settings
    kinds: list[tuple[Kind, ...]] = [("release",)]
    if settings.mail:
        kinds.append(("letter",))
    if settings.embed.origins or settings.site.rules.mentions != "off":
        kinds.append(("mention", "page"))
    return [Worker(settings, press.site, press.db, press.clock, each) for each in kinds]
