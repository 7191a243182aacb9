"""The page with every way to sign in, and what all pages of signing in have in common."""

from __future__ import annotations

from typing import Any

from litestar import Response, get
from litestar.di import NamedDependency

from piensas.drawing.pen import pen_of
from piensas.web.answers import page_answer
from piensas.web.discussions import find_address
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.shapes import as_id
from piensas.web.spoken import spoken_language
from piensas.web.viewer import read_visit

ALONE = {"referrer-policy": "no-referrer", "cross-origin-opener-policy": "unsafe-none"}
"""A provider's page may be in the same window before and after, and is told nothing of where it was."""


@get("/signin")
async def ways(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Every way to sign in, for who has no box at hand."""
    place = read_place(request)
    asked = request.query_params.get("language", "")
    language = asked if asked in press.site.languages else spoken_language(request, press.site)
    if place:
        _, language = await find_address(press, place, language)
    visit = await read_visit(request, press)
    return alone(draw_ways(press, language, place=place, adding=visit.is_signed_in))


def draw_ways(
    press: Press, language: str, *, place: int, adding: bool, email: str = "", error: str = ""
) -> bytes:
    """`error` is what is wrong with the `email` that was typed there."""
    return draw(press, language, "ways.html", place=place, adding=adding, email=email, error=error)


def draw(press: Press, language: str, template: str, **what: Any) -> bytes:
    return pen_of(press.site, language).draw(template, **what)


def alone(body: bytes, status: int = 200) -> Response[bytes]:
    answer = page_answer(body, status=status)
    answer.headers.update(ALONE)
    return answer


def read_place(request: Request) -> int:
    """The story that a sign-in began on; 0 for none."""
    return as_id(request.query_params.get("story") or "0")
