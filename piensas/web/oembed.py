"""A comment as other sites quote it: oEmbed 1.0 (oembed.com), of the type "rich"."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from litestar import Response, get
from litestar.di import NamedDependency
from sqlalchemy import Connection

from piensas.drawing.pen import pen_of
from piensas.model.comment import Comment
from piensas.model.refusals import Malformed, NotFound
from piensas.model.story import Edition
from piensas.store.comments import find_comment
from piensas.store.stories import find_edition_by_address, find_story
from piensas.web.answers import shared_json
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import as_id

PERMALINK = re.compile(r"^/([a-zA-Z-]{2,35})/([^/]+)/comments/([0-9]{1,19})$")
WHOLE = re.compile(r"0*([0-9]+)")
WIDTH, NARROWEST = 550, 200
DAY = 86_400


@get("/oembed")
async def quote(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """The comment whose permalink is `url`."""
    query = request.query_params
    if query.get("format", "json") != "json":
        raise Malformed("only format=json is spoken")
    address, _, _ = query.get("url", "").partition("#")
    if not address.startswith(f"{press.site.address}/"):
        raise NotFound
    found = PERMALINK.match(urlsplit(address).path)
    if found is None:
        raise NotFound
    quoted = await press.db.read(read_quoted, press.site.id, found[1], found[2], as_id(found[3]))
    if quoted is None:
        raise NotFound
    edition, comment = quoted
    pen = pen_of(press.site, edition.language)
    return shared_json(
        {
            "version": "1.0",
            "type": "rich",
            "provider_name": press.site.name,
            "provider_url": press.site.address,
            "author_name": comment.name,
            "title": pen.speech.gettext("Comments on “%(title)s”") % {"title": edition.title},
            "cache_age": DAY,
            "width": width_within(query.get("maxwidth", "")),
            "height": None,
            "html": pen.draw("quote.html", comment=comment, edition=edition).decode(),
        }
    )


def width_within(wished: str) -> int:
    """Pixels: no more than were asked for, as far as one can still read it."""
    number = WHOLE.fullmatch(wished)
    return min(max(int(number[1]), NARROWEST), WIDTH) if number and len(number[1]) < 5 else WIDTH


def read_quoted(
    db: Connection, site_id: int, language: str, slug: str, comment_id: int
) -> tuple[Edition, Comment] | None:
    """Under whatever address the story was known."""
    edition = find_edition_by_address(db, site_id, (f"/{language}/{slug}",))
    story = find_story(db, site_id, edition.story_id) if edition and edition.live else None
    if edition is None or story is None or story.discussion == "off":
        return None
    comment = find_comment(db, site_id, story.id, comment_id)
    return (edition, comment) if comment and comment.is_published else None
