"""Stories, their editions and their addresses."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    Row,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from piensas.model.story import READ, Edition, Headline, Story
from piensas.store.prepared import Prepared
from piensas.store.sites import note_change
from piensas.store.tables import addresses, editions, stories

STORY = select(*(stories.c[name] for name in Story.__struct_fields__))
EDITION_COLUMNS = [editions.c[name] for name in Edition.__struct_fields__]
HEADLINE = (
    select(
        stories.c.id,
        stories.c.revision,
        stories.c.comments,
        stories.c.discussion,
        *(editions.c[name] for name in Headline.__struct_fields__[4:]),
    )
    .select_from(editions)
    .join(stories, and_(stories.c.site_id == editions.c.site_id, stories.c.id == editions.c.story_id))
    .where(editions.c.site_id == bindparam("site"), editions.c.live)
)
OUR_OWN = editions.c.page == ""
"""Other sites' pages are not news of ours."""

HAS_TITLE = or_(OUR_OWN, editions.c.fingerprint == READ)
"""The title is not only what somebody said who visited a page elsewhere first."""

THIS_STORY = STORY.where(stories.c.site_id == bindparam("site"), stories.c.id == bindparam("id"))
FIND_STORY = Prepared(THIS_STORY)
LOCK_STORY = Prepared(THIS_STORY.with_for_update())
LIVE = editions.alias("live")
FIND_BY_SLUG = Prepared(
    select(
        LIVE.c.language,
        LIVE.c.slug,
        LIVE.c.title,
        *(stories.c[name] for name in Story.__struct_fields__),
        *EDITION_COLUMNS,
    )
    .select_from(editions)
    .join(stories, and_(stories.c.site_id == editions.c.site_id, stories.c.id == editions.c.story_id))
    .join(
        LIVE, and_(LIVE.c.site_id == editions.c.site_id, LIVE.c.story_id == editions.c.story_id, LIVE.c.live)
    )
    .where(
        editions.c.site_id == bindparam("site"),
        editions.c.language == bindparam("language"),
        editions.c.slug == bindparam("slug"),
        editions.c.live,
    )
    .order_by(LIVE.c.language)
)
REVISION = Prepared(
    select(stories.c.revision).where(stories.c.site_id == bindparam("site"), stories.c.id == bindparam("id"))
)
LIVE_ADDRESSES = Prepared(
    select(editions.c.language, editions.c.slug, editions.c.title)
    .where(editions.c.site_id == bindparam("site"), editions.c.story_id == bindparam("id"), editions.c.live)
    .order_by(editions.c.language)
)
AUTHORS = Prepared(
    select(editions.c.language, editions.c.slug, editions.c.title, editions.c.authors)
    .where(editions.c.site_id == bindparam("site"), editions.c.story_id == bindparam("id"), editions.c.live)
    .order_by(editions.c.language)
)
ADDRESS = slice(3)
STORY_FIELDS = slice(3, 3 + len(Story.__struct_fields__))
EDITION_FIELDS = slice(STORY_FIELDS.stop, None)
Addresses = list[tuple[str, str, str]]
"""(language, path, title) of each edition that is live."""


def find_story(db: Connection, site_id: int, story_id: int) -> Story | None:
    row = FIND_STORY.first(db, site=site_id, id=story_id)
    return Story(*row) if row else None


def list_stories(db: Connection, site_id: int, several: Collection[int]) -> dict[int, Story]:
    """Stories by their ids."""
    rows = db.execute(STORY.where(stories.c.site_id == site_id, stories.c.id.in_(several)))
    return {row.id: Story(*row) for row in rows}


def find_story_to_change(db: Connection, site_id: int, story_id: int) -> Story | None:
    """As `find_story`, and nobody else changes it until this transaction ends."""
    row = LOCK_STORY.first(db, site=site_id, id=story_id)
    return Story(*row) if row else None


