"""Discussions as they are read: a fixed number of statements and a bounded number of rows a page."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    and_,
    bindparam,
    case,
    literal_column,
    select,
    tuple_,
)

from piensas.model.comment import PublicComment
from piensas.model.story import Story
from piensas.model.thread import Cursor, Thread, Walk, arrange, count_hidden
from piensas.store.ranks import read_earlier_ranks
from piensas.store.tables import comments

IN_STORY = (comments.c.site_id == bindparam("site"), comments.c.story_id == bindparam("story"))
SECRETS = ("name", "website", "html")


def public(name: str) -> Any:
    """A column as the public may read it: what is not published keeps its words to itself."""
    column = comments.c[name]
    if name not in SECRETS:
        return column
    return case((comments.c.status == "published", column), else_="").label(name)


PUBLIC = select(*(public(name) for name in PublicComment.__struct_fields__))
UNDER_ROOTS = PUBLIC.where(
    *IN_STORY,
    comments.c.root_id.in_(bindparam("roots", expanding=True)),
    comments.c.seq <= bindparam("last"),
).order_by(comments.c.root_id, comments.c.seq)
LISTED = (*IN_STORY, comments.c.listed.is_(True))
NO_RANK: ColumnElement[int] = literal_column("0")


def roots_by_time(newest_first: bool, continued: bool) -> Any:
    question = select(comments.c.id, NO_RANK).where(*LISTED)
    if continued:
        edge: BindParameter[int] = bindparam("id")
        question = question.where(comments.c.id < edge if newest_first else comments.c.id > edge)
    return question.order_by(comments.c.id.desc() if newest_first else comments.c.id).limit(
        bindparam("limit")
    )


def roots_by_rank(rank: Any, continued: bool) -> Any:
    question = select(comments.c.id, rank).where(*LISTED)
    if continued:
        question = question.where(tuple_(rank, comments.c.id) < tuple_(bindparam("rank"), bindparam("id")))
    return question.order_by(rank.desc(), comments.c.id.desc()).limit(bindparam("limit"))


ROOTS = {
    (order, continued): question
    for continued in (False, True)
    for order, question in {
        "oldest": roots_by_time(False, continued),
        "newest": roots_by_time(True, continued),
        "best": roots_by_rank(comments.c.score, continued),
        "discussed": roots_by_rank(comments.c.replies, continued),
    }.items()
}


def read_thread(db: Connection, story: Story, walk: Walk) -> Thread:
    """A page of a discussion: the walk's next roots, each with its first replies."""
    roots = list_roots(db, story, walk)
    page, rest = roots[: walk.size], roots[walk.size :]
    ids = [root for root, _ in page]
    trees = arrange(list_under_roots(db, story, ids, walk.replies), ids)
    count_hidden(trees)
    if not rest:
        return Thread(trees)

    last, rank = page[-1]
    began = walk.after.revision if walk.after else story.revision
    return Thread(trees, Cursor(last, rank, began))


def list_roots(db: Connection, story: Story, walk: Walk) -> list[tuple[int, int]]:
    """(id, rank) of the next roots: a page and, where there is more, one beyond it."""
    key = {"site": story.site_id, "story": story.id, "limit": walk.size + 1}
    if walk.after is None:
        return rows_of(db, ROOTS[walk.order, False], key)

    key |= {"id": walk.after.id}
    if walk.order in ("oldest", "newest"):
        return rows_of(db, ROOTS[walk.order, True], key)
    return list_ranked_roots(db, story, walk, key | {"rank": walk.after.rank})


def list_ranked_roots(db: Connection, story: Story, walk: Walk, key: dict[str, int]) -> list[tuple[int, int]]:
    """The next roots in the order that was valid when the walk began."""
    assert walk.after is not None
    earlier = read_earlier_ranks(db, story, walk.order, walk.after.revision)
    today = rows_of(db, ROOTS[walk.order, True], key | {"limit": walk.size + 1 + len(earlier)})
    unmoved = [(root, rank) for root, rank in today if root not in earlier]
    moved = [
        (root, rank) for root, rank in earlier.items() if (rank, root) < (walk.after.rank, walk.after.id)
    ]
    merged = sorted(unmoved + moved, key=lambda place: (place[1], place[0]), reverse=True)
    return merged[: walk.size + 1]


def list_under_roots(db: Connection, story: Story, roots: Sequence[int], replies: int) -> list[PublicComment]:
    """The roots and the first `replies` comments below each, parents before children."""
    if not roots:
        return []
    key = {"site": story.site_id, "story": story.id, "roots": roots, "last": replies}
    return [PublicComment(*row) for row in db.execute(UNDER_ROOTS, key).all()]


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
    up = up.union(select(comments.c.id, comments.c.parent_id).where(here, comments.c.id == up.c.parent_id))
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


def rows_of(db: Connection, question: Any, key: dict[str, Any]) -> list[tuple[int, int]]:
    return [(row[0], row[1]) for row in db.execute(question, key).all()]
