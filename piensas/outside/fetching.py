"""Requests to other machines: bounded in time and size, and, for addresses that strangers choose,
only to machines that everybody may reach."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import socket
import ssl
from collections.abc import AsyncIterator, Iterable
from functools import cache
from typing import Any

import httpcore2
import httpx2
from httpcore2 import AsyncNetworkBackend, AsyncNetworkStream
from httpx2 import URL, AsyncHTTPTransport, Response
from msgspec import Struct

from piensas.model.host import is_host
from piensas.outside.registries import BLOCKS, GLOBAL_UNICAST, NAT64

Host = tuple[str, int]
UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What reading an answer raises that is not what it should be."""
KILOBYTE = 1 << 10
LARGEST_ANSWER = 256 * KILOBYTE
SECONDS = 8.0
MOST_REDIRECTS = 5
LAST_PORT = 65_535
AGENT = {"user-agent": "Piensas", "accept-encoding": "identity"}
SPECIAL = tuple(ipaddress.ip_network(block.network) for block in BLOCKS)
TRANSLATED = ipaddress.ip_network(NAT64)
UNICAST = ipaddress.ip_network(GLOBAL_UNICAST)
ISATAP = (0x00005EFE, 0x02005EFE)
"""The third and fourth group of an address that stands for the one in its last 32 bits (RFC 5214)."""


logging.getLogger("httpx2").setLevel(logging.WARNING)
"""Addresses that we ask for can say who somebody is; they belong in no log."""


class NotFetched(Exception):
    """It was not there, too large, too slow, or at a place where we do not go. Says which.

    `for_good`: asking again would say the same.
    """

    def __init__(self, reason: str, *, for_good: bool = False) -> None:
        super().__init__(reason)
        self.for_good = for_good


class BoundedStream(httpx2.AsyncByteStream):
    """Stops an answer that is larger than `limit` bytes while it comes."""

    def __init__(self, stream: httpx2.AsyncByteStream, limit: int) -> None:
        self._stream = stream
        self._left = limit

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._stream:
            self._left -= len(chunk)
            if self._left < 0:
                raise httpx2.ReadError("the answer is too large")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()


class PublicBackend(AsyncNetworkBackend):
    """Connects to the very address that was checked, so that a name cannot mean two things.

    `hosts`, names and ports, are those that the site's own settings name: they may be private.
    """

    def __init__(self, hosts: Iterable[Host]) -> None:
        self._hosts = frozenset(hosts)
        self._plain = httpcore2.AnyIOBackend()

    async def connect_tcp(self, host: str, port: int, *more: Any, **options: Any) -> AsyncNetworkStream:
        address = host if (host, port) in self._hosts else await find_public_address(host, port)
        return await self._plain.connect_tcp(address, port, *more, **options)


async def find_public_address(host: str, port: int) -> str:
    """The address that the host's name stands for; refused where any of them is not public.

    A redirect comes by here as well, so that this is where its host and port are looked at.
    """
    if not is_host(host) or not 0 < port <= LAST_PORT:
        raise NotFetched(f"{host!r} is no host", for_good=True)
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as fault:
        raise NotFetched(f"there is no host {host!r}") from fault
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(map(is_public, addresses)):
        raise NotFetched(f"{host!r} is not a public host", for_good=is_address(host))
    return addresses[0]


def is_address(host: str) -> bool:
    """Is it one already, so that it means tomorrow what it means today?"""
    try:
        return bool(ipaddress.ip_address(host).packed)
    except ValueError:
        return False


def is_public(address: str) -> bool:
    """Can it be reached by everybody, and does it not stand for an address that cannot?

    What Python says of it (`is_global`) differs from one version to the next, and knows less.
    """
    parsed = ipaddress.ip_address(address.partition("%")[0])
    if parsed in TRANSLATED:
        return is_public(str(ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)))
    is_given = parsed.version == 4 or (parsed in UNICAST and (int(parsed) >> 32) & 0xFFFFFFFF not in ISATAP)
    return is_given and not any(parsed in network for network in SPECIAL)


