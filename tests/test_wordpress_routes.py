"""WordPress's routes for comments: as its handbook has them, and as a client of its own uses them."""

from __future__ import annotations

import json
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from piensas.actions.publishing import retire_edition
from piensas.model.short import range_of, short_of
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom

CLIENT = Path(__file__).parent / "independent" / "wordpress.mjs"
COMMENTS = "/wp-json/wp/v2/comments"
Found = dict[str, Any]


def story_number(newsroom: Newsroom) -> int:
    return short_of(int(newsroom.story_id))


def write(newsroom: Newsroom, **fields: Any) -> Any:
    usual = {"author_name": "A", "author_email": "a@example.org", "post": story_number(newsroom)}
    return newsroom.person().client.post(COMMENTS, json=usual | fields)


def test_a_client_that_we_did_not_write_lists_reads_and_creates(newsroom: Newsroom) -> None:
    done = subprocess.run(
        ["node", str(CLIENT), newsroom.address], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)

    assert found["title"] == "No more specialists will be sent"
    assert found["one"]["content"]["rendered"] == "<p>Written by a <strong>client</strong>.</p>\n"
    assert found["one"]["author_name"] == "A program"
    assert found["reply"]["parent"] == found["one"]["id"] == found["first"]
    assert found["paging"] == {"total": 2, "pages": 2}
    assert found["next"] == found["replies"] == [found["reply"]["id"]]
    assert found["refused"] == {"code": "rest_comment_content_invalid", "status": 400}
    assert "program@example.org" not in done.stdout
    assert "Written by a <strong>client</strong>." in newsroom.person().read()


def test_numbers_are_exact_in_javascript_and_lead_back(newsroom: Newsroom) -> None:
    posted = write(newsroom, content="One.").json()
    assert posted["id"] < 1 << 53
    own = int(newsroom.person().thread()["comments"][0]["id"])
    first, last = range_of(posted["id"])
    assert first <= own <= last
    assert short_of(own) == posted["id"]
    assert newsroom.person().get(f"{COMMENTS}/{posted['id']}").json() == posted
    assert newsroom.person().get(f"{COMMENTS}/{posted['id'] + 1}").json()["code"] == "rest_comment_invalid_id"


def test_the_list_is_paged_and_says_how_much_there_is(newsroom: Newsroom) -> None:
    for number in range(5):
        newsroom.hands.turn(seconds=1)
        write(newsroom, content=f"Number {number}.", author_email=f"{number}@example.org")
    person = newsroom.person()
    answer = person.get(f"{COMMENTS}?per_page=2&page=2&post={story_number(newsroom)}")

    assert [each["content"]["rendered"] for each in answer.json()] == [
        "<p>Number 2.</p>\n",
        "<p>Number 1.</p>\n",
    ]
    assert answer.headers["x-wp-total"] == "5"
    assert answer.headers["x-wp-totalpages"] == "3"
    assert 'page=1>; rel="prev"' in answer.headers["link"]
    assert 'page=3>; rel="next"' in answer.headers["link"]
    times = [each["date_gmt"] for each in person.get(f"{COMMENTS}?order=asc").json()]
    assert times == sorted(times)
    later = person.get(f"{COMMENTS}?after={times[2]}Z&order=asc").json()
    assert len(later) in (2, 3)
    assert person.get(f"{COMMENTS}?post=5").json() == []
    assert person.get(f"{COMMENTS}?after=2110-01-01T00:00:00").json() == []
    assert len(person.get(f"{COMMENTS}?before=9999-12-31T00:00:00").json()) == 5
    assert (
        person.get(f"{COMMENTS}?per_page=100&offset=4").json()[0]["content"]["rendered"]
        == "<p>Number 0.</p>\n"
    )


