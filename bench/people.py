"""What people cost: the server's CPU for each request of those who read, come back, or ask as a program."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from urllib.parse import urlencode

from bench.load import COLUMNS, Contest, load
from bench.machine import Broken
from bench.plan import Plan
from bench.reading import PACKED
from bench.report import Findings, Goal, Sheet, at_most, many, times
from bench.seed import PER_READER, find_story, id_of, key_of, path_of, plant_thread
from bench.servers import Server, fetch, serve_bare, serve_site
from bench.visiting import measure_first_visits
from bench.yardstick import BARE, PLAIN, beside, slowness
from piensas.actions.publishing import publish_edition
from piensas.cli.opening import find_settings, open_database
from piensas.model.elsewhere import manuscript_of, read_wish
from piensas.model.moment import Clock
from piensas.model.reader import Reader
from piensas.model.session import Session, hash_of
from piensas.settings import Settings
from piensas.store.database import Database
from piensas.store.readers import save_reader
from piensas.store.sessions import save_session
from piensas.web.viewer import SCRIPTS, session_cookie

STRANGER = "a stranger: the page, ready"
GUEST = "a guest who is back: the second small answer"
READER = "a signed-in reader: the second small answer"
AUTHOR = "who has ten comments here: the second small answer"
DRAWN = "who has ten comments here, without scripts: the page, drawn for them"
WORDPRESS = "a program: WordPress's list of 100"
LIST = "a program: the API's list of 100, not in memory"
FIRST_VISIT = "a page of another site: the first visit, all in all"
LATER = "a page of another site: a later look"
LATER_DRAWN = "a page of another site: a later look, not in memory"

GUESTS_TOKEN, READERS_TOKEN, AUTHORS_TOKEN = "guest", "reader", "author"  # of a site that lives minutes
EMBEDDED = 101
"""Comments under the page of another site."""

CONNECTIONS = 4
"""So few that hardly anything is begun in one measurement and done in the next."""

Asked = tuple[Server, str, Mapping[str, str]]
"""A server, an address on it, and the headers of a request."""

HUNDRED = 100
ORIGIN = "http://127.0.0.1:9"
PAGE = f"{ORIGIN}/a-page-with-comments"
LONGEST = 5_000
"""Microseconds of CPU for any answer with a hundred comments."""


def measure_people(plan: Plan) -> Findings:
    with plan.copy() as file:
        story, largest = plant_people(plan, file)
        around = {"PIENSAS_EMBED_ORIGINS": ORIGIN, "PIENSAS_SERVER_TRUSTED_PROXIES": "127.0.0.1"}
        with (
            serve_site(file, **around) as site,
            serve_site(file, PIENSAS_SERVER_READY_MEGABYTES="0", **around) as forgetful,
            serve_bare(plan.folder, {"/plain": fetch(site, path_of(plan.large), {})}) as bare,
        ):
            own = f"/stories/{story}/viewer?language=en&since={id_of(plan.small, plan.small // 2)}"
            page = f"/embed/discussion?{urlencode({'page': PAGE, 'language': 'en'})}"
            threads = f"/api/v1/stories/{largest}/comments?limit={HUNDRED}"
            comments = f"/wp-json/wp/v2/comments?per_page={HUNDRED}"
            require_hundred(fetch(site, comments, {}).body, fetch(site, threads, {}).body)
            asked: dict[str, Asked] = {
                STRANGER: (site, path_of(plan.small), PACKED),
                GUEST: (site, own, PACKED | cookies_of(GUESTS_TOKEN, SCRIPTS)),
                READER: (site, own, PACKED | cookies_of(READERS_TOKEN, SCRIPTS)),
                AUTHOR: (site, own, PACKED | cookies_of(AUTHORS_TOKEN, SCRIPTS)),
                DRAWN: (site, path_of(plan.small), PACKED | cookies_of(AUTHORS_TOKEN)),
                WORDPRESS: (site, comments, PACKED),
                LIST: (forgetful, threads, PACKED),
                LATER: (site, page, PACKED),
                LATER_DRAWN: (forgetful, page, PACKED),
            }
            rivals = {
                name: partial(load, *each, plan.short.seconds, CONNECTIONS) for name, each in asked.items()
            } | {BARE: partial(load, bare, "/plain", {}, plan.short.seconds)}
            require_own({name: asked[name] for name in (GUEST, READER, AUTHOR)})
            found = Contest(rivals, plan.short.number)
    first = Contest({FIRST_VISIT: partial(measure_first_visits, plan)}, plan.long.number)
    return Findings([show(found, first)], list_goals(plan, found))


def plant_people(plan: Plan, file: Path) -> tuple[int, int]:
    """A guest and a reader who have nothing under the small story and an author who has, and a page of
    another site with comments. Returns the ids of the small story and the large one."""
    settings = find_settings(file)
    with open_database(settings) as db:
        for token, provider in ((GUESTS_TOKEN, ""), (READERS_TOKEN, "google")):
            plant_session(db, settings, Clock(), (token, provider, plant_reader(db, settings, Clock())))
        plant_session(db, settings, Clock(), (AUTHORS_TOKEN, "google", id_of(plan.small, 0)))
        wish = read_wish(PAGE, "", "en", settings.site, (ORIGIN,))
        moment = Clock()()
        manuscript = manuscript_of(wish, "A page with comments", moment.now)
        made, _ = db.do(lambda connection: publish_edition(connection, settings.site, manuscript, moment))
        plant_thread(db, made, EMBEDDED)
        small, large = (find_story(db, settings, key_of(size)).id for size in (plan.small, plan.large))
    return small, large


def plant_reader(db: Database, settings: Settings, clock: Clock) -> int:
    """The id of somebody who is known and has said nothing."""
    reader = Reader(settings.site.id, clock().id, "Somebody", "somebody@example.org", "", 0)
    db.do(lambda connection: save_reader(connection, reader))
    return reader.id


def plant_session(db: Database, settings: Settings, clock: Clock, whose: tuple[str, str, int]) -> None:
    token, provider, reader = whose
    moment = clock()
    session = Session(
        site_id=settings.site.id,
        token_hash=hash_of(token),
        reader_id=reader,
        id=moment.id,
        seen_at=moment.now,
        provider=provider,
        label=provider.capitalize(),
    )
    db.do(lambda connection: save_session(connection, session))


def cookies_of(token: str, *marks: str) -> dict[str, str]:
    return {"Cookie": "; ".join([f"{session_cookie(False)}={token}", *(f"{mark}=1" for mark in marks)])}


def require_hundred(comments: bytes, threads: bytes) -> None:
    found = len(json.loads(comments)), len(json.loads(threads)["comments"])
    if found != (HUNDRED, HUNDRED):
        raise Broken(f"Lists of {HUNDRED} comments have {found}.")


def require_own(asked: Mapping[str, Asked]) -> None:
    """Only the author has comments of their own here, ten of them."""
    for name, (site, path, headers) in asked.items():
        own = json.loads(fetch(site, path, {"Cookie": headers["Cookie"]}).body)["pieces"]
        if len(own) != (PER_READER if name == AUTHOR else 0):
            raise Broken(f"{name}: {len(own)} comments are theirs.")


def show(found: Contest, first: Contest) -> Sheet:
    rows = [
        (name, *found.describe(name), many(found.size(name)), times(found.ratio(name, STRANGER)))
        for name in found.names
    ]
    rows.append((FIRST_VISIT, *first.describe(FIRST_VISIT), many(first.size(FIRST_VISIT)), ""))
    return Sheet("What people cost", ("who asks", *COLUMNS, "bytes", "× a stranger"), rows)


def list_goals(plan: Plan, found: Contest) -> list[Goal]:
    wanted = plan.database.wanted
    limits = dict.fromkeys((WORDPRESS, LIST, LATER_DRAWN), LONGEST) | {DRAWN: wanted.drawn}
    if wanted.small:
        limits |= {GUEST: wanted.small, READER: wanted.small, AUTHOR: 2 * wanted.small}
    slower = slowness(found, PLAIN)
    return [
        at_most(
            f"{name}: at most {many(limit)} µs of CPU",
            {"": found.cost(name) / slower},
            limit,
            beside(slower),
        )
        for name, limit in limits.items()
    ]
