"""What strangers may send and hold before anybody has looked at what they ask: bytes, time, connections."""

from __future__ import annotations

import re
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

import pytest

from piensas.web.gate import LARGEST_SHARE, Gate, share_of
from tests.nginx import open_nginx
from tests.served_site import ServedSite
from tests.some import some

GET = b"GET /en/flight HTTP/1.1\r\nHost: x\r\n"
POST = b"POST /stories/1/comments HTTP/1.1\r\nHost: x\r\nSec-Fetch-Site: same-origin\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = POST + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
MUCH = 61 << 20
"""Bytes: as many as were taken once."""
A_LITTLE = 24 << 10
"""kB of memory by which a process may grow meanwhile."""
ENDLESS = {
    "headers": (GET, b"X-Filler: " + b"x" * 1_000 + b"\r\n", 431),
    "one header": (GET + b"X-Filler: ", b"x" * 1_000, 431),
    "an address": (b"GET /", b"x" * 1_000, 431),
    "a query": (b"GET /?", b"&p=1" * 250, 431),
    "a method": (b"", b"G" * 1_000, 400),
    "trailers": (CHUNKED + b"4\r\ntext\r\n0\r\n", b"X-Filler: " + b"x" * 1_000 + b"\r\n", 431),
    "one trailer": (CHUNKED + b"4\r\ntext\r\n0\r\nX-Filler: ", b"x" * 1_000, 431),
    "a chunk's extensions": (CHUNKED + b"4;x=", b"x" * 1_000, 431),
    "chunks with extensions": (CHUNKED, b"1;x=" + b"x" * 100 + b"\r\nx\r\n", 431),
    "chunks": (CHUNKED, b"3e8\r\n" + b"x" * 1_000 + b"\r\n", 422),
    "a body": (POST + FORM + b"Content-Length: 64000000\r\n\r\n", b"x" * 1_000, 413),
    "line ends": (b"", b"\r\n" * 500, 431),
}
HALVES = {
    "nothing": b"",
    "a letter": b"G",
    "half an address": b"GET /en",
    "half a header": GET + b"X-Filler: x",
    "all but the end": GET,
    "an empty line before": b"\r\n",
    "the next request's beginning": GET + b"\r\n" + GET,
    "half a body": POST + FORM + b"Content-Length: 10\r\n\r\ntext",
    "half a chunk": CHUNKED + b"5\r\ntext",
    "half a trailer": CHUNKED + b"4\r\ntext\r\n0\r\nX-Filler: x",
}


@contextmanager
def open_served(folder: Path, descriptors: int = 0) -> Iterator[ServedSite]:
    """A site in a process of its own, that may have so many files and connections open at once."""
    with closing(ServedSite(folder, workers=1)) as site:
        site.start()
        if descriptors:
            resource.prlimit(site.parent, resource.RLIMIT_NOFILE, (descriptors, descriptors))
        site.wait_ready()
        yield site


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedSite]:
    with open_served(tmp_path_factory.mktemp("served")) as site:
        yield site


@contextmanager
def connect(port: int, begun: bytes = b"", seconds: float = 60) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=seconds) as connection:
        connection.sendall(begun)
        yield connection


def read_status(connection: socket.socket) -> int:
    """The status of the first answer, 0 where there is none before the end."""
    said = b""
    with suppress(ConnectionError):
        while b"\r\n" not in said and (more := connection.recv(65_536)):
            said += more
    found = re.match(rb"HTTP/1.1 (\d+)", said)
    return int(found[1]) if found else 0


def is_let_in(connection: socket.socket) -> bool:
    """Is somebody who wants to listen not asked to come back later?"""
    said = b""
    while not (found := re.search(rb"event: (here|later)\n", said)):
        more = connection.recv(65_536)
        assert more, said
        said += more
    return found[1] == b"here"


def read_to_end(connection: socket.socket) -> bytes:
    """All that comes until the other side has closed."""
    said = b""
    with suppress(ConnectionError):
        while more := connection.recv(65_536):
            said += more
    return said


