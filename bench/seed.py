"""A site whose stories have threads of given sizes: the same words by the same readers, always.

The rows go in together, far faster than through the deeds; that every counter is right all the same
is proved by what `piensas check` asks.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from pathlib import Path

import msgspec
from sqlalchemy import Connection, Table, insert

from bench.machine import Broken
from piensas.actions.posting import empty_comment, fingerprint, first_decision
from piensas.cli.opening import find_settings, open_database
from piensas.markup.comment import render_markdown
from piensas.model.comment import Comment
from piensas.model.moment import Clock, first_id_at
from piensas.model.reader import Reader
from piensas.model.story import Story
from piensas.settings import Settings
from piensas.store.checks import list_miscounts
from piensas.store.comments import save_comments
from piensas.store.database import Database
from piensas.store.stories import find_story_by_key, find_story_to_change, save_story_change
from piensas.store.tables import decisions, readers
from piensas.web.folder import publish_folder

BEGAN = 1_767_225_600_000
"""The first comment's time, in milliseconds since 1970: 1 January 2026. One follows each second."""

PER_READER = 10
BATCH = 5_000
VOCABULARY = (
    "the question who was sent and why nobody answered for months while patients waited in the "
    "corridors of a hospital that had been promised doctors by both governments again and again"
)
SETTINGS = """[site]
name = "The Daily Question"
[discussion]
hold_first_comment = false
[stories]
folder = "stories"
[database]
url = "{url}"
"""
STORY = """---
title: A thread of {size} comments
slug: {key}
published: 2025-12-31T00:00:00Z
authors: [The newsroom]
sources: [Reuters]
summary: What was said, and by whom.
---

{text}
"""


class Place(msgspec.Struct):
    """Where a comment stands, before it is written; `parent` and `root` are numbers of others."""

    number: int
    parent: int | None
    root: int
    seq: int
    level: int


def key_of(size: int) -> str:
    return f"thread-{size}"


def path_of(size: int) -> str:
    return f"/en/{key_of(size)}"


def plant_site(folder: Path, url: str, sizes: Sequence[int]) -> Path:
    """The settings file of a new site in `folder`, with a story for each size."""
    stories = folder / "stories"
    stories.mkdir(parents=True)
    for size in sizes:
        text = "\n\n".join(say(size * 100 + paragraph, 400) for paragraph in range(8))
        (stories / f"{key_of(size)}.en.md").write_text(STORY.format(size=size, key=key_of(size), text=text))
    file = write_settings(folder, url)
    settings = find_settings(file)
    with open_database(settings) as db:
        publish_folder(db, settings.site, stories, Clock())
        for size in sizes:
            plant_thread(db, find_story(db, settings, key_of(size)), size)
        require_right_counters(db, settings)
    return file


def write_settings(folder: Path, url: str) -> Path:
    file = folder / "piensas.toml"
    file.write_text(SETTINGS.format(url=url), "utf-8")
    return file


def find_story(db: Database, settings: Settings, key: str) -> Story:
    story = db.ask(find_story_by_key, settings.site.id, key)
    if story is None:
        raise Broken(f"The planted story {key} is not there.")
    return story


def plant_thread(db: Database, story: Story, size: int) -> None:
    """So many comments under a story that has none."""
    places = list_places(size)
    writers = [
        Reader(story.site_id, id_of(size, n), *details_of(n), approved=min(PER_READER, size - n))
        for n in range(0, size, PER_READER)
    ]
    db.do(lambda connection: save_rows(connection, readers, writers))
    comments = write_comments(story, places, size)
    while batch := list(islice(comments, BATCH)):
        db.do(partial(save_comments_and_decisions, several=batch))
    roots = sum(place.level == 0 for place in places)
    db.do(lambda connection: count_story(connection, story, size, roots))


def list_places(size: int) -> list[Place]:
    """Three comments in ten answer one of the ten before them, down to the site's last level."""
    places: list[Place] = []
    below: Counter[int] = Counter()
    for number in range(size):
        parent = places[number - 1 - number // 10 % 10] if number % 10 in (3, 6, 9) else None
        if parent is None:
            places.append(Place(number, None, number, 0, 0))
            continue
        below[parent.root] += 1
        places.append(Place(number, parent.number, parent.root, below[parent.root], parent.level + 1))
    return places


def write_comments(story: Story, places: Sequence[Place], size: int) -> Iterator[Comment]:
    replies = Counter(place.root for place in places if place.level)
    for place in places:
        text = f"{place.number}. {say(place.number, 200)}"
        name, email, website = details_of(place.number)
        parent = None if place.parent is None else id_of(size, place.parent)
        empty = empty_comment(
            story,
            id_of(size, place.number),
            parent_id=parent,
            answers_id=parent,
            root_id=id_of(size, place.root),
            seq=place.seq,
            level=place.level,
        )
        yield msgspec.structs.replace(
            empty,
            status="published",
            listed=place.level == 0,
            reader_id=id_of(size, place.number // PER_READER * PER_READER),
            name=name,
            email=email,
            website=website,
            language="en",
            text=text,
            html=render_markdown(text),
            fingerprint=fingerprint(parent, text),
            replies=replies[place.number],
        )


def save_comments_and_decisions(db: Connection, several: Sequence[Comment]) -> None:
    save_comments(db, several)
    save_rows(db, decisions, [first_decision(comment, "screening", ()) for comment in several])


def save_rows(db: Connection, table: Table, records: Sequence[msgspec.Struct]) -> None:
    db.execute(insert(table), [msgspec.structs.asdict(record) for record in records])


def count_story(db: Connection, story: Story, comments: int, roots: int) -> None:
    found = find_story_to_change(db, story.site_id, story.id)
    assert found is not None
    save_story_change(db, found, comments=comments, roots=roots)


def require_right_counters(db: Database, settings: Settings) -> None:
    wrong = db.ask(list_miscounts, settings.site.id)
    if wrong:
        raise Broken(f"The threads were planted with wrong counters: {wrong[:3]}")


def id_of(size: int, number: int) -> int:
    """Ids of different threads differ in their last bits, which the smaller sizes leave free."""
    return first_id_at(BEGAN + number * 1_000) + size


def details_of(number: int) -> tuple[str, str, str]:
    """Name, address and website."""
    writer = number // PER_READER
    return f"Reader {writer}", f"reader{writer}@example.org", ""


def say(seed: int, length: int) -> str:
    """About `length` characters that differ with the seed."""
    vocabulary, words = VOCABULARY.split(), []
    while length > 0:
        seed = (seed * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
        words.append(vocabulary[(seed >> 33) % len(vocabulary)])
        length -= len(words[-1]) + 1
    return " ".join(words)
