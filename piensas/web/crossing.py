"""What pages of other sites may read of our answers: those of registered origins, everything that they ask
for themselves (Fetch standard, CORS protocol)."""

from __future__ import annotations

import re
from collections.abc import Collection

from piensas.web.front_door import Message, Receive, Send

ALLOWED = b"access-control-allow-origin"
CROSSED = re.compile(
    r"/(embed|stories|api)/|/signout$|/[a-zA-Z0-9-]+/[^/]+/comments/[0-9]+/(edit|withdrawal)$"
)
"""What the element under another page asks for. Nothing that is about the reader's account."""

EXPOSED = b"etag, link, location, retry-after, ratelimit-limit, ratelimit-remaining, ratelimit-reset"


class Crossing:
    """An ASGI application around the framework's. What everybody may read says so itself (`keep`)."""

    def __init__(self, app: object, origins: Collection[str]) -> None:
        self.app = app
        self.origins = frozenset(origin.encode() for origin in origins)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        origin = origin_of(scope) if scope["type"] == "http" else b""
        if origin not in self.origins or not CROSSED.match(scope["path"]):
            await self.app(scope, receive, send)  # type: ignore[operator]  # an ASGI application
            return
        if scope["method"] == "OPTIONS":
            await self._allow(origin, send)
            return

        async def send_on(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = list(message["headers"])
                if all(name.lower() != ALLOWED for name, _ in headers):
                    headers += say(origin)
            await send(message)

        await self.app(scope, receive, send_on)  # type: ignore[operator]  # an ASGI application

    async def _allow(self, origin: bytes, send: Send) -> None:
        """The answer to a browser that asks beforehand."""
        headers = [
            *say(origin),
            (b"access-control-allow-methods", b"GET, POST, PUT, PATCH, DELETE"),
            (
                b"access-control-allow-headers",
                b"authorization, content-type, idempotency-key, if-match, if-none-match",
            ),
            (b"access-control-max-age", b"7200"),
        ]
        await send({"type": "http.response.start", "status": 204, "headers": headers})
        await send({"type": "http.response.body", "body": b""})


def say(origin: bytes) -> list[tuple[bytes, bytes]]:
    return [
        (ALLOWED, origin),
        (b"access-control-allow-credentials", b"true"),
        (b"access-control-expose-headers", EXPOSED),
        (b"vary", b"origin"),
    ]


def origin_of(scope: Message) -> bytes:
    """The `Origin` of a request; empty where there is none or more than one."""
    found = [value for name, value in scope["headers"] if name == b"origin"]
    return found[0] if len(found) == 1 else b""
