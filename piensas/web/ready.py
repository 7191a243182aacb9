"""Finished answers, kept in memory and handed out for as long as they are true.

An answer carries a proof: a question to the store and what it answered when the page was drawn.
While the database's mark has not moved, nothing can have changed; when it has, the question is
asked again, and only another answer costs the page its place.
"""

from __future__ import annotations

import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import lru_cache, partial
from typing import Any, Literal

import brotli
import msgspec

from piensas.store.database import Database
from piensas.web.proofs import Proof, Proofs

Headers = list[tuple[bytes, bytes]]
Message = dict[str, Any]
REPEATED = (b"etag", b"cache-control", b"vary", b"content-location", b"expires")
SESSION = b"piensas="
SCRIPTS = b"piensas-scripts=1"
SMALLEST_TO_PACK = 700
"""Bytes; with its head, which has as many again, what is smaller is one packet (1,460 over Ethernet)."""
LONGEST_OFFER = 200
"""Bytes of an `Accept-Encoding` that are read."""
OVERHEAD = 600


class Variant(msgspec.Struct):
    """The bytes of a page in one encoding, with the headers that go with them.

    `start` and `end` are the answer as ASGI sends it, `unchanged` starts a 304 with the headers that it
    repeats (RFC 9110, 15.4.5). `head` and `unchanged_head` are the headers as HTTP/1.1 writes them.
    """

    body: bytes
    start: Message
    end: Message
    unchanged: Message
    head: bytes
    unchanged_head: bytes
    is_tight: bool


Life = Literal["once", "while true", "for ever"]
"""How long an answer is handed out: to one reader, while its proof holds, or as long as the process lives."""


class ReadyPage(msgspec.Struct):
    """A page in every encoding that somebody asked for.

    The first to ask gets it packed quickly, since many pages are not asked for again before they
    change; for the second it is packed as tightly as pays, and what never changes as tightly as can be. What
    goes out once is only ever packed quickly. The ETag is weak, as it names the page and not its bytes
    (RFC 9110, 8.8.1).
    """

    status: int
    headers: Headers
    body: bytes
    life: Life
    proof: Proof | None = None
    mark: bytes = b""
    etag: bytes = b""
    variants: dict[bytes, Variant] = {}
    size: int = 0

    def variant(self, encoding: bytes) -> Variant:
        """The page in an encoding, for somebody who has asked for it."""
        found = self.variants.get(encoding)
        if found is None or not found.is_tight:
            is_tight = self.life == "for ever" or (found is not None and self.life == "while true")
            found = self.variants[encoding] = self._pack(encoding, is_tight)
        return found

    def _pack(self, encoding: bytes, is_tight: bool) -> Variant:
        packers = TIGHTEST if self.life == "for ever" else TIGHT if is_tight else QUICK
        body = packers[encoding](self.body)
        self.etag = self.etag or make_etag(self.body)
        headers = [*self.headers, (b"etag", self.etag), (b"content-length", str(len(body)).encode())]
        if len(self.body) >= SMALLEST_TO_PACK:
            headers.append((b"vary", b"accept-encoding"))
        if encoding:
            headers.append((b"content-encoding", encoding))
        repeated = [(name, value) for name, value in headers if name in REPEATED]
        return Variant(
            body,
            start=start_of(self.status, headers),
            end={"type": "http.response.body", "body": body},
            unchanged=start_of(304, repeated),
            head=write_head(headers),
            unchanged_head=write_head(repeated),
            is_tight=is_tight or not encoding,
        )


