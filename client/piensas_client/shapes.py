"""What the site sends and is sent. Ids are strings; times are RFC 3339."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

Order = Literal["oldest", "newest", "best", "discussed"]
Side = Literal["up", "down"]


class Edition(Struct, frozen=True):
    """A story in one language, and the address of its page."""

    language: str
    title: str
    url: str


class Story(Struct, frozen=True, rename="camel"):
    """A page that readers discuss. `comments` counts those that are published."""

    id: str
    discussion: Literal["open", "closed", "off"]
    published_at: str
    comments: int
    editions: list[Edition]


class Comment(Struct, frozen=True, rename="camel", kw_only=True):
    """A comment. `text`, its Markdown, is its author's alone to see; `token` is a guest's, who wrote without
    one; `etag` names the version, where it was asked for by itself."""

    id: str
    story: str
    url: str
    status: Literal["published", "held", "rejected", "withdrawn"]
    name: str
    website: str
    language: str
    html: str
    written_at: str
    ups: int
    downs: int
    parent: str | None = None
    in_reply_to: str | None = None
    edited_at: str | None = None
    photo: str = ""
    replies: list[Comment] = []
    hidden_replies: int = 0
    text: str = ""
    token: str = ""
    etag: str = ""


class Draft(Struct, frozen=True):
    """A comment to be written, in Markdown. With a token neither name nor email are needed."""

    text: str
    name: str = ""
    email: str = ""
    website: str = ""
    parent: str | None = None
    language: str = ""


class Me(Struct, frozen=True, rename="camel"):
    """The reader for whom the program acts, and what the token was made for."""

    id: str
    name: str
    photo: str
    since: str
    is_guest: bool
    scopes: list[str]


class Mine(Struct, frozen=True):
    """One's own comments under a story, and one's votes by the comments' ids."""

    comments: list[Comment]
    votes: dict[str, Side]


class Site(Struct, frozen=True, rename="camel"):
    """The publication, and what its discussions allow."""

    name: str
    tagline: str
    address: str
    languages: list[str]
    votes: Literal["off", "up", "both"]
    order: Order
    login_required: bool
    details_required: bool
    edit_minutes: int
    longest_text: int
    nesting: int


class Stories(Struct, frozen=True):
    stories: list[Story]


class Comments(Struct, frozen=True):
    comments: list[Comment]


class Problem(Struct, frozen=True):
    """An error (RFC 9457). `code` never changes; `field` names the input."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None
