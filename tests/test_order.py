"""What is read page by page is met once, though much of it is of the same moment or rank."""

from __future__ import annotations

import re
from typing import Any

import pytest

from piensas.store.stories import list_headlines
from piensas.store.threads import list_replies_to
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person
from tests.test_folder import publish, write


def walk(person: Person, **query: str) -> list[str]:
    """The top-level comments of the next page, and of all that follow, as a program meets them."""
    met: list[str] = []
    page = person.thread(**query)
    while True:
        met += [comment["id"] for comment in page["comments"]]
        if not page["next"]:
            return met
        page = person.thread(**query, after=page["next"])


@pytest.mark.parametrize("order", ["best", "discussed"])
def test_who_rises_or_falls_while_somebody_walks_is_met_once(newsroom: Newsroom, order: str) -> None:
    """Page by page, everybody who is still to come rises, and everybody who was met falls, by turns."""
    said = [newsroom.person().comment(f"Number {n}.", email=f"n{n}@example.org") for n in range(9)]

    def raise_up(comment: str) -> None:
        for number in range(3):
            if order == "best":
                newsroom.person().change(comment, "vote", value="up")
            else:
                reply = {"text": f"Reply {number}.", "name": "R", "email": f"r{number}@example.org"}
                newsroom.person().send_json(newsroom.comments, reply | {"parent": comment})

    reader = newsroom.person()
    first = reader.thread(order=order, limit="2")
    met = [comment["id"] for comment in first["comments"]]
    after = first["next"]
    while after:
        to_come = [comment for comment in said if comment not in met]
        raise_up(to_come[0])
        page = reader.thread(order=order, limit="2", after=after)
        met += [comment["id"] for comment in page["comments"]]
        after = page["next"]
    assert sorted(met) == sorted(said)


def test_stories_of_one_moment_are_each_on_one_front_page(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piensas.web.front.PAGE", 10)
    write(newsroom, *(f"story-{number:02}" for number in range(25)))
    assert publish(newsroom) == []
    together: set[Any] = set()
    met: list[str] = []
    path = "/"
    while path:
        page = newsroom.person().read(path)
        met += re.findall(r'href="/en/(story-\d\d)"', page)
        older = re.search(r'href="(/\?before=[0-9.]+)"', page)
        path = older[1] if older else ""
    found = newsroom.db.ask(list_headlines, 1, "en", 100)
    together = {headline.published_at for headline in found if headline.slug.startswith("story-")}
    assert len(together) == 1, "they are of one moment"
    assert len(met) > 10
    assert len(set(met)) == 25
    assert met == list(dict.fromkeys(met))


def test_answers_to_a_reader_are_each_on_one_page_and_published(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",))
    author = newsroom.person()
    mine = author.comment("Answer me.")
    replies = []
    for number in range(5):
        body = {"text": f"Answer {number}.", "name": "R", "email": f"r{number}@example.org", "parent": mine}
        replies.append(newsroom.person().send_json(newsroom.comments, body).json()["comment"]["id"])
    held = {"text": "A secret answer.", "name": "R", "email": "held@example.org", "parent": mine}
    assert newsroom.person().send_json(newsroom.comments, held).json()["comment"]["status"] == "held"
    own = {"text": "My own.", "parent": mine, "name": "Night reader", "email": "night@example.org"}
    assert author.send_json(newsroom.comments, own).status_code == 201
    row = newsroom.db.ask(
        lambda db: db.exec_driver_sql(f"SELECT reader_id FROM comments WHERE id = {int(mine)}").scalar_one()
    )

    met: list[int] = []
    before = 0
    while (page := newsroom.db.ask(list_replies_to, 1, int(row), before, 2)) and len(met) < 20:
        met += [comment.id for comment in page]
        before = page[-1].id
    assert met == [int(reply) for reply in reversed(replies)]
