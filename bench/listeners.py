"""Open pages: `python -m bench.listeners ADDRESS STORY NUMBER SECONDS`.

Each keeps a connection to a story's events. Prints a line when all are there, and at the end how long it took
until a comment that had been taken was seen, in milliseconds, over all comments and listeners. A comment's id
says when it was taken, by the same clock.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from statistics import quantiles
from urllib.parse import urlsplit

import msgspec
import uvloop

from piensas.model.moment import time_of

COMMENT = re.compile(rb'"id":"(\d+)"')
AT_ONCE = 100


class Seen(msgspec.Struct):
    """What all listeners together have seen. `half` and `p99` are milliseconds from taken to seen."""

    listeners: int
    comments: int
    half: float
    p99: float


class Crowd:
    def __init__(self, address: str, story: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname, parts.port
        self.request = f"GET /stories/{story}/events?language=en HTTP/1.1\r\nhost: {parts.netloc}\r\n\r\n"
        self.delays: list[float] = []
        self.doors = asyncio.Semaphore(AT_ONCE)

    async def enter(self) -> asyncio.StreamReader:
        async with self.doors:
            reader, writer = await asyncio.open_connection(self.host, self.port, limit=1 << 20)
            writer.write(self.request.encode())
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


async def listen(address: str, story: str, number: int, seconds: float) -> Seen:
    crowd = Crowd(address, story)
    readers = await asyncio.gather(*(crowd.enter() for _ in range(number)))
    print("listening", flush=True)
    tasks = [asyncio.create_task(crowd.listen(reader)) for reader in readers]
    await asyncio.sleep(seconds)
    for task in tasks:
        task.cancel()
    cuts = quantiles(crowd.delays, n=100) if len(crowd.delays) > 1 else [0.0] * 99
    return Seen(number, len(crowd.delays), cuts[49], cuts[98])


def main(address: str, story: str, number: str, seconds: str) -> None:
    seen = uvloop.run(listen(address, story, int(number), float(seconds)))
    print(msgspec.json.encode(seen).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
