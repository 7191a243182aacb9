"""Measures everything and says which goals are met. Exit code 1 if something was not measured; with
`--goals` also if a goal was missed."""

from __future__ import annotations

import http.client
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import click
import msgspec
import structlog
from msgspec import Struct
from rich.console import Console

from bench.databases import Database, Sqlite, open_postgresql
from bench.drawing import measure_drawing
from bench.listening import measure_listening
from bench.machine import describe_machine
from bench.people import measure_people
from bench.plan import Plan, Rounds, Scale, open_plan
from bench.reading import measure_ready
from bench.report import Findings, as_markdown, broken, list_failures, print_sheets
from bench.wire import measure_first_visit
from bench.writing import measure_arrivals, measure_writing

Part = Callable[[Plan], Findings]
PARTS: dict[str, Part] = {
    "first-visit": measure_first_visit,
    "ready": measure_ready,
    "people": measure_people,
    "arrivals": measure_arrivals,
    "listening": measure_listening,
    "drawing": measure_drawing,
    "writing": measure_writing,
}
WHOLE = Scale((10, 50, 100, 1_000, 10_000, 100_000), 2_000, short=Rounds(9, 1), long=Rounds(3, 3))
QUICK = Scale((50, 100, 1_000), 200, short=Rounds(1, 1), long=Rounds(1, 1))
WIDTH = 150
progress = Console(stderr=True)


class Wishes(Struct, kw_only=True):
    """What was asked for on the command line."""

    quick: bool
    sizes: str | None
    only: tuple[str, ...]
    postgresql: bool
    goals: bool
    markdown: bool

    @property
    def scale(self) -> Scale:
        usual = QUICK if self.quick else WHOLE
        sizes = tuple(sorted(map(int, self.sizes.split(",")))) if self.sizes else usual.sizes
        return msgspec.structs.replace(usual, sizes=sizes)

    @property
    def parts(self) -> dict[str, Part]:
        return {name: part for name, part in PARTS.items() if not self.only or name in self.only}


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--quick", is_flag=True, help="To see that all of it works: small threads, one round of a second."
)
@click.option("--sizes", help="Comments in each thread, with commas.  [10,50,100,1000,10000,100000]")
@click.option("--only", multiple=True, type=click.Choice(list(PARTS)), help="Some of the measurements.")
@click.option("--postgresql", is_flag=True, help="On PostgreSQL too, after SQLite.")
@click.option("--goals", is_flag=True, help="Exit code 1 also where a goal is MISSED.")
@click.option("--markdown", is_flag=True, help="Print tables for docs/performance.md.")
def main(**options: Any) -> None:
    """Measure how fast Piensas is on this machine; only ratios within one run mean anything."""
    wishes = Wishes(**options)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    machine = f"{datetime.now(UTC):%Y-%m-%d}: {describe_machine()}"
    with open_databases(wishes) as databases:
        found = {database.name: measure(database, wishes) for database in databases}
    sheets = [sheet for name, findings in found.items() for sheet in findings.list_sheets(name)]
    if wishes.markdown:
        print(f"{machine}\n\n{as_markdown(sheets)}")
    else:
        print(machine)
        print_sheets(sheets, Console(width=None if sys.stdout.isatty() else WIDTH))
    failures = list_failures(found, is_strict=wishes.goals)
    print(*failures, sep="\n", end="\n" if failures else "", file=sys.stderr)
    sys.exit(bool(failures))


@contextmanager
def open_databases(wishes: Wishes) -> Iterator[list[Database]]:
    if wishes.postgresql:
        with open_postgresql() as server:
            yield [Sqlite(), server]
    else:
        yield [Sqlite()]


def measure(database: Database, wishes: Wishes) -> Findings:
    findings = Findings()
    with (
        progress.status(f"{database.name}: planting threads…") as status,
        open_plan(wishes.scale, database) as plan,
    ):
        for name, part in wishes.parts.items():
            status.update(f"{database.name}: {name}…")
            findings.add(find(name, part, plan))
    return findings


def find(name: str, part: Part, plan: Plan) -> Findings:
    """What a part has found; one that breaks does not take the others with it, but is not forgotten."""
    try:
        return part(plan)
    except (click.ClickException, OSError, http.client.HTTPException) as fault:
        return broken(name, str(fault))


if __name__ == "__main__":
    main()
