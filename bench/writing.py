"""How fast comments are taken, each on disk before its reader is told: as deeds and over HTTP."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from itertools import product
from pathlib import Path

import msgspec

from bench import yardstick
from bench.load import COLUMNS, Contest, Sample, load
from bench.machine import Broken, find_cores, finish, read_cpu, read_memory, run, start
from bench.plan import Plan
from bench.reading import PACKED
from bench.report import Findings, Goal, Sheet, at_least, many, times
from bench.seed import find_story, key_of, path_of
from bench.servers import Server, fetch_ready, serve_bare, serve_site
from bench.yardstick import BARE, beside, slowness
from piensas.cli.opening import find_settings, open_database

CROWDS = (1, 64)
ARRIVALS = 10
"""Comments a second while pages are read."""


def measure_writing(plan: Plan) -> Findings:
    memory: list[int] = []
    with serve_site(plan.file) as site:
        page = fetch_ready(site, path_of(plan.large), PACKED)
    with serve_bare(plan.folder, {"/br": page}) as bare:
        ways = {
            "as deeds": contest(plan, bare, partial(post_deeds, plan)),
            "over HTTP": contest(plan, bare, partial(post_over_http, plan, memory)),
        }
    rows = [row for way, found in ways.items() for row in rows_of(plan, way, found)]
    rows.append((f"{BARE}, br", *ways["over HTTP"].describe(BARE), ""))
    sheet = Sheet("Comments, each on disk", ("posting", *COLUMNS, f"× {plan.small:,}"), rows)
    wanted = plan.database.wanted
    goals = [
        goal_of(plan, "as deeds", ways["as deeds"], wanted.deeds),
        goal_of(plan, "over HTTP", ways["over HTTP"], wanted.comments),
    ]
    return Findings([sheet], goals, [("after posting over HTTP", max(memory))])


def contest(plan: Plan, bare: Server, post: Callable[[int, int], Sample]) -> Contest:
    sizes = sorted({plan.small, plan.large})
    rivals = {name_of(*pair): partial(post, *pair) for pair in product(CROWDS, sizes)}
    rivals[BARE] = partial(load, bare, "/br", PACKED, plan.long.seconds)
    return Contest(rivals, plan.long.number)


def name_of(writers: int, size: int) -> str:
    return f"{writers} {'writer' if writers == 1 else 'writers'}, into {size:,} comments"


def rows_of(plan: Plan, way: str, found: Contest) -> list[tuple[str, ...]]:
    return [
        (
            f"{name_of(writers, size)}, {way}",
            *found.describe(name_of(writers, size)),
            times(found.ratio(name_of(writers, size), name_of(writers, plan.small))),
        )
        for writers, size in product(CROWDS, sorted({plan.small, plan.large}))
    ]


def goal_of(plan: Plan, way: str, found: Contest, wanted: int) -> Goal:
    name = name_of(CROWDS[-1], plan.large)
    words = f"{name}, {way}: at least {many(wanted)} durable comments a second"
    slower = slowness(found, yardstick.PACKED)
    return at_least(words, {"": found.rate(name) * slower}, wanted, beside(1 / slower))


def post_deeds(plan: Plan, writers: int, size: int) -> Sample:
    with plan.copy() as file:
        words: list[str | Path] = [file, str(size), str(writers), str(plan.long.seconds)]
        printed = run([sys.executable, "-m", "bench.deeds", *words], find_cores()[0])
        sample = msgspec.json.decode(printed, type=Sample)
        require_kept(file, size, sample)
    return sample


def require_kept(file: Path, size: int, sample: Sample) -> None:
    """What was said to be on disk is there."""
    settings = find_settings(file)
    with open_database(settings) as db:
        kept = find_story(db, settings, key_of(size)).comments - size
    if not 0 < sample.done <= kept:
        raise Broken(f"{sample.done} comments were acknowledged, {kept} are there.")


def post_over_http(plan: Plan, memory: list[int], writers: int, size: int) -> Sample:
    with plan.copy() as file, serve_site(file) as site:
        before = read_cpu(site.pid)
        words = [site.address + path_of(size), str(writers), str(plan.long.seconds)]
        printed = run([sys.executable, "-m", "bench.clients", *words], find_cores()[1])
        used = read_cpu(site.pid) - before
        memory.append(read_memory(site.pid))
        sample = msgspec.json.decode(printed.splitlines()[-1], type=Sample)
        require_kept(file, size, sample)
    return msgspec.structs.replace(sample, cpu=used)


def measure_arrivals(plan: Plan) -> Findings:
    """A ready page of which ten comments a second make a new one."""
    quiet, busy = "nobody posts", f"{ARRIVALS} comments a second arrive"
    with plan.copy() as file, serve_site(file) as site:
        found = Contest(
            {
                quiet: partial(load, site, path_of(plan.large), PACKED, plan.short.seconds),
                busy: partial(load_while_posting, site, plan),
            },
            plan.short.number,
        )
    rows = [
        (name, *found.describe(name), f"{found.p99(name):.1f}", times(found.ratio(name, quiet)))
        for name in (quiet, busy)
    ]
    columns = ("a ready page, br, while", *COLUMNS, "ms, 99 %", "× quiet")
    return Findings([Sheet("A busy discussion", columns, rows)])


def load_while_posting(site: Server, plan: Plan) -> Sample:
    address = site.address + path_of(plan.large)
    words = [address, "1", str(plan.short.seconds + 1), str(ARRIVALS)]
    with start([sys.executable, "-m", "bench.clients", *words], find_cores()[1]) as process:
        assert process.stdout is not None
        if process.stdout.readline() != "posting\n":
            raise Broken("Nobody could post.")
        sample = load(site, path_of(plan.large), PACKED, plan.short.seconds)
        posted = msgspec.json.decode(finish(process).splitlines()[-1], type=Sample)
    if not posted.done:
        raise Broken("No comment came while the page was read.")
    return sample
