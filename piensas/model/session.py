"""A browser that we know again, and for how long."""

from __future__ import annotations

import hashlib

import msgspec

from piensas.model.moment import DAY, time_of

IDLE = {"guest": 365 * DAY, "reader": 30 * DAY}
LONGEST = {"guest": 365 * DAY, "reader": 180 * DAY}
"""Milliseconds without a visit, and in all, after which a browser is a stranger again."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One browser's. `token_hash` is of the secret that it holds.

    `provider` and `label` name the identity that it was opened with, empty for a guest. `guest_id` is
    the guest who wrote from this browser before. `draft` is what was typed before the sign-in.
    `place` is the origin of the other site under whose pages alone it holds, empty for our own.
    """

    site_id: int
    token_hash: bytes
    reader_id: int
    id: int
    seen_at: int
    provider: str = ""
    label: str = ""
    browser: str = ""
    guest_id: int | None = None
    draft: str = ""
    place: str = ""

    @property
    def is_guest(self) -> bool:
        return not self.provider


def hash_of(secret: str) -> bytes:
    """What we keep of a secret that only a browser or a letter has."""
    return hashlib.sha256(secret.encode()).digest()


def bind_ticket(ticket: bytes, origin: str) -> bytes:
    """A page's ticket is good under its own origin alone; `ticket` is already the hash of its secret."""
    return hashlib.sha256(ticket + origin.encode()).digest()


def is_over(session: Session, now: int) -> bool:
    """Too long ago, since the last visit or since it began."""
    kind = "guest" if session.is_guest else "reader"
    return now - session.seen_at > IDLE[kind] or now - time_of(session.id) > LONGEST[kind]


def is_due(session: Session, now: int) -> bool:
    """Is it time to note that the browser has been here? Once a day is enough."""
    return now - session.seen_at > DAY
