"""Load on a server, and contests: rounds in which the rivals take turns, so that noise hits them all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from math import exp, log, sqrt
from pathlib import Path
from statistics import mean, median, quantiles, stdev

import msgspec

from bench.machine import Broken, find_cores, read_cpu, run
from bench.servers import Server, fetch

CONNECTIONS = 32
TRIES = 5
"""On a machine that others use, a round may pass in which nothing gets through; the next is twice as long."""

NINE_IN_TEN = 1.64
"""Standard errors to either side."""

COLUMNS = ("per second", "µs CPU", "of a core")
SCRIPT = Path(__file__).with_name("report.lua")


class Sample(msgspec.Struct, frozen=True):
    """One round: what was done in how many seconds, and the CPU seconds that it took."""

    done: int
    seconds: float
    cpu: float
    bytes: int = 0
    p99: float = 0.0

    @property
    def rate(self) -> float:
        return self.done / self.seconds

    @property
    def cost(self) -> float:
        return self.cpu / self.done


class Told(msgspec.Struct, frozen=True):
    """What wrk says at its end."""

    requests: int
    seconds: float
    bytes: int
    p99: float
    failures: int


class Contest:
    """The samples of every rival, round by round; every other round goes in the opposite order."""

    def __init__(self, rivals: Mapping[str, Callable[[], Sample]], rounds: int) -> None:
        self._samples: dict[str, list[Sample]] = {name: [] for name in rivals}
        order = list(rivals)
        for _ in range(rounds):
            for name in order:
                self._samples[name].append(require_measured(name, rivals[name]()))
            order.reverse()

    @property
    def names(self) -> list[str]:
        return list(self._samples)

    def rate(self, name: str) -> float:
        """Done per second."""
        return 1 / undisturbed(1 / sample.rate for sample in self._samples[name])

    def cost(self, name: str) -> float:
        """Microseconds of CPU for each."""
        return undisturbed(1e6 * sample.cost for sample in self._samples[name])

    def share(self, name: str) -> float:
        """How much of its core the process had, from 0 to 1."""
        return median(sample.cpu / sample.seconds for sample in self._samples[name])

    def size(self, name: str) -> float:
        """Bytes on the wire for each, headers counted."""
        return median(sample.bytes / sample.done for sample in self._samples[name])

    def p99(self, name: str) -> float:
        """Milliseconds that all but one in a hundred took at most."""
        return median(1e3 * sample.p99 for sample in self._samples[name])

    def ratio(self, name: str, rival: str) -> float:
        """How many times as much it does as its rival with the same CPU time."""
        return self.cost(rival) / self.cost(name)

    def compare(self, name: str, rival: str) -> tuple[float, float]:
        """As `ratio`, but by all rounds, and how much of it the noise leaves open: what is true is within
        that, nine times in ten."""
        pairs = zip(self._samples[name], self._samples[rival], strict=True)
        several = [log(theirs.cost / mine.cost) for mine, theirs in pairs]
        middle = exp(mean(several))
        spread = stdev(several) if len(several) > 1 else 0.0
        return middle, middle * NINE_IN_TEN * spread / sqrt(len(several))

    def describe(self, name: str) -> tuple[str, str, str]:
        """The columns that every table has: COLUMNS."""
        cost = self.cost(name)
        return f"{self.rate(name):,.0f}", f"{cost:,.{0 if cost >= 100 else 1}f}", f"{self.share(name):.0%}"


def undisturbed(figures: Iterable[float]) -> float:
    """What a quarter of the rounds did not exceed: whatever others do on the machine only ever adds."""
    several = list(figures)
    return quantiles(several, n=4, method="inclusive")[0] if len(several) > 1 else several[0]


def require_measured(name: str, sample: Sample) -> Sample:
    """A round in which nothing was done, or nothing used, has measured nothing."""
    if sample.done <= 0 or sample.seconds <= 0 or sample.cpu <= 0:
        raise Broken(f"{name}: {sample.done} done in {sample.seconds} s with {sample.cpu} s of CPU.")
    return sample


def load(
    server: Server, path: str, headers: Mapping[str, str], seconds: int, connections: int = CONNECTIONS
) -> Sample:
    """As many requests as the server answers, from connections that are kept.

    wrk counts what it takes for failures, but would call a redirect or an empty answer a success: so one is
    asked for beforehand, and what came has to be as long.
    """
    wanted = fetch(server, path, headers)
    command: list[str | Path] = [
        "/usr/bin/wrk",
        "-t1",
        f"-c{connections}",
        "--timeout=30s",
        "-s",
        SCRIPT,
    ]
    fields = [word for name, value in headers.items() for word in ("-H", f"{name}: {value}")]
    for attempt in range(TRIES):
        before = read_cpu(server.pid)
        words = [f"-d{seconds << attempt}s", *fields, server.address + path]
        printed = run([*command, *words], find_cores()[1])
        cpu = read_cpu(server.pid) - before
        told = msgspec.json.decode(printed.splitlines()[-1], type=Told)
        if told.requests and not told.failures:
            require_whole(path, told, len(wanted.body))
            return Sample(told.requests, told.seconds, cpu, told.bytes, told.p99)
    raise Broken(f"{path}: {told.failures} of {told.requests} requests failed.")


def require_whole(path: str, told: Told, size: int) -> None:
    """Half of the bytes is another answer; less than that is how tightly one is packed."""
    if told.bytes / told.requests < size / 2:
        raise Broken(f"{path}: {told.bytes / told.requests:.0f} bytes in place of {size}.")