def test_what_is_not_published_is_not_there(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    held = write(newsroom, content="A secret.")
    assert held.status_code == 201
    assert held.json()["status"] == "hold"
    assert newsroom.person().get(COMMENTS).json() == []
    assert newsroom.person().get(f"{COMMENTS}/{held.json()['id']}").status_code == 404
    author = newsroom.person()
    gone = author.comment("Gone.", email="gone@example.org")
    author.change(gone, "withdrawal")
    assert newsroom.person().get(COMMENTS).json() == []


def test_what_was_said_under_a_story_that_was_taken_off_is_not_there(newsroom: Newsroom) -> None:
    said = write(newsroom, content="Under it.").json()["id"]
    for language in newsroom.site.languages:
        newsroom.db.do(partial(retire_edition, site=newsroom.site, key="flight", language=language))
    person = newsroom.person()
    listed = person.get(f"{COMMENTS}?post={story_number(newsroom)}")

    assert (listed.json(), listed.headers["x-wp-total"]) == ([], "0")
    assert (person.get(COMMENTS).json(), person.get(COMMENTS).headers["x-wp-total"]) == ([], "0")
    assert person.get(f"{COMMENTS}/{said}").status_code == 404
    assert person.get(f"{COMMENTS}?include={said}").json() == []
    assert write(newsroom, content="More.").json()["code"] == "rest_comment_invalid_post_id"


REFUSED = {
    "no text": ({"content": " "}, "rest_comment_content_invalid", 400),
    "no name": ({"content": "x", "author_name": ""}, "rest_comment_author_data_required", 400),
    "no address": ({"content": "x", "author_email": ""}, "rest_comment_author_data_required", 400),
    "a wrong address": ({"content": "x", "author_email": "x"}, "rest_invalid_param", 400),
    "no post": ({"content": "x", "post": 0}, "rest_comment_invalid_post_id", 403),
    "another post": ({"content": "x", "post": 12345}, "rest_comment_invalid_post_id", 403),
    "a parent that is not there": ({"content": "x", "parent": 12345}, "rest_parent_unavailable", 403),
    "too long": ({"content": "x" * 70_000}, "comment_content_column_length", 400),
    "of another kind": ({"content": ["x"]}, "rest_invalid_param", 400),
    "a post beyond all numbers": ({"content": "x", "post": 10**18}, "rest_invalid_param", 400),
    "a negative post": ({"content": "x", "post": -1}, "rest_invalid_param", 400),
}


@pytest.mark.parametrize(("fields", "code", "status"), REFUSED.values(), ids=REFUSED)
def test_refusals_are_wordpresss_own(newsroom: Newsroom, fields: Found, code: str, status: int) -> None:
    answer = write(newsroom, **fields)
    assert (answer.json()["code"], answer.status_code, answer.json()["data"]) == (
        code,
        status,
        {"status": status},
    )


def test_the_same_again_and_too_soon(open_site: OpenNewsroom) -> None:
    newsroom = open_site(seconds_between_comments=30)
    browser = newsroom.person()
    usual = {"author_name": "A", "author_email": "a@example.org", "post": story_number(newsroom)}
    assert browser.send_json(COMMENTS, usual | {"content": "Once."}).status_code == 201
    newsroom.hands.turn(minutes=2)
    again = browser.send_json(COMMENTS, usual | {"content": "Once."})
    assert (again.status_code, again.json()["code"]) == (409, "comment_duplicate")
    assert write(newsroom, content="Once.").status_code == 201
    assert write(newsroom, content="Thrice.").json()["code"] == "comment_flood"


@pytest.mark.parametrize(
    "query",
    [
        "per_page=0", "per_page=101", "per_page=x", "page=0", "page=99999", "offset=-1", "order=up",
        "orderby=rand()", "status=hold", "context=edit", "post=x", "post=1;2", "after=yesterday",
        f"post={'1,' * 200}1", "post=99999999999999999999", "post=9007199254740992", "include=9e9",
        "search=x",
    ],
)  # fmt: skip
def test_parameters_that_make_no_sense_are_refused(newsroom: Newsroom, query: str) -> None:
    answer = newsroom.person().get(f"{COMMENTS}?{query}")
    assert answer.status_code == 400, answer.text
    assert answer.json()["code"] == "rest_invalid_param"


def test_a_discussion_that_is_off_is_off_here_too(newsroom: Newsroom) -> None:
    posted = write(newsroom, content="Once said.").json()
    newsroom.db.do(lambda db: db.execute(text("UPDATE stories SET discussion = 'off'")))
    person = newsroom.person()
    assert person.get(COMMENTS).json() == []
    assert person.get(COMMENTS).headers["x-wp-total"] == "0"
    assert person.get(f"{COMMENTS}/{posted['id']}").status_code == 404
    assert write(newsroom, content="More.").json()["code"] == "rest_comment_invalid_post_id"


def test_roots_alone_and_replies_alone(newsroom: Newsroom) -> None:
    root = write(newsroom, content="Root.").json()["id"]
    reply = write(newsroom, content="Reply.", parent=root, author_email="r@example.org").json()["id"]
    person = newsroom.person()
    for query, found in (
        ("parent=0", [root]),
        (f"parent={root}", [reply]),
        (f"parent=0,{root}&order=asc", [root, reply]),
    ):
        answer = person.get(f"{COMMENTS}?{query}")
        assert [each["id"] for each in answer.json()] == found
        assert answer.headers["x-wp-total"] == str(len(found))
    assert person.get(f"{COMMENTS}?parent=12345").json() == []


def test_other_sites_pages_may_read_but_not_write(newsroom: Newsroom) -> None:
    person = newsroom.person()
    assert person.get(COMMENTS, origin="https://other.example").headers["access-control-allow-origin"] == "*"
    forged = person.client.post(
        COMMENTS,
        json={"content": "x"},
        headers={"origin": "https://other.example", "sec-fetch-site": "cross-site"},
    )
    assert forged.status_code == 403


def test_what_a_client_asks_first(newsroom: Newsroom) -> None:
    found = newsroom.person().get("/wp-json/").json()
    assert found["namespaces"] == ["wp/v2"]
    assert "/wp/v2/comments" in found["routes"]
    post = newsroom.person().get(f"/wp-json/wp/v2/posts/{story_number(newsroom)}").json()
    assert post["link"].endswith("/en/flight")
    assert newsroom.person().get("/wp-json/wp/v2/posts/7").status_code == 404
