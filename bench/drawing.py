"""How fast pages are drawn that are not in memory, by the size of their threads."""

from __future__ import annotations

from functools import partial

from bench.load import COLUMNS, Contest, load
from bench.machine import read_memory
from bench.plan import Plan
from bench.reading import PACKED
from bench.report import Findings, Goal, Sheet, at_least, at_most, many, times
from bench.seed import path_of
from bench.servers import fetch, require_same, serve_bare, serve_site
from bench.yardstick import BARE, PLAIN, beside, slowness

USUAL = 50
"""Comments on the page that is to be so fast; one of the longer threads has half as many again."""

GROWTH = 1.2
"""A large thread's page may cost so many times what a small one's does."""


def measure_drawing(plan: Plan) -> Findings:
    with serve_site(plan.file, PIENSAS_SERVER_READY_MEGABYTES="0") as site:
        path = path_of(plan.small)
        answers = {"/plain": fetch(site, path, {}), "/br": fetch(site, path, PACKED)}
        with serve_bare(plan.folder, answers) as bare:
            for answer, given in answers.items():
                require_same({"drawn": given, BARE: fetch(bare, answer, {})})
            contests = {
                answer: Contest(
                    {
                        name_of(size): partial(load, site, path_of(size), headers, plan.short.seconds)
                        for size in plan.sizes
                    }
                    | {BARE: partial(load, bare, f"/{answer}", headers, plan.short.seconds)},
                    plan.short.number,
                )
                for answer, headers in (("plain", {}), ("br", PACKED))
            }
        memory = [("after drawing every page anew", read_memory(site.pid))]
    return Findings([show(plan, contests)], list_goals(plan, contests), memory)


def name_of(size: int) -> str:
    return f"{size:,} comments"


def show(plan: Plan, contests: dict[str, Contest]) -> Sheet:
    rows = [
        (
            f"{rival}, {answer}",
            *found.describe(rival),
            many(found.size(rival)),
            times(found.ratio(rival, name_of(plan.small))),
            f"{found.ratio(rival, BARE):.3f} ×",
        )
        for answer, found in contests.items()
        for rival in (*map(name_of, plan.sizes), BARE)
    ]
    columns = ("a page not in memory", *COLUMNS, "bytes", f"× {plan.small:,}", "× bare ASGI")
    return Sheet("Pages not in memory", columns, rows)


def list_goals(plan: Plan, contests: dict[str, Contest]) -> list[Goal]:
    small, large = name_of(plan.small), name_of(plan.large)
    growth = {
        answer: found.ratio(small, large) if small != large else None for answer, found in contests.items()
    }
    usual = name_of(USUAL if USUAL in plan.sizes else plan.large)
    wanted, slower = plan.database.wanted.pages, slowness(contests["plain"], PLAIN)
    return [
        at_most(
            f"Page not in memory: {large} cost at most 20 % more CPU than {small}", growth, GROWTH, times
        ),
        at_least(
            f"Page of {usual} not in memory: at least {many(wanted)} a second of CPU",
            {"": 1e6 / contests["plain"].cost(usual) * slower},
            wanted,
            beside(1 / slower),
        ),
    ]
