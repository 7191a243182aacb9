"""Every setting, once.

May import: model.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta, Struct

from piensas.model.host import is_host
from piensas.model.network import read_networks
from piensas.model.origin import read_origin
from piensas.model.rules import Rules
from piensas.model.site import Site
from piensas.model.website import read_website

LOCAL = r"^$|^http://(localhost|127\.0\.0\.1)(:[0-9]+)?$"
NAME = r"^(?!(wordpress|google|x|facebook|sso|email|passkey|invitation|program)$)[a-z][a-z0-9]{1,19}$"


FILE = "sqlite:///"
T = TypeVar("T")


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

    origins: tuple[str, ...] = ()


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


class Check(Struct, frozen=True):
    """What a setting's type does not say. `apply` gives the value as it is kept, or raises ValueError;
    `wanted` are the words for what it has to be."""

    apply: Callable[[Any], Any]
    wanted: str


def take_origin(typed: str) -> str:
    return require(read_origin(typed))


def take_origins(typed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(map(take_origin, typed)))


def take_networks(typed: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(network for each in typed for network in require(read_networks(each))))


def take_zone(typed: str) -> str:
    """ZoneInfo raises ValueError or KeyError, and for a folder's name OSError."""
    try:
        return ZoneInfo(typed).key
    except (KeyError, OSError) as fault:
        raise ValueError(typed) from fault


def take_host(typed: str) -> str:
    return require(typed if is_host(typed) else None)


def take_sender(typed: str) -> str:
    return require(typed if not typed or re.search(r"[^\s@<]@[^\s@<>]", typed) else None)


def take_database(typed: str) -> str:
    return require(typed if typed.startswith((FILE, "postgresql://", "postgresql+psycopg://")) else None)


def take_web_address(typed: str) -> str:
    return require(typed if not typed or (read_website(typed) and "://" in typed) else None)


def require(found: T | None) -> T:
    if found is None:
        raise ValueError
    return found


CHECKS = {
    "site.address": Check(take_origin, "a host's address without a path, such as https://news.example.org"),
    "site.languages": Check(
        lambda typed: tuple(dict.fromkeys(typed)), "a list of languages' codes (BCP 47), such as en or es-MX"
    ),
    "site.timezone": Check(take_zone, "a name of the IANA's, such as America/Mexico_City"),
    "server.host": Check(take_host, "an address or a name of this machine, such as 127.0.0.1, 0.0.0.0 or ::"),
    "server.trusted_proxies": Check(
        take_networks, "a list of addresses and networks, such as 127.0.0.1 or 172.16.0.0/12, and of no names"
    ),
    "embed.origins": Check(
        take_origins, "a list of sites' addresses without a path or a *, such as https://www.example.org"
    ),
    "mail.sender": Check(take_sender, "an address of mail, such as News <news@example.org>"),
    "database.url": Check(take_database, "sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME"),
    "signin.stand_in": Check(str, "the address of a server on this machine, such as http://localhost:9000"),
    "sso.address": Check(take_web_address, "the http or https address of your log-in page"),
    "openid.issuer": Check(take_web_address, "the http or https address of the issuer"),
}
"""By the settings' names."""


def settle(settings: Settings, folder: Path) -> Settings:
    """Puts the discussion's rules where they are used, and paths where they lead."""
    if settings.signin.stand_in and urlsplit(settings.site.address).hostname not in (
        "localhost",
        "127.0.0.1",
    ):
        raise BadSettings("[signin] stand_in lets everybody be anybody: only for a site on localhost.")
    if settings.mail and not settings.mail.sender:
        raise BadSettings("[mail] has a host and no sender, such as news@example.org.")
    if settings.sso and not settings.sso.key:
        raise BadSettings("[sso] has an address and no key: what comes from there could not be checked.")
    url = settings.database.url
    if url.startswith(FILE):
        url = f"{FILE}{folder / url.removeprefix(FILE)}"
    stories = settings.stories.folder and str(folder / settings.stories.folder)
    return msgspec.structs.replace(
        settings,
        site=msgspec.structs.replace(settings.site, rules=settings.discussion),
        database=DatabaseSettings(url),
        stories=StoriesSettings(stories),
    )
