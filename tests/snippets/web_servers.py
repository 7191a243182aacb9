"""Web servers that hand out a site's own pages and pass some paths on to Piensas, as documented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.browser.elsewhere import is_listening
from tests.snippets.documented import BLOCK, read_section
from tests.snippets.host import open_program

MODULES = "mpm_event authz_core dir mime proxy proxy_http"
FRAMES = {
    "nginx": """
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  access_log off;
  client_body_temp_path {folder}; proxy_temp_path {folder}; fastcgi_temp_path {folder};
  uwsgi_temp_path {folder}; scgi_temp_path {folder};
  server {{
    listen 127.0.0.1:{port};
    root {folder}/pages;
{snippet}
  }}
}}
""",
    "caddyfile": """
{{
  admin off
  auto_https off
}}
http://127.0.0.1:{port} {{
  root * {folder}/pages
  file_server
{snippet}
}}
""",
    "apache": """
ServerRoot {folder}
ServerName 127.0.0.1
PidFile {folder}/apache.pid
ErrorLog {folder}/error.log
Listen 127.0.0.1:{port}
{modules}
TypesConfig /dev/null
AddType text/html .html
DocumentRoot {folder}/pages
DirectoryIndex index.html
{snippet}
""",
}
CADDY_AT_HOME = ["env", "XDG_CONFIG_HOME={folder}", "XDG_DATA_HOME={folder}"]
COMMANDS = {
    "nginx": ["/usr/sbin/nginx", "-e", "stderr", "-c"],
    "caddyfile": [*CADDY_AT_HOME, "caddy", "run", "--adapter", "caddyfile", "--config"],
    "apache": ["/usr/sbin/apache2", "-X", "-f"],
}


def read_web_server(name: str) -> str:
    """The documented snippet, by the word that stands on its fence."""
    parts = BLOCK.split(read_section("embedding.md", "Three set-ups"))
    return dict(zip(parts[1::3], parts[2::3], strict=True))[name]


@contextmanager
def open_web_server(name: str, folder: Path, port: int, upstream: str) -> Iterator[None]:
    """On `port` of this machine, with the documented snippet and nothing else that knows of Piensas."""
    modules = "\n".join(
        f"LoadModule {each}_module /usr/lib/apache2/modules/mod_{each}.so" for each in MODULES.split()
    )
    snippet = read_web_server(name)
    assert "127.0.0.1:8000" in snippet
    snippet = snippet.replace("http://127.0.0.1:8000", upstream).replace(
        "127.0.0.1:8000", upstream.removeprefix("http://")
    )
    config = folder / "server.conf"
    config.write_text(FRAMES[name].format(folder=folder, port=port, snippet=snippet, modules=modules))
    words = [word.format(folder=folder) for word in COMMANDS[name]]
    with open_program([*words, config], lambda: is_listening(port)):
        yield
