"""Thirty-two requests at once, to two servers on one database: one wins, and counters agree."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from piensas.actions.deciding import Ruling, decide_comment
from piensas.actions.publishing import SlugTaken, publish_edition
from piensas.model.moment import Clock
from piensas.model.story import Manuscript
from piensas.store.checks import list_miscounts
from piensas.store.database import Database
from piensas.store.everything import list_everything
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person, serve
from tests.rounds import Rounds

pytestmark = pytest.mark.xdist_group("crowds")
AT_ONCE = 32
Send = Callable[[Person, int], httpx.Response]


class Crowd:
    """Browsers that all send at the same moment, half of them to the other server."""

    def __init__(self, newsroom: Newsroom, other: str) -> None:
        self.newsroom = newsroom
        self.people = [newsroom.person() for _ in range(AT_ONCE)]
        for person in self.people[::2]:
            person.client.base_url = httpx.URL(other)
        self._threads = ThreadPoolExecutor(AT_ONCE)

    def become(self, person: Person) -> None:
        """From now on they are all this reader: the same browser, pressed many times."""
        for each in self.people:
            each.client.cookies = httpx.Cookies(person.client.cookies)

    def send(self, send: Send) -> list[httpx.Response]:
        start = threading.Barrier(AT_ONCE)

        def wait_and_send(number: int) -> httpx.Response:
            start.wait(20)
            return send(self.people[number], number)

        return list(self._threads.map(wait_and_send, range(AT_ONCE)))

    def close(self) -> None:
        self._threads.shutdown()


@pytest.fixture
def newsroom(open_site: OpenNewsroom) -> Newsroom:
    return open_site(page_size=200, replies_shown=100)


@pytest.fixture
def crowd(newsroom: Newsroom) -> Iterator[Crowd]:
    with serve(newsroom.settings, Clock(newsroom.hands)) as other:
        crowd = Crowd(newsroom, other)
        yield crowd
        crowd.close()
        assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def test_the_same_draft_is_one_comment(crowd: Crowd, rounds: Rounds) -> None:
    for number in range(rounds.races):
        answers = crowd.send(
            lambda person, _, n=number: person.post(f"Once {n}.", draft=f"the-same-draft-{n}")
        )

        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["comment"]["id"] for answer in answers}) == 1
    assert crowd.newsroom.person().thread()["count"] == rounds.races


def test_the_same_words_of_the_same_reader_are_one_comment(crowd: Crowd, rounds: Rounds) -> None:
    reader = crowd.newsroom.person()
    reader.comment("Hello.")
    crowd.become(reader)
    for number in range(rounds.races):
        answers = crowd.send(lambda person, n, r=number: person.post(f"Once {r}.", draft=f"draft-{r}-{n:06}"))

        assert sorted(answer.status_code for answer in answers) == [201] + [409] * (AT_ONCE - 1)
    assert crowd.newsroom.person().thread()["count"] == 1 + rounds.races


def test_a_button_pressed_many_times_without_scripts_is_one_comment(crowd: Crowd, rounds: Rounds) -> None:
    reader = crowd.newsroom.person()
    reader.comment("Hello.")
    crowd.become(reader)
    for number in range(rounds.races):
        answers = crowd.send(lambda person, _, n=number: person.post_form(f"Once {n}."))

        assert {answer.status_code for answer in answers} == {303}
        assert len({answer.headers["location"] for answer in answers}) == 1
    assert crowd.newsroom.person().thread()["count"] == 1 + rounds.races


def test_one_of_many_at_once_is_slow_enough(open_site: OpenNewsroom, rounds: Rounds) -> None:
    newsroom = open_site(seconds_between_comments=15)
    with serve(newsroom.settings, Clock(newsroom.hands)) as other:
        crowd = Crowd(newsroom, other)
        for number in range(rounds.races):
            answers = crowd.send(lambda person, n, r=number: person.post(f"Number {n} of {r}."))
            newsroom.hands.turn(seconds=15)

            assert sorted(answer.status_code for answer in answers) == [201] + [429] * (AT_ONCE - 1)
        crowd.close()
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def test_the_same_vote_of_the_same_reader_counts_once(crowd: Crowd) -> None:
    comment = crowd.newsroom.person().comment("Vote on me.", email="author@example.org")
    voter = crowd.newsroom.person()
    voter.comment("I vote.", email="voter@example.org")
    crowd.become(voter)
    for value, ups, downs in (("up", 1, 0), ("down", 0, 1), ("none", 0, 0)):
        answers = crowd.send(lambda person, _, v=value: person.change(comment, "vote", value=v))

        assert {answer.status_code for answer in answers} == {200}
        shown = {each["id"]: each for each in crowd.newsroom.person().thread()["comments"]}[comment]
        assert (shown["ups"], shown["downs"]) == (ups, downs)


def test_the_votes_of_many_readers_are_all_counted(crowd: Crowd) -> None:
    comment = crowd.newsroom.person().comment("Vote on me.", email="author@example.org")

    answers = crowd.send(lambda person, _: person.change(comment, "vote", value="up"))

    assert {answer.status_code for answer in answers} == {200}
    assert crowd.newsroom.person().thread()["comments"][0]["ups"] == AT_ONCE


def test_replies_at_once_each_get_a_place_of_their_own(crowd: Crowd) -> None:
    root = crowd.newsroom.person().comment("Reply to me.")

    answers = crowd.send(lambda person, n: person.post(f"Reply {n}.", parent=root, email=f"{n}@example.org"))

    assert {answer.status_code for answer in answers} == {201}
    (thread,) = crowd.newsroom.person().thread()["comments"]
    assert len(thread["replies"]) == AT_ONCE
    assert sorted(row["seq"] for row in list_rows(crowd.newsroom, "comment")) == list(range(AT_ONCE + 1))


def test_of_many_edits_the_last_stands_and_every_other_is_in_the_history(crowd: Crowd) -> None:
    author = crowd.newsroom.person()
    comment = author.comment("Edit 0.")
    crowd.become(author)

    answers = crowd.send(lambda person, n: person.change(comment, "text", text=f"Edit {n + 1}."))

    assert {answer.status_code for answer in answers} == {200}
    (kept,) = list_rows(crowd.newsroom, "comment")
    said = [row["text"] for row in list_rows(crowd.newsroom, "edit")] + [kept["text"]]
    assert sorted(said) == sorted(f"Edit {n}." for n in range(AT_ONCE + 1))


def test_a_comment_is_withdrawn_once(crowd: Crowd) -> None:
    author = crowd.newsroom.person()
    comment = author.comment("Never mind.")
    crowd.become(author)

    answers = crowd.send(lambda person, _: person.change(comment, "withdrawal"))

    assert sorted(answer.status_code for answer in answers) == [200] + [403] * (AT_ONCE - 1)
    assert crowd.newsroom.person().thread()["count"] == 0


def test_two_moderators_who_disagree_leave_one_verdict_and_a_whole_history(
    newsroom: Newsroom, rounds: Rounds
) -> None:
    for number in range(rounds.races):
        comment = int(newsroom.person().comment(f"Good or bad {number}?", email=f"{number}@example.org"))
        rulings = [Ruling(comment, status, status) for status in ("rejected", "held")]
        by_two_writers(newsroom, [lambda db, clock, r=ruling: decide(db, clock, r) for ruling in rulings])

        steps = [row for row in list_rows(newsroom, "decision") if row["comment_id"] == comment]
        (kept,) = (row for row in list_rows(newsroom, "comment") if row["id"] == comment)
        assert len(steps) == 1 + len(rulings)
        assert Counter(step["before"] for step in steps) + Counter([kept["status"]]) == Counter(
            [None, *(step["after"] for step in steps)]
        )
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def decide(db: Database, clock: Clock, ruling: Ruling) -> str:
    return db.do(lambda connection: decide_comment(connection, 1, ruling, clock())).status


def test_one_of_two_editors_gets_the_address_that_both_want(newsroom: Newsroom, rounds: Rounds) -> None:
    for number in range(rounds.races):
        stories = [manuscript(f"{name}-{number}", f"wanted-{number}") for name in ("first", "second")]
        outcomes = by_two_writers(
            newsroom, [lambda db, clock, s=story: publish(newsroom, db, clock, s) for story in stories]
        )

        assert sorted(outcomes) == ["new", "taken"]
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def test_two_editors_who_publish_the_same_story_make_one(newsroom: Newsroom, rounds: Rounds) -> None:
    for number in range(rounds.races):
        story = manuscript(f"same-{number}", f"same-{number}")
        outcomes = by_two_writers(newsroom, [lambda db, clock, s=story: publish(newsroom, db, clock, s)] * 2)

        assert sorted(outcomes) == ["new", "same"]
    assert newsroom.db.ask(list_miscounts, newsroom.site.id) == []


def manuscript(key: str, slug: str) -> Manuscript:
    return Manuscript(key=key, language="en", slug=slug, title=key, html="<p>x</p>", published_at=1)


def publish(newsroom: Newsroom, db: Database, clock: Clock, story: Manuscript) -> str:
    try:
        return db.do(lambda connection: publish_edition(connection, newsroom.site, story, clock()))[1]
    except SlugTaken:
        return "taken"


def by_two_writers(newsroom: Newsroom, deeds: list[Callable[[Database, Clock], str]]) -> list[str]:
    """What came of each deed, carried out by two writers that do not know of each other."""
    start = threading.Barrier(len(deeds))

    def wait_and_do(deed: Callable[[Database, Clock], str]) -> str:
        db = Database(newsroom.settings.database.url)
        try:
            start.wait(20)
            return deed(db, Clock(newsroom.hands))
        finally:
            db.close()

    with ThreadPoolExecutor(len(deeds)) as threads:
        return list(threads.map(wait_and_do, deeds))


def list_rows(newsroom: Newsroom, kind: str) -> list[dict[str, Any]]:
    """The rows of a kind, in the order of their ids."""
    rows = newsroom.db.ask(lambda db: list(list_everything(db, newsroom.site.id)))
    return sorted((fields for named, fields in rows if named == kind), key=lambda fields: fields["id"])
