"""A comment: what a reader said under a story."""

from __future__ import annotations

from operator import attrgetter
from typing import Literal

import msgspec

from piensas.model.moment import time_of

Status = Literal["published", "held", "rejected", "withdrawn"]
Format = Literal["markdown", "html"]


class Comment(msgspec.Struct, frozen=True):
    """The whole record, for the deeds that change it. Only its author and the desk may see it all.

    `parent_id` is where it stands in the thread; `answers_id` is the comment it was written to,
    which differs when the site's nesting did not reach that deep. `root_id` is the top-level
    comment above it (itself, for one) and `seq` its number in the order of arrival under that root.
    `score` and `replies` (published comments below) rank a root. `listed` says whether a root has
    a place in the public thread. `renderer` is the version of the markup that made `html`.
    """

    site_id: int
    story_id: int
    id: int
    parent_id: int | None
    answers_id: int | None
    root_id: int
    seq: int
    level: int
    status: Status
    listed: bool
    reader_id: int | None
    draft: str | None
    name: str
    email: str
    website: str
    language: str
    text: str
    format: Format
    html: str
    renderer: int
    fingerprint: int
    edited_at: int | None
    ups: int
    downs: int
    score: int
    replies: int
    photo: str = ""

    @property
    def is_reply(self) -> bool:
        return self.level > 0

    @property
    def is_published(self) -> bool:
        return self.status == "published"


class PublicComment(msgspec.Struct, frozen=True):
    """A comment as everybody may see it; there is no field for what must not be shown.

    One that is not published has no name, website or text: it is a place holder for its replies.
    """

    story_id: int
    id: int
    parent_id: int | None
    answers_id: int | None
    root_id: int
    seq: int
    level: int
    status: Status
    name: str
    website: str
    language: str
    html: str
    edited_at: int | None
    ups: int
    downs: int
    replies: int
    photo: str

    @property
    def written_at(self) -> int:
        """Milliseconds since 1970-01-01 UTC."""
        return time_of(self.id)

    @property
    def is_published(self) -> bool:
        return self.status == "published"


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a comment's status: who or which rule, from, to, why, and when (in its id)."""

    site_id: int
    story_id: int
    comment_id: int
    id: int
    by: str
    before: Status | None
    after: Status
    reasons: tuple[str, ...] = ()


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """What a comment said before its author changed it."""

    site_id: int
    story_id: int
    comment_id: int
    id: int
    text: str
    html: str


PUBLIC_FIELDS = attrgetter(*PublicComment.__struct_fields__)


def own_view(comment: Comment) -> PublicComment:
    """The comment as its author sees it: with its words while it is published or held."""
    seen = PublicComment(*PUBLIC_FIELDS(comment))
    if comment.status in ("published", "held"):
        return seen
    return msgspec.structs.replace(seen, name="", website="", html="", photo="")
