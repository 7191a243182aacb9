"""What open pages cost that wait for others' comments, and how soon they see them."""

from __future__ import annotations

import sys

import msgspec

from bench.listeners import Seen
from bench.machine import Broken, find_cores, finish, read_cpu, read_memory, start
from bench.plan import Plan
from bench.report import Findings, Goal, Sheet, many
from bench.seed import key_of, path_of
from bench.servers import serve_site
from bench.writing import ARRIVALS
from piensas.cli.opening import find_settings, open_database
from piensas.store.stories import find_story_by_key

LISTENERS = 2_000
KILOBYTES = 40
SOON = 1_000
"""Milliseconds from a comment that was taken to one that is seen, for all but one in a hundred."""


def measure_listening(plan: Plan) -> Findings:
    """Two thousand listeners on one worker while ten comments a second arrive."""
    story = find_story(plan)
    with plan.copy() as file, serve_site(file, PIENSAS_SERVER_TRUSTED_PROXIES="127.0.0.1") as site:
        before = read_memory(site.pid)
        seconds = max(3, 2 * plan.seconds)
        words = [site.address, str(story), str(LISTENERS), str(seconds)]
        with start([sys.executable, "-m", "bench.listeners", *words], find_cores()[1]) as crowd:
            assert crowd.stdout is not None
            if crowd.stdout.readline() != "listening\n":
                raise Broken("Not everybody could listen.")
            each = (read_memory(site.pid) - before) / LISTENERS
            used = read_cpu(site.pid)
            address = site.address + path_of(plan.large)
            posting = [address, "1", str(seconds - 1), str(ARRIVALS)]
            with start([sys.executable, "-m", "bench.clients", *posting], find_cores()[1]) as writers:
                finish(writers)
            share = (read_cpu(site.pid) - used) / (seconds - 1)
            seen = msgspec.json.decode(finish(crowd), type=Seen)
    row = (
        many(LISTENERS),
        f"{seen.comments / LISTENERS / (seconds - 1):.1f}",
        f"{seen.half:,.0f}",
        f"{seen.p99:,.0f}",
        f"{each / 1_024:,.1f}",
        f"{share:.0%}",
    )
    columns = ("listeners", "comments per second", "ms to see, half", "ms, 99 %", "KB each", "of a core")
    goals = [
        Goal(
            f"{many(LISTENERS)} listeners: at most {KILOBYTES} KB each",
            f"{each / 1_024:,.1f}",
            each <= KILOBYTES * 1_024,
        ),
        Goal(
            f"Seen within {many(SOON)} ms by 99 % of {many(LISTENERS)} listeners",
            f"{seen.p99:,.0f}",
            seen.p99 <= SOON,
        ),
    ]
    return Findings([Sheet("Open pages", columns, [row])], goals)


def find_story(plan: Plan) -> int:
    settings = find_settings(plan.file)
    with open_database(settings) as db:
        story = db.ask(find_story_by_key, settings.site.id, key_of(plan.large))
    if story is None:
        raise Broken("The planted story is not there.")
    return story.id
