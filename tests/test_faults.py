"""Nothing that was acknowledged is lost, whatever dies, is locked, is full or goes away."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from piensas.store.checks import list_miscounts
from piensas.store.database import Database
from tests.cluster import Cluster
from tests.ledger import Ledger, audit, posting
from tests.newsroom import Newsroom, open_newsroom, wait_until
from tests.postgres import run_postgresql
from tests.rounds import Rounds
from tests.served_site import ServedSite

pytestmark = pytest.mark.xdist_group("crowds")
CLIENTS = 16
LOCKED_AFTER = 6
"""Seconds in which whoever writes to a locked database is told to try again."""

HOLD_LOCK = """
import sqlite3, sys
db = sqlite3.connect(sys.argv[1], isolation_level=None)
db.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[ServedSite]:
    """A site in two processes and their parent, as `piensas serve` starts them."""
    site = ServedSite(tmp_path, workers=2)
    try:
        site.start()
        site.wait_ready()
        yield site
    finally:
        site.close()


def test_whatever_is_killed_nothing_acknowledged_is_lost_and_nothing_is_there_twice(
    site: ServedSite, rounds: Rounds
) -> None:
    ledger, begun = Ledger(), time.monotonic()
    seed = random.randrange(1 << 32)
    chance = random.Random(seed)

    with posting(site, ledger, CLIENTS):
        for number in range(rounds.kills):
            ledger.wait_for_attempts(chance.randrange(1, 150))
            kill = kill_all if number % 5 == 0 else chance.choice((kill_one_worker, kill_the_writer))
            kill(site, ledger, chance)
            ledger.wait_for_acknowledgements(1)
            audit(site, ledger)

    audit(site, ledger)
    assert ledger.acknowledged.keys() == ledger.sent
    seconds = (time.monotonic() - begun) / rounds.kills
    print(
        f"{rounds.kills} rounds of {seconds:.2f} s, {len(ledger.acknowledged)} acknowledged, "
        f"{ledger.attempts} attempts, seed {seed}"
    )


def kill_all(site: ServedSite, ledger: Ledger, chance: random.Random) -> None:
    """Every process; now and then again while the site is starting."""
    site.kill()
    site.start()
    if chance.random() < 0.2:
        ledger.wait_for_attempts(chance.randrange(800))
        site.kill()
        site.start()
    site.wait_ready()


def kill_one_worker(site: ServedSite, ledger: Ledger, chance: random.Random) -> None:
    kill_process(chance.choice(wait_until(site.list_workers)))


def kill_the_writer(site: ServedSite, ledger: Ledger, chance: random.Random) -> None:
    """The worker whose turn it is: within its transaction, or its commit."""
    kill_process(wait_until(site.find_writer))


