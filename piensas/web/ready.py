"""Finished answers, kept in memory and handed out for as long as they are true.

An answer carries a proof: a question to the store and what it answered when the page was drawn.
While the database's mark has not moved, nothing can have changed; when it has, the question is
asked again, and only another answer costs the page its place.
"""

from __future__ import annotations

import hashlib
import time
import zlib
from collections import OrderedDict
from collections.abc import Callable, Iterable
from typing import Any

import brotli
import msgspec

from piensas.store.database import Database

Headers = list[tuple[bytes, bytes]]
REPEATED = (b"etag", b"cache-control", b"vary", b"content-location", b"expires")
UNCHANGED = b" unchanged"
SESSION = b"piensas="
SCRIPTS = b"piensas-scripts=1"
SMALLEST_TO_PACK = 400
OVERHEAD = 600


class Proof(msgspec.Struct, frozen=True):
    """`question(db, *args)` gave `answer` when the page was drawn, at the database's `mark`.

    `until`, in milliseconds since 1970, is when the page expires of itself.
    """

    question: Callable[..., Any]
    args: tuple[Any, ...]
    answer: Any
    mark: bytes
    until: int | None = None


class Variant(msgspec.Struct):
    """The bytes of a page in one encoding, with the headers that go with them."""

    body: bytes
    headers: Headers
    etag: bytes


class ReadyPage(msgspec.Struct):
    """A page in every encoding that somebody asked for. Without a proof it is true for ever."""

    status: int
    headers: Headers
    body: bytes
    proof: Proof | None
    mark: bytes = b""
    variants: dict[bytes, Variant] = {}
    size: int = 0
    heads: dict[bytes, bytes] = {}

    def variant(self, encoding: bytes) -> Variant:
        """The page in an encoding, packed when first asked for."""
        found = self.variants.get(encoding)
        if found is None:
            found = self.variants[encoding] = self._pack(encoding)
        return found

    def head(self, encoding: bytes) -> bytes:
        """The headers as HTTP/1.1 writes them, put together once."""
        found = self.heads.get(encoding)
        if found is None:
            found = self.heads[encoding] = write_head(self.variant(encoding).headers)
        return found

    def unchanged_head(self, encoding: bytes) -> bytes:
        """The headers of a 304 as HTTP/1.1 writes them."""
        found = self.heads.get(encoding + UNCHANGED)
        if found is None:
            found = self.heads[encoding + UNCHANGED] = write_head(self.unchanged_headers(encoding))
        return found

    def unchanged_headers(self, encoding: bytes) -> Headers:
        """What a 304 repeats of the page's headers (RFC 9110, 15.4.5)."""
        return [(name, value) for name, value in self.variant(encoding).headers if name in REPEATED]

    def _pack(self, encoding: bytes) -> Variant:
        body = PACKERS[encoding](self.body)
        digest = hashlib.sha256(self.body).hexdigest()[:24].encode()
        etag = b'"' + digest + (b"-" + encoding if encoding else b"") + b'"'
        headers = [*self.headers, (b"etag", etag), (b"content-length", str(len(body)).encode())]
        if len(self.body) >= SMALLEST_TO_PACK:
            headers.append((b"vary", b"accept-encoding"))
        if encoding:
            headers.append((b"content-encoding", encoding))
        return Variant(body, headers, etag)


class ReadyPages:
    """The pages of one process by their address, within a budget of bytes; the oldest leave first."""

    def __init__(self, db: Database, budget: int) -> None:
        self._db = db
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
        page.size = 3 * len(page.body) + OVERHEAD
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
        not moved counts as true."""
        proof = page.proof
        if proof is None:
            return True
        mark = self._db.mark.read()
        if is_expired(proof):
            return False
        if page.mark == mark:
            return True
        if not self._db.is_local or self._db.ask(proof.question, *proof.args) != proof.answer:
            return False
        page.mark = mark
        return True

    async def is_true(self, page: ReadyPage) -> bool:
        """Nothing has been committed since the page was last found true, or nothing that concerns it."""
        proof = page.proof
        if proof is None or self.is_true_here(page):
            return True
        mark = self._db.mark.read()
        if is_expired(proof) or await self._db.read(proof.question, *proof.args) != proof.answer:
            return False
        page.mark = mark
        return True


def is_expired(proof: Proof) -> bool:
    return proof.until is not None and time.time_ns() // 1_000_000 >= proof.until


def is_personal(cookies: bytes) -> bool:
    """A reader with a session and without scripts: what is theirs must be in the page itself."""
    return SESSION in cookies and SCRIPTS not in cookies


def write_head(headers: Headers) -> bytes:
    return b"".join(name + b": " + value + b"\r\n" for name, value in headers) + b"\r\n"


def choose_encoding(accepted: bytes, size: int) -> bytes:
    """The best encoding that the client takes (RFC 9110, 12.5.3), empty for none."""
    if size < SMALLEST_TO_PACK:
        return b""
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
    if wanted.strip() == b"*":
        return True
    return any(name.strip().removeprefix(b"W/") == etag for name in wanted.split(b","))


def header(headers: Iterable[tuple[bytes, bytes]], name: bytes) -> bytes:
    """The values of a header, joined; empty where it is missing."""
    return b",".join(value for key, value in headers if key == name)


def pack_gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, 31)
    return packer.compress(body) + packer.flush()


def pack_brotli(body: bytes) -> bytes:
    return bytes(brotli.compress(body, quality=5))


PACKERS: dict[bytes, Callable[[bytes], bytes]] = {b"": bytes, b"br": pack_brotli, b"gzip": pack_gzip}
