"""A network that swallows what the database is asked, or what it answers: nobody waits for ever, nothing is
taken for true that may not be, and all is well again by itself."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import make_url

from piensas.model.moment import Clock
from piensas.model.refusals import Unavailable
from piensas.store import database
from piensas.store.database import Database
from piensas.store.paces import find_last_pace, save_paces
from tests.newsroom import Newsroom, open_newsroom, wait_until
from tests.postgres import new_database
from tests.proxy import Proxy, open_proxy
from tests.some import some

WAYS = [("asked",), ("answered",)]
READERS, WRITERS = 64, 8
"""More than the threads of one process could disappoint one after another before anybody lost patience."""
PATIENCE = 20
"""Seconds after which whoever waits is taken to wait for ever."""


@pytest.fixture
def url(postgresql: str) -> Iterator[str]:
    """Of an empty PostgreSQL database: SQLite's is no network away."""
    with new_database(postgresql, f"test_{Clock()().id}") as url:
        yield url


@pytest.fixture
def proxy(url: str) -> Iterator[Proxy]:
    with open_proxy(make_url(url).port or 0) as proxy:
        yield proxy


@pytest.fixture
def by_proxy(url: str, proxy: Proxy) -> str:
    return make_url(url).set(port=proxy.port).render_as_string(hide_password=False)


@pytest.mark.parametrize("ways", WAYS, ids=" and ".join)
def test_who_asks_and_who_writes_is_told_in_time_and_the_site_heals(
    proxy: Proxy, by_proxy: str, tmp_path: Path, ways: tuple[str, ...]
) -> None:
    with open_newsroom(by_proxy, tmp_path / "stories") as newsroom:
        newsroom.person().comment("Before.")
        ready = newsroom.person().read()

        proxy.swallow(*ways)
        answers = ask_all_at_once(newsroom)
        assert newsroom.person().get(newsroom.story).text == ready
        assert answers == {"read": [503] * READERS, "post": [503] * WRITERS}

        proxy.heal()
        wait_until(lambda: newsroom.person().post("After.", draft="after-it-all").status_code == 201)
        wait_until(lambda: "After." in newsroom.person().read())
        assert newsroom.person().thread()["count"] == 2


def ask_all_at_once(newsroom: Newsroom) -> dict[str, list[int]]:
    """What more people than there are threads are answered."""
    answers: dict[str, list[int]] = {"read": [], "post": []}

    def read() -> None:
        answers["read"].append(newsroom.person().get(f"{newsroom.discussion}?limit=7").status_code)

    def post() -> None:
        answers["post"].append(newsroom.person().post("Swallowed.").status_code)

    people = [threading.Thread(target=deed, daemon=True) for deed in [read] * READERS + [post] * WRITERS]
    for person in people:
        person.start()
    for person in some(people):
        person.join(PATIENCE)
        assert not person.is_alive(), "somebody waits for ever"
    return answers


@pytest.mark.parametrize("how", ["read", "ask"])
def test_a_question_comes_back_from_a_connection_that_has_died_in_silence(
    proxy: Proxy, by_proxy: str, how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "TO_ANSWER_PROGRAMS", 1.0)
    with closing(Database(by_proxy)) as db:
        ask_now = {"read": db._ask_in_time, "ask": db.ask}[how]
        db.do(lambda connection: save_paces(connection, 1, ["alive"], 5))
        asked: queue.Queue[object] = queue.Queue()

        def ask() -> None:
            asked.put(ask_now(find_last_pace, 1, ["alive"]))
            proxy.swallow("answered")
            with pytest.raises(Unavailable):
                ask_now(find_last_pace, 1, ["alive"])
            proxy.heal()
            asked.put(ask_now(find_last_pace, 1, ["alive"]))

        threading.Thread(target=ask, daemon=True).start()
        assert [asked.get(timeout=PATIENCE) for _ in range(2)] == [5, 5]


@pytest.mark.parametrize("ways", WAYS, ids=" and ".join)
def test_who_cannot_hear_of_others_commits_takes_nothing_for_unchanged(
    proxy: Proxy, by_proxy: str, url: str, ways: tuple[str, ...]
) -> None:
    with closing(Database(by_proxy)) as here, closing(Database(url)) as there:
        wait_until(lambda: is_still(here))
        proxy.swallow(*ways)
        wait_until(lambda: not is_still(here))
        before = here.mark.read()
        there.do(lambda connection: save_paces(connection, 1, ["elsewhere"], 5))
        assert here.mark.read() != before

        proxy.heal()
        wait_until(lambda: is_still(here))
        heard = here.mark.read()
        there.do(lambda connection: save_paces(connection, 1, ["elsewhere"], 6))
        wait_until(lambda: here.mark.read() != heard)


def is_still(db: Database) -> bool:
    """Do ten looks show the same?"""
    return len({db.mark.read() for _ in range(10)}) == 1