def kill_process(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def test_workers_do_not_outlive_a_parent_that_was_killed(site: ServedSite) -> None:
    workers = site.list_workers()
    assert site.process

    os.kill(site.parent, signal.SIGKILL)
    site.process.wait()

    wait_until(lambda: not any(is_running(pid) for pid in workers))
    site.start()
    site.wait_ready()


def is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_a_database_that_another_program_has_locked_refuses_in_time_and_heals(tmp_path: Path) -> None:
    file = tmp_path / "piensas.db"
    with open_newsroom(f"sqlite:///{file}", tmp_path / "stories") as newsroom:
        reader = newsroom.person()
        with locked(file):
            begun = time.monotonic()
            refusals_are_told(newsroom)
            waited = time.monotonic() - begun
            assert "No comments yet" in newsroom.person().read(f"{newsroom.story}?order=newest")

        assert waited < 2 * LOCKED_AFTER
        assert reader.post("Kept.", draft="locked-draft").status_code == 201
        assert reader.post("Kept.", draft="locked-draft").status_code == 201
        nothing_is_half_done(newsroom, "Kept.")


def test_a_story_that_changed_while_the_database_was_locked_is_published_afterwards(tmp_path: Path) -> None:
    file = tmp_path / "piensas.db"
    with open_newsroom(f"sqlite:///{file}", tmp_path / "stories") as newsroom:
        story = tmp_path / "stories/flight.en.md"
        with locked(file):
            story.write_text(story.read_text().replace("No more specialists", "Specialists after all"))
            refusals_are_told(newsroom)

        wait_until(lambda: "Specialists after all" in newsroom.person().read())


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the database's write lock."""
    words = [sys.executable, "-c", HOLD_LOCK, str(file)]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout
        assert holder.stdin
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def refusals_are_told(newsroom: Newsroom) -> None:
    """Programs are told when to try again; a page without scripts gives back what was typed."""
    problem = newsroom.person().post("Kept.", draft="locked-draft")
    page = newsroom.person().post_form("Kept too.", draft="locked-form")

    assert (problem.status_code, problem.json()["code"]) == (503, "unavailable")
    assert int(problem.headers["retry-after"]) > 0
    assert page.status_code == 503
    assert int(page.headers["retry-after"]) > 0
    assert "Your comment is safe in this browser." in page.text
    assert ">Kept too.</textarea>" in page.text
    assert 'name="draft" value="locked-form"' in page.text


def nothing_is_half_done(newsroom: Newsroom, *texts: str) -> None:
    reader = newsroom.person()
    wait_until(lambda: reader.get(newsroom.discussion).status_code == 200)
    thread = reader.thread()
    assert [comment["html"].strip() for comment in thread["comments"]] == [f"<p>{text}</p>" for text in texts]
    assert thread["count"] == len(texts)
    with closing(Database(newsroom.settings.database.url)) as db:
        assert db.ask(list_miscounts, newsroom.site.id) == []


def test_a_full_disk_refuses_writes_keeps_reading_and_heals_when_there_is_room(tmp_path: Path) -> None:
    site, ledger = ServedSite(tmp_path, workers=1), Ledger()
    try:
        site.start()
        site.wait_ready()
        with posting(site, ledger, 4):
            ledger.wait_for_acknowledgements(20)
            with full_disk(site):
                ledger.wait_for_attempts(20)
                known = len(ledger.acknowledged)
                ledger.wait_for_attempts(20)
                assert len(ledger.acknowledged) == known
                assert site.find_story()
                assert "Thought" in (site.read("/en/flight?order=newest") or "")
                audit(site, ledger)
            ledger.wait_for_acknowledgements(20)
        audit(site, ledger)
        assert ledger.acknowledged.keys() == ledger.sent
    finally:
        site.close()


@contextmanager
def full_disk(site: ServedSite) -> Iterator[None]:
    """No file of the site's can grow: `write` fails as on a full disk, in the midst of a commit."""
    wal = site.database.with_name(site.database.name + "-wal")
    _, hard = resource.prlimit(site.parent, resource.RLIMIT_FSIZE)
    resource.prlimit(site.parent, resource.RLIMIT_FSIZE, (wal.stat().st_size // 2, hard))
    try:
        yield
    finally:
        resource.prlimit(site.parent, resource.RLIMIT_FSIZE, (hard, hard))


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    with (
        tempfile.TemporaryDirectory(prefix="piensas-", ignore_cleanup_errors=True) as folder,
        run_postgresql(Path(folder)) as server,
    ):
        yield Cluster(Path(folder), server)


def test_a_postgresql_that_goes_away_refuses_writes_and_heals_without_a_restart(
    cluster: Cluster, tmp_path: Path
) -> None:
    with (
        cluster.database() as url,
        open_newsroom(url, tmp_path / "stories") as newsroom,
    ):
        for text in ("Before.", "Ready."):
            newsroom.person().comment(text, email=f"{text}org@example.org")
        ready = newsroom.person().read()

        cluster.stop()
        assert newsroom.person().get(newsroom.story).text == ready
        assert newsroom.person().get(f"{newsroom.story}?order=newest").status_code == 503
        listening = newsroom.person().get(f"/stories/{newsroom.story_id}/events")
        assert (listening.status_code, "event: later" in listening.text) == (200, True)
        refusals_are_told(newsroom)
        cluster.start()

        wait_until(lambda: newsroom.person().post("After.", draft="locked-draft").status_code == 201)
        assert newsroom.person().post("After.", draft="locked-draft").status_code == 201
        nothing_is_half_done(newsroom, "Before.", "Ready.", "After.")
