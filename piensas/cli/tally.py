"""What became of every record of an export: counted, named and drawn."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from piensas.model.arrival import Kind, Note

KINDS: tuple[Kind, ...] = ("item", "comment")
REPORT = Path("piensas-import-report.txt")
SHOWN = 50
"""Records that are named on the screen; where there are more, all of them are named in a file."""


class Tally(msgspec.Struct):
    """Counts by (kind, outcome): `in the file`, `new`, `already here` and `left out`; and every note."""

    counts: Counter[tuple[Kind, str]] = msgspec.field(default_factory=Counter)
    notes: list[Note] = msgspec.field(default_factory=list)

    def count(self, kind: Kind, outcome: str, number: int = 1) -> None:
        self.counts[kind, outcome] += number

    def note(self, notes: Iterable[Note]) -> None:
        for note in notes:
            self.notes.append(note)
            if note.outcome == "left out":
                self.count(note.kind, "left out")

    def agrees(self, kind: Kind) -> bool:
        """Everything in the file is either new, or here already, or left out."""
        told = sum(self.counts[kind, outcome] for outcome in ("new", "already here", "left out"))
        return told == self.counts[kind, "in the file"]


def draw_tally(tally: Tally, out: Console) -> None:
    """The sums, then every record that was left out or changed."""
    table = Table("", "items", "comments")
    for outcome in ("in the file", "new", "already here", "left out"):
        table.add_row(outcome, *(str(tally.counts[kind, outcome]) for kind in KINDS))
    add_reasons(table, tally, "left out")
    if any(note.outcome == "changed" for note in tally.notes):
        table.add_row("taken over with a change")
        add_reasons(table, tally, "changed")
    out.print(table)
    draw_notes(tally.notes, out)


def add_reasons(table: Table, tally: Tally, outcome: Literal["left out", "changed"]) -> None:
    reasons = Counter((note.reason, note.kind) for note in tally.notes if note.outcome == outcome)
    for reason in sorted({reason for reason, _ in reasons}):
        table.add_row(Text(f"  {reason}"), *(str(reasons[reason, kind]) for kind in KINDS))


def draw_notes(notes: Sequence[Note], out: Console) -> None:
    for note in notes[:SHOWN]:
        out.print(Text(line_of(note)), soft_wrap=True)
    if len(notes) > SHOWN:
        REPORT.write_text("".join(f"{line_of(note)}\n" for note in notes), "utf-8")
        out.print(
            f"… and {len(notes) - SHOWN} more. All {len(notes)} are in the file {REPORT}.", soft_wrap=True
        )


def line_of(note: Note) -> str:
    told = f"left out: {note.reason}" if note.outcome == "left out" else note.reason
    detail = f" ({note.detail})" if note.detail else ""
    return f"{note.kind} {note.foreign_id or '?'} “{note.name}” {told}{detail}"
