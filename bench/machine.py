"""The machine: its two cores, the processes that run on them, and what those have used."""

from __future__ import annotations

import os
import platform
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import click

TICK = os.sysconf("SC_CLK_TCK")
PATIENCE = 60
"""Seconds in which a server has to be up."""


class Broken(click.ClickException):
    """A measurement that cannot be made; the message says why."""


def find_cores() -> tuple[int, int]:
    """The core of what is measured, and the one of what loads it."""
    cores = sorted(os.sched_getaffinity(0))
    if len(cores) < 2:
        raise Broken("Two cores are needed: one for the server, one for its load.")
    return cores[0], cores[1]


def describe_machine() -> str:
    model = next(
        (line.partition(":")[2].strip() for line in read_lines("/proc/cpuinfo") if "model name" in line),
        platform.machine(),
    )
    load = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores, {model}; Python {platform.python_version()}; load {load:.1f} at the start"
    )


def read_lines(file: str) -> list[str]:
    return Path(file).read_text("utf-8").splitlines()


@contextmanager
def start(
    command: Sequence[str | Path], core: int, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[str]]:
    """A process on a core, ended when we are done with it."""
    process = subprocess.Popen(  # noqa: S603  # our own commands
        ["/usr/bin/taskset", "-c", str(core), *map(str, command)],
        env=os.environ | (environment or {}),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield process
    finally:
        process.terminate()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                pipe.close()


def pin(pid: int, core: int) -> None:
    """Puts a process on a core, with those that it has started and those that it will."""
    started = read_lines(f"/proc/{pid}/task/{pid}/children")
    for each in (pid, *map(int, " ".join(started).split())):
        with suppress(ProcessLookupError):
            os.sched_setaffinity(each, {core})


def run(command: Sequence[str | Path], core: int) -> str:
    """What a process on a core printed."""
    with start(command, core) as process:
        return finish(process)


def finish(process: subprocess.Popen[str], told: str = "") -> str:
    """What a process has printed when it has ended by itself, having been told a last word."""
    printed, _ = process.communicate(told)
    if process.returncode:
        raise Broken(f"{process.args!r} ended with {process.returncode}: {printed}")
    return printed


def wait_for(process: subprocess.Popen[str], port: int) -> None:
    """Returns when somebody listens on the port."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            with suppress(subprocess.TimeoutExpired):
                process.wait(0.05)
    raise Broken(f"{process.args!r} does not listen on port {port}.")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def read_cpu(pid: int) -> float:
    """Seconds of CPU that a process has used, in user and system mode."""
    fields = Path(f"/proc/{pid}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def read_memory(pid: int, kind: str = "Pss") -> int:
    """Bytes of memory that are a process's own, with its share of what it has in common with others.

    That share changes when others start; `Private_Dirty` is what the process has written, and nobody else.
    """
    lines = read_lines(f"/proc/{pid}/smaps_rollup")
    return next(int(line.split()[1]) * 1_024 for line in lines if line.startswith(f"{kind}:"))
