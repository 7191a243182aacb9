"""Votes: one a reader and comment."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, bindparam, delete, insert, select, update

from piensas.model.comment import Comment
from piensas.store.prepared import Prepared
from piensas.store.tables import votes

LIST_OWN = Prepared(
    select(votes.c.comment_id, votes.c.value).where(
        votes.c.site_id == bindparam("site"),
        votes.c.reader_id == bindparam("reader"),
        votes.c.story_id == bindparam("story"),
    )
)


def find_vote(db: Connection, comment: Comment, reader_id: int) -> int:
    """1, -1, or 0 where the reader has not voted."""
    return db.execute(select(votes.c.value).where(*key_of(comment, reader_id))).scalar() or 0


def list_votes(db: Connection, site_id: int, story_id: int, reader_id: int) -> dict[int, int]:
    """A reader's votes under a story, by comment."""
    return dict(LIST_OWN.rows(db, site=site_id, reader=reader_id, story=story_id))


def list_all_votes(
    db: Connection, site_id: int, reader_id: int, limit: int | None = None
) -> list[tuple[int, int, int]]:
    """(story id, comment id, value) of all that a reader has voted on, story by story."""
    question = (
        select(votes.c.story_id, votes.c.comment_id, votes.c.value)
        .where(votes.c.site_id == site_id, votes.c.reader_id == reader_id)
        .order_by(votes.c.story_id, votes.c.comment_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(question)]


def save_vote(db: Connection, comment: Comment, reader_id: int, value: int) -> None:
    if db.execute(update(votes).where(*key_of(comment, reader_id)), {"value": value}).rowcount == 0:
        db.execute(
            insert(votes),
            {
                "site_id": comment.site_id,
                "story_id": comment.story_id,
                "comment_id": comment.id,
                "reader_id": reader_id,
                "value": value,
            },
        )


def erase_vote(db: Connection, comment: Comment, reader_id: int) -> None:
    db.execute(delete(votes).where(*key_of(comment, reader_id)))


def key_of(comment: Comment, reader_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        votes.c.site_id == comment.site_id,
        votes.c.story_id == comment.story_id,
        votes.c.comment_id == comment.id,
        votes.c.reader_id == reader_id,
    )
