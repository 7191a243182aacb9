"""The machine on which the built sites are: nginx with TLS, a name for each, and Piensas on a domain of its
own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from tests.browser.elsewhere import COMMENTS, free_port, is_listening, write_certificate
from tests.newsroom import wait_until

NGINX = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  server_names_hash_bucket_size 128;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  ssl_certificate {folder}/cert.pem;
  ssl_certificate_key {folder}/key.pem;
  proxy_set_header Host $http_host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_buffering off;
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name {comments};
    location / {{ proxy_pass http://127.0.0.1:{upstream}; }}
  }}
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name wordpress.test;
    location / {{ proxy_pass http://127.0.0.1:{wordpress}; }}
  }}
  server {{
    listen 127.0.0.1:{port} ssl;
    server_name "~^(?<kind>[a-z]+)[.]test$";
    location / {{ root {folder}/built/$kind; try_files $uri $uri.html $uri/index.html =404; }}
  }}
}}
"""


class Host(Struct):
    """Where the built sites are, and under which names they are read."""

    folder: Path
    port: int
    wordpress: int

    def origin(self, kind: str) -> str:
        return f"https://{kind}.test:{self.port}"

    @property
    def comments(self) -> str:
        return f"https://{COMMENTS}:{self.port}"

    def built(self, kind: str) -> Path:
        return self.folder / "built" / kind


def new_host(folder: Path) -> Host:
    return Host(folder, free_port(), free_port())


@contextmanager
def open_host(host: Host, upstream: str) -> Iterator[None]:
    host.folder.mkdir(parents=True, exist_ok=True)
    write_certificate(host.folder)
    words = {
        "folder": host.folder,
        "port": host.port,
        "comments": COMMENTS,
        "upstream": upstream.rpartition(":")[2],
        "wordpress": host.wordpress,
    }
    config = host.folder / "nginx.conf"
    config.write_text(NGINX.format(**words))
    started = ["/usr/sbin/nginx", "-e", "stderr", "-p", host.folder, "-c", config]
    with open_program(started, lambda: is_listening(host.port)):
        yield


@contextmanager
def open_program(words: list[str | Path], is_ready: Callable[[], bool]) -> Iterator[None]:
    """A server that runs until the end of the block, in one process that leaves nothing worth keeping."""
    program = subprocess.Popen([str(word) for word in words])
    try:
        wait_until(lambda: program.poll() is not None or is_ready())
        assert program.poll() is None, f"{words[0]} did not start"
        yield
    finally:
        program.kill()
        program.wait()
