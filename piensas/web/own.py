"""Everything that we have about one reader."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection

from piensas.drawing.language import as_iso
from piensas.model.comment import Comment, Decision, Edit
from piensas.model.identity import Identity
from piensas.model.moment import time_of
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import LoginRequired
from piensas.model.session import Session
from piensas.model.site import Site
from piensas.store.comments import count_own_comments, list_all_own_comments, list_latest_own_comments
from piensas.store.history import list_decisions_on, list_edits_of
from piensas.store.identities import list_identities
from piensas.store.sessions import list_sessions
from piensas.store.stories import list_addresses
from piensas.store.votes import list_all_votes

AT_ONCE = 10_000
"""Stories that one question names: SQLite takes 32,766 values, PostgreSQL 65,535."""


class Said(Struct, frozen=True):
    """A comment of the reader's, what it said before, and what was decided about it."""

    comment: Comment
    edits: list[Edit]
    decisions: list[Decision]


class Everything(Struct, frozen=True):
    """`titles` has (path, title) of each story; `claimable` counts comments of the guest before."""

    reader: Reader
    identities: list[Identity]
    sessions: list[Session]
    said: list[Said]
    votes: list[tuple[int, int, int]]
    titles: dict[int, tuple[str, str]]
    claimable: int


def read_everything(db: Connection, viewer: Viewer, limit: int | None = None) -> Everything:
    """With `limit`, only the newest comments, and no votes."""
    reader = viewer.reader
    if reader is None:
        raise LoginRequired
    site_id = viewer.site.id
    if limit is None:
        comments = list_all_own_comments(db, site_id, reader.id)
    else:
        comments = list_latest_own_comments(db, site_id, reader.id, 0, limit)
    votes = list_all_votes(db, site_id, reader.id) if limit is None else []
    sessions = list_sessions(db, site_id, reader.id)
    guests = {each.guest_id for each in sessions if each.guest_id and each.token_hash == viewer.session}
    return Everything(
        reader=reader,
        identities=list_identities(db, site_id, reader.id),
        sessions=sessions,
        said=with_history(db, reader, comments),
        votes=votes,
        titles=titles_of(db, site_id, {each.story_id for each in comments} | {vote[0] for vote in votes}),
        claimable=sum(count_own_comments(db, site_id, guest) for guest in guests),
    )


def with_history(db: Connection, reader: Reader, comments: list[Comment]) -> list[Said]:
    since = min((comment.id for comment in comments), default=0)
    edits = list_edits_of(db, reader.site_id, reader.id, since)
    decisions = list_decisions_on(db, reader.site_id, reader.id, since)
    return [Said(each, edits.get(each.id, []), decisions.get(each.id, [])) for each in comments]


def titles_of(db: Connection, site_id: int, several: set[int]) -> dict[int, tuple[str, str]]:
    """(path, title) of each story in the language that stands first; empty where it is gone."""
    titles = dict.fromkeys(several, ("", ""))
    wanted = sorted(several)
    for start in range(0, len(wanted), AT_ONCE):
        found = list_addresses(db, site_id, tuple(wanted[start : start + AT_ONCE]))
        titles |= {story: (editions[0][1], editions[0][2]) for story, editions in found.items()}
    return titles


def show_everything(site: Site, me: Everything) -> dict[str, Any]:
    """As JSON: times in RFC 3339, ids as strings."""
    return {
        "site": {"name": site.name, "address": site.address},
        "reader": {
            "id": str(me.reader.id),
            "since": as_iso(time_of(me.reader.id)),
            "name": me.reader.name,
            "email": me.reader.email,
            "website": me.reader.website,
            "photo": f"{site.address}/photos/{me.reader.photo}" if me.reader.photo else None,
            "approved_comments": me.reader.approved,
        },
        "identities": [show_identity(each) for each in me.identities],
        "sessions": [show_session(each) for each in me.sessions],
        "comments": [show_said(site, each, me.titles) for each in me.said],
        "votes": [
            {"story": str(story), "comment": str(comment), "value": value}
            for story, comment, value in me.votes
        ],
    }


def show_identity(identity: Identity) -> dict[str, Any]:
    return {
        "provider": identity.provider,
        "issuer": identity.issuer,
        "subject": identity.subject,
        "name": identity.name,
        "email": identity.email,
        "email_verified": identity.is_verified,
        "since": as_iso(time_of(identity.id)),
    }


def show_session(session: Session) -> dict[str, Any]:
    return {
        "since": as_iso(time_of(session.id)),
        "seen": as_iso(session.seen_at),
        "provider": session.provider,
        "browser": session.browser,
        **({"program": session.label, "scopes": session.scopes.split()} if session.is_program else {}),
    }


def show_said(site: Site, said: Said, titles: dict[int, tuple[str, str]]) -> dict[str, Any]:
    comment = said.comment
    path, title = titles[comment.story_id]
    return {
        "id": str(comment.id),
        "story": title,
        "address": f"{site.address}{path}/comments/{comment.id}" if path else None,
        "written": as_iso(time_of(comment.id)),
        "status": comment.status,
        "name": comment.name,
        "email": comment.email,
        "website": comment.website,
        "text": comment.text,
        "in_reply_to": str(comment.answers_id) if comment.answers_id else None,
        "votes_for": comment.ups,
        "votes_against": comment.downs,
        "earlier_texts": [{"until": as_iso(time_of(each.id)), "text": each.text} for each in said.edits],
        "decisions": [
            {"at": as_iso(time_of(each.id)), "by": each.by, "status": each.after, "reasons": each.reasons}
            for each in said.decisions
        ],
    }
