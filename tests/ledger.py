"""A site in processes that may be killed, clients that keep a ledger, and the audit that compares them."""

from __future__ import annotations

import http.client
import json
import os
import random
import re
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from piensas.store.checks import list_miscounts
from piensas.store.engines import open_sqlite
from tests.newsroom import wait_until, write_stories

SETTINGS = """
[site]
languages = ["en", "es"]
[stories]
folder = "stories"
[discussion]
hold_first_comment = false
seconds_between_comments = 0
"""
HEADERS = {"content-type": "application/json", "accept": "application/json"}
BROKEN = (OSError, http.client.HTTPException)
PATIENCE = 60


class ServedSite:
    """`piensas serve` on SQLite in a process group of its own, always on the same port."""

    def __init__(self, folder: Path, workers: int) -> None:
        write_stories(folder / "stories")
        self.folder = folder
        self.settings = folder / "piensas.toml"
        self.settings.write_text(SETTINGS)
        self.database = folder / "piensas.db"
        self.workers = workers
        self._port = hold_port()
        self.port = int(self._port.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = [
            "--settings",
            self.settings,
            "serve",
            "--port",
            str(self.port),
            "--workers",
            str(self.workers),
        ]
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "piensas", *words], start_new_session=True, stderr=log, stdout=log
            )

    def wait_ready(self) -> None:
        wait_until(self.find_story, PATIENCE)

    def find_story(self) -> str | None:
        """The id of the story, once the site answers and has published it."""
        found = re.search(r'data-story="(\d+)"', self.read("/en/flight") or "")
        return found[1] if found else None

    def read(self, path: str) -> str | None:
        """A page; None while the site does not answer."""
        with closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)) as connection:
            try:
                connection.request("GET", path)
                answer = connection.getresponse()
                body = answer.read().decode()
            except BROKEN:
                return None
        assert answer.status in (200, 404), body
        return body

    @property
    def parent(self) -> int:
        assert self.process
        return self.process.pid

    def list_workers(self) -> list[int]:
        """The processes that answer; without others beside it, the parent itself."""
        if self.workers == 1:
            return [self.parent]
        children = Path(f"/proc/{self.parent}/task/{self.parent}/children").read_text().split()
        return [int(pid) for pid in children if is_worker(int(pid))]

    def find_writer(self) -> int | None:
        """The worker whose turn it is to write, at this very moment."""
        inode = self.database.with_name(self.database.name + ".lock").stat().st_ino
        held = re.compile(rf"FLOCK +ADVISORY +WRITE (\d+) [0-9a-f:]+:{inode} ")
        found = held.search(Path("/proc/locks").read_text())
        return int(found[1]) if found and int(found[1]) in self.list_workers() else None

    def kill(self) -> None:
        """Every process at once."""
        if self.process:
            with suppress(ProcessLookupError):
                os.killpg(self.parent, signal.SIGKILL)
            self.process.wait()

    def close(self) -> None:
        self.kill()
        self._port.close()


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

    def _wait(self, condition: object) -> None:
        with self._changed:
            came = self._changed.wait_for(lambda: condition() or self.surprises, PATIENCE)  # type: ignore[operator]
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
        for client in crowd:
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


def hold_port() -> socket.socket:
    """A port from the kernel that nobody else is given while the site is down: bound, not listening."""
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def is_worker(pid: int) -> bool:
    try:
        return b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
