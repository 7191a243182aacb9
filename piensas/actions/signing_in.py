"""Readers sign in, add further ways in, and leave."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping

import msgspec
from sqlalchemy import Connection

from piensas.actions.pacing import require_pause
from piensas.actions.posting import list_reserved_names
from piensas.model.draft import require_name, require_spare
from piensas.model.identity import (
    HANDED,
    HANDOVER,
    SIGN_IN,
    Identity,
    Profile,
    SignIn,
)
from piensas.model.lookalike import is_lookalike
from piensas.model.moment import Moment, time_of
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import (
    Banned,
    IdentityTaken,
    NotFound,
    SignInOver,
    TooFast,
)
from piensas.model.session import PROGRAM, Session, hash_of
from piensas.model.site import Site
from piensas.model.wording import tidy_line
from piensas.store.comments import save_photo_of
from piensas.store.identities import (
    count_identities,
    erase_identity,
    find_identity,
    list_identities,
    save_identity,
    save_identity_change,
)
from piensas.store.photos import erase_photo, save_photo
from piensas.store.readers import find_reader, save_reader, save_reader_change
from piensas.store.sessions import erase_session, list_sessions, save_session, save_session_change
from piensas.store.sign_ins import (
    count_sign_ins,
    erase_sign_in,
    find_sign_in,
    find_sign_in_by_link,
    save_sign_in,
)
from piensas.store.stories import find_story_to_change, save_story_change

BEGIN_PAUSE = 300
"""Milliseconds between two sign-ins that one network address begins."""
MOST_BEGUN = 5_000
"""Sign-ins that are under way at once; what nobody finishes is swept after half an hour."""


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody has come back from a provider: who they are there, under which session they go on."""

    sign_in: SignIn
    profile: Profile
    label: str
    new_session: bytes
    photo: bytes | None = None


def begin_sign_in(db: Connection, viewer: Viewer, sign_in: SignIn, moment: Moment) -> None:
    """Keeps what has to come back. Nobody begins many in a moment, and all together only so many."""
    senders = [f"begin:{viewer.sender}"] if viewer.sender else []
    require_pause(db, viewer, senders, BEGIN_PAUSE, moment)
    if count_sign_ins(db, sign_in.site_id, MOST_BEGUN) >= MOST_BEGUN:
        raise TooFast(retry_after=60)
    save_sign_in(db, sign_in)


def take_sign_in(db: Connection, site_id: int, state: bytes, browser: bytes, moment: Moment) -> SignIn:
    """The sign-in that has come back: to the browser that began it, in time, and once (RFC 9700, 4.7)."""
    found = find_sign_in(db, site_id, state)
    if found is None or not hmac.compare_digest(found.browser, browser):
        raise SignInOver
    if moment.now - time_of(found.id) > SIGN_IN or found.email or not erase_sign_in(db, found):
        raise SignInOver
    return found


def enter(db: Connection, viewer: Viewer, entry: Entry, moment: Moment) -> Reader:
    """The reader who has come in. Who they are is (provider, issuer, subject), never an address.

    The browser gets a new session; the one it had ends.
    """
    identity = find_identity(db, viewer.site.id, entry.profile)
    if entry.sign_in.reader_id is not None:
        reader = add_identity(db, viewer, entry, identity, moment)
    elif identity is not None:
        found = find_reader(db, viewer.site.id, identity.reader_id)
        assert found is not None
        reader = found
        save_identity_change(db, identity, entry.profile)
    else:
        reader = welcome(db, viewer.site, entry, moment)
    if reader.banned_at is not None:
        raise Banned
    reader = keep_photo(db, reader, entry.photo)
    erase_session(db, viewer.site.id, viewer.session)
    save_session(db, session_of(viewer, reader, entry, moment))
    if entry.sign_in.ticket:
        hand_over(db, reader, entry.sign_in.ticket, moment)
    return reader


def hand_over(db: Connection, reader: Reader, ticket: bytes, moment: Moment) -> None:
    """Another site's page, which began this sign-in, may fetch a session for the same reader. Its row has
    the id of the session that it is a copy of."""
    waits = SignIn(
        site_id=reader.site_id,
        state=hash_of(secrets.token_urlsafe(32)),
        id=moment.id,
        provider=HANDED,
        browser=b"",
        reader_id=reader.id,
        link=ticket,
    )
    save_sign_in(db, waits)


def claim_handover(db: Connection, viewer: Viewer, ticket: bytes, new_session: bytes, moment: Moment) -> bool:
    """Whether the reader for whom a page holds a ticket has come in; they are, under the new session."""
    waits = find_sign_in_by_link(db, viewer.site.id, ticket)
    if waits is None or waits.provider != HANDED or waits.reader_id is None or not erase_sign_in(db, waits):
        return False
    reader = find_reader(db, viewer.site.id, waits.reader_id)
    sessions = list_sessions(db, viewer.site.id, waits.reader_id)
    original = next((session for session in sessions if session.id == waits.id), None)
    is_late = moment.now - time_of(waits.id) > HANDOVER
    if is_late or reader is None or reader.banned_at is not None or original is None:
        return False
    guest = viewer.reader if viewer.is_guest else None
    copy = msgspec.structs.replace(
        original,
        token_hash=new_session,
        id=moment.id,
        seen_at=moment.now,
        browser=viewer.browser,
        guest_id=guest.id if guest else None,
        draft="",
        place=viewer.place,
    )
    erase_session(db, viewer.site.id, viewer.session)
    save_session(db, copy)
    return True


