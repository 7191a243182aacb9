"""The servers that are compared, each alone on the measured core: Piensas, bare ASGI, nginx."""

from __future__ import annotations

import http.client
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import msgspec

from bench.bare import Given
from bench.machine import Broken, find_cores, free_port, start, wait_for
from piensas.web.app import SETTINGS_FILE

OWN_OF_NGINX = ("etag", "content-type", "content-length")
NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log stderr crit;
events {{ worker_connections 256; }}
http {{
  access_log off;
  sendfile on;
  server_tokens off;
  keepalive_requests 1000000000;
  open_file_cache max=10;
  open_file_cache_valid 600s;
  default_type "text/html; charset=utf-8";
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    root {folder};
{locations}
  }}
}}
"""


class Server(msgspec.Struct, frozen=True):
    """A running server: where it is, and the process that does the work."""

    address: str
    pid: int


@contextmanager
def serve_site(file: Path, **environment: str) -> Iterator[Server]:
    """`piensas serve` as it is, with further settings as variables."""
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "piensas",
        "-s",
        file,
        "serve",
        "--workers",
        "1",
        "--port",
    ]
    with serve(command, (), environment) as server:
        yield server


@contextmanager
def serve_front_door(file: Path) -> Iterator[Server]:
    """The same application on uvicorn's own protocol class, so that ready pages go the way of ASGI."""
    command = [sys.executable, "-m", "bench.launch", "front-door"]
    with serve(command, (), {SETTINGS_FILE: str(file)}) as server:
        yield server


@contextmanager
def serve_bare(folder: Path, answers: Mapping[str, Given]) -> Iterator[Server]:
    file = folder / "answers"
    file.write_bytes(msgspec.msgpack.encode(answers))
    with serve([sys.executable, "-m", "bench.launch", "bare"], (file,), {}) as server:
        yield server


@contextmanager
def serve_nginx(folder: Path, answers: Mapping[str, Given]) -> Iterator[Server]:
    """The same bytes and headers as files; nginx makes its own ETag."""
    port = free_port()
    locations = []
    for path, given in answers.items():
        (folder / path.lstrip("/")).write_bytes(given.body)
        headers = [(name.decode(), value.decode()) for name, value in given.headers]
        lines = "".join(f' add_header {n} "{value}";' for n, value in headers if n not in OWN_OF_NGINX)
        locations.append(f"    location = {path} {{{lines} }}")
    config = folder / "nginx.conf"
    config.write_text(NGINX.format(folder=folder, port=port, locations="\n".join(locations)), "utf-8")
    with start(["/usr/sbin/nginx", "-e", "stderr", "-p", folder, "-c", config], find_cores()[0]) as process:
        wait_for(process, port)
        yield Server(f"http://127.0.0.1:{port}", process.pid)


@contextmanager
def serve(
    command: Sequence[str | Path], rest: Sequence[str | Path], environment: Mapping[str, str]
) -> Iterator[Server]:
    port = free_port()
    with start([*command, str(port), *rest], find_cores()[0], environment) as process:
        wait_for(process, port)
        yield Server(f"http://127.0.0.1:{port}", process.pid)


def fetch(server: Server, path: str, headers: Mapping[str, str]) -> Given:
    """The server's answer as it went over the wire, without the date that each writes itself.

    It has to be a whole one, or none where the client says that it has it already.
    """
    connection = http.client.HTTPConnection(server.address.removeprefix("http://"), timeout=30)
    try:
        connection.request("GET", path, headers=dict(headers))
        answer = connection.getresponse()
        sent = [(name.lower().encode(), value.encode()) for name, value in answer.getheaders()]
        body = answer.read()
    finally:
        connection.close()
    if answer.status != (304 if "If-None-Match" in headers else 200):
        raise Broken(f"{path} gave {answer.status}.")
    return Given(answer.status, [header for header in sent if header[0] != b"date"], body)


def fetch_ready(server: Server, path: str, headers: Mapping[str, str]) -> Given:
    """As everybody gets it who asks after the first: packed tightly."""
    fetch(server, path, headers)
    return fetch(server, path, headers)


def etag_of(given: Given) -> str:
    return dict(given.headers)[b"etag"].decode()


def require_same(answers: Mapping[str, Given]) -> None:
    """What is compared has to be the same bytes; nginx has an ETag of its own, and others' headers differ."""
    bodies = {given.body for given in answers.values()}
    if len(bodies) != 1:
        sizes = {name: len(given.body) for name, given in answers.items()}
        raise Broken(f"Those who are compared do not give the same bytes: {sizes}")
