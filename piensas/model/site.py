"""A site: one publication, in one or several languages."""

from __future__ import annotations

from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from msgspec import Meta, Struct

from piensas.model.rules import Rules

Language = Annotated[str, Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]


class Icon(Struct, frozen=True):
    """A way to sign in, as the box shows it."""

    name: str
    label: str


class Site(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the publication is called, where it is reached, and the languages it is written in.

    The first language is the one of its front page. `greeting` replaces "What do you think?" above
    the comment box, in the words given. `timezone` is that of the newsroom: its days and hours are those
    that pages show and that files mean.
    """

    id: Annotated[int, Meta(ge=1)] = 1
    name: Annotated[str, Meta(min_length=1, max_length=200)] = "Piensas"
    tagline: Annotated[str, Meta(max_length=300)] = ""
    address: str = "http://localhost:8000"
    languages: Annotated[tuple[Language, ...], Meta(min_length=1)] = ("en",)
    timezone: Annotated[str, Meta(max_length=100)] = "UTC"
    greeting: Annotated[str, Meta(max_length=300)] = ""
    colours: Literal["light", "dark", "reader"] = "reader"
    rules: Rules = Rules()
    icons: tuple[Icon, ...] = ()

    @property
    def language(self) -> str:
        """The language of the front page."""
        return self.languages[0]

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def reserved_names(self) -> tuple[str, ...]:
        """Names under which, and under whose likeness, only the site itself writes."""
        return (self.name, *self.rules.reserved_names)

    @property
    def is_secure(self) -> bool:
        return urlsplit(self.address).scheme == "https"
