"""Stories that wait, for their time or for their editor, shown to whoever has been given the link."""

from __future__ import annotations

import hmac
from collections.abc import Iterator

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.drawing.pen import pen_of
from piensas.model.refusals import NotFound
from piensas.model.session import sign
from piensas.model.site import Site
from piensas.model.story import Edition, Story
from piensas.store.stories import find_story, list_editions, list_waiting
from piensas.web.answers import page_answer, see
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import as_id


@get("/preview/{key:str}")
async def preview(request: Request, press: NamedDependency[Press], key: FromPath[str]) -> Response[bytes]:
    """The page as it will be, without its discussion; once it is out, the way to it."""
    story_id, _, language = key.rpartition(".")[0].partition(".")
    if not hmac.compare_digest(key.encode(), key_of(press.secret, story_id, language).encode()):
        raise NotFound
    found = await press.db.read(read_waiting, press.site.id, as_id(story_id), language)
    if found is None or found[1].stage == "retired":
        raise NotFound
    story, edition = found
    if edition.live:
        return see(edition.address)
    return page_answer(draw(press, story, edition))


def draw(press: Press, story: Story, edition: Edition) -> bytes:
    quiet = msgspec.structs.replace(story, discussion="off")
    until = edition.published_at if edition.stage == "embargoed" else None
    return pen_of(press.site, edition.language).draw(
        "preview.html",
        story=quiet,
        edition=edition,
        addresses=[],
        linked_data="",
        is_part=True,
        until=until,
    )


def read_waiting(db: Connection, site_id: int, story_id: int, language: str) -> tuple[Story, Edition] | None:
    story = find_story(db, site_id, story_id)
    editions = list_editions(db, site_id, story_id) if story else []
    edition = next((each for each in editions if each.language == language), None)
    return (story, edition) if story and edition else None


def list_previews(db: Connection, site: Site, secret: bytes) -> Iterator[tuple[Edition, str]]:
    """What waits, and the address at which who knows it may read it."""
    for edition in list_waiting(db, site.id):
        key = key_of(secret, str(edition.story_id), edition.language)
        yield edition, f"{site.address}/preview/{key}"


def key_of(secret: bytes, story_id: str, language: str) -> str:
    """Story, language, and what only this site can have made of them."""
    place = f"{story_id}.{language}"
    return f"{place}.{sign(secret, f'preview {place}')}"