def find_story_by_key(db: Connection, site_id: int, key: str) -> Story | None:
    row = db.execute(STORY.where(stories.c.site_id == site_id, stories.c.key == key)).first()
    return Story(*row) if row else None


def find_story_revision(db: Connection, site_id: int, story_id: int) -> int | None:
    revision: int | None = REVISION.scalar(db, site=site_id, id=story_id)
    return revision


def find_edition_by_slug(
    db: Connection, site_id: int, language: str, slug: str
) -> tuple[Story, Edition, Addresses] | None:
    """The edition with its story, and where all editions of the story are."""
    rows = FIND_BY_SLUG.rows(db, site=site_id, language=language, slug=slug)
    if not rows:
        return None
    first = rows[0]
    where = [address_of(*row[ADDRESS]) for row in rows]
    return Story(*first[STORY_FIELDS]), edition_of(first[EDITION_FIELDS]), where


def list_editions(db: Connection, site_id: int, story_id: int) -> list[Edition]:
    """All editions of a story, also those that are not live."""
    question = select(*EDITION_COLUMNS).where(editions.c.site_id == site_id, editions.c.story_id == story_id)
    return [edition_of(row) for row in db.execute(question.order_by(editions.c.language))]


def list_live_addresses(db: Connection, site_id: int, story_id: int) -> Addresses:
    rows = LIVE_ADDRESSES.rows(db, site=site_id, id=story_id)
    return [address_of(*row) for row in rows]


def list_live_with_authors(db: Connection, site_id: int, story_id: int) -> tuple[Addresses, list[str]]:
    """Where the story can be read, and who has written it in any of its languages."""
    rows = AUTHORS.rows(db, site=site_id, id=story_id)
    return [address_of(*row[:3]) for row in rows], [name for row in rows for name in row[3]]


def address_of(language: str, slug: str, title: str) -> tuple[str, str, str]:
    return language, f"/{language}/{slug}", title


def list_headlines(
    db: Connection, site_id: int, language: str, limit: int, before: tuple[int, int] | None = None
) -> list[Headline]:
    """The newest stories in a language; `before` is (published_at, story_id) of the last one seen."""
    newest = (editions.c.published_at.desc(), editions.c.story_id.desc())
    question = HEADLINE.where(OUR_OWN, editions.c.language == language).order_by(*newest).limit(limit)
    if before:
        question = question.where(tuple_(editions.c.published_at, editions.c.story_id) < before)
    return [headline_of(row) for row in db.execute(question, {"site": site_id})]


def list_beginnings(
    db: Connection, site_id: int, which: Sequence[tuple[int, str]], length: int
) -> dict[tuple[int, str], str]:
    """So many letters of the HTML of editions, by story and language."""
    among = tuple_(editions.c.story_id, editions.c.language).in_(which)
    begins = select(editions.c.story_id, editions.c.language, func.substr(editions.c.html, 1, length))
    rows = db.execute(begins.where(editions.c.site_id == site_id, among))
    return {(story, language): html for story, language, html in rows}


def list_headlines_by(db: Connection, site_id: int, language: str, author: str, limit: int) -> list[Headline]:
    """The newest stories in a language that somebody has written, alone or with others."""
    named = cast(editions.c.authors, Text).contains(json.dumps(author), autoescape=True)
    newest = (editions.c.published_at.desc(), editions.c.story_id.desc())
    question = HEADLINE.where(OUR_OWN, editions.c.language == language, named).order_by(*newest)
    return [headline_of(row) for row in db.execute(question.limit(limit), {"site": site_id})]


def list_discussed(
    db: Connection, site_id: int, language: str, since: int, limit: int
) -> list[tuple[Headline, str]]:
    """The stories in a language that were published after `since` with the most comments, and the page
    elsewhere of each. Pages elsewhere whose title is only what a visitor said are left out."""
    question = (
        HEADLINE.add_columns(editions.c.page)
        .where(
            editions.c.language == language,
            stories.c.published_at > since,
            stories.c.comments > 0,
            stories.c.discussion != "off",
            HAS_TITLE,
        )
        .order_by(stories.c.comments.desc(), stories.c.id.desc())
        .limit(limit)
    )
    return [(headline_of(row[:-1]), row[-1]) for row in db.execute(question, {"site": site_id})]


