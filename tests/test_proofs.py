"""After a commit the store is asked once, whatever the number of pages and of people who read them."""

from __future__ import annotations

import asyncio
import time

import pytest
from sqlalchemy import Connection

from piensas.model.refusals import Unavailable
from piensas.model.story import Story
from piensas.store.database import Database
from piensas.store.stories import find_story_revision, save_story, save_story_change
from piensas.web.proofs import Proof
from piensas.web.ready import ReadyPage, ReadyPages
from tests.newsroom import wait_until
from tests.some import some
from tests.statements import asked

STORIES, PAGES, READERS = 12, 3, 20
SITE = 1
QUIET = 0.2
"""Seconds; a notice takes a few milliseconds."""


def about_stories(statements: list[str]) -> list[str]:
    return [words for words in statements if "FROM stories" in words]


def write(db: Database, number: int) -> Story:
    """A story; a new one or, under a number that is taken, a change of it."""

    def deed(connection: Connection) -> Story:
        story = Story(SITE, number, f"story-{number}", "open", 0, 1, 0, 0)
        revision = find_story_revision(connection, SITE, number)
        if revision is None:
            save_story(connection, story)
            return story
        return save_story_change(connection, Story(SITE, number, story.key, "open", 0, revision, 0, 0))

    return db.do(deed)


def settle(db: Database) -> None:
    """What was written has gone all the way round: nothing has been heard for a while."""
    last = (b"", 0.0)

    def is_quiet() -> bool:
        nonlocal last
        if db.mark.read() != last[0]:
            last = db.mark.read(), time.monotonic()
        return time.monotonic() - last[1] > QUIET

    wait_until(is_quiet)


def pages_of(pages: ReadyPages, story: Story) -> list[ReadyPage]:
    proof = Proof(find_story_revision, (SITE, story.id), story.revision, pages.mark())
    return [
        ReadyPage(200, [], b"%d" % number, "while true", proof, mark=proof.mark) for number in range(PAGES)
    ]


def read_all(pages: ReadyPages, shown: list[ReadyPage]) -> list[bool]:
    """What many readers at once are told of each page."""

    async def read() -> list[bool]:
        return await asyncio.gather(*(pages.is_true(page) for page in shown for _ in range(READERS)))

    return asyncio.run(read())


@pytest.fixture
def pages(db: Database) -> ReadyPages:
    wait_until(lambda: len({db.mark.read() for _ in range(10)}) == 1)  # it hears of others' commits
    return ReadyPages(db, 1 << 20, lambda: 0)


def test_one_question_proves_all_pages_of_a_story_to_all_who_read_them(
    db: Database, pages: ReadyPages
) -> None:
    shown = pages_of(pages, write(db, 1))
    write(db, 2)
    settle(db)

    with asked() as statements:
        assert all(some(read_all(pages, shown)))
        assert len(about_stories(statements)) == 1
        assert all(some(read_all(pages, shown)))
    assert len(about_stories(statements)) == 1


def test_one_question_proves_the_pages_of_all_stories_that_are_read(db: Database, pages: ReadyPages) -> None:
    shown = [page for number in range(STORIES) for page in pages_of(pages, write(db, number))]
    write(db, STORIES)
    assert all(some(read_all(pages, shown)))
    changed = write(db, 3)
    settle(db)

    with asked() as statements:
        told = read_all(pages, shown)
        assert len(about_stories(statements)) == 1
    false = [page for page in shown if page.proof and page.proof.args == (SITE, changed.id)]
    assert told == [page not in false for page in shown for _ in range(READERS)]


def test_stories_that_nobody_reads_any_more_are_not_asked_about(db: Database, pages: ReadyPages) -> None:
    shown = [page for number in range(STORIES) for page in pages_of(pages, write(db, number))]
    for read in (shown, shown, shown[:PAGES], shown[:PAGES]):
        write(db, STORIES)
        settle(db)
        assert all(some(read_all(pages, read)))
    write(db, STORIES)
    settle(db)

    with asked() as statements:
        assert all(some(read_all(pages, shown[:PAGES])))
    assert len(about_stories(statements)) == 1
    assert " IN " not in about_stories(statements)[0]


def test_what_was_asked_before_a_commit_proves_nothing_after_it(db: Database, pages: ReadyPages) -> None:
    story = write(db, 1)
    for _ in range(5):
        shown = pages_of(pages, story)
        write(db, 2)
        assert all(some(read_all(pages, shown)))
        story = write(db, 1)
        assert not any(read_all(pages, shown))


def test_a_store_that_cannot_be_asked_is_asked_once_for_all_who_wait(
    db: Database, pages: ReadyPages, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = pages_of(pages, write(db, 1))
    write(db, 2)
    questions = 0

    async def refuse(*_: object) -> None:
        nonlocal questions
        questions += 1
        await asyncio.sleep(0)
        raise Unavailable

    async def read() -> list[object]:
        asking = (pages.is_true(page) for page in shown for _ in range(READERS))
        return await asyncio.gather(*asking, return_exceptions=True)

    monkeypatch.setattr(db, "is_local", False)
    monkeypatch.setattr(db, "read", refuse)
    told = asyncio.run(read())
    monkeypatch.undo()
    assert all(isinstance(each, Unavailable) for each in some(told))
    assert questions == 1
    assert all(some(read_all(pages, shown)))
