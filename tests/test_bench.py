"""The bench cannot lie: what was not measured is called broken, what was missed is called so, and the exit
code says it."""

from __future__ import annotations

import re
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from bench import drawing, people, reading, writing
from bench.__main__ import find
from bench.bare import Given
from bench.databases import Sqlite
from bench.listeners import Crowd, Seen
from bench.listening import Heard, list_goals, require_heard
from bench.load import Contest, Sample, Told, load, require_whole
from bench.machine import Broken
from bench.people import require_hundred
from bench.plan import Plan, Rounds, Scale
from bench.report import Figures, Findings, Goal, Sheet, at_least, at_most, list_failures
from bench.seed import count_story, find_story, plant_site
from bench.servers import fetch, require_same, serve_bare
from bench.writing import require_kept
from bench.yardstick import BARE, PACKED, PLAIN
from piensas.cli.opening import find_settings, open_database

HOME = Path(__file__).parent.parent
TITLES = (
    "A first visit",
    "Ready pages",
    "What people cost",
    "A busy discussion",
    "Open pages",
    "Pages not in memory",
    "Comments, each on disk",
    "Memory of the worker (PSS)",
    "Goals",
)
OK, MISSED, BROKEN = (Goal(f"goal {number}", "1", met) for number, met in enumerate((True, False, None)))
WHOLE = Given(200, [(b"content-length", b"5")], b"whole")


@pytest.mark.parametrize(
    ("found", "verdict"),
    [
        ({"": 10.0}, "ok"),
        ({"": 9.9}, "MISSED"),
        ({"": None}, "BROKEN"),
        ({"": 0.0}, "BROKEN"),
        ({"": float("nan")}, "BROKEN"),
        ({"": float("inf")}, "BROKEN"),
        ({}, "BROKEN"),
        ({"plain": 11.0, "br": 10.0}, "ok"),
        ({"plain": 11.0, "br": 9.0}, "MISSED"),
        ({"plain": 11.0, "br": None}, "BROKEN"),
    ],
)
def test_a_goal_is_met_or_missed_only_where_it_was_measured(found: Figures, verdict: str) -> None:
    assert at_least("ten", found, 10).verdict == verdict


@pytest.mark.parametrize(("figure", "verdict"), [(10.0, "ok"), (10.1, "MISSED"), (0.0, "BROKEN")])
def test_nothing_takes_no_time_at_all(figure: float, verdict: str) -> None:
    assert at_most("ten", {"": figure}, 10).verdict == verdict


@pytest.mark.parametrize(
    ("goals", "is_strict", "failures"),
    [
        ([OK], True, []),
        ([OK, MISSED], False, []),
        ([OK, MISSED], True, ["MISSED, SQLite: goal 1 (1)"]),
        ([BROKEN, OK], False, ["BROKEN, SQLite: goal 2 (1)"]),
        ([BROKEN, MISSED], True, ["BROKEN, SQLite: goal 2 (1)", "MISSED, SQLite: goal 1 (1)"]),
        ([], False, ["BROKEN, SQLite: no goal was looked at"]),
    ],
)
def test_the_report_says_which_goals_fail(goals: list[Goal], is_strict: bool, failures: list[str]) -> None:
    assert list_failures({"SQLite": Findings(goals=goals)}, is_strict=is_strict) == failures


def test_verdicts_stand_in_the_tables() -> None:
    findings = Findings([Sheet("Empty", ("what",), [])], [OK, MISSED, BROKEN], [])
    (goals,) = findings.list_sheets("SQLite")
    assert [row[-1] for row in goals.rows] == ["ok", "MISSED", "BROKEN"]
    assert goals.title == "Goals, SQLite"


@pytest.mark.parametrize("sample", [Sample(0, 1.0, 0.5), Sample(9, 0.0, 0.5), Sample(9, 1.0, 0.0)])
def test_a_round_in_which_nothing_was_done_breaks_its_contest(sample: Sample) -> None:
    with pytest.raises(Broken, match="somebody"):
        Contest({"somebody": lambda: sample}, 1)


def plan_of(folder: Path) -> Plan:
    return Plan(Scale((50,), 1, Rounds(1, 1), Rounds(1, 1)), Sqlite(), folder, folder / "none")


def contest_of(**costs: float) -> Contest:
    """Whoever is measured, by the microseconds of CPU of each; a core is theirs alone."""
    return Contest({name: partial(Sample, 1_000_000, cost, cost) for name, cost in costs.items()}, 1)


