"""What strangers can make us keep has a bound, and what has had its time goes."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from piensas.actions.pacing import MINUTE
from piensas.actions.sweeping import AT_ONCE, sweep
from piensas.model.moment import Clock, Moment, first_id_at
from piensas.model.refusals import Unavailable
from piensas.store.database import Database
from piensas.store.paces import find_last_pace, save_paces
from piensas.store.tables import metadata, readers, sign_ins
from tests.newsroom import Newsroom
from tests.providers import Tricksters, leave
from tests.statements import asked

LONG = "Ñ" * 300_000


def count(newsroom: Newsroom, table: Any) -> int:
    return newsroom.db.ask(lambda db: db.execute(select(func.count()).select_from(table)).scalar_one())


def test_of_what_was_typed_no_more_is_kept_than_could_be_posted(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    fields = {"text": LONG[:160_000], "name": "n" * 5_000, "email": "e" * 5_000, "website": "w" * 5_000}
    leave(signing_in.person(), "google", **fields)
    kept = signing_in.db.ask(lambda db: db.execute(select(sign_ins.c.draft)).scalar_one())

    assert 65_525 < len(kept) < 67_000


def test_only_so_many_sign_ins_are_under_way_at_once(
    signing_in: Newsroom, providers: Tricksters, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piensas.actions.signing_in.MOST_BEGUN", 3)
    person = signing_in.person()
    for _ in range(3):
        leave(person, "google")
    refused = person.send_json("/signin/google", {})
    assert (refused.status_code, refused.json()["code"]) == (429, "too_fast")

    signing_in.hands.turn(minutes=31)
    signing_in.db.do(lambda db: sweep(db, signing_in.site, Clock(signing_in.hands)()))
    assert count(signing_in, sign_ins) == 0
    leave(person, "google")


def test_one_network_address_begins_few_sign_ins_in_a_moment(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    here = {"x_forwarded_for": "203.0.114.9"}
    person = signing_in.person()
    assert person.send_json("/signin/google", {}, **here).status_code == 200
    assert person.send_json("/signin/google", {}, **here).status_code == 429
    signing_in.hands.turn(seconds=1)
    assert person.send_json("/signin/google", {}, **here).status_code == 200


def test_a_comment_is_changed_so_often_and_no_oftener(newsroom: Newsroom) -> None:
    reader = newsroom.person()
    comment = reader.comment("Number -1.")
    for number in range(50):
        assert reader.change(comment, "text", text=f"Number {number}.").status_code == 200
    refused = reader.change(comment, "text", text="Once more.")
    assert (refused.status_code, refused.json()["code"]) == (403, "too_late")


def test_the_sweep_takes_what_is_over_and_nothing_else(db: Database, newsroom: Newsroom) -> None:
    now = newsroom.hands.seconds * 1_000
    old, fresh = int(now) - 6 * MINUTE, int(now) - 4 * MINUTE
    keys = [f"old:{number}" for number in range(AT_ONCE + 10)]
    db.do(lambda connection: save_paces(connection, 1, keys, old))
    db.do(lambda connection: save_paces(connection, 1, ["fresh"], fresh))
    moment = Moment(first_id_at(int(now)))

    assert db.do(lambda connection: sweep(connection, newsroom.site, moment)) is True
    assert db.do(lambda connection: sweep(connection, newsroom.site, moment)) is False
    assert db.ask(find_last_pace, 1, ["old:1"]) is None
    assert db.ask(find_last_pace, 1, ["fresh"]) == fresh


def test_a_pace_that_is_kept_again_is_the_later_one(db: Database) -> None:
    db.do(lambda connection: save_paces(connection, 1, ["b", "a"], 1))
    db.do(lambda connection: save_paces(connection, 1, ["a", "c"], 2))
    assert [db.ask(find_last_pace, 1, [key]) for key in "abc"] == [2, 1, 2]


def test_a_comment_touches_no_pace_but_its_own(newsroom: Newsroom) -> None:
    """Deleting everybody's in every deed deadlocked with others who did the same."""
    with asked() as statements:
        newsroom.person().comment("Hello.")
    assert statements
    assert [words for words in statements if words.startswith("DELETE")] == []


def test_a_question_of_several_statements_reads_one_state(newsroom: Newsroom) -> None:
    """Somebody votes between two of them."""
    voted = newsroom.person().comment("Vote on this.")

    def ask(db: Any) -> list[int]:
        seen = []
        for _ in range(2):
            seen.append(db.execute(select(func.count()).select_from(readers)).scalar_one())
            other = threading.Thread(target=lambda: newsroom.person().change(voted, "vote", value="up"))
            other.start()
            other.join()
        return seen

    first, second = newsroom.db.ask(ask)
    assert first == second
    assert newsroom.person().thread()["comments"][0]["ups"] == 2


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_dies_in_a_deed_is_told_to_come_again(newsroom: Newsroom) -> None:
    """SQLite has no connection that could die."""

    def deed(db: Any) -> None:
        db.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")

    for _ in range(3):
        with pytest.raises(Unavailable):
            newsroom.db.do(deed)
        newsroom.db.do(lambda db: save_paces(db, 1, ["alive"], 5))
        assert newsroom.db.ask(find_last_pace, 1, ["alive"]) == 5


NOT_BY_STRANGERS = {"sites", "arrivals"}
"""Made by the site's own start, and by imports."""


def test_every_table_that_strangers_can_fill_is_told_of_with_what_holds_it() -> None:
    words = (Path(__file__).parent.parent / "docs/trust.md").read_text()
    told = words.split("## What strangers can make us keep")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in told.splitlines() if line.startswith("| `")]
    named = {name for row in rows for name in re.findall(r"`(\w+)`", row)}
    assert named == set(metadata.tables) - NOT_BY_STRANGERS
