"""`piensas settings`: what is in force, and where each setting comes from."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from piensas.cli.opening import find_settings, settings_file
from piensas.settings import Settings
from piensas.sources import OWN, TYPES, Given, find_given, show


@click.command("settings")
@click.option("--all", "everything", is_flag=True, help="Also those that nobody has given.")
@click.pass_obj
def show_settings(file: Path | None, everything: bool) -> None:
    """Show the settings that are in force, and where each comes from. Secrets are not shown."""
    settings = find_settings(file)
    given = find_given(settings_file(file), os.environ)
    table = Table(
        Column("setting", no_wrap=True), Column("is", overflow="fold"), Column("from", overflow="fold")
    )
    for name, value, where in list_in_force(settings, given):
        if everything or where != DEFAULT:
            table.add_row(name, escape(value), escape(where))
    Console().print(table)


DEFAULT = "default"


def list_in_force(settings: Settings, given: dict[str, Given]) -> Iterator[tuple[str, str, str]]:
    """(name, value, where it comes from) of each."""
    own = [f"{OWN}.{provider}.{key}" for provider in settings.openid for key in keys_of_own()]
    for name in [*(name for name in TYPES if not name.startswith(f"{OWN}.")), *own]:
        where = given[name].where if name in given else DEFAULT
        yield name, show(name, value_of(settings, name)), where


def keys_of_own() -> list[str]:
    return [name.partition(".")[2] for name in TYPES if name.startswith(f"{OWN}.")]


def value_of(settings: Settings, name: str) -> object:
    found: object = settings
    for part in name.split("."):
        found = found[part] if isinstance(found, dict) else getattr(found, part)
    return list(found) if isinstance(found, tuple) else found
