"""The shapes in which requests arrive and answers leave."""

from __future__ import annotations

from typing import Annotated, TypeVar
from urllib.parse import parse_qsl

import msgspec
from msgspec import Meta, Struct

from piensas.model.draft import Draft
from piensas.model.refusals import Malformed, NotFound, TooLong
from piensas.model.rules import ORDERS, Order, Rules
from piensas.model.thread import Cursor
from piensas.web.http import Request

T = TypeVar("T", bound=Struct)
LARGEST_BODY = 1 << 20
MOST_FIELDS = 32
MOST_REPLIES = (1 << 31) - 1
"""Numbers of replies are counted no further."""
Id = Annotated[str, Meta(pattern=r"^[0-9]{1,19}$")]


class DraftShape(Struct):
    """A comment as the box or a program sends it. `draft` makes sending it twice the same as once.

    `identity`: "guest" writes as a guest although somebody is signed in. `display_name` is for who is signed
    in and has no name yet.
    """

    text: str = ""
    name: str = ""
    email: str = ""
    website: str = ""
    parent: Id | None = None
    draft: Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{8,64}$")] | None = None
    language: Annotated[str, Meta(max_length=35)] = ""
    save_details: str = ""
    identity: str = ""
    display_name: str = ""

    def as_draft(self, languages: tuple[str, ...]) -> Draft:
        return Draft(
            text=self.text,
            name=self.name or self.display_name,
            email=self.email,
            website=self.website,
            parent_id=as_id(self.parent) if self.parent else None,
            id=self.draft,
            language=self.language if self.language in languages else languages[0],
        )

    def cut(self, rules: Rules, times: int = 1) -> DraftShape:
        """What is kept of it or given back: of nothing more than so many times what could be posted."""
        return DraftShape(
            text=self.text[: times * rules.longest_text],
            name=self.name[: times * rules.longest_name],
            email=self.email[: times * rules.longest_email],
            website=self.website[: times * rules.longest_website],
            parent=self.parent,
            draft=self.draft,
            language=self.language,
            save_details=self.save_details[:10],
            identity=self.identity[:10],
            display_name=self.display_name[: times * rules.longest_name],
        )


class TextShape(Struct):
    text: str = ""


class VoteShape(Struct):
    """`value`: up, down or none."""

    value: str = ""


class PieceShape(Struct):
    """The HTML of one of the viewer's own comments, and where it stands."""

    id: str
    parent: str
    piece: str


class ViewerShape(Struct):
    """What is the viewer's own under a story. `identity` is the HTML of the box's panel for who is signed
    in, empty for nobody. `news` says how much is new since their last visit, and `now`
    is what to send as `since` on the next one."""

    pieces: list[PieceShape]
    votes: dict[str, int]
    identity: str
    news: str
    now: str


async def read_shape(request: Request, shape: type[T]) -> T:
    """The body as one of our shapes, whether a form or JSON."""
    body = await read_body(request)
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    try:
        if not body and not kind:
            return msgspec.convert({}, shape)
        if kind == "application/json":
            return msgspec.json.decode(body, type=shape)
        if kind == "application/x-www-form-urlencoded":
            fields = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
            return msgspec.convert(dict(drop_blank(fields)), shape, strict=False)
    except (ValueError, msgspec.MsgspecError, RecursionError) as fault:
        raise Malformed(str(fault)) from fault
    raise Malformed(f"content type {kind!r}")


async def read_body(request: Request) -> bytes:
    """The body, refused as soon as it is longer than any that we take, or says that it will be."""
    announced = int(request.headers.get("content-length", "0"))
    if announced > LARGEST_BODY:
        raise TooLong("text", limit=LARGEST_BODY, excess=announced - LARGEST_BODY)
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            raise TooLong("text", limit=LARGEST_BODY, excess=len(body) - LARGEST_BODY)
    return bytes(body)


def drop_blank(fields: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Forms send their empty hidden fields too."""
    return [(name, value) for name, value in fields if value or name not in ("parent", "draft")]


def as_id(text: str) -> int:
    """An id out of an address; what cannot be one names nothing."""
    if text.isascii() and text.isdigit() and len(text) <= 19 and int(text) < 1 << 63:
        return int(text)
    raise NotFound


def as_place(text: str) -> int:
    """The number of a reply, behind which more are wanted; beyond what is counted there is nothing."""
    return min(as_id(text), MOST_REPLIES - 1)


def read_order(text: str | None, rules: Rules) -> Order:
    """The order that was asked for, or the site's where readers may not choose or named none."""
    for order in ORDERS:
        if order == text and rules.readers_choose_order and (order != "best" or rules.votes != "off"):
            return order
    return rules.order


def read_cursor(text: str | None) -> Cursor | None:
    """Cursors are opaque to everybody else: id, rank and revision with dots between."""
    if not text:
        return None
    parts = text.split(".")
    if len(parts) != 3:
        raise NotFound
    return Cursor(*(as_id(part) for part in parts))


def show_cursor(cursor: Cursor) -> str:
    return f"{cursor.id}.{cursor.rank}.{cursor.revision}"


def wants_json(request: Request) -> bool:
    """The page's script and programs say so; whoever sends JSON is answered in it."""
    return "application/json" in request.headers.get("accept", "") or is_json(request)


def is_json(request: Request) -> bool:
    return request.headers.get("content-type", "").split(";")[0].strip().lower() == "application/json"