class ReadyPages:
    """The pages of one process by their address, within a budget of bytes; the oldest leave first.
    `now` tells the milliseconds since 1970."""

    def __init__(self, db: Database, budget: int, now: Callable[[], int]) -> None:
        self._db = db
        self._now = now
        self._proofs = Proofs(db)
        self._budget = budget
        self._used = 0
        self._pages: OrderedDict[bytes, ReadyPage] = OrderedDict()

    def __len__(self) -> int:
        return len(self._pages)

    @property
    def used(self) -> int:
        """Bytes that the pages take, all encodings counted."""
        return self._used

    def mark(self) -> bytes:
        """To be read before a page's rows are, so that no later commit is overlooked."""
        return self._db.mark.read()

    def find(self, address: bytes) -> ReadyPage | None:
        return self._pages.get(address)

    def keep(self, address: bytes, page: ReadyPage) -> None:
        self.drop(address)
        page.size = 3 * len(page.body) + len(address) + OVERHEAD
        if page.size > self._budget:
            return
        self._pages[address] = page
        self._used += page.size
        while self._used > self._budget:
            _, oldest = self._pages.popitem(last=False)
            self._used -= oldest.size

    def drop(self, address: bytes) -> None:
        page = self._pages.pop(address, None)
        if page:
            self._used -= page.size

    def is_true_here(self, page: ReadyPage) -> bool:
        """As `is_true`, without waiting: where the store cannot answer on this thread, only what has
        not moved, or been asked about since, counts as true."""
        proof = page.proof
        if proof is None:
            return True
        mark = self._db.mark.read()
        if proof.until is not None and self._is_over(proof):
            return False
        if page.mark == mark:
            return True
        if self._proofs.answer_here(proof, mark) != proof.answer:
            return False
        page.mark = mark
        return True

    async def is_true(self, page: ReadyPage) -> bool:
        """Nothing has been committed since the page was last found true, or nothing that concerns it."""
        proof = page.proof
        if proof is None or self.is_true_here(page):
            return True
        mark = self._db.mark.read()
        if self._is_over(proof) or await self._proofs.answer(proof, mark) != proof.answer:
            return False
        page.mark = mark
        return True

    def _is_over(self, proof: Proof) -> bool:
        return proof.until is not None and self._now() >= proof.until


def is_personal(cookies: bytes) -> bool:
    """A reader with a session and without scripts: what is theirs must be in the page itself."""
    return SESSION in cookies and SCRIPTS not in cookies


def start_of(status: int, headers: Headers) -> Message:
    return {"type": "http.response.start", "status": status, "headers": headers}


def write_head(headers: Headers) -> bytes:
    return b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"


def choose_encoding(accepted: bytes, size: int) -> bytes:
    """The best encoding that the client takes (RFC 9110, 12.5.3), empty for none."""
    return best_encoding(accepted[:LONGEST_OFFER]) if size >= SMALLEST_TO_PACK else b""


@lru_cache(256)
def best_encoding(accepted: bytes) -> bytes:
    offers = dict(map(read_offer, accepted.lower().split(b",")))
    for encoding in (b"br", b"gzip"):
        if offers.get(encoding, offers.get(b"*", False) if encoding == b"gzip" else False):
            return encoding
    return b""


def read_offer(offer: bytes) -> tuple[bytes, bool]:
    name, _, rest = offer.partition(b";")
    return name.strip(), rest.replace(b" ", b"") not in (b"q=0", b"q=0.0", b"q=0.00", b"q=0.000")


def has_etag(wanted: bytes, etag: bytes) -> bool:
    """Does `If-None-Match` name the entity (RFC 9110, 13.1.2: weakly compared)?"""
    if wanted == etag or wanted.strip() == b"*":
        return True
    opaque = etag.removeprefix(b"W/")
    return any(name.strip().removeprefix(b"W/") == opaque for name in wanted.split(b","))


def read_wishes(headers: Iterable[tuple[bytes, bytes]]) -> tuple[bytes, bytes, bytes]:
    """`Accept-Encoding`, `If-None-Match` and `Cookie`, each empty where it is missing."""
    accepted = known = cookies = b""
    for name, value in headers:
        if name == b"accept-encoding":
            accepted = accepted + b"," + value if accepted else value
        elif name == b"if-none-match":
            known = known + b"," + value if known else value
        elif name == b"cookie":
            cookies = cookies + b";" + value if cookies else value
    return accepted, known, cookies


def make_etag(body: bytes) -> bytes:
    """Length and checksum: two versions of one page are to differ, nobody is to be kept from forging."""
    return b'W/"%x-%08x"' % (len(body), zlib.crc32(body))


def pack_gzip(level: int, body: bytes) -> bytes:
    packer = zlib.compressobj(level, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def pack_brotli(quality: int, body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=quality))


Packers = dict[bytes, Callable[[bytes], bytes]]
QUICK: Packers = {b"": bytes, b"br": partial(pack_brotli, 0), b"gzip": partial(pack_gzip, 1)}
TIGHTEST: Packers = {b"": bytes, b"br": partial(pack_brotli, 11), b"gzip": partial(pack_gzip, 9)}
TIGHT: Packers = {b"": bytes, b"br": partial(pack_brotli, 5), b"gzip": partial(pack_gzip, 6)}
