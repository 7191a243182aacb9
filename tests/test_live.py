"""What others write reaches open pages: told once, in order, and nothing is missed."""

from __future__ import annotations

import http.client
import json
import os
import queue
import re
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from piensas.actions.deciding import Ruling, decide_comment
from piensas.model.moment import Clock
from piensas.store.stories import find_story, save_story_change
from piensas.web import live
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, serve, wait_until
from tests.served_site import ServedSite
from tests.some import some

Event = dict[str, Any]


class Listener:
    """A page that is open somewhere."""

    def __init__(self, address: str, path: str, **headers: str) -> None:
        self.events: queue.Queue[Event] = queue.Queue()
        self.last = ""
        self.wait = 0
        """Milliseconds for which it is asked to stay away, if it is."""
        self.connection = http.client.HTTPConnection(address.removeprefix("http://"), timeout=30)
        self.connection.request("GET", path, headers={n.replace("_", "-"): v for n, v in headers.items()})
        self.socket = self.connection.sock
        self.answer = self.connection.getresponse()
        self.status = self.answer.status
        self.type = self.answer.getheader("content-type", "")
        self.ready = threading.Event()
        self.thread = threading.Thread(target=self._listen, daemon=True)
        self.thread.start()
        assert self.ready.wait(10)

    def _listen(self) -> None:
        data = ""
        with suppress(OSError, http.client.HTTPException, ValueError):
            while line := self.answer.readline().decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if name == "id":
                    self.last = value
                    self.ready.set()
                elif name == "retry" and int(value) >= live.FULL:
                    self.wait = int(value)
                elif name == "data":
                    data = value if value.startswith("{") else ""
                elif line == "\n" and data:
                    self.events.put(json.loads(data))
                    data = ""
        self.ready.set()

    def next(self) -> Event:
        return self.events.get(timeout=10)

    def ids(self) -> list[str]:
        return [change["id"] for change in self.next()["changes"]]

    def is_quiet(self, seconds: float = 1.0) -> bool:
        try:
            self.events.get(timeout=seconds)
        except queue.Empty:
            return True
        return False

    def close(self) -> None:
        with suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.thread.join(10)
        self.answer.close()
        self.connection.close()
        self.socket.close()


@contextmanager
def listen(newsroom: Newsroom, since: str = "", address: str = "", **headers: str) -> Iterator[Listener]:
    path = f"/stories/{newsroom.story_id}/events?language=en&since={since}"
    listener = Listener(address or newsroom.address, path, **headers)
    try:
        yield listener
    finally:
        listener.close()


def test_what_is_posted_edited_and_withdrawn_is_told(newsroom: Newsroom) -> None:
    author = newsroom.person()
    with listen(newsroom) as page:
        assert page.type.startswith("text/event-stream")
        comment = author.comment("Hello.")
        told = page.next()
        assert [change["id"] for change in told["changes"]] == [comment]
        assert "Hello." in told["changes"][0]["piece"]
        assert told["count"] == "1 comment"
        assert told["is_all"] is True

        reply = newsroom.person().comment("A reply.", parent=comment, email="r@example.org", name="R")
        assert [(c["id"], c["parent"]) for c in page.next()["changes"]] == [(reply, comment)]

        author.change(comment, "text", text="Hello again.")
        assert "Hello again." in page.next()["changes"][0]["piece"]

        author.change(comment, "withdrawal")
        gone = page.next()["changes"]
        assert [change["id"] for change in gone] == [comment]
        assert "Hello" not in gone[0]["piece"]
        assert "gone" in gone[0]["piece"]


