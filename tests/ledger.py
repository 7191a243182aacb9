"""Clients that keep a ledger of what they were told, and the audit that compares it with the site."""

from __future__ import annotations

import http.client
import json
import random
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager

from piensas.store.checks import list_miscounts
from piensas.store.engines import open_sqlite
from tests.served_site import BROKEN, PATIENCE, ServedSite
from tests.some import some

HEADERS = {"content-type": "application/json", "accept": "application/json"}


class Ledger:
    """What clients sent and what they were told of it. A draft that was only sent is unknown."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.attempts = 0
        self.sent: set[str] = set()
        self.acknowledged: dict[str, str] = {}
        self.surprises: list[str] = []

    def note_sent(self, draft: str) -> None:
        with self._changed:
            self.attempts += 1
            self.sent.add(draft)
            self._changed.notify_all()

    def note_acknowledged(self, draft: str, comment: str) -> None:
        with self._changed:
            self.acknowledged[draft] = comment
            self._changed.notify_all()

    def note_surprise(self, answer: str) -> None:
        with self._changed:
            self.surprises.append(answer)
            self._changed.notify_all()

    def wait_for_attempts(self, more: int) -> None:
        goal = self.attempts + more
        self._wait(lambda: self.attempts >= goal)

    def wait_for_acknowledgements(self, more: int) -> None:
        goal = len(self.acknowledged) + more
        self._wait(lambda: len(self.acknowledged) >= goal)

    def _wait(self, condition: Callable[[], bool]) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: condition() or self.surprises, PATIENCE)
        assert came, "The clients came to a standstill."
        assert self.surprises == []


class Client(threading.Thread):
    """Posts one draft after the other; repeats each, with the same id, until it is acknowledged."""

    def __init__(self, site: ServedSite, story: str, ledger: Ledger, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.path = f"/stories/{story}/comments"
        self.ledger = ledger
        self.stopping = threading.Event()
        self.giving_up = threading.Event()
        self._connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=20)

    def run(self) -> None:
        number = 0
        answered = None
        while not self.stopping.is_set():
            number += 1
            draft = f"{self.name}-{number:08}"
            answered = self._insist(draft, answered if number % 3 else None)
        self._connection.close()

    def _insist(self, draft: str, parent: str | None) -> str | None:
        while not self.giving_up.is_set():
            comment = self._post(draft, parent)
            if comment:
                return comment
            self.giving_up.wait(0.03)
        return None

    def _post(self, draft: str, parent: str | None) -> str | None:
        """The id of the comment that the draft has become; None where that is unknown."""
        body = {"text": f"Thought {draft}", "name": self.name, "email": f"{self.name}@example.org"}
        body |= {"draft": draft} | ({"parent": parent} if parent else {})
        self.ledger.note_sent(draft)
        try:
            self._connection.request("POST", self.path, json.dumps(body), HEADERS)
            answer = self._connection.getresponse()
            said = answer.read().decode()
        except BROKEN:
            self._connection.close()
            return None
        if answer.status != 201:
            if answer.status != 503:
                self.ledger.note_surprise(f"{answer.status} {said}")
            return None
        comment = str(json.loads(said)["comment"]["id"])
        self.ledger.note_acknowledged(draft, comment)
        return comment


@contextmanager
def posting(site: ServedSite, ledger: Ledger, clients: int) -> Iterator[None]:
    """Clients post all the while; at the end none of them is left with an unknown draft."""
    story = site.find_story()
    assert story
    label = random.randbytes(4).hex()
    crowd = [Client(site, story, ledger, f"client-{label}-{n}") for n in range(clients)]
    for client in crowd:
        client.start()
    try:
        yield
    except BaseException:
        for client in crowd:
            client.giving_up.set()
        raise
    finally:
        for client in crowd:
            client.stopping.set()
        for client in some(crowd):
            client.join(PATIENCE)
            assert not client.is_alive(), "a client did not stop"


def audit(site: ServedSite, ledger: Ledger) -> None:
    """Everything acknowledged is there once, nothing is there twice or unasked, and counters agree."""
    acknowledged = dict(ledger.acknowledged)
    with closing(sqlite3.connect(f"file:{site.database}?mode=ro", uri=True)) as db:
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        rows = db.execute("SELECT draft, CAST(id AS TEXT), text FROM comments").fetchall()
    kept = {draft: comment for draft, comment, _ in rows}
    assert len(kept) == len(rows) == len({text for _, _, text in rows}), "something is there twice"
    assert acknowledged.items() <= kept.items(), "something acknowledged is not there"
    assert kept.keys() <= ledger.sent, "something is there that nobody sent"
    assert list_wrong_counters(site) == []


def list_wrong_counters(site: ServedSite) -> list[object]:
    """Asked by a connection that only reads, as the clerk who recounts is nobody's rival."""
    with open_sqlite(site.database, "BEGIN").begin() as connection:
        return list(list_miscounts(connection, 1))
