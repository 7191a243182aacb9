"""A story's comments arranged for reading."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from piensas.model.comment import PublicComment
from piensas.model.rules import Order


class Cursor(msgspec.Struct, frozen=True):
    """Where a walk through a thread stands: behind the root `id` with its `rank`.

    `revision` is the story's when the walk began. Votes and replies that came later do not move
    comments for this walk, so that nobody misses a comment or sees one twice.
    """

    id: int
    rank: int = 0
    revision: int = 0


class Walk(msgspec.Struct, frozen=True):
    """One page of roots in an order: from the beginning or behind a cursor."""

    order: Order
    size: int
    replies: int
    after: Cursor | None = None


class Node(msgspec.Struct):
    """A comment with what stands below it. `hidden` counts further replies on its own page."""

    comment: PublicComment
    children: list[Node] = []
    hidden: int = 0

    @property
    def shows(self) -> int:
        """How many published comments this node and its children show."""
        return self.comment.is_published + sum(child.shows for child in self.children)


class Thread(msgspec.Struct):
    """A page of a discussion, and the cursor of the next one."""

    nodes: list[Node]
    next: Cursor | None = None


def arrange(comments: Iterable[PublicComment], roots: Iterable[int]) -> list[Node]:
    """Trees in the order of `roots`; replies in the order of their arrival.

    `comments` come with parents before children. What is not published stays only as the place
    holder of a published reply. One whose parent is not among them stands at the top.
    """
    nodes: dict[int, Node] = {}
    tops: dict[int, Node] = {}
    for comment in comments:
        node = nodes[comment.id] = Node(comment)
        parent = nodes.get(comment.parent_id) if comment.parent_id else None
        if parent is None:
            tops[comment.id] = node
        else:
            parent.children.append(node)

    trees = [tops[root] for root in roots if root in tops]
    return [tree for tree in trees if keep_visible(tree)]


def keep_visible(node: Node) -> bool:
    """Drops branches in which nothing is published; says whether anything is left.

    A root also stays for the published replies that are not among the comments at hand.
    """
    if node.children:
        node.children = [child for child in node.children if keep_visible(child)]
    return node.comment.is_published or bool(node.children) or node.comment.replies > 0


def count_hidden(trees: Iterable[Node]) -> None:
    """Notes on every root how many of its published replies are not on this page."""
    for tree in trees:
        if tree.comment.replies:
            below = tree.shows - tree.comment.is_published
            tree.hidden = max(tree.comment.replies - below, 0)