def list_all_headlines(db: Connection, site_id: int, limit: int) -> list[Headline]:
    """The newest live editions in every language, for the sitemap."""
    question = HEADLINE.where(OUR_OWN).order_by(editions.c.published_at.desc()).limit(limit)
    return [headline_of(row) for row in db.execute(question, {"site": site_id})]


def list_from_files(db: Connection, site_id: int) -> dict[tuple[str, str], Edition]:
    """What came from files and has not been taken off, by (story key, language)."""
    question = (
        select(stories.c.key, *EDITION_COLUMNS)
        .select_from(editions)
        .join(stories, and_(stories.c.site_id == editions.c.site_id, stories.c.id == editions.c.story_id))
        .where(editions.c.site_id == site_id, editions.c.origin == "file", editions.c.stage != "retired")
    )
    found = ((row[0], edition_of(row[1:])) for row in db.execute(question))
    return {(key, edition.language): edition for key, edition in found}


def list_waiting(db: Connection, site_id: int) -> list[Edition]:
    """What waits for its time, soonest first, and drafts."""
    question = select(*EDITION_COLUMNS).where(
        editions.c.site_id == site_id, editions.c.stage.in_(("embargoed", "draft"))
    )
    return [edition_of(row) for row in db.execute(question.order_by(editions.c.published_at))]


def find_address(db: Connection, site_id: int, address: str) -> str | None:
    """The path of the live edition that was once known by this address."""
    edition = find_edition_by_address(db, site_id, (address,))
    return edition.address if edition and edition.live else None


def find_edition_by_address(db: Connection, site_id: int, known_as: Sequence[str]) -> Edition | None:
    """The edition, live or not, that is or was known by one of these addresses."""
    question = (
        select(*EDITION_COLUMNS)
        .select_from(addresses)
        .join(
            editions,
            and_(
                editions.c.site_id == addresses.c.site_id,
                editions.c.story_id == addresses.c.story_id,
                editions.c.language == addresses.c.language,
            ),
        )
        .where(addresses.c.site_id == site_id, addresses.c.address.in_(known_as))
        .limit(1)
    )
    row = db.execute(question).first()
    return edition_of(row) if row else None


def find_story_by_address(db: Connection, site_id: int, address: str) -> int | None:
    """The id of the story that is or was known by this address."""
    here = (addresses.c.site_id == site_id, addresses.c.address == address)
    return db.execute(select(addresses.c.story_id).where(*here)).scalar()


def list_addresses(
    db: Connection, site_id: int, several: tuple[int, ...]
) -> dict[int, list[tuple[str, str, str, str]]]:
    """(language, path, title, page elsewhere) of each live edition, by story."""
    question = (
        select(editions.c.story_id, editions.c.language, editions.c.slug, editions.c.title, editions.c.page)
        .where(editions.c.site_id == site_id, editions.c.story_id.in_(several), editions.c.live)
        .order_by(editions.c.story_id, editions.c.language)
    )
    found: dict[int, list[tuple[str, str, str, str]]] = {}
    for story_id, language, slug, title, page in db.execute(question):
        found.setdefault(story_id, []).append((*address_of(language, slug, title), page))
    return found


def list_counts(db: Connection, site_id: int, known_as: Sequence[str]) -> dict[str, int]:
    """How many comments the stories have that are known by these addresses."""
    question = (
        select(addresses.c.address, stories.c.comments)
        .select_from(addresses)
        .join(stories, and_(stories.c.site_id == addresses.c.site_id, stories.c.id == addresses.c.story_id))
        .where(addresses.c.site_id == site_id, addresses.c.address.in_(known_as))
    )
    return {row.address: row.comments for row in db.execute(question)}


