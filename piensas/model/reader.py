"""Who reads and writes."""

from __future__ import annotations

import msgspec

from piensas.model.rules import Rules
from piensas.model.site import Site


class Reader(msgspec.Struct, frozen=True):
    """Anybody who writes. One without an identity is a guest, known only by this browser's session.

    `approved` counts comments that were published after a decision or without objection. `photo` names
    the picture that we keep, empty for none. `role` is "moderator" or empty.
    """

    site_id: int
    id: int
    name: str
    email: str
    website: str
    approved: int
    photo: str = ""
    banned_at: int | None = None
    role: str = ""


class Viewer(msgspec.Struct, frozen=True):
    """Who is asking, at one site.

    `session` is the hash of the secret that this browser holds or will be given; `reader` is None
    until something was written from it, and `is_guest` until they have signed in. `is_staff`: a moderator
    who has signed in with a passkey; any other way in makes them a reader. `has_draft`: words
    typed before the sign-in are kept with the session. `browser` says roughly what it is, for the list of
    sessions, and `place` the origin of the other site whose page asks. `address` is the network
    address, used and not kept; `sender` is a keyed hash of it, empty where the address says nothing
    about who is asking.
    """

    site: Site
    session: bytes
    reader: Reader | None = None
    address: str = ""
    sender: str = ""
    is_guest: bool = True
    is_staff: bool = False
    has_draft: bool = False
    browser: str = ""
    place: str = ""

    @property
    def rules(self) -> Rules:
        return self.site.rules

    @property
    def reader_id(self) -> int | None:
        return self.reader.id if self.reader else None
