"""What comes out of another system's export, before it is ours."""

from __future__ import annotations

from typing import Literal

import msgspec

from piensas.model.comment import Status
from piensas.model.story import Manuscript

Kind = Literal["item", "comment"]


class Note(msgspec.Struct, frozen=True):
    """Why one record of an export was left out, or in what way it is not as it was there.

    `name` is what a person knows the record by: its title or its author. `reason` is the same for
    all records that it happens to, `detail` is about this one.
    """

    kind: Kind
    foreign_id: str
    name: str
    outcome: Literal["left out", "changed"]
    reason: str
    detail: str = ""


Changes = list[tuple[str, str]]
"""(reason, detail) of the ways in which a record is not as it was, collected while it is read."""


def notes_of(kind: Kind, foreign_id: str, name: str, changes: Changes) -> tuple[Note, ...]:
    return tuple(Note(kind, foreign_id, name, "changed", reason, detail) for reason, detail in changes)


class ArrivingComment(msgspec.Struct, frozen=True, kw_only=True):
    """A comment as its system kept it. `text` is HTML; `written_at` is in milliseconds since 1970."""

    foreign_id: str
    foreign_parent: str | None
    name: str
    email: str
    website: str
    text: str
    status: Status
    reason: str
    written_at: int
    changes: tuple[Note, ...] = ()


class ArrivingStory(msgspec.Struct, frozen=True, kw_only=True):
    """A story with its comments, parents before their replies."""

    foreign_id: str
    manuscript: Manuscript
    comments: tuple[ArrivingComment, ...] = ()
    changes: tuple[Note, ...] = ()
