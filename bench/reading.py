"""How fast ready pages are read, beside the same bytes from other servers."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from functools import partial

from bench.load import COLUMNS, Contest, load
from bench.machine import read_memory
from bench.plan import Plan
from bench.report import Findings, Goal, Sheet, at_least, many, times
from bench.seed import path_of
from bench.servers import (
    Server,
    etag_of,
    fetch,
    fetch_ready,
    require_same,
    serve_bare,
    serve_front_door,
    serve_nginx,
    serve_site,
)

PACKED = {"Accept-Encoding": "br"}
PROTOCOL = "Piensas, protocol class"
FRONT_DOOR = "Piensas, front door alone"
BARE = "bare ASGI"
NGINX = "nginx, static file"
RIVALS = (PROTOCOL, FRONT_DOOR, BARE, NGINX)
WANTED = {PROTOCOL: 1.4, FRONT_DOOR: 0.9}
"""Times as fast as bare ASGI."""
JUDGED = "/br"
CLOSE = 3
"""Times as many rounds where goals are as near to what is measured as its noise."""


def measure_ready(plan: Plan) -> Findings:
    """A page in memory: as it is, packed, and not changed since the client has it."""
    path = path_of(plan.large)
    with ExitStack() as stack:
        site = stack.enter_context(serve_site(plan.file))
        at_start = read_memory(site.pid)
        door = stack.enter_context(serve_front_door(plan.file))
        plain, packed = fetch_ready(site, path, {}), fetch_ready(site, path, PACKED)
        known = PACKED | {"If-None-Match": etag_of(packed)}
        answers = {"/plain": plain, "/br": packed, "/304": fetch(site, path, known)}
        bare = stack.enter_context(serve_bare(plan.folder, answers))
        nginx = stack.enter_context(serve_nginx(plan.folder, answers))
        contests = {
            "/plain": contest(plan, (site, door, bare, nginx), "/plain", {}),
            "/br": contest(plan, (site, door, bare, nginx), "/br", PACKED),
            "/304": contest(plan, (site, door, bare, nginx), "/304", known),
        }
        after = read_memory(site.pid)
    memory = [("at start", at_start), ("after a load of ready pages", after)]
    return Findings([show(contests)], list_goals(contests[JUDGED]), memory)


def contest(plan: Plan, servers: tuple[Server, ...], answer: str, headers: Mapping[str, str]) -> Contest:
    site, door, bare, nginx = servers
    path = path_of(plan.large)
    static, known = answer, dict(headers)
    if answer == "/304":
        static, known = "/br", {"If-None-Match": etag_of(fetch(nginx, "/br", {}))}
    require_same(
        {
            PROTOCOL: fetch_ready(site, path, headers),
            FRONT_DOOR: fetch_ready(door, path, headers),
            BARE: fetch(bare, answer, headers),
            NGINX: fetch(nginx, static, known),
        }
    )
    return Contest(
        {
            PROTOCOL: partial(load, site, path, headers, plan.short.seconds),
            FRONT_DOOR: partial(load, door, path, headers, plan.short.seconds),
            BARE: partial(load, bare, answer, headers, plan.short.seconds),
            NGINX: partial(load, nginx, static, known, plan.short.seconds),
        },
        plan.short.number * (CLOSE if answer == JUDGED else 1),
    )


def show(contests: Mapping[str, Contest]) -> Sheet:
    rows = [
        (
            f"{rival}, {answer.lstrip('/')}",
            *found.describe(rival),
            many(found.size(rival)),
            times(found.ratio(rival, BARE)),
            times(found.ratio(rival, NGINX)),
        )
        for answer, found in contests.items()
        for rival in RIVALS
    ]
    columns = ("a ready page", *COLUMNS, "bytes", "× bare ASGI", "× nginx")
    return Sheet("Ready pages", columns, rows)


def list_goals(packed: Contest) -> list[Goal]:
    """As browsers ask for it; what a page costs that is not packed is the copying of its bytes. A goal is
    missed where that is more than the noise of the measurement."""
    goals = []
    for rival, wanted in WANTED.items():
        found, open_to = packed.compare(rival, BARE)
        words = f"{rival}, br: at least {wanted} × bare ASGI with the same bytes"
        said = f"{found:.2f} ± {open_to:.2f} ×"
        goals.append(at_least(words, {"": found + open_to}, wanted, lambda _, said=said: said))  # type: ignore[misc]
    return goals
