"""What is asked of the databases of this process, statement by statement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from sqlalchemy import event
from sqlalchemy.engine import Connection

from piensas.store.prepared import Prepared

OF_NOBODY = ("jobs", "NOTIFY", "SAVEPOINT")


@contextmanager
def asked() -> Iterator[list[str]]:
    """The statements of meanwhile, but for those of the workers, who look for something to do."""
    statements: list[str] = []

    def note(_: object, clause: object, *more: object) -> None:
        words = str(clause)
        if not any(word in words for word in OF_NOBODY):
            statements.append(words)

    def run(prepared: Prepared, db: Connection, values: dict[str, Any]) -> Any:
        note(db, prepared)
        return at_once(prepared, db, values)

    at_once = Prepared.run
    event.listen(Connection, "before_execute", note)
    try:
        with patch.object(Prepared, "run", run):
            yield statements
    finally:
        event.remove(Connection, "before_execute", note)
