"""Takes a job, does it, or sets it aside for later. A job may be done twice; nothing is worse for it.

May import: model, store, actions, outside, drawing, settings.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress

import msgspec
import structlog

from piensas.actions.letters import write_secrets
from piensas.actions.mentioning import Seen, confirm_mention
from piensas.actions.publishing import confirm_title, release_edition
from piensas.drawing.pen import pen_of
from piensas.model.elsewhere import tidy_title
from piensas.model.identity import SignIn, code_of
from piensas.model.job import PATIENCE, Job, Kind, pause_after
from piensas.model.moment import Clock, time_of
from piensas.model.refusals import Refusal
from piensas.model.session import hash_of
from piensas.model.site import Site
from piensas.outside.providers.provider import host_of
from piensas.settings import Settings
from piensas.store.database import Database
from piensas.store.jobs import erase_job, has_due_job, save_job_change, take_job
from piensas.store.mentions import find_mention_by_id
from piensas.store.stories import find_story, list_editions

log = structlog.get_logger()
MOST_LOOKS = 5
"""At a page that does not answer, or cannot be read: over seven minutes."""
MOST_TRIES = MOST_LOOKS + 1
"""At a job that fails in a way that nobody foresaw: one more, with which a mention is let go."""
BREATH = 1.0
"""Seconds between two looks for jobs where none was due."""


class Worker:
    """Works through a site's jobs of some kinds until it is told to stop."""

    def __init__(
        self, settings: Settings, site: Site, db: Database, clock: Clock, kinds: Sequence[Kind]
    ) -> None:
        self.settings = settings
        self.site = site
        self.db = db
        self.clock = clock
        self.kinds = kinds
        self.called = asyncio.Event()
        self._do: Mapping[Kind, Callable[[Job], Awaitable[bool]]] = {
            "letter": self._send,
            "mention": self._look,
            "page": self._read,
            "release": self._release,
        }

    async def work(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self.called.clear()
            try:
                if await self.do_next():
                    continue
            except Refusal as refusal:
                log.warning("jobs_wait", reason=refusal.code)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.called.wait(), BREATH)

    def call(self) -> None:
        """There is something to do, or it is time to stop; other processes' jobs are found without this."""
        self.called.set()

    async def do_next(self) -> bool:
        """Does the job that is due; says whether there was one."""
        moment = self.clock()
        if not await self.db.read(has_due_job, self.site.id, self.kinds, moment.now):
            return False
        job = await self.db.write(lambda db: take_job(db, self.site.id, self.kinds, moment.now))
        if job is None:
            return False
        if await self._is_done(job):
            await self.db.write(lambda db: erase_job(db, job))
        else:
            later = msgspec.structs.replace(job, due_at=self.clock().now + pause_after(job.tries))
            await self.db.write(lambda db: save_job_change(db, later))
        return True

    async def _is_done(self, job: Job) -> bool:
        """Done, or not worth trying again."""
        try:
            return await self._do[job.kind](job)
        except Refusal:
            raise
        except Exception as fault:
            log.error("job_failed", job=job.id, kind=job.kind, tries=job.tries, exc_info=fault)
            return job.tries >= MOST_TRIES

    async def _send(self, job: Job) -> bool:
        from piensas.outside.mail import NotSent  # loads what sends mail

        try:
            await self._send_letter(bytes.fromhex(job.what))
        except NotSent as fault:
            log.warning("letter_not_sent", job=job.id, tries=job.tries, reason=str(fault))
            return fault.for_good or self._is_old(job)
        return True

    async def _look(self, job: Job) -> bool:
        """Does the page elsewhere link to the story? Of one that cannot be read after some tries, what is
        known already stays as it is; what was never seen is no mention."""
        from piensas.outside.fetching import NotFetched
        from piensas.outside.pages import find_link  # loads what fetches

        mention_id, path = job.what.split(" ", 1)
        mention = await self.db.read(find_mention_by_id, self.site.id, int(mention_id))
        if mention is None:
            return True
        title, claimed = None, f"{self.site.address}{path}"
        try:
            if job.tries <= MOST_LOOKS:
                title = await find_link(mention.source, (claimed, mention.target))
            elif mention.status != "waiting":
                return True
        except NotFetched as fault:
            log.warning("mention_not_seen", job=job.id, tries=job.tries, reason=str(fault))
            if not fault.for_good:
                return False
            if mention.status != "waiting":
                return True
        seen = None if title is None else Seen(title, claimed)
        await self.db.write(lambda db: confirm_mention(db, self.site, mention, seen), mention.story_id)
        return True

    async def _release(self, job: Job) -> bool:
        """An edition's time has come."""
        story_id, language = int(job.what.split()[0]), job.what.split()[1]
        released = await self.db.write(
            lambda db: release_edition(db, self.site.id, story_id, language, self.clock()), story_id
        )
        if released:
            log.info("story_released", story=released.address)
        return True

    async def _read(self, job: Job) -> bool:
        """What is a page called under which a discussion was opened? It says so itself, once it answers."""
        from piensas.outside.fetching import NotFetched
        from piensas.outside.pages import find_title  # loads what fetches

        story_id, language = int(job.what.split()[0]), job.what.split()[1]
        story = await self.db.read(find_story, self.site.id, story_id)
        editions = await self.db.read(list_editions, self.site.id, story_id)
        page = next((each.page for each in editions if each.language == language), "")
        if story is None or not page:
            return True
        if job.tries > MOST_LOOKS:
            return True
        try:
            title = tidy_title(await find_title(page, self.own_hosts), page)
        except NotFetched as fault:
            log.warning("page_not_read", job=job.id, tries=job.tries, reason=str(fault))
            return fault.for_good
        await self.db.write(lambda db: confirm_title(db, story, language, title), story_id)
        return True

    @property
    def own_hosts(self) -> list[tuple[str, int]]:
        """Names and ports of the sites under whose pages we are: they may be private."""
        return [host_of(origin) for origin in self.settings.embed.origins]

    def _is_old(self, job: Job) -> bool:
        return self.clock().now - time_of(job.id) > PATIENCE

    async def _send_letter(self, state: bytes) -> None:
        """Sends what somebody needs to sign in. The secrets are made now, and only their hashes kept."""
        from piensas.outside.mail import send_letter, write_letter

        link = secrets.token_urlsafe(32)
        code = code_of(link)
        sign_in = await self.db.write(
            lambda db: write_secrets(db, self.site.id, state, code=hash_of(code), link=hash_of(link))
        )
        if sign_in is not None:
            what = self._word_letter(sign_in, f"{code[:4]} {code[4:]}", link)
            await send_letter(self.settings.mail, write_letter(self.settings.mail, sign_in.email, *what))

    def _word_letter(self, sign_in: SignIn, code: str, link: str) -> tuple[str, str, str]:
        """Subject, text and HTML, in the language of the page that the letter was asked for on."""
        pen = pen_of(self.site, sign_in.language)
        there = f"{self.site.address}/signin/letter?language={sign_in.language}&key={link}"
        subject = pen.speech.gettext("Your code for %(site)s is %(code)s")
        text = pen.draw("letter.txt", code=code, link=there).decode()
        html = pen.draw("letter.html", code=code, link=there).decode()
        return subject % {"site": self.site.name, "code": code}, text, html
