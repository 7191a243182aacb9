"""Something between us and a server that swallows what it is given, as networks do."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.newsroom import wait_until


class Proxy:
    """Hands bytes on in both directions until it is told to keep those of one or of both to itself.

    Like a firewall that has forgotten a connection it still acknowledges every byte, and says no word.
    """

    def __init__(self, port: int) -> None:
        self.there = port
        self.port = 0
        self.swallows: set[str] = set()
        self._loop = asyncio.new_event_loop()
        self._calls: set[asyncio.StreamWriter] = set()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        wait_until(lambda: self.port)

    def swallow(self, *directions: str) -> None:
        """`asked`, `answered`, or both."""
        self.swallows = set(directions)

    def heal(self) -> None:
        """What was swallowed stays so: the connections of that time are dead for ever."""
        self.swallows = set()

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop)
        self._thread.join()

    def _run(self) -> None:
        server = self._loop.run_until_complete(asyncio.start_server(self._call, "127.0.0.1", 0))
        self.port = server.sockets[0].getsockname()[1]
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(self._hang_up())
        self._loop.close()

    def _stop(self) -> None:
        self._loop.stop()

    async def _hang_up(self) -> None:
        for writer in self._calls:
            writer.transport.abort()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self.there)
        self._calls |= {writer, there_writer}
        asking = asyncio.create_task(self._hand_on("asked", reader, there_writer))
        answering = asyncio.create_task(self._hand_on("answered", there_reader, writer))
        with suppress(asyncio.CancelledError):
            await asyncio.wait((asking, answering), return_when=asyncio.FIRST_COMPLETED)
        for task in (asking, answering):
            task.cancel()
        for each in (writer, there_writer):
            each.transport.abort()
            self._calls.discard(each)

    async def _hand_on(
        self, direction: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        is_dead = False
        with suppress(OSError):
            while said := await reader.read(1 << 16):
                is_dead = is_dead or direction in self.swallows
                if not is_dead:
                    writer.write(said)
                    await writer.drain()


@contextmanager
def open_proxy(port: int) -> Iterator[Proxy]:
    proxy = Proxy(port)
    try:
        yield proxy
    finally:
        proxy.close()
