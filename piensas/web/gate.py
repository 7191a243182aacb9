"""Who may hold a connection of this process: so many in all, so many from one network address."""

from __future__ import annotations

import asyncio
import ipaddress
import resource
from collections.abc import Collection, Iterable
from typing import Protocol

from piensas.model.network import sender_of

LARGEST_SHARE = 100
"""Connections of one network address that is not a trusted proxy's, nor this machine's own."""
FOR_OURSELVES = 96
"""Descriptors that the database, files and watching take, and connections that arrive in one moment."""
MOST = 65_536
BETWEEN_LOOKS = 1.0
"""Seconds."""


class Connection(Protocol):
    """`wait` is 3 where no request has come yet, 2 between two of them, 1 where a body is still to come, 0
    while a request is answered."""

    @property
    def wait(self) -> int: ...

    def is_late(self, now: float) -> bool: ...

    def cut(self) -> None: ...

    def drop(self) -> None: ...


class Gate:
    """The open connections of one process. Where there is no room, those that wait give way, the oldest
    first: an honest request is always let in while not all the others are being answered."""

    def __init__(self, trusted: Collection[str], most: int) -> None:
        self.most = most
        self._trusted = frozenset(trusted)
        self._open: dict[Connection, str] = {}
        self._shares: dict[str, dict[Connection, None]] = {}
        self._is_looking = False

    def admit(self, connection: Connection, address: str) -> bool:
        """Takes a connection in, and says whether there was room for it."""
        share = share_of(address) if address not in self._trusted else ""
        fellows = self._shares.get(share, {})
        if share and len(fellows) >= LARGEST_SHARE and not self._make_room(fellows):
            return False
        if len(self._open) >= self.most and not self._make_room(self._open):
            return False
        self._open[connection] = share
        self._shares.setdefault(share, {})[connection] = None
        return True

    def leave(self, connection: Connection) -> None:
        share = self._open.pop(connection, None)
        if share is not None:
            self._shares[share].pop(connection, None)
            if not self._shares[share]:
                del self._shares[share]

    def watch(self, loop: asyncio.AbstractEventLoop) -> None:
        """Looks every second, for as long as there are connections, who has kept it waiting too long."""
        if not self._is_looking:
            self._is_looking = True
            loop.call_later(BETWEEN_LOOKS, self._look, loop)

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        self._is_looking = False
        now = loop.time()
        for connection in [each for each in self._open if each.is_late(now)]:
            connection.cut()
        if self._open:
            self.watch(loop)

    def _make_room(self, among: Iterable[Connection]) -> bool:
        """Drops the one that waits for the least; says whether there was one."""
        chosen = max(among, key=lambda each: each.wait, default=None)
        if chosen is None or not chosen.wait:
            return False
        self.leave(chosen)
        chosen.drop()
        return True


def share_of(address: str) -> str:
    """One household or host; empty for this machine itself, on which others' web servers may run."""
    try:
        return "" if ipaddress.ip_address(address).is_loopback else sender_of(address)
    except ValueError:
        return ""


def most_connections() -> int:
    """As many as the process may have, and still open what it must."""
    allowed, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if allowed == resource.RLIM_INFINITY:
        return MOST
    return min(max(allowed - FOR_OURSELVES, allowed // 2), MOST)


def most_listeners() -> int:
    """How many of them may listen to what changes, which takes hours."""
    return most_connections() * 3 // 4
