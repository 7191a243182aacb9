"""Brings a database to the shape that this release needs."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from piensas.store.database import normal_url, sqlite_path
from piensas.store.engines import open_postgresql, open_sqlite

LOCK = 7_263_501


def upgrade(url: str, to: str = "head") -> None:
    """Runs the migrations that the database has not seen, all or none; others wait meanwhile."""
    parsed = normal_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = open_sqlite(sqlite_path(parsed), "BEGIN IMMEDIATE")
    else:
        engine = open_postgresql(parsed)
    with engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        run_migrations(connection, to)
    engine.dispose()


def run_migrations(connection: Connection, to: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
