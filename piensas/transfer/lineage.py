"""Arriving comments in an order in which each stands behind the one that it answers."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from piensas.model.arrival import ArrivingComment, notes_of


def order_replies(comments: Iterable[ArrivingComment]) -> tuple[ArrivingComment, ...]:
    """By time, but parents before children; a ring of answers is cut where it is first met."""
    earliest_first = sorted(comments, key=lambda comment: comment.written_at)
    known = {comment.foreign_id: comment for comment in earliest_first}
    placed: dict[str, ArrivingComment] = {}
    for comment in earliest_first:
        above = walk_up(comment, known, placed)
        placed.update(reversed(above.items()))
    return tuple(placed.values())


def walk_up(
    comment: ArrivingComment, known: dict[str, ArrivingComment], placed: dict[str, ArrivingComment]
) -> dict[str, ArrivingComment]:
    """The comment and what stands above it and has no place yet, topmost last."""
    walk: dict[str, ArrivingComment] = {}
    current: ArrivingComment | None = comment
    while current is not None and current.foreign_id not in placed:
        if current.foreign_id in walk:
            walk[current.foreign_id] = as_top_level(walk.pop(current.foreign_id))
            break
        walk[current.foreign_id] = current
        current = known.get(current.foreign_parent or "")
    return walk


def as_top_level(comment: ArrivingComment) -> ArrivingComment:
    change = ("became a top-level comment", "it answered itself, by way of others or not")
    notes = notes_of("comment", comment.foreign_id, comment.name, [change])
    return msgspec.structs.replace(comment, foreign_parent=None, changes=comment.changes + notes)
