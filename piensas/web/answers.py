"""Answers, each with the headers that its kind must have."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from litestar import Response
from litestar.enums import MediaType

from piensas.model.refusals import Refusal
from piensas.web.front_door import PROOF
from piensas.web.http import Request
from piensas.web.proofs import Proof

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types piensas",
    )
)
SAFETY = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
    "cross-origin-opener-policy": "same-origin-allow-popups",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
T = TypeVar("T")
SHARED = "public, no-cache"
PERSONAL = "private, no-store"


def page_answer(
    body: bytes, *, status: int = 200, cache: str = PERSONAL, kind: str = "text/html"
) -> Response[bytes]:
    return Response(body, status_code=status, media_type=kind, headers=SAFETY | {"cache-control": cache})


def keep(request: Request, answer: Response[T], proof: Proof | None) -> Response[T]:
    """Marks an answer as the same for everybody for as long as its proof holds."""
    request.scope[PROOF] = proof  # type: ignore[literal-required]  # ours, for the front door
    answer.headers.update({"cache-control": SHARED, "access-control-allow-origin": "*"})
    return answer


def shared_answer(body: bytes, kind: str) -> Response[bytes]:
    """The same for everybody, and not worth being kept."""
    answer = page_answer(body, kind=kind, cache=SHARED)
    answer.headers["access-control-allow-origin"] = "*"
    return answer


def shared_json(what: Any) -> Response[bytes]:
    return shared_answer(msgspec.json.encode(what), MediaType.JSON.value)


def json_answer(what: Any, *, status: int = 200, cache: str = PERSONAL) -> Response[bytes]:
    kind = "application/problem+json" if status >= 400 else MediaType.JSON.value
    return page_answer(msgspec.json.encode(what), status=status, cache=cache, kind=kind)


def with_retry(answer: Response[bytes], refusal: Refusal) -> Response[bytes]:
    """Says after how many seconds it is worth trying again, where that is known."""
    seconds = getattr(refusal, "retry_after", None)
    if seconds:
        answer.headers["retry-after"] = str(seconds)
    return answer


def see(address: str) -> Response[bytes]:
    """303: the deed is done, and here is what has become of it."""
    answer = page_answer(b"", status=303)
    answer.headers["location"] = address
    return answer


def moved(address: str) -> Response[bytes]:
    """301: what was here has another address now."""
    answer = page_answer(b"", status=301, cache="public, max-age=3600")
    answer.headers["location"] = address
    return answer
