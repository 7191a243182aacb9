"""Counters recounted from the rows that they count."""

from __future__ import annotations

from typing import Any

from msgspec import Struct
from sqlalchemy import Connection, Select, and_, case, func, select

from piensas.model.ranking import wilson_score
from piensas.store.tables import comments, mentions, readers, stories, votes

PUBLISHED = case((comments.c.status == "published", 1), else_=0)


class Miscount(Struct, frozen=True):
    """A counter that says something else than the rows it counts."""

    what: str
    where: str
    kept: int
    counted: int


def list_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    """Every counter of a site that is wrong, in a fixed number of statements."""
    return [
        *list_story_miscounts(db, site_id),
        *list_mention_miscounts(db, site_id),
        *list_root_miscounts(db, site_id),
        *list_vote_miscounts(db, site_id),
        *list_reader_miscounts(db, site_id),
    ]


def list_story_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    counted = (
        select(
            comments.c.story_id,
            func.sum(PUBLISHED).label("comments"),
            func.sum(case((comments.c.listed, 1), else_=0)).label("roots"),
        )
        .where(comments.c.site_id == site_id)
        .group_by(comments.c.story_id)
        .subquery()
    )
    question = (
        select(stories.c.id, stories.c.comments, counted.c.comments, stories.c.roots, counted.c.roots)
        .select_from(stories.outerjoin(counted, counted.c.story_id == stories.c.id))
        .where(stories.c.site_id == site_id)
    )
    return [
        Miscount(what, f"story {row[0]}", kept, counted or 0)
        for row in db.execute(question)
        for what, kept, counted in (("comments", row[1], row[2]), ("roots", row[3], row[4]))
        if kept != (counted or 0)
    ]


def list_mention_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    counted = (
        select(mentions.c.story_id, func.count().label("mentions"))
        .where(mentions.c.site_id == site_id, mentions.c.status == "published")
        .group_by(mentions.c.story_id)
        .subquery()
    )
    question = (
        select(stories.c.id, stories.c.mentions, func.coalesce(counted.c.mentions, 0).label("counted"))
        .select_from(stories.outerjoin(counted, counted.c.story_id == stories.c.id))
        .where(stories.c.site_id == site_id)
    )
    return [
        Miscount("mentions", f"story {row.id}", row.mentions, row.counted)
        for row in db.execute(question)
        if row.mentions != row.counted
    ]


def list_root_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    replies = (
        select(
            comments.c.story_id,
            comments.c.root_id,
            func.sum(case((comments.c.level > 0, PUBLISHED), else_=0)).label("replies"),
        )
        .where(comments.c.site_id == site_id)
        .group_by(comments.c.story_id, comments.c.root_id)
        .subquery()
    )
    here = and_(replies.c.story_id == comments.c.story_id, replies.c.root_id == comments.c.id)
    question = (
        select(comments.c.id, comments.c.status, comments.c.listed, comments.c.replies, replies.c.replies)
        .select_from(comments.join(replies, here))
        .where(comments.c.site_id == site_id, comments.c.level == 0)
    )
    found = []
    for row in db.execute(question):
        if row[3] != row[4]:
            found.append(Miscount("replies", f"comment {row[0]}", row[3], row[4]))
        has_place = row[1] == "published" or row[4] > 0
        if bool(row[2]) != has_place:
            found.append(Miscount("listed", f"comment {row[0]}", int(row[2]), int(has_place)))
    return found


def list_vote_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    question: Select[Any] = (
        select(
            votes.c.story_id,
            votes.c.comment_id,
            func.sum(case((votes.c.value > 0, 1), else_=0)),
            func.sum(case((votes.c.value < 0, 1), else_=0)),
        )
        .where(votes.c.site_id == site_id)
        .group_by(votes.c.story_id, votes.c.comment_id)
    )
    counted = {(row[0], row[1]): (row[2], row[3]) for row in db.execute(question)}
    kept = select(
        comments.c.story_id, comments.c.id, comments.c.ups, comments.c.downs, comments.c.score
    ).where(comments.c.site_id == site_id)
    found = []
    for story, comment, ups, downs, score in db.execute(kept):
        up, down = counted.get((story, comment), (0, 0))
        for what, has, should in (
            ("ups", ups, up),
            ("downs", downs, down),
            ("score", score, wilson_score(up, down)),
        ):
            if has != should:
                found.append(Miscount(what, f"comment {comment}", has, should))
    return found


def list_reader_miscounts(db: Connection, site_id: int) -> list[Miscount]:
    counted = (
        select(comments.c.reader_id, func.sum(PUBLISHED).label("approved"))
        .where(comments.c.site_id == site_id, comments.c.reader_id.is_not(None))
        .group_by(comments.c.reader_id)
        .subquery()
    )
    question = (
        select(readers.c.id, readers.c.approved, counted.c.approved)
        .select_from(readers.outerjoin(counted, counted.c.reader_id == readers.c.id))
        .where(readers.c.site_id == site_id)
    )
    return [
        Miscount("approved", f"reader {row[0]}", row[1], row[2] or 0)
        for row in db.execute(question)
        if row[1] != (row[2] or 0)
    ]
