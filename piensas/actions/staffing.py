"""Moderators: invited by who runs the site, known by a passkey, dismissed again."""

from __future__ import annotations

import secrets

from sqlalchemy import Connection

from piensas.actions.signing_in import Entry, enter, identity_of
from piensas.model.draft import require_name
from piensas.model.identity import INVITATION, INVITED, Passkey, SignIn
from piensas.model.moment import Moment, time_of
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import IdentityTaken, NotFound, SignInOver
from piensas.model.session import hash_of
from piensas.model.site import Site
from piensas.model.wording import tidy_line
from piensas.store.identities import erase_passkeys, find_identity, save_counter, save_passkey
from piensas.store.readers import find_reader, list_staff, save_reader, save_reader_change
from piensas.store.sessions import erase_sessions
from piensas.store.sign_ins import erase_sign_in, find_sign_in_by_link, save_sign_in


def invite_moderator(db: Connection, site: Site, name: str, link: bytes, moment: Moment) -> Reader:
    """Whoever opens the link (a hash of its secret) within half an hour makes a passkey for the moderator
    of this name: a new one, or one who has a further device."""
    tidy = tidy_line(name)
    require_name(tidy, site.rules, site.reserved_names)
    moderator = find_moderator(db, site.id, tidy)
    if moderator is None:
        moderator = Reader(site.id, moment.id, tidy, "", "", approved=0, role="moderator")
        save_reader(db, moderator)
    invitation = SignIn(
        site_id=site.id,
        state=hash_of(secrets.token_urlsafe(32)),
        id=moment.id,
        provider=INVITED,
        browser=b"",
        reader_id=moderator.id,
        link=link,
    )
    save_sign_in(db, invitation)
    return moderator


def find_moderator(db: Connection, site_id: int, name: str) -> Reader | None:
    return next((each for each in list_staff(db, site_id) if each.name == name), None)


def find_invited(db: Connection, site_id: int, link: bytes, moment: Moment) -> Reader:
    """Whom the link invites; it is good until a passkey has been made by it."""
    invitation = find_sign_in_by_link(db, site_id, link)
    if invitation is None or invitation.provider != INVITED or invitation.reader_id is None:
        raise SignInOver
    moderator = find_reader(db, site_id, invitation.reader_id)
    if moderator is None or moderator.role != "moderator" or moment.now - time_of(invitation.id) > INVITATION:
        raise SignInOver
    return moderator


def accept_invitation(
    db: Connection, viewer: Viewer, link: bytes, passkey: Passkey, entry: Entry, moment: Moment
) -> Reader:
    """The moderator has made a passkey, and is signed in with it."""
    moderator = find_invited(db, viewer.site.id, link, moment)
    invitation = find_sign_in_by_link(db, viewer.site.id, link)
    if invitation is None or not erase_sign_in(db, invitation):
        raise SignInOver
    if find_identity(db, viewer.site.id, entry.profile):
        raise IdentityTaken
    save_passkey(db, identity_of(moderator, entry, moment), passkey)
    return enter(db, viewer, entry, moment)


def enter_by_passkey(
    db: Connection, viewer: Viewer, passkey: Passkey, entry: Entry, moment: Moment
) -> Reader:
    """The moderator whose passkey has answered. One that does not count on is a copy."""
    if not save_counter(db, viewer.site.id, passkey):
        raise SignInOver
    return enter(db, viewer, entry, moment)


def dismiss_moderator(db: Connection, site_id: int, name: str) -> Reader:
    """Takes the role and every passkey away, and ends every session."""
    moderator = find_moderator(db, site_id, tidy_line(name))
    if moderator is None:
        raise NotFound
    erase_passkeys(db, site_id, moderator.id)
    erase_sessions(db, site_id, moderator.id)
    return save_reader_change(db, moderator, role="")
