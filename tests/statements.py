"""What is asked of the databases of this process, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event
from sqlalchemy.engine import Connection


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements of meanwhile, but for those of the workers, who look for something to do."""
    statements: list[str] = []

    def note(_: object, clause: object, *more: object) -> None:
        words = str(clause)
        if "jobs" not in words and "NOTIFY" not in words:
            statements.append(words)

    event.listen(Connection, "before_execute", note)
    try:
        yield statements
    finally:
        event.remove(Connection, "before_execute", note)
