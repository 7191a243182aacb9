"""A browser or a program that we know again, and for how long."""

from __future__ import annotations

import hashlib

import msgspec

from piensas.model.moment import DAY, time_of

IDLE = {"guest": 365 * DAY, "reader": 30 * DAY, "program": 180 * DAY}
LONGEST = {"guest": 365 * DAY, "reader": 180 * DAY, "program": 366 * DAY}
"""Milliseconds without a visit, and in all, after which a browser or program is a stranger again."""

PROGRAM = "program"
"""In the place of a provider: opened by the reader for a program of theirs."""

API = "api"
"""In the place of an origin: holds for requests of programs alone, and in no browser's cookie."""

SCOPES = ("read", "write", "account", "feed")
"""What a reader may allow a program: to read what is theirs, to write in their name, to change and take
out their account, to read the feed of replies to them."""


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """One browser's, or one program's. `token_hash` is of the secret that it holds.

    `provider` and `label` name the identity that it was opened with, empty for a guest. `guest_id` is
    the guest who wrote from this browser before. `draft` is what was typed before the sign-in.
    `place` is the origin of the other site under whose pages alone it holds, empty for our own. A program's
    has the name that its reader gave it for a `label`, and `scopes`, with spaces between.
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
    scopes: str = ""

    @property
    def is_guest(self) -> bool:
        return not self.provider

    @property
    def is_program(self) -> bool:
        return self.provider == PROGRAM

    @property
    def kind(self) -> str:
        return "guest" if self.is_guest else PROGRAM if self.is_program else "reader"


def hash_of(secret: str) -> bytes:
    """What we keep of a secret that only a browser or a letter has."""
    return hashlib.sha256(secret.encode()).digest()


def sign(secret: bytes, words: str) -> str:
    """What only who has the site's secret can have made of these words, of which the first says what for."""
    return hashlib.blake2b(words.encode(), key=secret, digest_size=16).hexdigest()


def bind_ticket(ticket: bytes, origin: str) -> bytes:
    """A page's ticket is good under its own origin alone; `ticket` is already the hash of its secret."""
    return hashlib.sha256(ticket + origin.encode()).digest()


def is_over(session: Session, now: int) -> bool:
    """Too long ago, since the last visit or since it began."""
    return now - session.seen_at > IDLE[session.kind] or now - time_of(session.id) > LONGEST[session.kind]


def is_due(session: Session, now: int) -> bool:
    """Is it time to note that the browser has been here? Once a day is enough."""
    return now - session.seen_at > DAY
