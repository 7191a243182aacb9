"""A discussion as a path of a site, behind the web servers of docs/embedding.md with what it says there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest
from msgspec.structs import replace
from playwright.sync_api import BrowserContext, expect

from piensas.settings import Embed
from piensas.store.upgrading import upgrade
from tests.browser.elsewhere import free_port
from tests.newsroom import guest, serve, settings_for
from tests.snippets.test_snippets import write
from tests.snippets.web_servers import COMMANDS, open_web_server
from tests.some import some
from tests.test_live import Listener

PAGE = """<!doctype html>
<html lang="es">
<head>
<meta charset="utf-8">
<title>Vuelo</title>
<script src="/embed.js" async></script>
</head>
<body><que-piensas></que-piensas></body>
</html>
"""
OWN = ("", "flight.html", "embedded.html", "mean/index.html", "staffing.html", "es/dia.html", "d-day.html")
"""Pages of the site itself, some of them named almost like paths of ours."""

HEADERS: list[dict[str, str]] = []


@pytest.fixture(params=COMMANDS)
def web_server(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pages(tmp_path: Path) -> Path:
    folder = tmp_path / "pages"
    for name in OWN:
        path = folder / (name or "index.html")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(PAGE)
    return folder


@pytest.fixture
def address(web_server: str, tmp_path: Path, pages: Path) -> Iterator[str]:
    """Where the site is, with Piensas behind some of its paths."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    url = f"sqlite:///{tmp_path / 'piensas.db'}"
    upgrade(url)
    settings = settings_for(url, tmp_path / "stories")
    languages = replace(settings.site, languages=("es", "en", "es-419"))
    settings = replace(settings, site=languages, embed=Embed((address,)))
    with (
        serve(settings, host=address) as upstream,
        open_web_server(web_server, tmp_path, port, upstream),
    ):
        yield address


def visit(client: httpx.Client, language: str = "es") -> str:
    """The story's id, after what the element does on the first visit."""
    shape = {"page": f"{client.base_url}/flight.html", "title": "Vuelo", "language": language}
    assert client.get("/embed/discussion", params=shape).status_code == 204
    made = client.post("/embed/discussion", data=shape)
    assert made.status_code == 200, made.text
    found = re.search(r'data-story="(\d+)"', made.text)
    assert found
    return found[1]


def test_what_is_ours_is_passed_on_and_the_rest_stays_the_sites(address: str) -> None:
    origin = {"origin": address, "sec-fetch-site": "same-origin", "accept": "application/json"}
    with httpx.Client(base_url=address, headers=origin) as client:
        for name in OWN:
            assert client.get(f"/{name}").text == PAGE, name
        for path in some(list_addresses(client.get("/embed.js").text)):
            assert client.get(path).status_code == 200, path
        for script in ("/count.js", "/lists.js"):
            assert client.get(script).headers["content-type"].startswith("text/javascript")
        assert client.post("/webmention", data={"source": "x"}).status_code == 400
        assert client.get("/api/v1/site").json()["languages"][0] == "es"
        for path in ("/api/v1/none", "/photos/1"):
            assert client.get(path).headers["content-type"] == "application/problem+json", path
        for path in ("/api", "/signin", "/staff"):
            assert client.get(path).headers["content-type"].startswith("text/html"), path
            assert "piensas" in client.get(path).text, path

        story = visit(client)
        posted = client.post(f"/stories/{story}/comments", json=guest("Por el camino."))
        assert posted.status_code == 201, posted.text
        assert client.get("/embed/counts", params={"page": f"{address}/flight.html"}).json() == [
            "1 comentario"
        ]
        for language in ("es", "es-419"):
            page = client.get("/embed/page", params={"page": f"{address}/flight.html", "language": language})
            assert page.status_code == 303
            assert "Por el camino." in client.get(page.headers["location"]).text


def list_addresses(script: str) -> list[str]:
    found = re.findall(r"\$\{base\}(/[^`$?]+)`", script)[:2]
    assert len(found) == 2
    return found


def test_what_happens_meanwhile_arrives_at_once(address: str) -> None:
    with httpx.Client(base_url=address, headers={"origin": address}) as client:
        story = visit(client)
        page = Listener(address, f"/stories/{story}/events?language=es&since=")
        assert page.type.startswith("text/event-stream")
        client.post(f"/stories/{story}/comments", json=guest("En directo."))
        assert "En directo." in page.next()["changes"][0]["piece"]
        page.close()


def test_a_comment_is_written_under_the_sites_page(address: str, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{address}/flight.html")
    write(page, "Bajo el mismo techo.")
    page.reload()
    expect(page.locator(".comment .text")).to_have_text("Bajo el mismo techo.")


class Echo(BaseHTTPRequestHandler):
    """Stands where Piensas would, and keeps what it was told."""

    def do_GET(self) -> None:
        HEADERS.append({name.lower(): value for name, value in self.headers.items()})
        self.send_response(204)
        self.end_headers()

    def log_message(self, *words: object) -> None:
        pass


def test_piensas_is_told_the_readers_address_and_the_sites_name(
    web_server: str, tmp_path: Path, pages: Path
) -> None:
    port = free_port()
    with HTTPServer(("127.0.0.1", 0), Echo) as echo:
        Thread(target=echo.serve_forever, daemon=True).start()
        upstream = f"http://127.0.0.1:{echo.server_port}"
        with open_web_server(web_server, tmp_path, port, upstream):
            path = "/stories/1/comments?after=a%2Fb&order=best"
            assert httpx.get(f"http://127.0.0.1:{port}{path}").status_code == 204
            assert httpx.get(f"http://127.0.0.1:{port}/es/d-0123456789abcdef").status_code == 204
        echo.shutdown()
    for told in HEADERS[-2:]:
        assert told["host"] == f"127.0.0.1:{port}"
        assert told["x-forwarded-for"] == "127.0.0.1"