@cache
def read_authorities(*, trust_env: bool) -> ssl.SSLContext:
    """Who says that a host is itself. Read once: nobody is served in the fifteenth of a second it takes."""
    return httpx2.create_ssl_context(trust_env=trust_env)


def bounded(limit: int = LARGEST_ANSWER) -> dict[str, Any]:
    """How a client has to be made so that no answer is larger than `limit` bytes, or longer on its way."""

    async def bind(answer: Response) -> None:
        assert isinstance(answer.stream, httpx2.AsyncByteStream)
        if answer.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise httpx2.ReadError("the answer is packed, which nobody asked for")
        answer.stream = BoundedStream(answer.stream, limit)

    return {
        "event_hooks": {"response": [bind]},
        "headers": AGENT,
        "timeout": SECONDS,
        "verify": read_authorities(trust_env=True),
    }


def guarded(hosts: Iterable[Host] = ()) -> AsyncHTTPTransport:
    """The way to addresses that strangers choose."""
    authorities = read_authorities(trust_env=False)
    transport = AsyncHTTPTransport(verify=authorities, retries=0, trust_env=False)
    transport._pool = httpcore2.AsyncConnectionPool(
        ssl_context=authorities, network_backend=PublicBackend(hosts)
    )
    return transport


async def fetch_json(address: str, limit: int = LARGEST_ANSWER) -> object:
    """What an address of the settings answers, as JSON."""
    async with httpx2.AsyncClient(**bounded(limit)) as client:
        try:
            async with asyncio.timeout(SECONDS):
                answer = await client.get(address)
            answer.raise_for_status()
            return answer.json()
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, *UNREADABLE) as fault:
            raise NotFetched(f"{address}: {describe(fault)}") from fault


class Fetched(Struct, frozen=True):
    """A page as it was answered, after redirects at `address`. `kind` is its media type."""

    address: str
    status: int
    kind: str
    charset: str
    content: bytes


async def fetch_bytes(address: str, *, limit: int, seconds: float, hosts: Iterable[Host] = ()) -> bytes:
    """What is at an address that a stranger chose; no redirect is followed."""
    page = await ask_stranger(address, guarded(hosts), limit=limit, seconds=seconds)
    if page.status != 200:
        raise NotFetched(f"the answer was {page.status}")
    return page.content


async def fetch_page(address: str, *, limit: int, seconds: float, hosts: Iterable[Host] = ()) -> Fetched:
    """A page that a stranger named. Redirects are followed, a few, each to a host that is looked at anew."""
    way = guarded(hosts)
    return await ask_stranger(address, way, limit=limit, seconds=seconds, redirects=MOST_REDIRECTS)


async def ask_stranger(
    address: str, transport: AsyncHTTPTransport, *, limit: int, seconds: float, redirects: int = 0
) -> Fetched:
    there = read_address(address)
    how = bounded(limit) | {"follow_redirects": redirects > 0, "max_redirects": redirects}
    async with httpx2.AsyncClient(transport=transport, **how) as client:
        try:
            async with asyncio.timeout(seconds):
                answer = await client.get(there)
        except (httpx2.HTTPError, httpx2.InvalidURL, TimeoutError, ValueError) as fault:
            raise NotFetched(describe(fault)) from fault
    kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
    charset = answer.charset_encoding or "utf-8"
    return Fetched(str(answer.url), answer.status_code, kind, charset, answer.content)


def read_address(address: str) -> URL:
    """An address that can be gone to, if anybody is there."""
    try:
        there = URL(address)
    except (httpx2.InvalidURL, ValueError) as fault:
        raise NotFetched(f"{address!r} is no address", for_good=True) from fault
    if there.scheme not in ("https", "http") or not there.host:
        raise NotFetched(f"{address!r} is not a web address", for_good=True)
    return there


def describe(fault: Exception) -> str:
    if isinstance(fault, (TimeoutError, httpx2.TimeoutException)):
        return "no answer in time"
    return str(fault) or type(fault).__name__
