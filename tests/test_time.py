"""A walk through time: a site with one of everything, and whatever life does to it.

Afterwards nothing that a reader could see is gone, every address answers as before or leads to where it is
now, nothing is seen that was not to be seen, and every counter agrees. Things are in `tests/everything.py`,
what life does in `tests/life.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from piensas.model.moment import Clock
from tests.everything import THINGS
from tests.going_on import open_street
from tests.life import LIFE
from tests.looking import list_differences, list_faults, look_around
from tests.postgres import make_database, new_database
from tests.shared import Shared
from tests.template import Room, Template, hands_at, make_template, read_template
from tests.whole import Whole

PASSING = {"paces", "sign_ins"}
"""Tables of what is soon forgotten."""


@pytest.fixture(params=("sqlite", "postgresql"))
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def room(kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Room]:
    """Makes databases without tables."""
    with ExitStack() as stack:

        def make(name: str) -> str:
            if kind == "sqlite":
                return f"sqlite:///{tmp_path / name}.db"
            server = request.getfixturevalue("postgresql")
            return stack.enter_context(new_database(server, f"{name}_{Clock()().id}", "template0"))

        yield make


@pytest.fixture
def template(kind: str, request: pytest.FixtureRequest, shared: Shared) -> Template:
    name = f"everything-{kind}"
    if kind == "sqlite":
        made = shared.find_folder(
            kind, lambda folder: make_template(folder, f"sqlite:///{folder}/piensas.db")
        )
    else:
        server = request.getfixturevalue("postgresql")
        made = shared.find_folder(
            name, lambda folder: make_template(folder, make_database(server, "everything"))
        )
    return read_template(made)


@pytest.fixture
def whole(template: Template, kind: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Whole]:
    """A site with everything in it, for one test."""
    folder = tmp_path / "site"
    if kind == "sqlite":
        yield template.whole.copy(folder, f"sqlite:///{folder}/piensas.db")
        return
    server = request.getfixturevalue("postgresql")
    with new_database(server, f"whole_{Clock()().id}", "everything") as url:
        yield template.whole.copy(folder, url)


def test_everything_is_there_and_nothing_is_told_that_is_not_to_be(template: Template) -> None:
    assert [*list_faults(template.before)] == []
    assert [table for table, rows in template.rows.items() if rows == 0] == [], (
        "No thing of tests/everything.py leaves a row there."
    )


@pytest.mark.parametrize("deed", LIFE)
def test_nothing_is_gone_when(deed: str, template: Template, whole: Whole, room: Room) -> None:
    life = LIFE[deed]
    now = life.do(whole, room) or whole
    with open_street(now, hands_at(now.made.now)) as street:
        after = look_around(street.there, now.address, now.made)

        assert [*list_differences(template.before, after, re.compile(life.differs))] == []
        assert [*list_faults(after, life.without)] == []
        assert list_lost_rows(template, now) == []
        for name, thing in THINGS.items():
            if name not in life.without:
                thing.still(street)
    assert now.done("check").strip() == "Every counter agrees with what it counts."


def list_lost_rows(template: Template, whole: Whole) -> list[str]:
    """Tables that have fewer rows than they had."""
    rows = whole.count_rows()
    return [table for table, was in template.rows.items() if rows[table] < was and table not in PASSING]
