"""Statements of which a request has many: written once, and handed to the driver as they are.

What SQLAlchemy does at each execution between a statement and the driver (a key for its cache, a context, a
result, rows that know their columns) takes five times as long as SQLite's answer, on the one thread that
answers everybody. The words and the types are still SQLAlchemy's, for either database.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from operator import itemgetter
from typing import Any, NoReturn

from msgspec import Struct
from sqlalchemy import Connection, Dialect, Executable, Select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.types import TypeEngine

Processor = Callable[[Any], Any]
Row = tuple[Any, ...]


class Words(Struct, frozen=True):
    """A statement in the words of one database. `bind` makes what its driver wants of the values by their
    names, `known` are those that are always the same; `given` and `found` turn what the driver does not take,
    or does not give, as it is."""

    text: str
    bind: Callable[[dict[str, Any]], Any]
    known: dict[str, Any]
    given: tuple[tuple[str, Processor], ...]
    found: tuple[tuple[int, Processor], ...]


class Prepared:
    """A statement in which every value that changes is a `bindparam` by the name under which it is given.

    Raises what SQLAlchemy would: `DBAPIError` and its kinds.
    """

    def __init__(self, statement: Executable) -> None:
        self.statement = statement
        self._words: dict[str, Words] = {}

    def __str__(self) -> str:
        return str(self.statement)

    def first(self, db: Connection, **values: Any) -> Row | None:
        """The first row, of a statement that asks for one at most."""
        rows = self.rows(db, **values)
        return rows[0] if rows else None

    def scalar(self, db: Connection, **values: Any) -> Any:
        """The first column of the first row, None where there is none."""
        rows = self.rows(db, **values)
        return rows[0][0] if rows else None

    def rows(self, db: Connection, **values: Any) -> list[Row]:
        words, cursor = self.run(db, values)
        rows: list[Row] = cursor.fetchall()
        if words.found:
            return [turn(row, words.found) for row in rows]
        return rows

    def do(self, db: Connection, **values: Any) -> int:
        """Carries the statement out; how many rows it has touched."""
        count: int = self.run(db, values)[1].rowcount
        return count

    def run(self, db: Connection, values: dict[str, Any]) -> tuple[Words, Any]:
        """The words and the driver's cursor."""
        words = self._words.get(db.dialect.name) or self._write(db.dialect)
        if words.known:
            values |= words.known
        for name, process in words.given:
            values[name] = process(values[name])
        driver: Any = db.connection.dbapi_connection
        try:
            return words, driver.execute(words.text, words.bind(values))
        except db.dialect.loaded_dbapi.Error as fault:
            fail(db, words.text, fault)

    def _write(self, dialect: Dialect) -> Words:
        compiled: Any = self.statement.compile(dialect=dialect)  # type: ignore[attr-defined]  # all have it
        if compiled.post_compile_params:
            raise ValueError("A list of any length is written anew each time.")
        bound = {name: bind for bind, name in compiled.bind_names.items()}
        columns = self.statement.selected_columns if isinstance(self.statement, Select) else ()
        given = [(name, kind_of(bind, dialect).bind_processor(dialect)) for name, bind in bound.items()]
        found = [kind_of(column, dialect).result_processor(dialect, None) for column in columns]
        words = self._words[dialect.name] = Words(
            str(compiled),
            in_places(compiled.positiontup or ()),
            {name: bind.value for name, bind in bound.items() if not bind.required},
            tuple((name, process) for name, process in given if process),
            tuple((place, process) for place, process in enumerate(found) if process),
        )
        return words


def in_places(names: Sequence[str]) -> Callable[[dict[str, Any]], Any]:
    """Puts values in their places, where a database's driver wants them so; else it takes them by name."""
    if len(names) > 1:
        return itemgetter(*names)
    return (lambda values: (values[names[0]],)) if names else lambda values: values


def kind_of(value: Any, dialect: Dialect) -> TypeEngine[Any]:
    """The type of a value or a column, as one database has it."""
    kind: TypeEngine[Any] = value.type.dialect_impl(dialect)
    return kind


def turn(row: Row, found: tuple[tuple[int, Processor], ...]) -> Row:
    turned = list(row)
    for place, process in found:
        turned[place] = process(turned[place])
    return tuple(turned)


def fail(db: Connection, text: str, fault: Exception) -> NoReturn:
    """As SQLAlchemy fails. A connection that is gone is not used again."""
    dialect: Any = db.dialect
    is_gone = dialect.is_disconnect(fault, db.connection.dbapi_connection, None)
    if is_gone:
        db.invalidate(fault)
    raise DBAPIError.instance(
        text,
        None,
        fault,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=is_gone,
        dialect=dialect,
    ) from fault
