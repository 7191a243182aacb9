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
from piensas.store.comments import count_own_comments, list_all_own_comments
from piensas.store.history import list_decisions, list_edits
from piensas.store.identities import list_identities
from piensas.store.sessions import list_sessions
from piensas.store.stories import list_live_addresses
from piensas.store.votes import list_all_votes


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
    """With `limit`, only the newest comments."""
    reader = viewer.reader
    if reader is None:
        raise LoginRequired
    site_id = viewer.site.id
    comments = list_all_own_comments(db, site_id, reader.id)
    votes = list_all_votes(db, site_id, reader.id)
    if limit is not None:
        comments = sorted(comments, key=lambda comment: comment.id, reverse=True)[:limit]
    sessions = list_sessions(db, site_id, reader.id)
    guests = {each.guest_id for each in sessions if each.guest_id and each.token_hash == viewer.session}
    stories = {comment.story_id for comment in comments} | {vote[0] for vote in votes}
    return Everything(
        reader=reader,
        identities=list_identities(db, site_id, reader.id),
        sessions=sessions,
        said=[Said(each, list_edits(db, each), list_decisions(db, each)) for each in comments],
        votes=votes,
        titles={id: title_of(db, viewer.site, id) for id in stories},
        claimable=sum(count_own_comments(db, site_id, guest) for guest in guests),
    )


def title_of(db: Connection, site: Site, story_id: int) -> tuple[str, str]:
    """(path, title) of a story in the language that stands first; empty where it is gone."""
    for _, path, title in list_live_addresses(db, site.id, story_id):
        return path, title
    return "", ""


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
