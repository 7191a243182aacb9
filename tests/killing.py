"""A site's processes, killed at a moment that chance chooses."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.newsroom import wait_until
from tests.served_site import ServedSite
from tests.whole import Whole

TICKS = os.sysconf("SC_CLK_TCK")
PATIENCE = 60


class Commands:
    """Commands of `piensas` in processes of their own, of which some do not get to their end."""

    def __init__(self, whole: Whole) -> None:
        self.whole = whole
        self.seed = random.randrange(1 << 32)
        self.chance = random.Random(self.seed)
        self.life = self.life_served = 0.0
        self.cut_short = 0

    def run(self, *words: str) -> None:
        """To its end; for how long it has worked is how long others may live."""
        with self._start(*words) as process:
            spent = 0.0
            while process.poll() is None:
                spent = max(spent, seconds_of(process.pid))
                with suppress(subprocess.TimeoutExpired):
                    process.wait(0.01)
            assert process.returncode == 0, (words, (self.whole.folder / "log").read_text())
        self.life = spent

    def kill(self, *words: str) -> None:
        """At some moment of the last three quarters of its life: before that it only loads what it needs."""
        end = self._moment(self.life)
        with self._start(*words) as process:
            wait_until(lambda: process.poll() is not None or seconds_of(process.pid) >= end, PATIENCE)
            if process.poll() is None:
                self.cut_short += 1
                os.killpg(process.pid, signal.SIGKILL)

    def kill_start(self, site: ServedSite) -> None:
        """As it is started to be served, in one process."""
        if not self.life_served:
            site.start()
            site.wait_ready()
            self.life_served = seconds_of(site.parent)
            site.kill()
        end = self._moment(self.life_served)
        site.start()
        wait_until(lambda: seconds_of(site.parent) >= end or site.find_story(), PATIENCE)
        site.kill()

    def say(self) -> None:
        print(f"{self.cut_short} cut short, seed {self.seed}")

    def _moment(self, life: float) -> float:
        return life * self.chance.uniform(0.25, 1)

    def _start(self, *words: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "piensas", "-s", self.whole.settings, *words]
        with (self.whole.folder / "log").open("ab") as log:
            return subprocess.Popen(command, start_new_session=True, stdout=log, stderr=log)


@contextmanager
def served(whole: Whole) -> Iterator[ServedSite]:
    """In a process of its own."""
    site = ServedSite(whole.folder, workers=1)
    try:
        yield site
    finally:
        site.close()


def wait_published(site: ServedSite, whole: Whole) -> None:
    """Until the folder has been gone through twice: a file is published, and taken off again."""
    whole.write_story("passing.en")
    wait_until(lambda: "All about passing." in (site.read("/en/passing") or ""), PATIENCE)
    (whole.stories / "passing.en.md").unlink()
    wait_until(
        lambda: "All about passing." not in (site.read("/en/passing") or "All about passing."), PATIENCE
    )


def seconds_of(pid: int) -> float:
    """For which the process has had a processor."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / TICKS
