"""What every answer to a program has: its headers, the next page, what it may be refused for."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import Response
from litestar.datastructures import ResponseHeader
from litestar.openapi import ResponseSpec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter, PathParameter, QueryParameter

from piensas.model.refusals import ChangedMeanwhile
from piensas.model.rules import Order
from piensas.web.answers import PERSONAL, SAFETY, SHARED
from piensas.web.errors import STATUS, WORDS, Problem
from piensas.web.front_door import FOR_PROGRAMS
from piensas.web.http import Request
from piensas.web.press import Press

T = TypeVar("T")
NOTHING: Mapping[str, str] = MappingProxyType({})
BASE = "/api/v1"
MOST = 100
USUAL = 20
DIGITS = r"^[0-9]{1,19}$"
PROBLEM = "application/problem+json"

Id = Annotated[str, PathParameter(pattern=DIGITS, examples=[Example(value="3738119876543210496")])]
Limit = Annotated[int, QueryParameter(ge=1, le=MOST, description="How many are wanted at most")]
After = Annotated[
    str | None,
    QueryParameter(max_length=100, description="Where the page before ended, as its `Link` says"),
]
WantedOrder = Annotated[Order | Literal[""], QueryParameter(description="Empty for the site's own")]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", description="Only if it is still as it was read: its `ETag`"),
]
IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="The `ETag` of what is known already")
]
LINK = ResponseHeader(
    name="Link",
    documentation_only=True,
    description='The next page, with `rel="next"`, unless it was the last',
)
ETAG = ResponseHeader(name="ETag", documentation_only=True, description="For `If-Match` and `If-None-Match`")
LOCATION = ResponseHeader(name="Location", documentation_only=True, description="Its address")


def answer(what: T, *, status: int = 200, headers: Mapping[str, str] = NOTHING) -> Response[T]:
    """For whoever asks alone. Headers without a value are left out."""
    said = {name: value for name, value in headers.items() if value}
    return Response(what, status_code=status, headers={**SAFETY, "cache-control": PERSONAL, **said})


def unchanged(etag: str) -> Response[Any]:
    """304: what the program knows is still so."""
    return answer(None, status=304, headers={"etag": etag})


def shared(what: T, link: str = "") -> Response[T]:
    """The same for everybody, and readable by every page."""
    headers = {
        "cache-control": SHARED,
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "ETag, Link",
        "link": link,
    }
    return answer(what, headers=headers)


def next_link(request: Request, press: Press, after: str) -> str:
    """The address of the next page (RFC 8288), empty after the last. Only with what the front door tells
    answers apart by, since whoever asks the same is given the same."""
    if not after:
        return ""
    known = FOR_PROGRAMS - {"after"}
    query = [(name, value) for name, value in request.query_params.multi_items() if name in known]
    return f'<{press.site.address}{request.url.path}?{urlencode([*query, ("after", after)])}>; rel="next"'


def split_page(found: list[T], limit: int) -> tuple[list[T], T | None]:
    """A page of a list that was asked for with one too many, and its last one where more follow."""
    page = found[:limit]
    return page, page[-1] if len(found) > limit else None


def etag_of(shown: Any) -> str:
    """Strong: it changes whenever a byte of what is shown does (RFC 9110, 8.8.3)."""
    return f'"{hashlib.blake2b(msgspec.json.encode(shown), digest_size=9).hexdigest()}"'


def require_match(wanted: str | None, etag: str) -> None:
    """Refuses to change what is no longer as the program has read it (RFC 9110, 13.1.1). A web server
    that packs our answer makes its ETag a weak one, which is taken all the same."""
    if not is_known(wanted or "*", etag):
        raise ChangedMeanwhile


def is_known(wanted: str | None, etag: str) -> bool:
    """Is the program's one of these (RFC 9110, 13.1.2)?"""
    names = [name.strip().removeprefix("W/") for name in (wanted or "").split(",")]
    return etag in names or "*" in names


NOT_MODIFIED = ResponseSpec(None, description="What is known already is still so", generate_examples=False)


def refused(*codes: str) -> dict[int, ResponseSpec]:
    """How an operation may be refused, besides the ways that all have."""
    found: dict[int, list[str]] = {}
    for code in ("malformed", "unavailable", *codes):
        found.setdefault(STATUS[code], []).append(code)
    return {status: spec_of(several) for status, several in sorted(found.items())}


def spec_of(codes: list[str]) -> ResponseSpec:
    words = {code: WORDS.get(code, WORDS["malformed"])(str) for code in codes}
    return ResponseSpec(
        Problem,
        description=", ".join(f"`{code}`" for code in codes),
        media_type=PROBLEM,
        generate_examples=False,
        examples=[
            Example(
                summary=said,
                value=Problem(f"/problems#{code}", "This could not be done", STATUS[code], code, said),
            )
            for code, said in words.items()
        ],
    )
