"""A walk through time: a site with one of everything, and whatever life does to it.

Afterwards nothing that a reader could see is gone, every address answers as before or leads to where it is
now, nothing is seen that was not to be seen, and every counter agrees. Things are in `tests/everything.py`,
what life does in `tests/life.py`.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from piensas.model.moment import Clock
from tests import test_wordpress as wordpress
from tests.ages import fill_old, list_changed, list_revisions
from tests.everything import THINGS
from tests.going_on import Street, open_street
from tests.killing import Commands, served, wait_published
from tests.life import LIFE, NOTHING
from tests.looking import list_addresses, list_differences, list_faults, look_around
from tests.old_sites import OldSite
from tests.postgres import make_database, new_database
from tests.rounds import Rounds
from tests.shared import Shared
from tests.template import Room, Template, hands_at, make_template, read_template
from tests.test_parameters import list_routes
from tests.whole import Whole

REVISIONS = list_revisions()
AGREES = "Every counter agrees with what it counts."
PASSING = {"paces", "sign_ins"}
"""Tables of what is soon forgotten."""

NOT_LOOKED_AT = {
    "/count.js", "/embed.js", "/lists.js", "/embed/{version}/style.css", "/static/{version}/{name}",
    "/signin", "/signin/letter", "/signin/{provider}/callback", "/staff", "/staff/invitation", "/me/erasure",
    "/{language}/{slug}/comments/{comment}/edit", "/{language}/{slug}/comments/{comment}/withdrawal",
}  # fmt: skip
"""What is the same at every site, and where something only begins."""


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


def test_every_address_that_can_be_read_is_looked_at(template: Template) -> None:
    made = template.whole.made
    asked = {address.partition("?")[0].format(**made.names) for _, address in list_addresses(made)}
    seen = {route for route in list_routes() for path in asked if is_below(route, path)}
    assert list_routes() - seen == NOT_LOOKED_AT


def is_below(route: str, path: str) -> bool:
    return re.fullmatch(re.sub(r"{\w+}", "[^/]+", route), path) is not None


@pytest.mark.parametrize("deed", LIFE)
def test_nothing_is_gone_when(deed: str, template: Template, whole: Whole, room: Room) -> None:
    life = LIFE[deed]
    now = life.do(whole, room) or whole
    with open_street(now, hands_at(now.made.now)) as street:
        after = look_around(street.there, now.address, now.made)

        assert [*list_differences(template.before, after, re.compile(life.differs))] == []
        assert [*list_faults(after, life.without)] == []
        assert list_lost_rows(template, now) == []
        go_on(street, life.without)
    assert now.done("check").strip() == AGREES


@pytest.mark.parametrize("revision", REVISIONS)
def test_nothing_is_gone_after_an_upgrade_from(
    revision: str, template: Template, whole: Whole, room: Room, tmp_path: Path
) -> None:
    old = OldSite(room("old"), revision)
    columns = fill_old(old, whole)
    now = whole.copy(tmp_path / "later", old.url, without="*.db*")
    old.upgrade()
    assert list_changed(whole, old, now, columns) == []

    assert now.done("check").strip() == AGREES
    if whole.is_one_file or revision == REVISIONS[0]:
        look_at_upgraded(now, template, revision)


def look_at_upgraded(now: Whole, template: Template, revision: str) -> None:
    """As the rows are the same, whichever way they came there, not everywhere on both databases."""
    later = {name for name, thing in THINGS.items() if thing.since > revision}
    with open_street(now, hands_at(now.made.now)) as street:
        after = look_around(street.there, now.address, now.made)
        assert [*list_faults(after, later)] == []
        if not later:
            assert [*list_differences(template.before, after, re.compile(NOTHING))] == []
        go_on(street, later)


def go_on(street: Street, without: Collection[str]) -> None:
    for name, thing in THINGS.items():
        if name not in without:
            thing.still(street)


def list_lost_rows(template: Template, whole: Whole) -> list[str]:
    """Tables that have fewer rows than they had."""
    rows = whole.count_rows()
    return [table for table, was in template.rows.items() if rows[table] < was and table not in PASSING]


def test_nothing_is_gone_whenever_it_is_killed(template: Template, whole: Whole, rounds: Rounds) -> None:
    """While it publishes, imports, draws, counts and starts; then it is served in a process of its own."""
    commands = Commands(whole)
    again = ("import", "wordpress", str(whole.folder / "export.xml"))
    chores = [("publish",), again, ("render",), ("check",)]
    commands.run(*again)
    with served(whole) as site:
        for number in range(rounds.moments):
            whole.change_story("flight.en", "The first", f"{number} The first")
            whole.write_story(f"more-{number}.en")
            commands.kill(*commands.chance.choice(chores))
            commands.kill_start(site)
            whole.change_story("flight.en", f"{number} The first", "The first")
            (whole.stories / f"more-{number}.en.md").unlink()
        site.start()
        site.wait_ready()
        wait_published(site, whole)
        after = look_around(f"http://127.0.0.1:{site.port}", whole.address, whole.made)
    commands.say()

    assert [*list_differences(template.before, after, re.compile(NOTHING))] == []
    assert [*list_faults(after)] == []
    assert list_lost_rows(template, whole) == []
    assert whole.done("check").strip() == AGREES


def test_an_import_that_is_killed_comes_in_once(template: Template, whole: Whole, rounds: Rounds) -> None:
    many = [
        wordpress.post(wordpress.comment(1, "Said."), wp__post_id=f"{number}", wp__post_name=f"many-{number}")
        for number in range(100, 400)
    ]
    file = whole.folder / "many.xml"
    file.write_text(wordpress.export(*many))
    commands = Commands(whole)
    commands.run("import", "wordpress", str(file), "--dry-run")
    for _ in range(rounds.moments):
        commands.kill("import", "wordpress", str(file))
    whole.done("import", "wordpress", str(file))
    commands.say()

    rows = whole.count_rows()
    more = {
        table: rows[table] - template.rows[table] for table in ("stories", "editions", "comments", "arrivals")
    }
    assert more == {"stories": 300, "editions": 300, "comments": 300, "arrivals": 600}
    assert whole.done("check").strip() == AGREES


def test_an_upgrade_that_is_killed_is_done_again(
    whole: Whole, room: Room, rounds: Rounds, tmp_path: Path
) -> None:
    old = OldSite(room("old"), "0001")
    columns = fill_old(old, whole)
    now = whole.copy(tmp_path / "later", old.url, without="*.db*")
    commands = Commands(whole)
    commands.run("check")
    commands.whole = now
    for _ in range(rounds.moments):
        commands.kill("check")
    commands.say()

    assert now.done("check").strip() == AGREES
    assert list_changed(whole, old, now, columns) == []
