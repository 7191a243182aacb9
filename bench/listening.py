"""What open pages cost that wait for others' comments, and how soon they see them."""

from __future__ import annotations

import subprocess
import sys

import msgspec

from bench.listeners import Seen
from bench.load import Sample
from bench.machine import Broken, find_cores, finish, read_cpu, read_memory, start
from bench.plan import Plan
from bench.report import Findings, Goal, Sheet, at_least, at_most, many
from bench.seed import find_story, key_of, path_of
from bench.servers import Server, serve_site
from bench.writing import ARRIVALS
from piensas.cli.opening import find_settings, open_database

KILOBYTES = 40
SOON = 1_000
"""Milliseconds from a comment that was taken to one that is seen, for all but one in a hundred."""

PATIENCE = 30
"""Seconds in which whoever is still to see a comment must see it; goals say how soon it should be."""

WRITTEN = "Private_Dirty"
COLUMNS = (
    "listeners",
    "comments",
    "seen",
    "ms to see, half",
    "ms, 99 %",
    "KB each",
    "of a core",
)


class Heard(msgspec.Struct):
    """What all have seen of what was posted; bytes of the server's memory for each, its share of a core."""

    seen: Seen
    posted: int
    each: float
    share: float

    @property
    def part(self) -> float:
        """Of what there was to see for so many, from 0 to 1."""
        return self.seen.comments / (self.posted * self.seen.listeners)


def measure_listening(plan: Plan) -> Findings:
    """Listeners on one worker while ten comments a second arrive."""
    with plan.copy() as file:
        settings = find_settings(file)
        with open_database(settings) as db:
            story = find_story(db, settings, key_of(plan.large)).id
        with serve_site(file, PIENSAS_SERVER_TRUSTED_PROXIES="127.0.0.1") as site:
            heard = require_heard(plan.scale.listeners, listen(plan, site, story))
    return Findings([Sheet("Open pages", COLUMNS, [show(heard)])], list_goals(heard))


def listen(plan: Plan, site: Server, story: int) -> Heard:
    before = read_memory(site.pid, WRITTEN)
    number, seconds = plan.scale.listeners, 2 * plan.long.seconds
    words = [site.address, str(story), str(number), str(PATIENCE)]
    with start([sys.executable, "-m", "bench.listeners", *words], find_cores()[1]) as crowd:
        assert crowd.stdout is not None
        if crowd.stdout.readline() != "listening\n":
            raise Broken("Not everybody could listen.")
        each = (read_memory(site.pid, WRITTEN) - before) / number
        posted, cpu = post(site, plan, seconds)
        return Heard(read_seen(crowd, posted.done), posted.done, each, cpu / posted.seconds)


def post(site: Server, plan: Plan, seconds: int) -> tuple[Sample, float]:
    """What was posted, and the seconds of CPU that the server has used meanwhile."""
    words = [site.address + path_of(plan.large), "1", str(seconds), str(ARRIVALS)]
    with start([sys.executable, "-m", "bench.clients", *words], find_cores()[1]) as writers:
        assert writers.stdout is not None
        if writers.stdout.readline() != "posting\n":
            raise Broken("Nobody could post.")
        used = read_cpu(site.pid)
        sample = msgspec.json.decode(finish(writers).splitlines()[-1], type=Sample)
    return sample, read_cpu(site.pid) - used


def read_seen(crowd: subprocess.Popen[str], posted: int) -> Seen:
    return msgspec.json.decode(finish(crowd, f"{posted}\n"), type=Seen)


def require_heard(number: int, heard: Heard) -> Heard:
    """Whoever was not there, or had nothing to see, has measured nothing."""
    seen = heard.seen
    if not seen.listeners == seen.connected == number:
        raise Broken(f"Of {number} listeners {seen.listeners} came and {seen.connected} stayed.")
    if not heard.posted or not seen.comments:
        raise Broken(f"{heard.posted} comments were posted, and seen {seen.comments} times.")
    return heard


def show(heard: Heard) -> tuple[str, ...]:
    seen = heard.seen
    return (
        many(seen.listeners),
        many(heard.posted),
        f"{heard.part:.1%}",
        "" if seen.half is None else many(seen.half),
        "" if seen.p99 is None else many(seen.p99),
        f"{heard.each / 1_024:,.1f}",
        f"{heard.share:.0%}",
    )


def list_goals(heard: Heard) -> list[Goal]:
    listeners = f"{many(heard.seen.listeners)} listeners"
    return [
        at_most(
            f"{listeners}: at most {KILOBYTES} KB each",
            {"": heard.each / 1_024},
            KILOBYTES,
            lambda size: f"{size:,.1f}",
        ),
        at_least(
            f"{listeners}: each sees each comment that is taken",
            {"": heard.part},
            1,
            lambda part: f"{part:.1%}",
        ),
        at_most(f"Seen within {many(SOON)} ms by 99 % of {listeners}", {"": heard.seen.p99}, SOON),
    ]
