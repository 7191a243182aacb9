"""Requests that another site's page made, every way that browsers let it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.newsroom import Newsroom, open_newsroom
from tests.some import some

FOREIGN = [
    {"sec-fetch-site": "cross-site", "origin": "https://evil.example"},
    {"sec-fetch-site": "same-site", "origin": "https://neighbour.example"},
    {"sec-fetch-site": "cross-site"},
    {"origin": "https://evil.example"},
    {"origin": "null"},
    {"referer": "https://evil.example/page"},
    {"origin": "https://127.0.0.1.evil.example"},
    {},
]


@pytest.mark.parametrize("headers", FOREIGN, ids=str)
def test_no_unsafe_route_does_anything_for_another_sites_page(
    newsroom: Newsroom, headers: dict[str, str]
) -> None:
    author = newsroom.person()
    comment = author.comment("Untouched.")
    routes = {
        newsroom.comments: {"text": "forged", "name": "x", "email": "x@example.org"},
        f"{newsroom.comments}/{comment}/text": {"text": "forged"},
        f"{newsroom.comments}/{comment}/withdrawal": {},
        f"{newsroom.comments}/{comment}/vote": {"value": "up"},
    }
    for path, fields in some(routes.items()):
        as_form = author.client.post(path, data=fields, headers=headers)
        as_json = author.client.post(path, json=fields, headers=headers)
        as_text = author.client.post(
            path, content="text=forged", headers=headers | {"content-type": "text/plain"}
        )
        assert {as_form.status_code, as_json.status_code, as_text.status_code} == {403}, path
    thread = newsroom.person().thread()
    assert [each["html"] for each in thread["comments"]] == ["<p>Untouched.</p>\n"]


@pytest.mark.parametrize("where", ["origin", "referer"])
def test_browsers_without_fetch_metadata_are_known_by_origin_or_referer(
    newsroom: Newsroom, where: str
) -> None:
    own = {where: newsroom.address + ("/en/flight" if where == "referer" else "")}
    fields = {"text": "Old browser.", "name": "x", "email": "x@example.org"}

    assert newsroom.person().client.post(newsroom.comments, data=fields, headers=own).status_code == 303


def test_a_program_without_cookies_may_post_json(newsroom: Newsroom) -> None:
    fields = {"text": "Beep.", "name": "Program", "email": "p@example.org"}

    assert newsroom.person().client.post(newsroom.comments, json=fields).status_code == 201


def test_two_cookies_of_one_name_are_no_session(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment()
    token = author.client.cookies["piensas"]
    author.client.cookies.clear()

    page = newsroom.person().get(newsroom.story, cookie=f"piensas={token}; piensas=other")
    alone = newsroom.person().get(newsroom.story, cookie=f"piensas={token}")

    assert f"/comments/{comment}/edit" not in page.text
    assert f"/comments/{comment}/edit" in alone.text


def test_a_session_that_we_did_not_give_is_never_taken_over(newsroom: Newsroom) -> None:
    victim = newsroom.person()
    victim.client.cookies.set("piensas", "chosen-by-somebody-else")

    answer = victim.post("Fixed?")

    assert answer.status_code == 201
    assert "chosen-by-somebody-else" not in answer.headers["set-cookie"]
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "samesite=lax" in answer.headers["set-cookie"].lower()


def test_getting_a_page_never_changes_anything(newsroom: Newsroom) -> None:
    author = newsroom.person()
    author.post_form("Still here.")
    page = author.read()
    paths = {link.split('"')[0] for link in page.split('href="/')[1:]}

    for path in some(paths):
        assert author.get(f"/{path}").status_code in (200, 301, 404, 405)

    assert newsroom.person().thread()["count"] == 1


def test_every_answer_carries_the_safety_headers(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    for path in ("/", newsroom.story, "/nothing", newsroom.discussion, "/sitemap.xml"):
        headers = reader.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "no-store" in reader.get("/nothing").headers["cache-control"]


def send_from(newsroom: Newsroom, source: str, where: str, **headers: str) -> int:
    fields = {"text": f"From {source}, {headers}.", "name": "x", "email": "x@example.org"}
    sent = newsroom.person().client.post(newsroom.comments, data=fields, headers={where: source, **headers})
    return sent.status_code


@pytest.mark.parametrize("where", ["origin", "referer"])
def test_a_page_of_the_same_name_under_another_scheme_is_another_sites(
    newsroom: Newsroom, where: str
) -> None:
    host = newsroom.address.removeprefix("http://")
    for scheme, status in (("https", 403), ("ftp", 403), ("ws", 403), ("http", 303)):
        assert send_from(newsroom, f"{scheme}://{host}", where) == status, scheme
        assert send_from(newsroom, f"{scheme}://news.example", where, host="news.example") == status, scheme


@pytest.mark.parametrize("where", ["origin", "referer"])
def test_behind_a_proxy_that_ends_https_our_pages_are_those_of_the_sites_address(
    database_url: str, tmp_path: Path, where: str
) -> None:
    """Requests come by http from there, and say what the browser said."""
    with open_newsroom(database_url, tmp_path / "stories", host="https://news.example") as newsroom:
        inside = newsroom.address.removeprefix("http://")
        for host in ("news.example", inside):
            assert send_from(newsroom, "https://news.example", where, host=host) == 303, host
            assert send_from(newsroom, "http://news.example", where, host=host) == 403, host
            assert send_from(newsroom, f"https://{inside}.evil.example", where, host=host) == 403, host
        assert send_from(newsroom, f"https://{inside}", where, host=inside) == 303
        assert send_from(newsroom, f"http://{inside}", where, host=inside) == 403
