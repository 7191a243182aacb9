"""What pages need from the store: each page is one question."""

from __future__ import annotations

from msgspec import Struct
from sqlalchemy import Connection

from piensas.drawing.pen import NOBODY, Mine
from piensas.model.access import may_change, may_see
from piensas.model.comment import Comment, PublicComment, own_view
from piensas.model.mention import Mention
from piensas.model.reader import Viewer
from piensas.model.story import Edition, Story
from piensas.model.thread import Node, Thread, Walk, arrange
from piensas.store.comments import count_new_comments, find_comment, list_own_comments
from piensas.store.mentions import list_mentions
from piensas.store.stories import Addresses, find_edition_by_slug, find_story, list_live_addresses
from piensas.store.threads import list_ancestors, list_branch, read_thread
from piensas.store.votes import list_votes

BRANCH = 50
"""Comments on the page of one comment."""
NEWS = 100
"""New comments are counted no further than this."""
MENTIONS = 20
"""Pages elsewhere that a story's page names, the latest."""


class Reading(Struct):
    """An edition, where its other languages are, and a page of its discussion."""

    story: Story
    edition: Edition
    addresses: Addresses
    thread: Thread
    mentions: list[Mention] = []


class Branch(Struct):
    """A comment in its surroundings: what is above it, and what came after it under the same root.

    `next_seq` is the number behind which the next page begins, None on the last one.
    """

    reading: Reading
    chosen: Comment
    is_public: bool
    next_seq: int | None


class Own(Struct):
    """What is a viewer's own under a story."""

    comments: list[Comment] = []
    votes: dict[int, int] = {}


def read_story(db: Connection, site_id: int, language: str, slug: str, walk: Walk) -> Reading | None:
    found = find_edition_by_slug(db, site_id, language, slug)
    if found is None:
        return None
    story, edition, addresses = found
    thread = Thread([]) if story.discussion == "off" else read_thread(db, story, walk)
    shown = list_mentions(db, site_id, story.id, MENTIONS) if story.mentions else []
    return Reading(story, edition, addresses, thread, shown)


def read_discussion(db: Connection, site_id: int, story_id: int, walk: Walk) -> tuple[Story, Thread] | None:
    story = find_story(db, site_id, story_id)
    if story is None or story.discussion == "off":
        return None
    return story, read_thread(db, story, walk)


def read_branch(
    db: Connection, viewer: Viewer, edition: tuple[str, str], comment_id: int, after: int | None = None
) -> Branch | None:
    """The branch around a comment that the public, or this viewer alone, may see.

    `edition` is its (language, slug); `after` the number of the last reply of the page before.
    """
    found = find_edition_by_slug(db, viewer.site.id, *edition)
    if found is None or found[0].discussion == "off":
        return None
    story, page, addresses = found
    comment = find_comment(db, story.site_id, story.id, comment_id)
    if comment is None or not may_see(viewer, comment):
        return None

    window = list_branch(db, story, comment.root_id, comment.seq if after is None else after + 1, BRANCH + 1)
    shown, rest = window[:BRANCH], window[BRANCH:]
    above = list_ancestors(db, story, [comment.id, *list_parents_outside(shown)])
    known = {each.id for each in above}
    nodes = arrange([*above, *(each for each in shown if each.id not in known)], [comment.root_id])
    reading = Reading(story, page, addresses, Thread(nodes))
    return Branch(reading, comment, has_comment(nodes, comment.id), rest[0].seq - 1 if rest else None)


class Second(Struct):
    """What the second small answer is made of: where the story's editions are, what is the viewer's own under
    it, and how much is new since they were here."""

    story: Story
    addresses: Addresses
    own: Own
    news: int


def read_second(db: Connection, viewer: Viewer, story_id: int, since: int) -> Second | None:
    """Nothing is asked for whom nothing can be there."""
    story = find_story(db, viewer.site.id, story_id)
    addresses = list_live_addresses(db, viewer.site.id, story_id) if story else []
    if story is None or not addresses:
        return None
    own = read_own(db, viewer, story_id) if viewer.reader else Own()
    is_news = since and story.comments
    news = count_new_comments(db, viewer.site.id, story_id, since, NEWS, viewer.reader_id) if is_news else 0
    return Second(story, addresses, own, news)


def read_own(db: Connection, viewer: Viewer, story_id: int) -> Own:
    if viewer.reader is None:
        return Own()
    return Own(
        list_own_comments(db, viewer.site.id, story_id, viewer.reader.id),
        list_votes(db, viewer.site.id, story_id, viewer.reader.id),
    )


def mine_of(viewer: Viewer, own: Own, now: int) -> Mine:
    """What the pen has to know of a viewer."""
    if not own.comments and not own.votes:
        return NOBODY
    return Mine(
        frozenset(comment.id for comment in own.comments),
        frozenset(c.id for c in own.comments if may_change(viewer, c, viewer.rules, now)),
        tuple(own.votes.items()),
    )


def with_held(nodes: list[Node], own: Own) -> list[Node]:
    """The page's trees with the viewer's own held comments in their places."""
    held = sorted((c for c in own.comments if c.status == "held"), key=lambda comment: comment.id)
    if not held:
        return nodes
    places = {node.comment.id: node for node in list_nodes(nodes)}
    for comment in held:
        place = places.get(comment.id)
        if place is not None:  # replies have kept it
            place.comment = own_view(comment)
            continue
        node = places[comment.id] = Node(own_view(comment))
        if comment.parent_id is None:
            nodes = [*nodes, node]
        elif comment.parent_id in places:
            places[comment.parent_id].children.append(node)
    return nodes


def list_nodes(nodes: list[Node]) -> list[Node]:
    return [each for node in nodes for each in (node, *list_nodes(node.children))]


def has_comment(nodes: list[Node], comment_id: int) -> bool:
    return any(node.comment.id == comment_id for node in list_nodes(nodes))


def list_parents_outside(shown: list[PublicComment]) -> list[int]:
    inside = {comment.id for comment in shown}
    return [c.parent_id for c in shown if c.parent_id is not None and c.parent_id not in inside]
