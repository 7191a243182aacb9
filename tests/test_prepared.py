"""Statements that go to the driver as they are mean what SQLAlchemy means by them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import asdict
from sqlalchemy import Connection, bindparam, func, insert, select, text
from sqlalchemy.exc import IntegrityError, OperationalError

from piensas.actions.posting import empty_comment
from piensas.model.comment import Comment, Decision
from piensas.model.story import Story
from piensas.store import comments, history, stories
from piensas.store.database import Database
from piensas.store.prepared import Prepared
from piensas.store.tables import comments as table
from piensas.store.tables import decisions, paces

STORY = Story(1, 7, "a-story", "open", 0, 1, 0, 0)
COMMENT = empty_comment(STORY, 9, parent_id=None, answers_id=None, root_id=9, seq=0, level=0)


@pytest.mark.parametrize("listed", [True, False])
def test_what_is_kept_comes_back_as_it_was_in_type_and_value(db: Database, listed: bool) -> None:
    whole = Comment(**{**asdict(COMMENT), "listed": listed, "text": "¿Qué? 🙂 'x' %s ?", "draft": "d"})
    decided = Decision(
        site_id=1,
        story_id=7,
        comment_id=9,
        id=9,
        by="desk",
        before=None,
        after="held",
        reasons=("ü",),
    )

    def deed(connection: Connection) -> None:
        comments.save_comment(connection, whole)
        history.save_decision(connection, decided)

    db.do(deed)
    found = db.ask(comments.find_comment, 1, 7, 9)
    assert found == whole
    assert found is not None
    assert found.listed is listed
    assert db.ask(history.list_decisions, whole) == [decided]


def test_a_prepared_question_and_sqlalchemys_own_give_the_same(db: Database) -> None:
    db.do(lambda connection: comments.save_comment(connection, COMMENT))
    where = (table.c.site_id == bindparam("site"), table.c.status == "held")
    question = select(table.c.id, table.c.listed, func.count().over()).where(*where)

    def ask(connection: Connection) -> tuple[Any, Any]:
        told = connection.execute(question, {"site": 1}).all()
        return [tuple(row) for row in told], Prepared(question).rows(connection, site=1)

    theirs, ours = db.ask(ask)
    assert ours == theirs == [(9, False, 1)]
    assert ours[0][1] is False


def test_it_says_how_many_rows_it_has_touched_and_finds_nothing_where_nothing_is(db: Database) -> None:
    db.do(lambda connection: stories.save_story(connection, STORY))
    assert db.ask(stories.find_story_revision, 1, 8) is None
    assert db.ask(stories.find_story, 1, 8) is None
    change = stories.change_of(("revision",))
    assert db.do(lambda connection: change.do(connection, site=1, which=8, new_revision=2)) == 0
    assert db.do(lambda connection: change.do(connection, site=1, which=7, new_revision=2)) == 1
    assert db.ask(stories.find_story_revision, 1, 7) == 2


def test_its_refusals_are_of_sqlalchemys_kinds(db: Database) -> None:
    key = {"site_id": 1, "key": "taken", "at": 1}
    save = Prepared(insert(paces))
    db.do(lambda connection: save.do(connection, **key))
    with pytest.raises(IntegrityError):
        db.do(lambda connection: save.do(connection, **key))


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_that_is_gone_is_known_as_gone(db: Database) -> None:
    """SQLite has none that could go."""
    end = Prepared(text("SELECT pg_terminate_backend(pg_backend_pid())"))

    def ask(connection: Connection) -> bool:
        with pytest.raises(OperationalError) as fault:
            end.rows(connection)
        return fault.value.connection_invalidated and connection.invalidated

    with db._questions.connect() as connection:
        assert ask(connection)


def test_a_list_of_any_length_is_refused(db: Database) -> None:
    among = Prepared(select(decisions.c.id).where(decisions.c.id.in_(bindparam("ids", expanding=True))))
    with pytest.raises(ValueError, match="any length"):
        db.ask(lambda connection: among.rows(connection, ids=[1, 2]))
