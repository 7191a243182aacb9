"""Ready pages answered inside uvicorn's protocol class, before ASGI: half the cost of the front door.

Whatever is not the plainest of requests (a GET over HTTP/1.1, one at a time, kept alive, for a page
that is ready and the same for everybody) goes the ordinary way, and gets the same bytes there.
"""

from __future__ import annotations

import inspect

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from piensas.model.refusals import Unavailable
from piensas.web.patience import LARGEST_HEAD, PatientProtocol
from piensas.web.ready import (
    ReadyPage,
    ReadyPages,
    Variant,
    choose_encoding,
    has_etag,
    is_personal,
    read_wishes,
)

NEEDED = {
    HttpToolsProtocol: (
        "connection_made",
        "connection_lost",
        "data_received",
        "on_message_begin",
        "on_headers_complete",
        "on_body",
        "on_message_complete",
        "_unset_keepalive_if_required",
    ),
}
EVENTS = b"/events"
LAST_CHUNK = b"0\r\n\r\n"
SOURCES = {
    HttpToolsProtocol: (
        "self.url",
        "self.headers",
        "self.cycle",
        "self.pipeline",
        "timeout_keep_alive_handler",
    ),
    RequestResponseCycle: ("disconnected", "message_event", "response_started", "response_complete"),
}


class ReadyProtocol(PatientProtocol):
    """uvicorn's own protocol, within limits, and with one question asked before a request becomes a task."""

    answered = False

    def on_message_begin(self) -> None:
        self.answered = False
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self.answered = self._answer()
        if not self.answered:
            super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        if not self.answered:
            super().on_body(body)

    def on_message_complete(self) -> None:
        if self.answered:
            self.await_next()
        else:
            super().on_message_complete()

    def shutdown(self) -> None:
        """As uvicorn's own; and whoever only listens is let go, or the server would wait for them."""
        super().shutdown()
        if self.cycle is not None and not self.cycle.response_complete and EVENTS in self.url:
            self.transport.write(LAST_CHUNK)
            self.transport.close()

    def _answer(self) -> bool:
        """Writes the ready page that was asked for; says whether there was one."""
        pages: ReadyPages = self.app.pages
        page = pages.find(self.url)
        if page is None or not self._is_plain() or not is_true_here(pages, page):
            return False

        accepted, known, cookies = read_wishes(self.headers)
        if is_personal(cookies):
            return False
        self._write(page, page.variant(choose_encoding(accepted, len(page.body))), known)
        self.server_state.total_requests += 1
        self.timeout_keep_alive_task = self.loop.call_later(
            self.timeout_keep_alive, self.timeout_keep_alive_handler
        )
        return True

    def _is_plain(self) -> bool:
        return (
            self.parser.get_method() == b"GET"
            and self.parser.get_http_version() == "1.1"
            and self.parser.should_keep_alive()
            and not self.parser.should_upgrade()
            and (self.cycle is None or self.cycle.response_complete)
            and not self.flow.write_paused
            and self.fed <= LARGEST_HEAD
        )

    def _write(self, page: ReadyPage, variant: Variant, known: bytes) -> None:
        """The whole answer, with the headers that uvicorn renews every second (the date)."""
        fresh = b"".join(
            [name + b": " + value + b"\r\n" for name, value in self.server_state.default_headers]
        )
        if known and has_etag(known, page.etag):
            self.transport.write(b"HTTP/1.1 304 Not Modified\r\n" + fresh + variant.unchanged_head)
        else:
            self.transport.writelines((b"HTTP/1.1 200 OK\r\n" + fresh + variant.head, variant.body))


def is_true_here(pages: ReadyPages, page: ReadyPage) -> bool:
    """A store that cannot answer now is left to the front door, which knows what to do then."""
    try:
        return pages.is_true_here(page)
    except Unavailable:
        return False


def find_protocol() -> str | type[ReadyProtocol]:
    """Our protocol class, or uvicorn's own where this uvicorn is built otherwise than we know it."""
    known = all(hasattr(owner, name) for owner, names in NEEDED.items() for name in names)
    spoken = all(name in inspect.getsource(owner) for owner, names in SOURCES.items() for name in names)
    return ReadyProtocol if known and spoken else "httptools"