def has_arrived(db: Connection, session: Session | None, ticket: bytes) -> bool:
    """Is a browser's session the one that a page's ticket waits for?"""
    waits = find_sign_in_by_link(db, session.site_id, ticket) if session else None
    return waits is not None and waits.provider == HANDED and session is not None and waits.id == session.id


def add_identity(
    db: Connection, viewer: Viewer, entry: Entry, identity: Identity | None, moment: Moment
) -> Reader:
    """One more way in for the reader who asked for it and is still signed in here."""
    reader = viewer.reader
    if reader is None or viewer.is_guest or reader.id != entry.sign_in.reader_id:
        raise SignInOver
    if identity is None:
        save_identity(db, identity_of(reader, entry, moment))
    elif identity.reader_id != reader.id:
        raise IdentityTaken
    return reader


def welcome(db: Connection, site: Site, entry: Entry, moment: Moment) -> Reader:
    """A reader whom we have not seen before."""
    profile = entry.profile
    name = "" if is_lookalike(profile.name, list_reserved_names(db, site)) else profile.name
    reader = Reader(
        site_id=site.id,
        id=moment.id,
        name=name[: site.rules.longest_name],
        email=profile.email,
        website="",
        approved=0,
    )
    save_reader(db, reader)
    save_identity(db, identity_of(reader, entry, moment))
    return reader


def identity_of(reader: Reader, entry: Entry, moment: Moment) -> Identity:
    profile = entry.profile
    return Identity(
        site_id=reader.site_id,
        provider=profile.provider,
        issuer=profile.issuer,
        subject=profile.subject,
        id=moment.id,
        reader_id=reader.id,
        label=entry.label,
        name=profile.name,
        email=profile.email,
        is_verified=profile.is_verified,
    )


def session_of(viewer: Viewer, reader: Reader, entry: Entry, moment: Moment) -> Session:
    guest = viewer.reader if viewer.is_guest else None
    return Session(
        site_id=reader.site_id,
        token_hash=entry.new_session,
        reader_id=reader.id,
        id=moment.id,
        seen_at=moment.now,
        provider=entry.profile.provider,
        label=entry.label,
        browser=viewer.browser,
        guest_id=guest.id if guest else None,
        draft=entry.sign_in.draft,
        place=viewer.place,
    )


def keep_photo(db: Connection, reader: Reader, picture: bytes | None) -> Reader:
    """The reader with this photo, on all their comments. Without one the earlier stays."""
    if picture is None:
        return reader
    key = f"{reader.site_id}.{reader.id}".encode()
    name = hashlib.blake2b(picture, key=key, digest_size=16).hexdigest()
    if name == reader.photo:
        return reader
    if reader.photo:
        erase_photo(db, reader.site_id, reader.photo)
    save_photo(db, reader.site_id, name, picture)
    for story_id in save_photo_of(db, reader.site_id, reader.id, name):
        story = find_story_to_change(db, reader.site_id, story_id)
        if story:
            save_story_change(db, story)
    return save_reader_change(db, reader, photo=name)


def note_visits(db: Connection, site_id: int, visits: Mapping[bytes, int]) -> None:
    """Browsers have been here, by the hashes of their sessions."""
    for token_hash in sorted(visits):
        save_session_change(db, site_id, token_hash, seen_at=visits[token_hash])


def sign_out(db: Connection, viewer: Viewer) -> None:
    erase_session(db, viewer.site.id, viewer.session)


def end_session(db: Connection, viewer: Viewer, session_id: int) -> None:
    """Ends one of the reader's own sessions, wherever it is."""
    assert viewer.reader is not None
    for session in list_sessions(db, viewer.site.id, viewer.reader.id):
        if session.id == session_id:
            return erase_session(db, viewer.site.id, session.token_hash)
    raise NotFound


def drop_identity(db: Connection, viewer: Viewer, identity_id: int) -> None:
    """Takes a way in away; the last one stays, or nobody could come back."""
    assert viewer.reader is not None
    for identity in list_identities(db, viewer.site.id, viewer.reader.id):
        if identity.id == identity_id and count_identities(db, viewer.site.id, viewer.reader.id) > 1:
            erase_identity(db, identity)
            return end_sessions_of(db, viewer, identity.provider)
    raise NotFound


def end_sessions_of(db: Connection, viewer: Viewer, provider: str) -> None:
    """A way in that is taken away, as a lost device's, leaves no door open behind it but this one; also none
    for a program, which somebody may have let in by it."""
    assert viewer.reader is not None
    for session in list_sessions(db, viewer.site.id, viewer.reader.id):
        if session.provider in (provider, PROGRAM) and session.token_hash != viewer.session:
            erase_session(db, viewer.site.id, session.token_hash)


def rename(db: Connection, viewer: Viewer, name: str) -> Reader:
    """Under which name the reader writes from now on."""
    assert viewer.reader is not None
    require_spare("name", name, viewer.rules.longest_name)
    tidy = tidy_line(name)
    own = viewer.reader.name
    reserved = [name for name in list_reserved_names(db, viewer.site) if name != own or not viewer.is_staff]
    require_name(tidy, viewer.rules, reserved)
    return save_reader_change(db, viewer.reader, name=tidy)
