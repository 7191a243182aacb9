"""Open pages: `python -m bench.listeners ADDRESS STORY NUMBER SECONDS`.

Each keeps a connection to a story's events. Prints a line when all are there; is told by a line how many
comments were taken, and waits for at most SECONDS more until everybody has seen them. Prints how long it took
until a comment that had been taken was seen, in milliseconds, over all comments and listeners. A comment's id
says when it was taken, by the same clock.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from contextlib import suppress
from statistics import quantiles
from urllib.parse import urlsplit

import msgspec
import uvloop

from piensas.model.moment import time_of

COMMENT = re.compile(rb'"id":"(\d+)"')
AT_ONCE = 100


class Seen(msgspec.Struct):
    """What all listeners together have seen, and how many were connected to the end. `half` and `p99` are
    milliseconds from taken to seen; None where too little was seen to say."""

    listeners: int
    connected: int
    comments: int
    half: float | None
    p99: float | None


class Crowd:
    def __init__(self, address: str, story: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname, parts.port
        self.request = f"GET /stories/{story}/events?language=en HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n"
        self.delays: list[float] = []
        self.doors = asyncio.Semaphore(AT_ONCE)
        self.writers: list[asyncio.StreamWriter] = []
        self.wanted: int | None = None
        self.has_all = asyncio.Event()

    async def enter(self) -> asyncio.StreamReader:
        """The writer is held although nothing more is written: since Python 3.11.4 a connection is closed
        whose writer nobody holds."""
        async with self.doors:
            reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
            self.writers.append(writer)
            writer.write(self.request.encode())
            head = await reader.readuntil(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200 "), head
            await reader.readuntil(b"\nid: ")
            return reader

    async def listen(self, reader: asyncio.StreamReader) -> None:
        known: set[bytes] = set()
        while line := await reader.readline():
            if line.startswith(b"data: "):
                now = time.time() * 1_000
                found = set(COMMENT.findall(line)) - known
                known |= found
                self.delays += [now - time_of(int(each)) for each in found]
                self.look()

    def look(self) -> None:
        if self.wanted is not None and len(self.delays) >= self.wanted:
            self.has_all.set()

    async def wait(self, taken: int, seconds: float) -> None:
        """Until everybody has seen what was taken, or would not have in time."""
        self.wanted = taken * len(self.writers)
        self.look()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.has_all.wait(), seconds)

    def tell(self, connected: int) -> Seen:
        cuts = quantiles(self.delays, n=100) if len(self.delays) > 1 else [None] * 99
        return Seen(len(self.writers), connected, len(self.delays), cuts[49], cuts[98])


async def listen(address: str, story: str, number: int, seconds: float) -> Seen:
    crowd = Crowd(address, story)
    readers = await asyncio.gather(*(crowd.enter() for _ in range(number)))
    print("listening", flush=True)
    tasks = [asyncio.create_task(crowd.listen(reader)) for reader in readers]
    taken = int(await asyncio.to_thread(sys.stdin.readline))
    await crowd.wait(taken, seconds)
    connected = sum(not task.done() for task in tasks)
    for task in tasks:
        task.cancel()
    return crowd.tell(connected)


def main(address: str, story: str, number: str, seconds: str) -> None:
    seen = uvloop.run(listen(address, story, int(number), float(seconds)))
    print(msgspec.json.encode(seen).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
