"""When browsers were here last, noted after they have been answered, many at once."""

from __future__ import annotations

import asyncio
from contextlib import suppress

import msgspec

from piensas.actions.signing_in import note_visits
from piensas.model.refusals import Unavailable
from piensas.model.session import Session, is_over
from piensas.store.database import Database

PULSE = 20.0
"""Seconds between two times of noting: reading waits for none of it, and a day is what it is about."""

MOST = 10_000
"""Browsers that are remembered meanwhile; who comes then is noted at the next visit."""


class Visits:
    """Of one process. What cannot be kept now is kept later, and losing it costs a session a day at most."""

    def __init__(self, db: Database, site_id: int) -> None:
        self._db = db
        self._site_id = site_id
        self._waiting: dict[bytes, int] = {}

    def note(self, token_hash: bytes, now: int) -> None:
        if len(self._waiting) < MOST:
            self._waiting[token_hash] = now

    def is_over(self, session: Session, now: int) -> bool:
        """As `is_over`, with what has been noted and not kept yet."""
        seen_at = max(session.seen_at, self._waiting.get(session.token_hash, 0))
        return is_over(msgspec.structs.replace(session, seen_at=seen_at), now)

    async def keep(self) -> None:
        """Keeps what has been noted, if anything was."""
        if not self._waiting:
            return
        visits, self._waiting = self._waiting, {}
        try:
            await self._db.write(lambda db: note_visits(db, self._site_id, visits))
        except Unavailable:
            self._waiting = visits | self._waiting

    async def watch(self, stop: asyncio.Event) -> None:
        """Keeps them again and again, and once more at the end."""
        while not stop.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), PULSE)
            await self.keep()
