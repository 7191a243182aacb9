"""What is published on the whole site, for programs that read it page by page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, and_, exists, false, func, or_, select

from piensas.model.comment import PublicComment
from piensas.model.short import range_of, short_of
from piensas.model.story import Headline
from piensas.store.stories import HAS_TITLE, HEADLINE, headline_of
from piensas.store.tables import comments, editions, stories
from piensas.store.threads import PUBLIC

NONE = 0
"""In the place of a parent: a comment that answers none."""

IS_ON = and_(
    stories.c.discussion != "off",
    exists().where(
        editions.c.site_id == stories.c.site_id, editions.c.story_id == stories.c.id, editions.c.live
    ),
)
"""Its discussion is to be read: it has one, and the story has not been taken off."""

UNDER_ONE_ON = (
    select(stories.c.id)
    .where(stories.c.site_id == comments.c.site_id, stories.c.id == comments.c.story_id, IS_ON)
    .exists()
)


class Filter(msgspec.Struct, frozen=True, kw_only=True):
    """Which comments are wanted. Empty tuples and None ask for all; times are ids.
    `parents` has `NONE` in it for comments that answer none."""

    stories: tuple[int, ...] = ()
    parents: tuple[int, ...] | None = None
    among: tuple[int, ...] | None = None
    after: int = 0
    before: int | None = None
    newest_first: bool = True


def list_published(
    db: Connection, site_id: int, wanted: Filter, limit: int, offset: int
) -> list[PublicComment]:
    order = comments.c.id.desc() if wanted.newest_first else comments.c.id
    question = narrow(PUBLIC, site_id, wanted).order_by(order).limit(limit).offset(offset)
    return [PublicComment(*row) for row in db.execute(question)]


def count_published(db: Connection, site_id: int, wanted: Filter) -> int:
    """How many there are. Where only stories are asked for, or only roots, the stories' counters say so."""
    plain = Filter(stories=wanted.stories, newest_first=wanted.newest_first)
    counted = stories.c.comments
    if wanted == msgspec.structs.replace(plain, parents=(NONE,)):
        counted = stories.c.roots
    elif wanted != plain:
        return int(db.execute(narrow(select(func.count()), site_id, wanted)).scalar_one())
    question = select(func.coalesce(func.sum(counted), 0)).where(stories.c.site_id == site_id, IS_ON)
    if wanted.stories:
        question = question.where(stories.c.id.in_(wanted.stories))
    return int(db.execute(question).scalar_one())


def narrow(question: Select[Any], site_id: int, wanted: Filter) -> Select[Any]:
    question = question.where(comments.c.site_id == site_id, comments.c.status == "published", UNDER_ONE_ON)
    if wanted.stories:
        question = question.where(comments.c.story_id.in_(wanted.stories))
    if wanted.parents is not None:
        roots = comments.c.parent_id.is_(None) if NONE in wanted.parents else false()
        question = question.where(or_(roots, comments.c.parent_id.in_(wanted.parents)))
    if wanted.among is not None:
        question = question.where(comments.c.id.in_(wanted.among))
    if wanted.after:
        question = question.where(comments.c.id > wanted.after)
    if wanted.before is not None:
        question = question.where(comments.c.id < wanted.before)
    return question


def list_published_ids(db: Connection, site_id: int, shorts: Collection[int]) -> dict[int, int]:
    """The ids of published comments, by their short ones; in one statement, however many are asked for."""
    question = select(comments.c.id).where(
        comments.c.site_id == site_id,
        comments.c.status == "published",
        among(comments.c.id, shorts),
        UNDER_ONE_ON,
    )
    return {short_of(id): id for id in db.execute(question).scalars()}


def list_story_ids(db: Connection, site_id: int, shorts: Collection[int]) -> dict[int, int]:
    """As `list_published_ids`, of stories."""
    here = (stories.c.site_id == site_id, among(stories.c.id, shorts), IS_ON)
    return {short_of(id): id for id in db.execute(select(stories.c.id).where(*here)).scalars()}


def among(column: ColumnElement[int], shorts: Collection[int]) -> ColumnElement[bool]:
    """Ids of the milliseconds that these are of."""
    return or_(false(), *(column.between(*range_of(short)) for short in sorted(set(shorts))))


def find_published(db: Connection, site_id: int, short: int) -> PublicComment | None:
    first, last = range_of(short)
    question = PUBLIC.where(
        comments.c.site_id == site_id,
        comments.c.status == "published",
        comments.c.id.between(first, last),
        UNDER_ONE_ON,
    )
    found = (PublicComment(*row) for row in db.execute(question))
    return next((comment for comment in found if short_of(comment.id) == short), None)


def find_story_id(db: Connection, site_id: int, short: int) -> int | None:
    first, last = range_of(short)
    here = (stories.c.site_id == site_id, stories.c.id.between(first, last), IS_ON)
    question = select(stories.c.id).where(*here)
    return next((id for id in db.execute(question).scalars() if short_of(id) == short), None)


def list_pages(db: Connection, site_id: int, language: str, several: tuple[int, ...]) -> dict[int, Headline]:
    """Of each story, the edition in a language, or any other where there is none. Pages elsewhere are left
    out until they have said themselves what they are called."""
    here = (editions.c.story_id.in_(several), HAS_TITLE)
    question = HEADLINE.where(*here).order_by(editions.c.language == language)
    return {row.id: headline_of(row) for row in db.execute(question, {"site": site_id})}
