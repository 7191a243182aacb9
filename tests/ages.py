"""Everything as an earlier release would have kept it: the same rows, as far as there was room for them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

import piensas.store.migrations
from piensas.store.database import Database
from piensas.store.tables import metadata
from tests.old_sites import OldSite
from tests.whole import HOME, Whole

Row = dict[str, Any]
ARRIVED: dict[str, dict[str, Callable[[Row], bool]]] = {
    "0010": {"editions": lambda row: row["stage"] in ("embargoed", "draft")},
    "0006": {"sessions": lambda row: row["scopes"] != ""},
    "0004": {
        "editions": lambda row: row["page"] != "",
        "sessions": lambda row: row["place"] != "",
        "sign_ins": lambda row: row["ticket"] is not None,
    },
    "0003": {
        "identities": lambda row: row["provider"] == "passkey",
        "sessions": lambda row: row["provider"] == "passkey",
    },
    "0002": {"sessions": lambda row: row["provider"] != ""},
}
"""Which rows say something that could not be said before a migration."""

WORKED_OUT = {"editions": ("origin", "stage")}
"""Columns that a migration fills with what it finds."""


def list_revisions() -> list[str]:
    """All but the newest, the oldest first."""
    config = Config()
    config.set_main_option("script_location", str(piensas.store.migrations.__path__[0]))
    found = [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]
    return sorted(found)[:-1]


def fill_old(old: OldSite, whole: Whole) -> dict[str, list[str]]:
    """Puts all of a site's rows that there were already into a database at a revision: the columns that it
    has, by table."""
    return old.fill(
        (table, [as_it_was(table, row, old.revision) for row in rows])
        for table, rows in list_rows(whole, old.revision)
    )


def as_it_was(table: str, row: Row, revision: str) -> Row:
    if table == "identities" and revision < "0012" and row["provider"] in ("email", "passkey"):
        return row | {"issuer": HOME}
    return row


def list_rows(whole: Whole, revision: str = "9999") -> Iterator[tuple[str, list[Row]]]:
    """By tables, without what came only after the revision."""
    later = [arrived for since, arrived in ARRIVED.items() if since > revision]
    with closing(Database(whole.url)) as db:
        for name, table in metadata.tables.items():
            question = sa.select(table).order_by(*table.primary_key.columns)
            found = db.ask(lambda c, q=question: [dict(row._mapping) for row in c.execute(q)])
            is_new = [arrived[name] for arrived in later if name in arrived]
            yield name, [row for row in found if not any(each(row) for each in is_new)]


def list_changed(whole: Whole, old: OldSite, now: Whole, columns: dict[str, list[str]]) -> list[str]:
    """Which rows of a site do not say what they said, in the columns that there were."""
    before, after = dict(list_rows(whole, old.revision)), dict(list_rows(now))
    faults = []
    for table, names in columns.items():
        wanted = [*names, *WORKED_OUT.get(table, ())]
        was, found = (cut(rows[table], wanted) for rows in (before, after))
        faults += [f"{table}: {row}"[:300] for row in was if row not in found]
        faults += [f"{table}, only now: {row}"[:300] for row in found if row not in was]
    return faults


def cut(rows: list[Row], names: list[str]) -> list[Row]:
    return [{name: row[name] for name in names} for row in rows]
