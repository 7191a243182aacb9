"""A real PostgreSQL for the tests: a cluster of its own on a free port, gone when they end."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from piensas.store.upgrading import upgrade

USER = "postgres"
TEMPLATE = "piensas_template"


@contextmanager
def run_postgresql(folder: Path) -> Iterator[str]:
    """The URL of a server, without a database's name; the server's files are in `folder`."""
    try:
        yield start_postgresql(folder)
    finally:
        stop_postgresql(folder)


def start_postgresql(folder: Path) -> str:
    """It goes on when this process ends, until it is stopped."""
    programs = find_programs()
    port = free_port()
    data = folder / "data"
    prepare(folder)
    run_as_user(
        [programs / "initdb", "-D", data, "-U", USER, "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"]
    )
    with (data / "postgresql.conf").open("a") as settings:
        settings.write(f"\nport = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\n")
        settings.write(
            "fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nmax_connections = 400\n"
        )
    run_as_user([programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "start"])
    server = f"postgresql://{USER}@127.0.0.1:{port}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{TEMPLATE}"')
    upgrade(f"{server}/{TEMPLATE}")
    return server


def stop_postgresql(folder: Path) -> None:
    if (folder / "data" / "postmaster.pid").exists():
        run_as_user([find_programs() / "pg_ctl", "-D", folder / "data", "-m", "immediate", "stop"])


@contextmanager
def new_database(server: str, name: str, template: str = TEMPLATE) -> Iterator[str]:
    """A database of its own for one test, with our tables and nothing in them; or as another template is."""
    url = make_database(server, name, template)
    try:
        yield url
    finally:
        with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def make_database(server: str, name: str, template: str = TEMPLATE) -> str:
    """Its URL. It stays until the server goes."""
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return f"{server}/{name}"


def find_programs() -> Path:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if found:
        return found[-1].parent
    installed = shutil.which("initdb")
    if installed is None:
        raise RuntimeError("PostgreSQL is not installed: apt-get install postgresql")
    return Path(installed).parent


def prepare(folder: Path) -> None:
    """PostgreSQL refuses to run as root: its files belong to its own user, who must reach them."""
    if os.getuid() == 0:
        shutil.chown(folder, USER, USER)
        for parent in folder.parents:
            if parent.stat().st_uid == 0 and str(parent).startswith("/tmp/"):
                parent.chmod(0o755)


def run_as_user(command: list[object]) -> None:
    words = [str(word) for word in command]
    user = pwd.getpwnam(USER) if os.getuid() == 0 else None
    subprocess.run(
        words,
        check=True,
        stdout=subprocess.DEVNULL,
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
        cwd="/",
        env={"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8"},
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
