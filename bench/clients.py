"""Posts over HTTP: `python -m bench.clients ADDRESS CLIENTS SECONDS [PER_SECOND]`.

ADDRESS is that of a story's page. Each client keeps its connection and waits for each answer; with
PER_SECOND they take their time. Prints a line when the first comment is there, and a Sample at the end.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
import urllib.request
from collections.abc import Iterator
from itertools import count
from urllib.parse import urlsplit

import msgspec
import uvloop

from bench.guests import invent
from bench.load import Sample

STORY = re.compile(r'data-story="(\d+)"')
COMMENT = re.compile(r'data-id="(\d+)"')
LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.IGNORECASE)
HEAD = (
    "POST /stories/{story}/comments HTTP/1.1\r\nhost: {host}\r\naccept: application/json\r\n"
    "sec-fetch-site: same-origin\r\ncontent-type: application/json\r\ncontent-length: "
)


class Clients:
    """Readers in browsers that have never been here, numbered from the present millisecond on."""

    def __init__(self, address: str, pause: float) -> None:
        parts = urlsplit(address)
        with urllib.request.urlopen(address) as answer:  # noqa: S310  # our own loopback address
            page = answer.read().decode()
        found = STORY.search(page)
        assert found is not None
        self.host, self.port = parts.hostname, parts.port
        self.head = HEAD.format(story=found[1], host=parts.netloc).encode()
        self.answerable = COMMENT.findall(page)
        self.first = time.time_ns() // 1_000_000
        self.numbers: Iterator[int] = count(self.first)
        self.pause = pause

    async def post_until(self, end: float) -> int:
        """How many comments one client has posted when the time is over."""
        reader, writer = await asyncio.open_connection(self.host, self.port)
        posted = 0
        while time.monotonic() < end:
            posted += await self._post(reader, writer)
            await asyncio.sleep(self.pause)
        writer.close()
        return posted

    async def _post(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Says whether the comment was taken; the only reason not to is a server that cannot keep up."""
        number = next(self.numbers)
        body = msgspec.json.encode(invent(number, self.answerable))
        writer.write(self.head + f"{len(body)}\r\n\r\n".encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        length = LENGTH.search(head)
        assert length is not None, head
        answer = await reader.readexactly(int(length[1]))
        taken = head.startswith(b"HTTP/1.1 201")
        assert taken or head.startswith(b"HTTP/1.1 503"), answer
        if number == self.first:
            print("posting", flush=True)
        return taken


async def post(address: str, clients: int, seconds: float, pause: float) -> Sample:
    crowd = Clients(address, pause)
    began = time.monotonic()
    posted = await asyncio.gather(*(crowd.post_until(began + seconds) for _ in range(clients)))
    return Sample(sum(posted), time.monotonic() - began, cpu=0)


def main(address: str, clients: str, seconds: str, per_second: str = "") -> None:
    pause = int(clients) / float(per_second) if per_second else 0
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        sample = runner.run(post(address, int(clients), float(seconds), pause))
    print(msgspec.json.encode(sample).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
