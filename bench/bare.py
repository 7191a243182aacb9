"""The measure of all things: given bytes, handed out by the same uvicorn with nothing around them."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Given(Struct, frozen=True):
    """An answer as our site gave it, without what the server adds itself."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


class Bare:
    """An ASGI application that has its answers ready, by path."""

    def __init__(self, answers: dict[str, Given]) -> None:
        self._answers = {
            path: (
                {"type": "http.response.start", "status": given.status, "headers": given.headers},
                {"type": "http.response.body", "body": given.body},
            )
            for path, given in answers.items()
        }

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        start, body = self._answers[scope["path"]]
        await send(start)
        await send(body)
