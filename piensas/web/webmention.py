"""Where other sites say that a page of theirs links to a story (W3C Webmention)."""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.di import NamedDependency

from piensas.actions.mentioning import Claim, claim_mention
from piensas.web.answers import page_answer
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import read_shape
from piensas.web.viewer import read_visit


class ClaimShape(msgspec.Struct):
    """`source` is the page that links, `target` the address that it links to."""

    source: str = ""
    target: str = ""


@post("/webmention", status_code=202)
async def take_claim(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Any server may say so, and nothing is believed: the page is looked at later, by the worker."""
    shape = await read_shape(request, ClaimShape)
    visit = await read_visit(request, press)
    claim = Claim(shape.source, shape.target)
    await press.db.write(lambda db: claim_mention(db, visit.viewer, claim, press.clock()))
    press.call_workers()
    return page_answer(b"We will have a look.\n", status=202, kind="text/plain")