def test_what_others_do_on_the_machine_is_not_counted() -> None:
    rounds = iter([9.0, 2.0, 2.0, 4.0, 3.0])
    found = Contest({"somebody": lambda: Sample(1_000_000, each := next(rounds), each)}, 5)
    assert (found.cost("somebody"), found.rate("somebody")) == (2.0, 500_000)


@pytest.mark.parametrize(
    ("front_door", "verdict"),
    [
        ([1.0, 1.1, 1.2], "ok"),
        ([1.12, 1.12, 1.12], "MISSED"),
        ([1.0, 1.1, 1.3], "ok"),
        ([1.2, 1.3, 1.4], "MISSED"),
    ],
)
def test_a_goal_is_missed_by_more_than_the_noise(front_door: list[float], verdict: str) -> None:
    rounds = iter(front_door)
    found = Contest(
        {
            reading.PROTOCOL: lambda: Sample(1, 1, 0.5),
            reading.FRONT_DOOR: lambda: Sample(1, 1, next(rounds)),
            reading.BARE: lambda: Sample(1, 1, 1.0),
        },
        3,
    )
    assert [goal.verdict for goal in reading.list_goals(found)] == ["ok", verdict]


SMALL = (people.GUEST, people.READER, people.AUTHOR)


@pytest.mark.parametrize("machine", [1.0, 2.5])
@pytest.mark.parametrize(("ours", "verdict"), [(0.99, "ok"), (1.01, "MISSED")])
def test_a_machine_that_is_slower_all_over_misses_nothing_for_it(
    tmp_path: Path, machine: float, ours: float, verdict: str
) -> None:
    limits = dict.fromkeys((people.WORDPRESS, people.LIST, people.LATER_DRAWN), 5_000.0)
    limits |= dict(zip((people.DRAWN, *SMALL), (2_000, 350, 350, 700), strict=True))
    costs = {name: machine * ours * limit for name, limit in limits.items()}
    goals = people.list_goals(plan_of(tmp_path), contest_of(**costs, **{BARE: machine * PLAIN}))
    assert [goal.verdict for goal in goals] == [verdict] * 7


@pytest.mark.parametrize("machine", [1.0, 2.5])
@pytest.mark.parametrize(("ours", "verdict"), [(0.99, "ok"), (1.01, "MISSED")])
def test_comments_and_pages_are_wanted_as_the_machine_allows(
    tmp_path: Path, machine: float, ours: float, verdict: str
) -> None:
    cost = {rate: machine * ours * 1e6 / rate for rate in (1_400, 1_500)}
    taken = contest_of(**{"64 writers, into 50 comments": cost[1_400], BARE: machine * PACKED})
    drawn = contest_of(**{"50 comments": cost[1_500], BARE: machine * PLAIN})
    growth, page = drawing.list_goals(plan_of(tmp_path), {"plain": drawn})
    assert writing.goal_of(plan_of(tmp_path), "over HTTP", taken, 1_400).verdict == verdict
    assert (growth.verdict, page.verdict) == ("BROKEN", verdict)


@pytest.mark.parametrize("fault", [Broken("Nobody listens."), ConnectionRefusedError("Nobody listens.")])
def test_a_part_that_breaks_is_a_broken_goal_and_the_others_go_on(tmp_path: Path, fault: Exception) -> None:
    def measure_nothing(plan: Plan) -> Findings:
        raise fault

    (goal,) = find("listening", measure_nothing, plan_of(tmp_path)).goals
    assert (goal.words, goal.measured, goal.verdict) == (
        "Listening can be measured",
        "Nobody listens.",
        "BROKEN",
    )


@pytest.mark.parametrize(
    ("seen", "posted"),
    [
        (Seen(200, 200, 0, None, None), 19),
        (Seen(200, 200, 400, 1.0, 2.0), 0),
        (Seen(200, 0, 400, 1.0, 2.0), 19),
        (Seen(199, 199, 400, 1.0, 2.0), 19),
    ],
)
def test_who_was_not_there_or_saw_nothing_has_not_measured_how_soon_it_is_seen(
    seen: Seen, posted: int
) -> None:
    with pytest.raises(Broken):
        require_heard(200, Heard(seen, posted, 10_000, 0.1))


