"""The answer to a request that was refused or failed: a page for people, RFC 9457 for programs."""

from __future__ import annotations

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from piensas.drawing.pen import Pen, pen_of
from piensas.model.refusals import Malformed, NotFound, Refusal
from piensas.web.answers import json_answer, page_answer, with_retry
from piensas.web.errors import WORDS, Problem, describe, problem_of
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import wants_json
from piensas.web.spoken import spoken_language

log = structlog.get_logger()


class Refuser:
    """Turns what was raised into an answer. One for the whole application."""

    def __init__(self, press: Press) -> None:
        self.press = press

    def refuse(self, request: Request, refusal: Refusal) -> Response[bytes]:
        pen = self._pen(request)
        return with_retry(self._answer(request, describe(refusal, pen.speech), pen), refusal)

    def refuse_by_framework(self, request: Request, fault: HTTPException) -> Response[bytes]:
        if fault.status_code == 405:
            pen = self._pen(request)
            words = WORDS["method_not_allowed"](pen.speech.gettext)
            answer = self._answer(request, problem_of("method_not_allowed", words, pen.speech), pen)
            answer.headers.update({k: v for k, v in (fault.headers or {}).items() if k.lower() == "allow"})
            return answer
        if fault.status_code >= 500:
            return self.fail(request, fault)
        return self.refuse(request, NotFound() if fault.status_code == 404 else Malformed())

    def fail(self, request: Request, fault: Exception) -> Response[bytes]:
        """A mistake of ours: told to the log in full, to the reader not at all."""
        log.error("failed", path=request.url.path, method=request.method, exc_info=fault)
        pen = self._pen(request)
        words = WORDS["failed"](pen.speech.gettext)
        return self._answer(request, problem_of("failed", words, pen.speech), pen)

    def _answer(self, request: Request, problem: Problem, pen: Pen) -> Response[bytes]:
        path = request.url.path
        asks_for_data = path.startswith("/embed") or (
            request.method == "GET" and path.startswith("/stories/")
        )
        if wants_json(request) or asks_for_data:
            return json_answer(problem, status=problem.status)
        return page_answer(
            pen.draw("error.html", problem=problem, text="", action="", fields=[]), status=problem.status
        )

    def _pen(self, request: Request) -> Pen:
        site = self.press.site
        return pen_of(site, spoken_language(request, site))