def test_what_is_held_is_told_when_it_is_published_and_not_before(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    author = newsroom.person()
    with listen(newsroom) as page:
        held = author.comment("A secret.")
        author.change(held, "text", text="Still a secret.")
        assert page.is_quiet()

        moment = Clock(newsroom.hands)()
        newsroom.db.do(lambda db: decide_comment(db, 1, Ruling(int(held), "published", "desk", ""), moment))
        assert page.ids() == [held]
        newsroom.hands.turn(seconds=1)
        moment = Clock(newsroom.hands)()
        newsroom.db.do(lambda db: decide_comment(db, 1, Ruling(int(held), "rejected", "desk", ""), moment))
        told = page.next()["changes"]
        assert [change["id"] for change in told] == [held]
        assert "secret" not in told[0]["piece"]


def test_who_comes_back_is_told_what_they_missed(newsroom: Newsroom) -> None:
    """And perhaps once more what was said just before: a deed may be on disk later than its moment."""
    author = newsroom.person()
    with listen(newsroom) as page:
        first = author.comment("First.")
        assert page.ids() == [first]
        last = page.last
    newsroom.hands.turn(minutes=5)
    missed = [author.comment(f"Missed {n}.") for n in range(3)]

    with listen(newsroom, last_event_id=last) as page:
        assert page.ids() == [first, *missed]
        assert page.is_quiet()
        last = page.last
    with listen(newsroom, last_event_id=last) as page:
        assert page.is_quiet()
        last = author.comment("And now.")
        assert page.ids()[-1] == last


def test_who_comes_back_is_told_in_their_own_language(newsroom: Newsroom) -> None:
    """Both were away since the same event."""
    with listen(newsroom) as page:
        newsroom.person().comment("Before.")
        assert page.next()["count"] == "1 comment"
        last = page.last
    newsroom.person().comment("Meanwhile.", email="m@example.org")
    path = f"/stories/{newsroom.story_id}/events?language="
    counts = []
    for language in ("en", "es", "en"):
        listener = Listener(newsroom.address, path + language, last_event_id=last)
        counts.append(listener.next()["count"])
        listener.close()
    assert counts == ["2 comments", "2 comentarios", "2 comments"]


def test_who_was_away_too_long_is_told_that_this_is_not_all(newsroom: Newsroom) -> None:
    with listen(newsroom) as page:
        newsroom.person().comment("Long ago.")
        assert page.next()["is_all"] is True
        last = page.last
    newsroom.hands.seconds += live.OLDEST / 1_000 + 60
    comment = newsroom.person().comment("Just now.", email="n@example.org")
    with listen(newsroom, last_event_id=last) as page:
        told = page.next()
    assert [change["id"] for change in told["changes"]] == [comment]
    assert told["is_all"] is False


def test_a_discussion_that_is_off_has_no_news(newsroom: Newsroom) -> None:
    with listen(newsroom) as page:
        newsroom.person().comment("The last one.")
        page.next()
        last = page.last
    story = newsroom.db.ask(find_story, 1, int(newsroom.story_id))
    assert story is not None
    newsroom.db.do(lambda db: save_story_change(db, story, discussion="off"))
    with listen(newsroom, last_event_id=last) as page:
        assert page.is_quiet()


def test_a_page_says_at_which_revision_it_was_loaded_and_how_long_ago(newsroom: Newsroom) -> None:
    author = newsroom.person()
    page = author.read()
    revision = page.split('data-revision="', 1)[1].split('"', 1)[0]
    comment = author.comment("Meanwhile.")
    newsroom.hands.turn(minutes=3)
    path = f"/stories/{newsroom.story_id}/events?language=en&revision={revision}&age="

    listener = Listener(newsroom.address, f"{path}{180_000}")
    assert listener.ids() == [comment]
    listener.close()


def test_another_process_is_heard_too(newsroom: Newsroom) -> None:
    with serve(newsroom.settings, Clock(newsroom.hands)) as other, listen(newsroom, address=other) as page:
        posted = newsroom.person().comment("Through the first.")
        assert page.ids() == [posted]
        last = page.last
    newsroom.person().comment("While away.", email="a@example.org")
    with listen(newsroom, last_event_id=last) as page:
        assert len(page.ids()) == 2


def test_each_language_is_told_in_its_own_words(newsroom: Newsroom) -> None:
    path = f"/stories/{newsroom.story_id}/events?language="
    pages = [Listener(newsroom.address, path + code) for code in ("en", "es", "xx")]
    newsroom.person().comment("Hola.")
    assert [page.next()["count"] for page in pages] == ["1 comment", "1 comentario", "1 comment"]
    for page in pages:
        page.close()


def test_votes_are_no_news(newsroom: Newsroom) -> None:
    comment = newsroom.person().comment("To be voted on.")
    newsroom.hands.turn(minutes=5)
    with listen(newsroom) as page:
        newsroom.person().comment("First.", email="f@example.org")
        page.next()
        newsroom.person().change(comment, "vote", value="up")
        assert page.is_quiet()
        last = newsroom.person().comment("Next.", email="n@example.org")
        assert page.ids() == [last]


@pytest.mark.parametrize(
    "since",
    [
        "",
        "x",
        "1",
        "1.",
        ".1",
        "-1.-1",
        "9" * 400 + ".1",
        "1." + "9" * 400,
        "1e9.1",
        "٣.٣",
        "\x00",
        "1.9999999999999999999",
    ],
)
def test_an_odd_last_event_is_no_event(newsroom: Newsroom, since: str) -> None:
    newsroom.person().comment("There.")
    newsroom.hands.turn(minutes=2)
    answer = httpx.URL(newsroom.address, path=f"/stories/{newsroom.story_id}/events", params={"since": since})
    listener = Listener(newsroom.address, answer.raw_path.decode())
    assert listener.status == 200
    with closing(listener):
        assert listener.is_quiet(0.3)
        posted = newsroom.person().comment("And this.", email="another@example.org")
        assert listener.ids() == [posted]


@pytest.mark.parametrize("since", ["1.1", "0.0"])
def test_who_was_last_here_ages_ago_is_told_that_not_all_is_told(newsroom: Newsroom, since: str) -> None:
    comment = newsroom.person().comment("There.")
    with listen(newsroom, last_event_id=since) as page:
        told = page.next()
        assert (told["is_all"], [change["id"] for change in told["changes"]]) == (False, [comment])


@pytest.mark.parametrize("story", ["0", "1", "9999999999999999999", "99999999999999999999", "x", "1e5", "-1"])
def test_a_story_that_is_not_there_has_no_events(newsroom: Newsroom, story: str) -> None:
    assert newsroom.person().get(f"/stories/{story}/events?language=en").status_code == 404


def test_a_flood_of_listeners_is_bounded(newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 3)
    path = f"/stories/{newsroom.story_id}/events?language=en"
    pages = [Listener(newsroom.address, path) for _ in range(4)]
    assert sum(page.wait > 0 for page in pages) == 1
    for page in pages:
        page.close()

    def is_let_in() -> bool:
        again = Listener(newsroom.address, path)
        again.close()
        return not again.wait

    wait_until(is_let_in)
    assert "1 comment" in newsroom.person().post("Writing goes on.").json()["count"]


def test_who_is_turned_away_is_not_turned_away_for_good(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A browser never listens again after any other answer than a stream of events."""
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    path = f"/stories/{newsroom.story_id}/events?language=en"
    answers = [newsroom.person().get(path) for _ in range(9)]
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.headers["content-type"].startswith("text/event-stream") for answer in some(answers))
    waits = [re.findall(r"^(?:retry|data): (\d+)$", answer.text, re.MULTILINE) for answer in answers]
    assert all(first == again and int(first) >= 30_000 for first, again in some(waits))
    assert len({first for first, _ in waits}) > 1, "all are asked to come back at once"


def test_one_address_cannot_take_all_places(open_site: OpenNewsroom, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live, "MOST_OF_ONE", 2)
    newsroom = open_site()
    path = f"/stories/{newsroom.story_id}/events?language=en"
    homes = ["2001:db9:1:2::1", "2001:db9:1:2::2", "2001:db9:1:2:3::1", "8.8.8.8"]
    pages = [Listener(newsroom.address, path, x_forwarded_for=home) for home in homes]
    assert [page.wait > 0 for page in pages] == [False, False, True, False]
    for page in pages:
        page.close()


def test_a_listener_that_reads_nothing_holds_up_nobody(newsroom: Newsroom) -> None:
    host, port = newsroom.address.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port))) as deaf, listen(newsroom) as page:
        deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        deaf.sendall(
            f"GET /stories/{newsroom.story_id}/events?language=en HTTP/1.1\r\nHost: x\r\n\r\n".encode()
        )
        for number in range(20):
            comment = newsroom.person().comment(f"{number} " + "long " * 1_500, email=f"{number}@example.org")
            while comment not in page.ids():
                pass


def test_many_changes_at_once_are_cut_and_said_so(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_CHANGES", 3)
    with listen(newsroom) as page:
        last = page.last
    for number in range(5):
        newsroom.person().comment(f"Number {number}.", email=f"{number}@example.org")
    with listen(newsroom, last_event_id=last) as page:
        told = page.next()
        assert ["Number 4" in change["piece"] for change in told["changes"]] == [False, False, True]
        assert told["is_all"] is False
        assert told["count"] == "5 comments"


def test_the_server_stops_although_somebody_listens(newsroom: Newsroom) -> None:
    began = time.monotonic()
    with serve(newsroom.settings) as other, listen(newsroom, address=other) as page:
        assert page.status == 200
        closing = page
    assert time.monotonic() - began < 15
    closing.thread.join(5)
    assert not closing.thread.is_alive()


def test_when_a_worker_is_killed_its_listeners_come_back_and_miss_nothing(tmp_path: Path) -> None:
    site = ServedSite(tmp_path, workers=2)
    with closing(site):
        site.start()
        site.wait_ready()
        story = site.find_story()
        address = f"http://127.0.0.1:{site.port}"
        pages = [Returning(address, f"/stories/{story}/events?language=en") for _ in range(20)]
        posted = [post_until_taken(address, str(story), number) for number in range(5)]
        for worker in site.list_workers():
            os.kill(worker, signal.SIGKILL)
            posted += [post_until_taken(address, str(story), len(posted) + n) for n in range(5)]
        for page in pages:
            wait_until(lambda page=page: set(posted) <= page.seen, 60)
        assert sum(page.returns for page in pages) >= len(pages)
        for page in pages:
            page.stop()


class Returning:
    """A page that listens again whenever it is cut off, with the last event that it had."""

    def __init__(self, address: str, path: str) -> None:
        self.address, self.path = address, path
        self.seen: set[str] = set()
        self.returns = -1
        self.stopping = threading.Event()
        self.current: Listener | None = None
        self.thread = threading.Thread(target=self._keep_listening, daemon=True)
        self.thread.start()
        wait_until(lambda: self.current)

    def _keep_listening(self) -> None:
        last = ""
        while not self.stopping.is_set():
            try:
                page = Listener(self.address, self.path, last_event_id=last)
            except (OSError, http.client.HTTPException):
                self.stopping.wait(0.1)
                continue
            self.returns += 1
            self.current = page
            while page.thread.is_alive() or not page.events.empty():
                with suppress(queue.Empty):
                    self._note(page.events.get(timeout=0.1))
            last = page.last or last
            page.close()

    def _note(self, event: Event) -> None:
        self.seen |= {change["id"] for change in event["changes"]}

    def stop(self) -> None:
        self.stopping.set()
        if self.current:
            self.current.close()
        self.thread.join(10)


def post_until_taken(address: str, story: str, number: int) -> str:
    """As the box does: the same draft again until somebody has answered."""
    draft = {
        "text": f"Number {number}.",
        "name": "N",
        "email": f"{number}@example.org",
        "draft": f"draft-{number:08}",
    }
    headers = {"accept": "application/json", "sec-fetch-site": "same-origin"}
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with suppress(httpx.HTTPError):
            answer = httpx.post(
                f"{address}/stories/{story}/comments", json=draft, headers=headers, timeout=10
            )
            if answer.status_code == 201:
                return str(answer.json()["comment"]["id"])
        threading.Event().wait(0.1)
    raise AssertionError("Nobody took the comment.")


def test_who_only_asks_what_there_would_be_takes_nobodys_place(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "MOST_LISTENERS", 0)
    answer = httpx.head(f"{newsroom.address}/stories/{newsroom.story_id}/events", timeout=5)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/event-stream")