@pytest.mark.parametrize(
    ("seen", "verdicts"),
    [
        (Seen(200, 200, 3_800, 100.0, 200.0), ["ok", "ok", "ok"]),
        (Seen(200, 200, 3_799, 100.0, 2_000.0), ["ok", "MISSED", "MISSED"]),
        (Seen(200, 200, 1, None, None), ["ok", "MISSED", "BROKEN"]),
    ],
)
def test_every_comment_is_to_be_seen_by_everybody(seen: Seen, verdicts: list[str]) -> None:
    heard = require_heard(200, Heard(seen, 19, 10_000, 0.1))
    assert [goal.verdict for goal in list_goals(heard)] == verdicts


def test_who_sees_nothing_has_no_delay() -> None:
    seen = Crowd("http://127.0.0.1:9", "1").tell(0)
    assert (seen.listeners, seen.comments, seen.half, seen.p99) == (0, 0, None, None)


def test_those_who_are_compared_give_the_same_bytes() -> None:
    require_same({"one": WHOLE, "other": WHOLE})
    with pytest.raises(Broken, match="same bytes"):
        require_same({"one": WHOLE, "other": Given(200, [], b"half")})


@pytest.mark.parametrize("status", [204, 302, 404, 500])
def test_an_answer_that_is_no_page_is_not_measured(tmp_path: Path, status: int) -> None:
    with serve_bare(tmp_path, {"/page": Given(status, [(b"content-length", b"0")], b"")}) as server:
        with pytest.raises(Broken, match=str(status)):
            fetch(server, "/page", {})
        with pytest.raises(Broken, match=str(status)):
            load(server, "/page", {}, 1)


def test_an_answer_that_was_not_the_one_that_is_meant_is_not_measured() -> None:
    require_whole("/page", Told(10, 1.0, 10_000, 0.1, 0), 1_000)
    with pytest.raises(Broken, match="in place of"):
        require_whole("/page", Told(10, 1.0, 1_000, 0.1, 0), 1_000)
    with pytest.raises(Broken, match="100"):
        require_hundred(b"[{}]", b'{"comments": []}')


def test_what_was_acknowledged_is_looked_for_on_disk(tmp_path: Path) -> None:
    file = plant_site(tmp_path / "site", "sqlite:///piensas.db", (50,))
    settings = find_settings(file)
    with open_database(settings) as db:
        story = find_story(db, settings, "thread-50")
        db.do(lambda connection: count_story(connection, story, 51, 36))
    require_kept(file, 50, Sample(1, 1.0, 0.1))
    with pytest.raises(Broken, match="2 comments were acknowledged, 1 are there"):
        require_kept(file, 50, Sample(2, 1.0, 0.1))
    with pytest.raises(Broken, match="0 comments were acknowledged"):
        require_kept(file, 50, Sample(0, 1.0, 0.1))


def run_bench(*words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bench", "--markdown", *words]
    return subprocess.run(command, cwd=HOME, capture_output=True, text=True)


def test_the_exit_code_says_what_could_not_be_measured() -> None:
    """A thread of fifty has no list of a hundred comments."""
    run = run_bench("--quick", "--sizes", "50", "--only", "people")
    assert run.returncode == 1
    assert "BROKEN, SQLite: People can be measured (Lists of 100 comments have " in run.stderr
    assert "| BROKEN |" in run.stdout


def test_the_bench_measures_on_both_databases() -> None:
    """How fast it was is no matter here, only that it is known; and that the exit code tells."""
    parts = ("--only", "people", "--only", "listening")
    run = run_bench("--quick", "--sizes", "100,200", "--goals", "--postgresql", *parts)
    for database in ("SQLite", "PostgreSQL"):
        for title in ("What people cost", "Open pages", "Goals"):
            assert f"### {title}, {database}\n" in run.stdout, run.stdout + run.stderr
    assert "BROKEN" not in run.stdout + run.stderr, run.stderr
    missed = run.stdout.count("| MISSED |")
    assert (run.returncode, run.stderr.count("MISSED, ")) == (min(missed, 1), missed)


def test_the_document_shows_sheets_that_there_are() -> None:
    document = (HOME / "docs" / "performance.md").read_text()
    shown = re.findall(r"^### (.*)$", document, re.MULTILINE)
    assert shown
    assert set(shown) <= {f"{title}, {database}" for title in TITLES for database in ("SQLite", "PostgreSQL")}
