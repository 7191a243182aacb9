"""What was found: goals with their verdicts, and tables for a terminal or for docs/performance.md."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isfinite
from typing import Literal

from msgspec import Struct
from rich.console import Console
from rich.table import Table

Verdict = Literal["ok", "MISSED", "BROKEN"]
Figures = Mapping[str, float | None]
"""What was measured, by what it is a figure of; nothing that we measure is ever 0, so 0 is no figure."""

LONGEST_FIGURE = 20
"""Characters of a cell that is not folded on a narrow terminal."""

RED = {"MISSED", "BROKEN"}


class Sheet(Struct):
    """A table: its first column names what the others measure."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Goal(Struct, frozen=True):
    """What we want, and what it has come to. `met` is None where it was not measured."""

    words: str
    measured: str
    met: bool | None

    @property
    def verdict(self) -> Verdict:
        if self.met is None:
            return "BROKEN"
        return "ok" if self.met else "MISSED"


class Findings(Struct):
    """What was found on one database; `memory` is (when, bytes)."""

    sheets: list[Sheet] = []
    goals: list[Goal] = []
    memory: list[tuple[str, int]] = []

    def add(self, other: Findings) -> None:
        self.sheets += other.sheets
        self.goals += other.goals
        self.memory += other.memory

    def list_sheets(self, database: str) -> list[Sheet]:
        """Every table, the goals last."""
        memory = [(when, f"{size / 1e6:.1f}") for when, size in self.memory]
        goals = [(goal.words, goal.measured, goal.verdict) for goal in self.goals]
        several = [
            *self.sheets,
            Sheet("Memory of the worker (PSS)", ("when", "MB"), memory),
            Sheet("Goals", ("goal", "measured", ""), goals),
        ]
        return [
            Sheet(f"{sheet.title}, {database}", sheet.columns, sheet.rows) for sheet in several if sheet.rows
        ]


def at_least(words: str, found: Figures, wanted: float, show: Callable[[float], str] | None = None) -> Goal:
    """A goal that every figure has to reach."""
    return judge(words, found, show or many, lambda figure: figure >= wanted)


def at_most(words: str, found: Figures, wanted: float, show: Callable[[float], str] | None = None) -> Goal:
    """A goal that no figure may exceed."""
    return judge(words, found, show or many, lambda figure: figure <= wanted)


def judge(
    words: str, found: Figures, show: Callable[[float], str], is_enough: Callable[[float], bool]
) -> Goal:
    figures = [figure for figure in found.values() if figure is not None and isfinite(figure) and figure > 0]
    said = ", ".join(
        f"{name} {show(figure) if figure in figures else 'not measured'}".strip()
        for name, figure in found.items()
        if figure is not None or name
    )
    is_measured = bool(figures) and len(figures) == len(found)
    return Goal(words, said or "not measured", all(map(is_enough, figures)) if is_measured else None)


def broken(part: str, why: str) -> Findings:
    """What is found by a part of the measurements that could not be made."""
    return Findings(goals=[Goal(f"{part} can be measured".capitalize(), why, None)])


def list_failures(found: Mapping[str, Findings], *, is_strict: bool) -> list[str]:
    """The goals, by database, that were not measured; where we are strict, those that were not met too."""
    failing = RED if is_strict else {"BROKEN"}
    failures = [
        f"{goal.verdict}, {database}: {goal.words} ({goal.measured})"
        for database, findings in found.items()
        for goal in findings.goals
        if goal.verdict in failing
    ]
    empty = [database for database, findings in found.items() if not findings.goals]
    return [*failures, *(f"BROKEN, {database}: no goal was looked at" for database in empty)]


def print_sheets(sheets: Sequence[Sheet], console: Console) -> None:
    for sheet in sheets:
        table = Table(title=sheet.title, title_justify="left", title_style="bold")
        for place, column in enumerate(sheet.columns):
            longest = max((len(row[place]) for row in sheet.rows), default=0)
            is_figure = place > 0 and longest <= LONGEST_FIGURE
            table.add_column(column, justify="right" if place else "left", no_wrap=is_figure)
        for row in sheet.rows:
            table.add_row(*row, style="bold red" if RED.intersection(row) else "")
        console.print(table)


def as_markdown(sheets: Sequence[Sheet]) -> str:
    return "\n".join(line for sheet in sheets for line in lines_of(sheet))


def lines_of(sheet: Sheet) -> list[str]:
    rule = ["---"] + ["--:"] * (len(sheet.columns) - 1)
    rows = [line_of(row) for row in (sheet.columns, rule, *sheet.rows)]
    return [f"### {sheet.title}", "", *rows, ""]


def line_of(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def many(number: float) -> str:
    return f"{number:,.0f}"


def times(number: float) -> str:
    return f"{number:.2f} ×"
