"""The answer to a request that was refused or failed: a page for people, RFC 9457 for programs."""

from __future__ import annotations

from typing import Any

import structlog
from litestar import Response
from litestar.exceptions import HTTPException

from piensas.drawing.pen import Pen, pen_of
from piensas.model.refusals import (
    Malformed,
    NotFound,
    OriginUnknown,
    Refusal,
    ScopeMissing,
    TokenMissing,
    TokenWrong,
)
from piensas.web.answers import json_answer, page_answer, with_retry
from piensas.web.errors import WORDS, Problem, describe, problem_of
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import wants_json
from piensas.web.spoken import spoken_language

log = structlog.get_logger()
LIMITS = ("ratelimit-policy", "ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
BY_FRAMEWORK = {405: ("method_not_allowed", ("allow",)), 429: ("too_many_requests", LIMITS)}
"""What the framework refuses for us: our code for it, and which of its headers stay."""


HOUR = 3_600_000
MOST_TOLD = 100
"""Origins in an hour: anybody may make them up."""


class Refuser:
    """Turns what was raised into an answer. One for the whole application."""

    def __init__(self, press: Press) -> None:
        self.press = press
        self._told: tuple[int, set[str]] = (0, set())

    def refuse(self, request: Request, refusal: Refusal) -> Response[bytes]:
        pen = self._pen(request)
        problem = describe(refusal, pen.speech)
        if isinstance(refusal, Malformed) and is_for_programs(request):
            problem.detail = str(refusal) or problem.detail
        answer = with_challenge(with_retry(self._answer(request, problem, pen), refusal), refusal)
        if isinstance(refusal, OriginUnknown):
            answer.headers["access-control-allow-origin"] = "*"  # whose page it is can read why it is empty
            self._tell_once(refusal.origin)
        return answer

    def _tell_once(self, origin: str) -> None:
        """One line in the log for each origin and hour, for whoever wonders why a page stays empty."""
        hour = self.press.clock().now // HOUR
        if self._told[0] != hour:
            self._told = (hour, set())
        told = self._told[1]
        if origin not in told and len(told) < MOST_TOLD:
            told.add(origin)
            log.warning("page_of_unknown_origin", origin=origin, setting="embed.origins")

    def refuse_by_framework(self, request: Request, fault: HTTPException) -> Response[bytes]:
        if fault.status_code in BY_FRAMEWORK:
            code, kept = BY_FRAMEWORK[fault.status_code]
            pen = self._pen(request)
            answer = self._answer(request, problem_of(code, WORDS[code](pen.speech.gettext), pen.speech), pen)
            headers = {name.lower(): value for name, value in (fault.headers or {}).items()}
            answer.headers.update({name: headers[name] for name in kept if name in headers})
            if fault.status_code == 429:
                answer.headers["retry-after"] = headers["ratelimit-reset"]
            return answer
        if fault.status_code >= 500:
            return self.fail(request, fault)
        return self.refuse(request, NotFound() if fault.status_code == 404 else Malformed(reason_of(fault)))

    def fail(self, request: Request, fault: Exception) -> Response[bytes]:
        """A mistake of ours: told to the log in full, to the reader not at all."""
        log.error("failed", path=request.url.path, method=request.method, exc_info=fault)
        pen = self._pen(request)
        words = WORDS["failed"](pen.speech.gettext)
        return self._answer(request, problem_of("failed", words, pen.speech), pen)

    def _answer(self, request: Request, problem: Problem, pen: Pen) -> Response[bytes]:
        path = request.url.path
        asks_for_data = (
            is_for_programs(request)
            or path.startswith("/embed")
            or (request.method == "GET" and path.startswith("/stories/"))
        )
        if wants_json(request) or asks_for_data:
            return json_answer(problem, status=problem.status)
        return page_answer(
            pen.draw("error.html", problem=problem, text="", action="", fields=[]), status=problem.status
        )

    def _pen(self, request: Request) -> Pen:
        site = self.press.site
        return pen_of(site, spoken_language(request, site))


def is_for_programs(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def reason_of(fault: HTTPException) -> str:
    """What is wrong with a request, and with which part of it."""
    parts: Any = fault.extra if isinstance(fault.extra, list) else []
    reasons = [f"{part['key']}: {part['message']}" for part in parts if "key" in part and "message" in part]
    return "; ".join(reasons) or fault.detail


def with_challenge(answer: Response[bytes], refusal: Refusal) -> Response[bytes]:
    """What a program lacks (RFC 6750, 3)."""
    if isinstance(refusal, TokenMissing):
        answer.headers["www-authenticate"] = "Bearer"
    if isinstance(refusal, TokenWrong):
        answer.headers["www-authenticate"] = 'Bearer error="invalid_token"'
    if isinstance(refusal, ScopeMissing):
        answer.headers["www-authenticate"] = f'Bearer error="insufficient_scope", scope="{refusal.scope}"'
    return answer


async def refuse_nul(request: Request) -> None:
    """No address of ours has a NUL in it, and PostgreSQL takes none."""
    if "\0" in request.scope["path"] or b"%00" in request.scope["query_string"]:
        raise Malformed("A NUL is no part of an address.") if is_for_programs(request) else NotFound
