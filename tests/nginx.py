"""nginx before a site, as most are run."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from socket import create_connection

from tests.newsroom import wait_until
from tests.served_site import hold_port

SETTINGS = """daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{upstream};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header X-Forwarded-For $remote_addr;
      proxy_set_header Connection "";
    }}
  }}
}}
"""


@contextmanager
def open_nginx(folder: Path, upstream: int) -> Iterator[int]:
    """The port at which it listens."""
    with closing(hold_port()) as held:
        port = int(held.getsockname()[1])
    file = folder / "nginx.conf"
    file.write_text(SETTINGS.format(folder=folder, port=port, upstream=upstream))
    with subprocess.Popen(["/usr/sbin/nginx", "-c", str(file), "-p", str(folder)]) as server:
        try:
            wait_until(lambda: is_open(port))
            yield port
        finally:
            server.terminate()


def is_open(port: int) -> bool:
    try:
        create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
