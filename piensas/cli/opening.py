"""Settings and database as the commands need them, and how they end when something is wrong."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from piensas.model.refusals import Unavailable
from piensas.settings import BadSettings, Settings
from piensas.sources import read_settings
from piensas.store.database import Database
from piensas.store.upgrading import upgrade

DEFAULT_FILE = Path("piensas.toml")
DATABASE = "PIENSAS_DATABASE_URL"


class Wrong(click.ClickException):
    """Something a person has to put right. Exit code 1."""

    def show(self, file: object = None) -> None:
        click.echo(f"piensas: {self.format_message()}", err=True)


def find_settings(file: Path | None) -> Settings:
    """The settings named, or those of `piensas.toml` here; without either, the environment must say which
    database it is: in a wrong folder nothing is made."""
    file = settings_file(file)
    if file is None and DATABASE not in os.environ:
        raise Wrong(f"There is no {DEFAULT_FILE} in {Path.cwd()}. `piensas init` starts a site.")
    try:
        return read_settings(file)
    except BadSettings as fault:
        raise Wrong(str(fault)) from fault


def settings_file(file: Path | None) -> Path | None:
    """The one that was named, or the one that is here."""
    return DEFAULT_FILE if file is None and DEFAULT_FILE.exists() else file


@contextmanager
def open_database(settings: Settings) -> Iterator[Database]:
    """The site's database, brought up to date first."""
    try:
        upgrade(settings.database.url)
        db = Database(settings.database.url)
    except (SQLAlchemyError, OSError, ValueError, Unavailable) as fault:
        raise Wrong(f"The database cannot be opened: {why(fault, settings)}") from fault
    try:
        yield db
    except Unavailable as fault:
        raise Wrong(f"The database cannot be used now: {fault.__cause__ or fault}") from fault
    finally:
        db.close()


def why(fault: Exception, settings: Settings) -> str:
    """In a sentence, where it is a file that may not be written."""
    file = Path(settings.database.url.removeprefix("sqlite:///"))
    folder = next(each for each in file.parents if each.exists())
    if file.is_dir():
        return f"{file} is a folder."
    if settings.database.url.startswith("sqlite:///") and not os.access(folder, os.W_OK):
        return f"this user may not write in {folder}."
    if file.exists() and not os.access(file, os.W_OK):
        return f"this user may not write to {file}."
    return str(getattr(fault, "orig", None) or fault)
