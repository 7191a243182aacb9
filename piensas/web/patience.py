"""How much may be sent, and how long it may take, before a request is one: uvicorn's own protocol class
waits for ever and keeps everything."""

from __future__ import annotations

import asyncio
from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from piensas.web.gate import Gate
from piensas.web.shapes import LARGEST_BODY

LARGEST_HEAD = 64 << 10
"""Bytes of a request's line and headers; of what stands around a body's parts, and behind it, as many."""
MOST_OF_A_BODY = 2 * LARGEST_BODY
"""Bytes that are still taken of a body, so that who sent a little too much is told so in words."""
PIECE = 16 << 10
"""Bytes that the parser is given at once: it keeps what it has not finished."""
FOR_A_HEAD, FOR_A_BODY, FOR_LEAVING = 10, 30, 2
"""Seconds: from the first byte of a request, or the opening of a connection; from the end of the headers;
for reading why nothing more is taken."""


class PatientProtocol(HttpToolsProtocol):
    """uvicorn's own protocol, with an end to everything that is still to come.

    `fed` counts the bytes since the last request, or since the end of this one's headers; `due` is when the
    rest must be here, 0 where nothing is awaited. The gate looks at it: no request has a timer of its own.
    """

    fed = 0
    taken = 0
    due = 0.0
    is_in_body = False
    is_refused = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        gate: Gate = self.app.gate
        self.due = self.loop.time() + FOR_A_HEAD
        if gate.admit(self, self.client[0] if self.client else ""):
            gate.watch(self.loop)
        else:
            self.refuse(HTTPStatus.SERVICE_UNAVAILABLE)
            transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self.app.gate.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        for start in range(0, len(data), PIECE):
            if self.is_refused or self.transport.is_closing():
                return
            piece = data[start : start + PIECE]
            self.fed += len(piece)
            super().data_received(piece)
            if not self.fed and not self.is_in_body:
                continue
            if self.fed - 2 * self.taken > LARGEST_HEAD:
                self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            elif not self.due:
                self.due = self.loop.time() + (FOR_A_BODY if self.is_in_body else FOR_A_HEAD)

    def on_headers_complete(self) -> None:
        if self.fed > LARGEST_HEAD and self._size_of_head() > LARGEST_HEAD:
            self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        elif self._announced_size() > MOST_OF_A_BODY:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            self.fed, self.taken, self.due, self.is_in_body = 0, 0, 0.0, True
            super().on_headers_complete()
            self.headers = []  # for trailers: they are no headers

    def on_body(self, body: bytes) -> None:
        if self.is_refused:
            return
        self.taken += len(body)
        if self.taken > MOST_OF_A_BODY:
            self.refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
        else:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if not self.is_refused:
            super().on_message_complete()
            self.await_next()

    def await_next(self) -> None:
        """The request is here as a whole; when the next one begins is up to uvicorn's own patience."""
        self.fed, self.taken, self.due, self.is_in_body = 0, 0, 0.0, False

    @property
    def wait(self) -> int:
        """What the gate wants to know, for choosing who gives way."""
        if self.is_in_body:
            return 1
        if self.cycle is not None and not self.cycle.response_complete:
            return 0
        return 3 if self.due else 2

    def is_late(self, now: float) -> bool:
        """A request that we do not read ourselves, because another is being answered, is not late."""
        return 0 < self.due < now and not self.flow.read_paused

    def cut(self) -> None:
        """Ends the connection; who has begun to ask for something is told."""
        if self.is_refused or not (self.fed or self.is_in_body):
            self.transport.abort()
        else:
            self.refuse(HTTPStatus.REQUEST_TIMEOUT)

    def drop(self) -> None:
        """Ends the connection at once, for somebody else's sake."""
        self.is_refused = True
        self.transport.abort()

    def refuse(self, status: HTTPStatus) -> None:
        """Says why nothing more is taken. What still comes is thrown away for a moment: a connection closed
        on somebody who is sending would take the answer with it."""
        self.is_refused = True
        self.due = self.loop.time() + FOR_LEAVING
        self._unset_keepalive_if_required()
        if self.cycle is not None and not self.cycle.response_complete:
            is_mine = self.is_in_body and not self.cycle.response_started
            self.cycle.disconnected = True
            self.cycle.message_event.set()
            if not is_mine:
                self.transport.abort()
                return
        self.flow.resume_reading()
        self.transport.write(write_refusal(status, self.server_state.default_headers))
        self.transport.write_eof()

    def _size_of_head(self) -> int:
        return len(self.url) + sum(len(name) + len(value) + 4 for name, value in self.headers)

    def _announced_size(self) -> int:
        return next((int(value) for name, value in self.headers if name == b"content-length"), 0)


def write_refusal(status: HTTPStatus, fresh: list[tuple[bytes, bytes]]) -> bytes:
    """A whole answer, with the headers that uvicorn renews every second (the date)."""
    words = status.phrase.encode()
    headers = [
        *fresh,
        (b"content-type", b"text/plain"),
        (b"content-length", b"%d" % len(words)),
        (b"connection", b"close"),
    ]
    lines = b"".join(name + b": " + value + b"\r\n" for name, value in headers)
    return b"HTTP/1.1 %d %s\r\n%s\r\n%s" % (status, words, lines, words)
