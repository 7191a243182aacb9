"""A site in processes of its own, as `piensas serve` starts them, that may be killed."""

from __future__ import annotations

import http.client
import os
import re
import signal
import socket
import subprocess
import sys
from contextlib import closing, suppress
from pathlib import Path

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
BROKEN = (OSError, http.client.HTTPException)
PATIENCE = 60


class ServedSite:
    """`piensas serve` in a process group of its own, always on the same port: the site that is in the folder,
    or a new one on SQLite."""

    def __init__(self, folder: Path, workers: int) -> None:
        self.folder = folder
        self.settings = folder / "piensas.toml"
        if not self.settings.exists():
            write_stories(folder / "stories")
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