def send_endlessly(connection: socket.socket, unit: bytes) -> None:
    """Sends until nobody takes it any more, or it is as much as was once taken."""
    block = unit * (64_000 // len(unit))
    with suppress(OSError):
        for _ in range(MUCH // len(block)):
            connection.sendall(block)


def memory_of(site: ServedSite) -> int:
    """The most that the process has ever had in memory, in kB."""
    status = Path(f"/proc/{site.parent}/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+) kB", status)
    assert found
    return int(found[1])


@pytest.mark.parametrize("shape", ENDLESS)
def test_what_has_no_end_is_cut_off_and_takes_no_memory(served: ServedSite, shape: str) -> None:
    begun, unit, status = ENDLESS[shape]
    before = memory_of(served)
    with connect(served.port, begun) as connection:
        send_endlessly(connection, unit)
        assert read_status(connection) == status
        read_to_end(connection)
    assert memory_of(served) - before < A_LITTLE
    assert served.find_story()


@pytest.mark.parametrize(("size", "status"), [(60_000, 404), (70_000, 431)])
@pytest.mark.parametrize("place", ["an address", "one header", "headers"])
def test_sixty_four_kilobytes_before_the_body_are_enough(
    served: ServedSite, size: int, status: int, place: str
) -> None:
    shapes = {
        "an address": b"GET /en/%s HTTP/1.1\r\nHost: x\r\n\r\n" % (b"x" * size),
        "one header": b"GET /en/x HTTP/1.1\r\nHost: x\r\nX-Filler: %s\r\n\r\n" % (b"x" * size),
        "headers": b"GET /en/x HTTP/1.1\r\nHost: x\r\n%s\r\n" % (b"x: y\r\n" * (size // 6)),
    }
    with connect(served.port, shapes[place]) as connection:
        assert read_status(connection) == status


def test_a_body_that_is_too_large_is_refused_before_it_is_sent(served: ServedSite) -> None:
    for size, status in ((1_048_577, 422), (2_200_000, 413), (1 << 62, 413)):
        head = POST + FORM + b"Content-Length: %d\r\nAccept: application/json\r\n\r\n" % size
        with connect(served.port, head) as connection:
            assert read_status(connection) == status


def test_trailers_are_no_headers(served: ServedSite) -> None:
    """What comes behind a body cannot say that one of our own pages sent it."""
    head = CHUNKED.replace(b"Sec-Fetch-Site: same-origin", b"Origin: https://elsewhere.example")
    with connect(served.port, head + b"0\r\nSec-Fetch-Site: same-origin\r\n\r\n") as connection:
        assert read_status(connection) == 403


def test_who_sends_half_and_waits_is_not_waited_for(served: ServedSite) -> None:
    with ExitStack() as stack:
        open_ones = {shape: stack.enter_context(connect(served.port, half)) for shape, half in HALVES.items()}
        ends = {shape: read_to_end(connection) for shape, connection in open_ones.items()}
    assert ends["nothing"] == b""
    for shape in ("a letter", "half an address", "half a header", "all but the end", "half a body"):
        assert ends[shape].startswith(b"HTTP/1.1 408 "), shape
    assert ends["the next request's beginning"].startswith(b"HTTP/1.1 200 ")


@pytest.mark.parametrize("drop", [b"X-Filler: x\r\n", b"x"])
def test_a_byte_now_and_then_does_not_make_a_request_last(served: ServedSite, drop: bytes) -> None:
    with connect(served.port, GET) as connection:
        begun = time.monotonic()
        connection.settimeout(0.2)
        with suppress(ConnectionError):
            while time.monotonic() - begun < 30:
                connection.sendall(drop)
                with suppress(TimeoutError):
                    assert connection.recv(1_000).startswith(b"HTTP/1.1 408 ")
                    return
    raise AssertionError("it was waited for")


@pytest.mark.parametrize("half", [b"", GET, POST + FORM + b"Content-Length: 9\r\n\r\n"])
def test_who_only_waits_keeps_nobody_out(tmp_path: Path, half: bytes) -> None:
    with open_served(tmp_path, descriptors=256) as site, ExitStack() as stack:
        for _ in range(300):
            with suppress(ConnectionError):
                stack.enter_context(connect(site.port, half))
        assert site.find_story()
        assert site.find_story()


def test_what_changes_is_heard_while_others_only_wait(tmp_path: Path) -> None:
    with open_served(tmp_path, descriptors=256) as site, ExitStack() as stack:
        events = b"GET /stories/%s/events HTTP/1.1\r\nHost: x\r\n\r\n" % (site.find_story() or "").encode()
        listening = stack.enter_context(connect(site.port, events))
        assert listening.recv(1_000).startswith(b"HTTP/1.1 200 ")
        for _ in range(300):
            with suppress(ConnectionError):
                stack.enter_context(connect(site.port))
        listening.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                assert listening.recv(65_536), "it was cut off"


def test_listeners_leave_room_for_readers(tmp_path: Path) -> None:
    with open_served(tmp_path, descriptors=256) as site, ExitStack() as stack:
        events = b"GET /stories/%s/events HTTP/1.1\r\nHost: x\r\n\r\n" % (site.find_story() or "").encode()
        pages = [stack.enter_context(connect(site.port, events)) for _ in range(200)]
        assert {is_let_in(page) for page in pages} == {True, False}
        assert site.find_story()


def test_one_address_has_a_share_and_proxies_have_none() -> None:
    gate = Gate(("192.0.2.7",), most=1_000)
    assert share_of("2001:db8::1") == share_of("2001:db8::ffff:2")
    assert share_of("::ffff:192.0.2.1") == share_of("192.0.2.1")
    for address in ("127.0.0.1", "192.0.2.7", ""):
        assert all(gate.admit(Busy(), address) for _ in range(LARGEST_SHARE + 1)), address
    busy = [Busy() for _ in range(LARGEST_SHARE)]
    assert all(gate.admit(each, "192.0.2.1") for each in some(busy))
    assert not gate.admit(Busy(), "192.0.2.1")
    assert gate.admit(Busy(), "192.0.2.2")
    gate.leave(busy[0])
    idle = Busy(wait=2)
    assert gate.admit(idle, "192.0.2.1")
    assert gate.admit(Busy(), "192.0.2.1")
    assert idle.is_dropped
    assert not gate.admit(Busy(), "192.0.2.1")


class Busy:
    """A connection on which a request is being answered, unless `wait` says otherwise."""

    def __init__(self, wait: int = 0) -> None:
        self.wait = wait
        self.is_dropped = False

    def cut(self) -> None:
        raise AssertionError("it was not late")

    def drop(self) -> None:
        self.is_dropped = True

    def is_late(self, now: float) -> bool:
        return False


def test_behind_a_web_server_it_is_the_same(served: ServedSite, tmp_path: Path) -> None:
    with open_nginx(tmp_path, served.port) as port, ExitStack() as stack:
        before = memory_of(served)
        for begun, unit, _ in ENDLESS.values():
            with connect(port, begun) as connection:
                send_endlessly(connection, unit)
                with suppress(OSError):
                    connection.shutdown(socket.SHUT_WR)
                assert read_status(connection) in (0, 400, 403, 404, 413, 414, 422)
        for _ in range(300):
            stack.enter_context(connect(port, GET))
        with connect(port, GET + b"Connection: close\r\n\r\n") as honest:
            assert read_status(honest) == 200
        assert memory_of(served) - before < A_LITTLE
