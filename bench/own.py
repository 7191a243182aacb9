"""What a reader who is signed in costs: the page that is everybody's, and the second small answer."""

from __future__ import annotations

from functools import partial

from bench.load import COLUMNS, Contest, load
from bench.plan import Plan
from bench.reading import PACKED
from bench.report import Findings, Sheet, many, times
from bench.seed import id_of, key_of, path_of
from bench.servers import serve_site
from piensas.cli.opening import find_settings, open_database
from piensas.model.moment import Clock
from piensas.model.session import Session, hash_of
from piensas.store.sessions import save_session
from piensas.store.stories import find_story_by_key
from piensas.web.viewer import SCRIPTS, session_cookie

TOKEN = "a-session-of-the-bench"  # noqa: S105  # of a site that lives for minutes
PAGE = "the page, as everybody gets it"
PAGE_OF_READER = "the page, with the reader's session"
OWN = "the second small answer"
OWN_OF_STRANGER = "the second small answer, for a stranger"


def measure_own(plan: Plan) -> Findings:
    """Both requests of a signed-in reader's page, beside those of a stranger."""
    address = f"/stories/{plant_session(plan)}/viewer?language=en"
    reader = PACKED | {"Cookie": f"{session_cookie(False)}={TOKEN}; {SCRIPTS}=1"}
    with serve_site(plan.file) as site:
        path = path_of(plan.small)
        found = Contest(
            {
                PAGE: partial(load, site, path, PACKED, plan.seconds),
                PAGE_OF_READER: partial(load, site, path, reader, plan.seconds),
                OWN_OF_STRANGER: partial(load, site, address, PACKED, plan.seconds),
                OWN: partial(load, site, address, reader, plan.seconds),
            }
        )
    rows = [
        (rival, *found.describe(rival), many(found.size(rival)), times(found.ratio(rival, PAGE)))
        for rival in (PAGE, PAGE_OF_READER, OWN_OF_STRANGER, OWN)
    ]
    columns = ("two requests of a page", *COLUMNS, "bytes", "× the page")
    return Findings([Sheet("A reader who is signed in", columns, rows)], [])


def plant_session(plan: Plan) -> int:
    """Signs in somebody who has written comments there; returns the story's id."""
    settings = find_settings(plan.file)
    moment = Clock()()
    with open_database(settings) as db:
        story = db.ask(find_story_by_key, settings.site.id, key_of(plan.small))
        assert story is not None
        session = Session(
            site_id=settings.site.id,
            token_hash=hash_of(TOKEN),
            reader_id=id_of(plan.small, 0),
            id=moment.id,
            seen_at=moment.now,
            provider="google",
            label="Google",
        )
        db.do(lambda connection: save_session(connection, session))
    return story.id
