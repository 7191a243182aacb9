"""Once a minute each process forgets what has had its time; what another is at is passed over."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from piensas.actions.sweeping import sweep
from piensas.model.refusals import Unavailable
from piensas.web.press import Press

PULSE = 60.0


async def keep_sweeping(press: Press, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), PULSE)
        with suppress(Unavailable):
            await sweep_all(press, stop)


async def sweep_all(press: Press, stop: asyncio.Event) -> None:
    """A few rows at a time, so that deeds come between."""
    while not stop.is_set() and await press.db.write(lambda db: sweep(db, press.site, press.clock())):
        await asyncio.sleep(0)
