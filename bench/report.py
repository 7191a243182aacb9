"""What was found, as tables for a terminal or as Markdown for docs/performance.md."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from rich.console import Console
from rich.table import Table


class Sheet(Struct):
    """A table: its first column names what the others measure."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


class Goal(Struct):
    """What we want, and what it has come to."""

    words: str
    measured: str
    met: bool

    @property
    def verdict(self) -> str:
        return "ok" if self.met else "MISSED"


class Findings(Struct):
    """What one part of the measurements found; `memory` is (when, bytes)."""

    sheets: list[Sheet] = []
    goals: list[Goal] = []
    memory: list[tuple[str, int]] = []

    def add(self, other: Findings) -> None:
        self.sheets += other.sheets
        self.goals += other.goals
        self.memory += other.memory

    def list_sheets(self) -> list[Sheet]:
        """Every table, the goals last."""
        memory = Sheet(
            "Memory of the worker (PSS)",
            ("when", "MB"),
            [(when, f"{size / 1e6:.1f}") for when, size in self.memory],
        )
        goals = Sheet(
            "Goals",
            ("goal", "measured", ""),
            [(goal.words, goal.measured, goal.verdict) for goal in self.goals],
        )
        return [*self.sheets, memory, goals]


def print_sheets(sheets: Sequence[Sheet], console: Console) -> None:
    for sheet in sheets:
        table = Table(title=sheet.title, title_justify="left", title_style="bold")
        for place, column in enumerate(sheet.columns):
            table.add_column(column, justify="right" if place else "left", no_wrap=bool(place))
        for row in sheet.rows:
            table.add_row(*row, style="bold red" if "MISSED" in row else "")
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
