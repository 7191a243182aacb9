"""Discussions as they are read: a fixed number of statements and a bounded number of rows a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, bindparam, case, select, tuple_

from piensas.model.comment import PublicComment
from piensas.model.ranking import wilson_score
from piensas.model.rules import ORDERS, Order
from piensas.model.story import Story
from piensas.model.thread import Cursor, Thread, Walk, arrange, count_hidden
from piensas.store.prepared import Prepared
from piensas.store.ranks import read_earlier_ranks
from piensas.store.tables import comments

IN_STORY = (comments.c.site_id == bindparam("site"), comments.c.story_id == bindparam("story"))
SECRETS = ("name", "website", "html", "photo")


def public(name: str) -> Any:
    """A column as the public may read it: what is not published keeps its words to itself."""
    column = comments.c[name]
    if name not in SECRETS:
        return column
    return case((comments.c.status == "published", column), else_="").label(name)


PUBLIC = select(*(public(name) for name in PublicComment.__struct_fields__))
FIRST_REPLIES = comments.c.seq <= bindparam("last")
UNDER_ROOTS = PUBLIC.where(
    *IN_STORY, comments.c.root_id.in_(bindparam("roots", expanding=True)), FIRST_REPLIES
).order_by(comments.c.root_id, comments.c.seq)
LISTED = (*IN_STORY, comments.c.listed.is_(True))
RANKS = {"best": comments.c.score, "discussed": comments.c.replies}


def roots_in_order(order: Order, continued: bool) -> Any:
    """The ids of the next roots, from the beginning or behind a cursor."""
    place = (RANKS[order], comments.c.id) if order in RANKS else (comments.c.id,)
    question = select(comments.c.id).where(*LISTED).limit(bindparam("limit"))
    if order == "oldest":
        question = question.order_by(*place)
        return question.where(comments.c.id > bindparam("edge")) if continued else question
    question = question.order_by(*(column.desc() for column in place))
    edge: list[Any] = [bindparam(name) for name in ("rank", "edge")[-len(place) :]]
    return question.where(tuple_(*place) < tuple_(*edge)) if continued else question


PAGES = {
    (order, continued): Prepared(
        PUBLIC.where(
            *IN_STORY, comments.c.root_id.in_(roots_in_order(order, continued)), FIRST_REPLIES
        ).order_by(comments.c.root_id, comments.c.seq)
    )
    for order in ORDERS
    for continued in (False, True)
}


def read_thread(db: Connection, story: Story, walk: Walk) -> Thread:
    """A page of a discussion: the walk's next roots, each with its first replies."""
    if walk.after and walk.order in RANKS:
        earlier = read_earlier_ranks(db, story, walk.order, walk.after.revision)
        if earlier:
            return read_moved_page(db, story, walk, earlier)

    key = key_of(story, walk) | {"limit": walk.size + 1}
    rows = PAGES[walk.order, walk.after is not None].rows(db, **key)
    found = [PublicComment(*row) for row in rows]
    places = sorted((place_of(c, walk.order) for c in found if c.level == 0), reverse=walk.order != "oldest")
    return arrange_page(story, walk, places, found)


def read_moved_page(db: Connection, story: Story, walk: Walk, earlier: dict[int, int]) -> Thread:
    """As `read_thread`, in the order that was valid before the roots in `earlier` changed their ranks."""
    assert walk.after is not None
    today = roots_in_order(walk.order, True).add_columns(RANKS[walk.order])
    key = key_of(story, walk) | {"limit": walk.size + 1 + len(earlier)}
    places = [(row[1], row[0]) for row in db.execute(today, key) if row[0] not in earlier]
    edge = (walk.after.rank, walk.after.id)
    places += [(rank, root) for root, rank in earlier.items() if (rank, root) < edge]
    places = sorted(places, reverse=True)[: walk.size + 1]
    under = key | {"roots": [root for _, root in places]}
    found = [PublicComment(*row) for row in db.execute(UNDER_ROOTS, under)] if places else []
    return arrange_page(story, walk, places, found)


