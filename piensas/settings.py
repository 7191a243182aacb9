"""Every setting, once: one TOML file and `PIENSAS_…` variables into one checked record.

May import: model.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from piensas.model.rules import Rules
from piensas.model.site import Site

PREFIX = "PIENSAS_"


class BadSettings(Exception):
    """The settings cannot be used; the message says which and why, for a person."""


class DatabaseSettings(Struct, frozen=True, forbid_unknown_fields=True):
    url: str = "sqlite:///piensas.db"


class ServerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=1, le=65_535)] = 8000
    workers: Annotated[int, Meta(ge=1, le=64)] = 1
    trusted_proxies: tuple[str, ...] = ()
    ready_megabytes: Annotated[int, Meta(ge=0, le=65_536)] = 64


class StoriesSettings(Struct, frozen=True, forbid_unknown_fields=True):
    folder: str = ""


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    site: Site = Site()
    discussion: Rules = Rules()
    stories: StoriesSettings = StoriesSettings()
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()


def read_settings(file: Path | None, environment: Mapping[str, str] = os.environ) -> Settings:
    """The settings of `file` (none: the defaults), with what the environment says on top.

    Paths in the file are relative to it.
    """
    tables = read_toml(file) if file else {}
    for name, value in environment.items():
        if name.startswith(PREFIX):
            put(tables, name, value)
    try:
        settings = msgspec.convert(tables, Settings, strict=False)
    except msgspec.ValidationError as fault:
        raise BadSettings(f"{file or 'The settings'}: {say(fault)}") from fault
    return settle(settings, file.parent if file else Path())


def read_toml(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError as fault:
        raise BadSettings(f"There is no settings file {file}. `piensas init` writes one.") from fault
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as fault:
        raise BadSettings(f"{file} is not TOML: {fault}") from fault


def put(tables: dict[str, Any], name: str, value: str) -> None:
    """`PIENSAS_SERVER_PORT=8080` is `port = 8080` under `[server]`; lists are separated by commas."""
    section, _, key = name.removeprefix(PREFIX).lower().partition("_")
    known = {field.name: field.type for field in msgspec.structs.fields(Settings)}
    if section not in known:
        return
    field = {f.name: f for f in msgspec.structs.fields(known[section])}.get(key)
    if field is None:
        raise BadSettings(f"{name}: there is no setting {key!r} in [{section}].")
    is_list = "tuple" in str(field.type)
    tables.setdefault(section, {})[key] = value.split(",") if is_list else value


def settle(settings: Settings, folder: Path) -> Settings:
    """Puts the discussion's rules where they are used, and paths where they lead."""
    if settings.site.rules != Rules():
        raise BadSettings("The rules of the discussion belong under [discussion].")
    url = settings.database.url
    if url.startswith("sqlite:///"):
        url = f"sqlite:///{folder / url.removeprefix('sqlite:///')}"
    stories = settings.stories.folder and str(folder / settings.stories.folder)
    return msgspec.structs.replace(
        settings,
        site=msgspec.structs.replace(settings.site, rules=settings.discussion),
        database=DatabaseSettings(url),
        stories=StoriesSettings(stories),
    )


def say(fault: msgspec.ValidationError) -> str:
    return str(fault).replace("Object contains unknown field", "there is no setting").replace("`$.", "`")
