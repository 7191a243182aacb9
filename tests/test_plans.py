"""No question of a reader walks through a story's comments to find the few that it wants."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Insert, create_engine
from sqlalchemy.dialects import sqlite

from piensas.model.story import Story
from piensas.store import (
    changes,
    comments,
    history,
    identities,
    mentions,
    paces,
    published,
    ranks,
    readers,
    sessions,
    sites,
    stories,
    threads,
    votes,
)
from piensas.store.prepared import Prepared
from piensas.store.upgrading import upgrade
from tests.newsroom import Newsroom
from tests.some import some
from tests.statements import asked
from tests.test_folder import folder_of, publish, write

QUESTIONS = {
    f"{module.__name__}.{name}": question.statement
    for module in (changes, comments, identities, paces, ranks, readers, sessions, sites, stories, votes)
    for name, question in vars(module).items()
    if isinstance(question, Prepared) and not isinstance(question.statement, Insert)
} | {f"threads.PAGES {key}": question.statement for key, question in threads.PAGES.items()}
QUESTIONS |= {
    "threads.UNDER_ROOTS": threads.UNDER_ROOTS,
    "comments.LIST_TAKEN": comments.LIST_TAKEN,
    "comments.CHANGE": comments.CHANGE.values(replies=1),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_prepared_question_goes_by_a_key_or_an_index_to_what_it_wants(
    name: str, tmp_path: Path
) -> None:
    upgrade(f"sqlite:///{tmp_path / 'empty.db'}")
    written = str(QUESTIONS[name].compile(dialect=sqlite.dialect()))  # type: ignore[attr-defined]
    sql = re.sub(r"__\[POSTCOMPILE_\w+\]|\[POSTCOMPILE_\w+\]", "?", written)
    with sqlite3.connect(tmp_path / "empty.db") as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", [1] * sql.count("?"))]
    db.close()

    assert plan
    for step in some(plan):
        assert not step.startswith("SCAN") or step == "SCAN anon_1", plan  # what a limit has bounded
        assert not step.endswith("comments USING PRIMARY KEY (site_id=? AND story_id=?)"), plan
        assert not step.endswith("(site_id=?)"), plan


def test_posting_asks_as_many_questions_in_a_long_thread_as_in_a_short_one(newsroom: Newsroom) -> None:
    def cost(*emails: str) -> int:
        """The least of several: whoever looks after the site meanwhile asks, too."""
        costs = []
        for email in emails:
            with asked() as statements:
                newsroom.person().comment(f"By {email}.", email=email)
            costs.append(len(statements))
        return min(costs)

    first = cost("a@example.org", "b@example.org", "c@example.org")
    for number in range(30):
        newsroom.person().comment(f"Number {number}.", email=f"r{number}@example.org")
    assert cost("d@example.org", "e@example.org", "f@example.org") == first < 25


@pytest.mark.parametrize("path", ["/me", "/me/export.json", "/me/export.html"])
def test_ones_own_page_asks_as_many_questions_for_much_as_for_little(newsroom: Newsroom, path: str) -> None:
    reader = newsroom.person()

    def cost() -> int:
        """The least of many: whoever watches the folder asks, too, about one file after another."""
        costs = []
        for _ in range(4):
            with asked() as statements:
                reader.read(path)
            costs.append(len(statements))
        return min(costs)

    reader.comment("The first.")
    first = cost()
    for number in range(12):
        comment = reader.comment(f"Number {number}.")
        reader.change(comment, "text", text=f"Number {number}, changed.")
        other = newsroom.person().comment(f"Another {number}.", email=f"r{number}@example.org")
        reader.change(other, "vote", value="up")
    assert cost() == first < 12
    assert "Number 7, changed." in reader.read(path)


def test_ones_own_page_shows_the_newest_and_the_file_has_all(
    newsroom: Newsroom, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piensas.web.me.SHOWN", 3)
    reader = newsroom.person()
    for number in range(6):
        comment = reader.comment(f"Number {number}.")
        reader.change(comment, "text", text=f"Changed {number}.")

    page = reader.read("/me")
    everything = reader.get("/me/export.json").json()
    assert [number for number in range(6) if f"Changed {number}." in page] == [3, 4, 5]
    assert sorted(each["text"] for each in everything["comments"]) == [f"Changed {n}." for n in range(6)]
    assert sorted(each["earlier_texts"][0]["text"] for each in everything["comments"]) == [
        f"Number {n}." for n in range(6)
    ]
    assert all(each["decisions"] for each in some(everything["comments"]))
    assert {each["story"] for each in everything["comments"]} == {"No more specialists will be sent"}


def test_a_list_of_stories_asks_as_many_questions_for_many_as_for_one(newsroom: Newsroom) -> None:
    def cost(*limits: int) -> int:
        """The least of many: whoever watches the folder asks, too, about one file after another."""
        costs = []
        for limit in limits:
            with asked() as statements:
                newsroom.person().get(f"/api/v1/stories?limit={limit}")
            costs.append(len(statements))
        return min(costs)

    few = cost(*range(1, 11))
    write(newsroom, *(f"more-{number}" for number in range(12)))
    assert publish(newsroom) == []
    assert cost(*range(20, 80)) == few
    assert len(newsroom.person().get("/api/v1/stories?limit=20").json()["stories"]) == 13


def test_a_comment_concerns_no_sitemap_and_every_change_of_a_story_does(newsroom: Newsroom) -> None:
    def sitemap() -> str:
        return newsroom.person().read("/sitemap.xml")

    before = sitemap()
    newsroom.person().comment("Something new.")
    with asked() as statements:
        assert sitemap() == before
    assert [words for words in statements if "FROM editions" in words] == []

    write(newsroom, "one")
    assert publish(newsroom) == []
    assert "/en/one<" in sitemap()
    file = folder_of(newsroom) / "one.en.md"
    file.write_text(file.read_text().replace("slug: one", "slug: renamed"))
    assert publish(newsroom) == []
    assert "/en/renamed<" in sitemap()
    assert "/en/one<" not in sitemap()
    file.unlink()
    assert publish(newsroom, retires_all=True) == []
    assert sitemap() == before


def test_questions_made_for_the_occasion_go_by_a_key_or_an_index_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(url)
    story = Story(1, 1, "key", "open", 0, 1, 0, 0)
    asked: list[str] = []
    engine = create_engine(url)
    with engine.connect() as db:
        driver: Any = db.connection.dbapi_connection
        driver.set_trace_callback(asked.append)
        threads.list_ancestors(db, story, [7, 8])
        threads.list_branch(db, story, 7, 0, 10)
        votes.list_votes(db, 1, 1, 9)
        comments.find_comment_anywhere(db, 1, 7)
        comments.list_held_comments(db, 1)
        comments.list_latest_own_comments(db, 1, 9, 0, 10)
        threads.list_replies_to(db, 1, 9, 0, 10)
        threads.list_published_below(db, story, 7, 3, 10)
        published.list_published(db, 1, published.Filter(), 10, 0)
        mentions.list_mentions(db, 1, 1, 10)
        mentions.find_mention_by_id(db, 1, 7)
        mentions.list_held_mentions(db, 1, 10)
        history.list_decisions_on(db, 1, 9, 7)
        history.list_edits_of(db, 1, 9, 7)
        stories.list_addresses(db, 1, (1, 2))
        stories.list_stories(db, 1, (1, 2))
        stories.find_edition_by_address(db, 1, ("/en/x",))
        plans = [
            step[3]
            for sql in list(asked)
            if sql.startswith(("SELECT", "WITH"))
            for step in driver.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()
        ]
    engine.dispose()

    for step in some(plans):
        assert "BLOOM" not in step, plans
        assert not step.startswith(("SCAN comments", "SCAN own", "SCAN mentions", "SCAN stories")), plans
        assert step != "SEARCH comments USING PRIMARY KEY (site_id=? AND story_id=?)", plans
