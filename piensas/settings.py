"""Every setting, once: one TOML file and `PIENSAS_…` variables into one checked record.

May import: model.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec
from msgspec import Meta, Struct

from piensas.model.rules import Rules
from piensas.model.site import Site

PREFIX = "PIENSAS_"
LOCAL = r"^$|^http://(localhost|127\.0\.0\.1)(:[0-9]+)?$"
ORIGIN = r"^https?://[^/?#\s@*]+$"
NAME = r"^(?!(wordpress|google|x|facebook|sso|email|passkey|invitation|program)$)[a-z][a-z0-9]{1,19}$"


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


class SignIn(Struct, frozen=True, forbid_unknown_fields=True):
    """`stand_in` answers for all four providers at once, for trying out on one's own machine."""

    by_mail: bool = True
    stand_in: Annotated[str, Meta(pattern=LOCAL)] = ""


class Keys(Struct, frozen=True, forbid_unknown_fields=True):
    """What a provider gave the site when it was registered there."""

    client_id: str = ""
    client_secret: str = ""

    def __bool__(self) -> bool:
        return bool(self.client_id)


class OpenId(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    issuer: Annotated[str, Meta(pattern=r"^https?://\S+$")]
    client_id: Annotated[str, Meta(min_length=1)]
    client_secret: str = ""
    label: str = ""
    scopes: str = "openid profile email"


class Sso(Struct, frozen=True, forbid_unknown_fields=True):
    """The publisher's own accounts. `key` is a shared secret or a public key in PEM."""

    address: str = ""
    key: str = ""
    label: str = "Subscriber"
    issuer: str = ""

    def __bool__(self) -> bool:
        return bool(self.address)


class Mail(Struct, frozen=True, forbid_unknown_fields=True):
    host: str = ""
    port: Annotated[int, Meta(ge=1, le=65_535)] = 587
    user: str = ""
    password: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"
    sender: str = ""

    def __bool__(self) -> bool:
        return bool(self.host)


class Embed(Struct, frozen=True, forbid_unknown_fields=True):
    """Other sites under whose pages discussions may stand, by their origins."""

    origins: tuple[Annotated[str, Meta(pattern=ORIGIN)], ...] = ()


class Api(Struct, frozen=True, forbid_unknown_fields=True):
    requests_per_minute: Annotated[int, Meta(ge=1, le=1_000_000)] = 300


class Settings(Struct, frozen=True, forbid_unknown_fields=True):
    site: Site = Site()
    discussion: Rules = Rules()
    stories: StoriesSettings = StoriesSettings()
    database: DatabaseSettings = DatabaseSettings()
    server: ServerSettings = ServerSettings()
    signin: SignIn = SignIn()
    wordpress: Keys = Keys()
    google: Keys = Keys()
    x: Keys = Keys()
    facebook: Keys = Keys()
    openid: dict[Annotated[str, Meta(pattern=NAME)], OpenId] = {}
    sso: Sso = Sso()
    mail: Mail = Mail()
    embed: Embed = Embed()
    api: Api = Api()


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
    if section == "openid":
        raise BadSettings(f"{name}: providers of one's own are described in the settings file.")
    field = {f.name: f for f in msgspec.structs.fields(known[section])}.get(key)
    if field is None:
        raise BadSettings(f"{name}: there is no setting {key!r} in [{section}].")
    is_list = "tuple" in str(field.type)
    parts = [part.strip() for part in value.split(",") if part.strip()]
    tables.setdefault(section, {})[key] = parts if is_list else value


def settle(settings: Settings, folder: Path) -> Settings:
    """Puts the discussion's rules where they are used, and paths where they lead."""
    if settings.site.rules != Rules():
        raise BadSettings("The rules of the discussion belong under [discussion].")
    if settings.site.icons:
        raise BadSettings("Providers have sections of their own, such as [google].")
    if settings.signin.stand_in and urlsplit(settings.site.address).hostname not in (
        "localhost",
        "127.0.0.1",
    ):
        raise BadSettings("[signin] stand_in lets everybody be anybody: only for a site on localhost.")
    require_zone(settings.site.timezone)
    if settings.mail and "@" not in settings.mail.sender:
        raise BadSettings("[mail] needs a sender, such as news@example.org.")
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


def require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        known = 'It is a name of the IANA\'s, such as "America/Mexico_City".'
        raise BadSettings(f"[site] timezone: there is no time zone {name!r}. {known}") from fault


def say(fault: msgspec.ValidationError) -> str:
    return str(fault).replace("Object contains unknown field", "there is no setting").replace("`$.", "`")