def is_slug_taken(db: Connection, edition: Edition) -> bool:
    """Another story's edition has this language and slug."""
    question = select(editions.c.story_id).where(
        editions.c.site_id == edition.site_id,
        editions.c.language == edition.language,
        editions.c.slug == edition.slug,
        editions.c.story_id != edition.story_id,
    )
    return db.execute(question).first() is not None


def save_story(db: Connection, story: Story) -> None:
    db.execute(insert(stories), msgspec.structs.asdict(story))


def save_story_change(db: Connection, story: Story, **changes: Any) -> Story:
    """Keeps the changes under the story's next revision, so that ready pages are made anew."""
    changed = msgspec.structs.replace(story, revision=story.revision + 1, **changes)
    new = {f"new_{name}": getattr(changed, name) for name in ("revision", *changes)}
    change_of(("revision", *changes)).do(db, site=story.site_id, which=story.id, **new)
    return changed


@cache
def change_of(names: tuple[str, ...]) -> Prepared:
    """The statement that changes these columns of a story, made once."""
    here = (stories.c.site_id == bindparam("site"), stories.c.id == bindparam("which"))
    values: dict[str, Any] = {name: bindparam(f"new_{name}") for name in names}
    return Prepared(update(stories).where(*here).values(values))


def save_edition(db: Connection, edition: Edition) -> None:
    """Keeps an edition in place of the one that the story had in this language."""
    key = (
        editions.c.site_id == edition.site_id,
        editions.c.story_id == edition.story_id,
        editions.c.language == edition.language,
    )
    values = msgspec.to_builtins(edition) | {"live": edition.live}
    if db.execute(update(editions).where(*key), values).rowcount == 0:
        db.execute(insert(editions), values)
    note_change(db, edition.site_id)


def save_address(db: Connection, edition: Edition, address: str) -> None:
    """Remembers a path by which the edition is or was known; the latest story to use it has it."""
    key = (addresses.c.site_id == edition.site_id, addresses.c.address == address)
    values = {"story_id": edition.story_id, "language": edition.language}
    if db.execute(update(addresses).where(*key), values).rowcount == 0:
        db.execute(insert(addresses), {"site_id": edition.site_id, "address": address, **values})


def save_addresses_of(db: Connection, story: Story, another: Story) -> None:
    """Whatever a story was known by, another is known by from now on."""
    here = (addresses.c.site_id == story.site_id, addresses.c.story_id == story.id)
    db.execute(update(addresses).where(*here).values(story_id=another.id))


def save_addresses_in(db: Connection, story: Story, was: str, language: str) -> None:
    """Whatever led to a story's edition in one language leads to the one in another from now on."""
    here = (
        addresses.c.site_id == story.site_id,
        addresses.c.story_id == story.id,
        addresses.c.language == was,
    )
    db.execute(update(addresses).where(*here).values(language=language))


def erase_edition(db: Connection, edition: Edition) -> None:
    db.execute(
        delete(editions).where(
            editions.c.site_id == edition.site_id,
            editions.c.story_id == edition.story_id,
            editions.c.language == edition.language,
        )
    )
    note_change(db, edition.site_id)


def erase_story(db: Connection, story: Story) -> None:
    """Of a story that has become part of another, and had nothing said under it."""
    db.execute(delete(stories).where(stories.c.site_id == story.site_id, stories.c.id == story.id))


def edition_of(row: Row[Any] | tuple[Any, ...]) -> Edition:
    edition = Edition(*tuple(row))
    return msgspec.structs.replace(edition, authors=tuple(edition.authors), sources=tuple(edition.sources))


def headline_of(row: Row[Any] | tuple[Any, ...]) -> Headline:
    headline = Headline(*tuple(row))
    return msgspec.structs.replace(headline, authors=tuple(headline.authors))
