"""No question of a reader walks through a story's comments to find the few that it wants."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Executable, Insert, create_engine, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection

from piensas.model.story import Story
from piensas.store import (
    changes,
    comments,
    mentions,
    paces,
    published,
    ranks,
    readers,
    sessions,
    stories,
    threads,
    votes,
)
from piensas.store.upgrading import upgrade
from tests.newsroom import Newsroom

QUESTIONS = {
    f"{module.__name__}.{name}": question
    for module in (changes, comments, paces, ranks, readers, sessions, stories, threads, votes)
    for name, question in vars(module).items()
    if name.isupper()
    and isinstance(question, Executable)
    and not isinstance(question, Insert)
    and name not in ("WHOLE", "PUBLIC", "STORY", "HEADLINE")
} | {f"threads.PAGES {key}": question for key, question in threads.PAGES.items()}


@pytest.mark.parametrize("name", QUESTIONS)
def test_every_prepared_question_goes_by_a_key_or_an_index_to_what_it_wants(
    name: str, tmp_path: Path
) -> None:
    upgrade(f"sqlite:///{tmp_path / 'empty.db'}")
    question = QUESTIONS[name]
    if name.endswith("CHANGE"):
        question = question.values(replies=1)
    sql = re.sub(
        r"__\[POSTCOMPILE_\w+\]|\[POSTCOMPILE_\w+\]", "?", str(question.compile(dialect=sqlite.dialect()))
    )
    with sqlite3.connect(tmp_path / "empty.db") as db:
        plan = [row[3] for row in db.execute(f"EXPLAIN QUERY PLAN {sql}", [1] * sql.count("?"))]
    db.close()

    assert plan
    for step in plan:
        assert not step.startswith("SCAN"), plan
        assert not step.endswith("comments USING PRIMARY KEY (site_id=? AND story_id=?)"), plan
        assert not step.endswith("(site_id=?)"), plan


def test_posting_asks_as_many_questions_in_a_long_thread_as_in_a_short_one(newsroom: Newsroom) -> None:
    statements: list[str] = []

    @event.listens_for(Connection, "before_execute", named=True)
    def note(**about: object) -> None:
        words = str(about["clauseelement"])
        if "FROM jobs" not in words:  # the workers look for something to do meanwhile
            statements.append(words)

    def cost(email: str) -> int:
        before = len(statements)
        newsroom.person().comment(f"By {email}.", email=email)
        return len(statements) - before

    try:
        first = cost("a@example.org")
        for number in range(30):
            newsroom.person().comment(f"Number {number}.", email=f"r{number}@example.org")
        assert cost("b@example.org") == first < 25
    finally:
        event.remove(Connection, "before_execute", note)


def test_questions_made_for_the_occasion_go_by_a_key_or_an_index_too(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'empty.db'}"
    upgrade(url)
    story = Story(1, 1, "key", "open", 0, 1, 0, 0)
    asked: list[tuple[str, tuple[object, ...]]] = []
    engine = create_engine(url)
    event.listen(engine, "before_cursor_execute", lambda *about: asked.append((about[2], about[3])))
    with engine.connect() as db:
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
        stories.list_addresses(db, 1, (1, 2))
        stories.find_edition_by_address(db, 1, ("/en/x",))
        plans = [
            step[3]
            for sql, values in list(asked)
            for step in db.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values).all()
        ]
    engine.dispose()

    for step in plans:
        assert "BLOOM" not in step, plans
        assert not step.startswith(("SCAN comments", "SCAN own", "SCAN mentions", "SCAN stories")), plans
        assert step != "SEARCH comments USING PRIMARY KEY (site_id=? AND story_id=?)", plans