def arrange_page(
    story: Story, walk: Walk, places: list[tuple[int, int]], found: list[PublicComment]
) -> Thread:
    """The trees at the walk's next places, (rank, id) each, of which there is one too many if more follow."""
    page = places[: walk.size]
    trees = arrange(found, [root for _, root in page])
    count_hidden(trees)
    if len(places) <= walk.size:
        return Thread(trees)
    rank, last = page[-1]
    return Thread(trees, Cursor(last, rank, walk.after.revision if walk.after else story.revision))


def place_of(root: PublicComment, order: Order) -> tuple[int, int]:
    """(rank, id) of a root, as the index of its order has them."""
    if order == "best":
        return wilson_score(root.ups, root.downs), root.id
    return (root.replies if order == "discussed" else 0), root.id


def key_of(story: Story, walk: Walk) -> dict[str, Any]:
    key = {"site": story.site_id, "story": story.id, "last": walk.replies}
    return key | {"edge": walk.after.id, "rank": walk.after.rank} if walk.after else key


def list_branch(db: Connection, story: Story, root_id: int, first: int, limit: int) -> list[PublicComment]:
    """Comments under a root in the order of arrival from number `first` on, whatever their status."""
    question = (
        PUBLIC.where(
            comments.c.site_id == story.site_id,
            comments.c.story_id == story.id,
            comments.c.root_id == root_id,
            comments.c.seq >= first,
        )
        .order_by(comments.c.seq)
        .limit(limit)
    )
    return [PublicComment(*row) for row in db.execute(question).all()]


def list_ancestors(db: Connection, story: Story, ids: Sequence[int]) -> list[PublicComment]:
    """The comments with these ids and everything above them, parents before children."""
    here = and_(comments.c.site_id == story.site_id, comments.c.story_id == story.id)
    up = (
        select(comments.c.id, comments.c.parent_id)
        .where(here, comments.c.id.in_(ids))
        .cte("up", recursive=True)
    )
    above = select(comments.c.parent_id).where(here, comments.c.id == up.c.parent_id).scalar_subquery()
    up = up.union(select(up.c.parent_id, above).where(up.c.parent_id.is_not(None)))
    question = PUBLIC.where(here, comments.c.id.in_(select(up.c.id))).order_by(comments.c.seq)
    return [PublicComment(*row) for row in db.execute(question).all()]


def list_newest(db: Connection, story: Story, limit: int) -> list[PublicComment]:
    """The newest published comments of any level, for the discussion's feed."""
    question = (
        PUBLIC.where(
            comments.c.site_id == story.site_id,
            comments.c.story_id == story.id,
            comments.c.status == "published",
        )
        .order_by(comments.c.id.desc())
        .limit(limit)
    )
    return [PublicComment(*row) for row in db.execute(question).all()]


def list_replies_to(
    db: Connection, site_id: int, reader_id: int, before: int, limit: int
) -> list[PublicComment]:
    """What others answered a reader, published, newest first, from behind the id `before` (0: from the
    newest)."""
    own = comments.alias("own")
    is_answer = (
        comments.c.site_id == own.c.site_id,
        comments.c.story_id == own.c.story_id,
        comments.c.answers_id == own.c.id,
    )
    question = PUBLIC.join_from(own, comments, and_(*is_answer)).where(
        own.c.site_id == site_id,
        own.c.reader_id == reader_id,
        comments.c.status == "published",
        comments.c.reader_id.is_distinct_from(reader_id),
    )
    if before:
        question = question.where(comments.c.id < before)
    rows = db.execute(question.order_by(comments.c.id.desc()).limit(limit))
    return [PublicComment(*row) for row in rows]


def list_published_below(
    db: Connection, story: Story, root_id: int, after: int, limit: int
) -> list[PublicComment]:
    """Published comments under a root in the order of arrival, behind the number `after`."""
    question = PUBLIC.where(
        comments.c.site_id == story.site_id,
        comments.c.story_id == story.id,
        comments.c.root_id == root_id,
        comments.c.seq > max(after, 0),
        comments.c.status == "published",
    )
    rows = db.execute(question.order_by(comments.c.seq).limit(limit))
    return [PublicComment(*row) for row in rows]
