"""First visits to pages of another site: `python -m bench.visitors ADDRESS PAGE SECONDS`.

Each is by somebody else and to another page, whose story is made; there is one at least. Prints a Sample at
the end.
"""

from __future__ import annotations

import http.client
import sys
import time
from itertools import count
from urllib.parse import urlsplit

import msgspec

from bench.load import Sample


class Visitors:
    """People on one connection, as behind a proxy that says where each comes from."""

    def __init__(self, address: str, page: str) -> None:
        self.connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=30)
        self.page = page
        self.origin = f"http://{urlsplit(page).netloc}"
        self.numbers = count(time.time_ns() // 1_000_000)

    def visit(self) -> int:
        """The bytes of the answer."""
        number = next(self.numbers)
        shape = {"page": f"{self.page}?number={number}", "title": f"Page {number}", "language": "en"}
        headers = {
            "Origin": self.origin,
            "Content-Type": "application/json",
            "Accept-Encoding": "br",
            "X-Forwarded-For": f"45.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        self.connection.request("POST", "/embed/discussion", msgspec.json.encode(shape), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        assert answer.status == 200, body
        return len(body)


def main(address: str, page: str, seconds: str) -> None:
    visitors = Visitors(address, page)
    began = time.monotonic()
    sizes = [visitors.visit()]
    while time.monotonic() - began < float(seconds):
        sizes.append(visitors.visit())
    visitors.connection.close()
    sample = Sample(len(sizes), time.monotonic() - began, cpu=0, bytes=sum(sizes))
    print(msgspec.json.encode(sample).decode())


if __name__ == "__main__":
    main(*sys.argv[1:])
