"""Everything that one process needs to answer requests."""

from __future__ import annotations

import secrets
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import Connection

from piensas.model.moment import Clock
from piensas.model.refusals import NotFound
from piensas.model.session import sign
from piensas.model.site import Icon
from piensas.outside.providers.known import list_providers
from piensas.outside.providers.provider import Provider
from piensas.settings import Settings
from piensas.store.database import Database
from piensas.store.sites import find_site_secret, save_site
from piensas.web.ready import ReadyPages
from piensas.web.visits import Visits

if TYPE_CHECKING:
    from piensas.outside.signing_in import Road
    from piensas.worker import Worker

MEGABYTE = 1 << 20
BY_MAIL = "email"


class Press:
    """Opened when the process starts; closing it lets the last deeds finish."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        self.settings = settings
        self.providers = list_providers(settings)
        self.site = msgspec.structs.replace(settings.site, icons=tuple(list_icons(settings, self.providers)))
        self._roads: dict[str, Any] = {}
        self.db = db
        self.clock = clock
        self.pages = ReadyPages(db, settings.server.ready_megabytes * MEGABYTE, lambda: clock().now)
        self.pictures = Path(settings.stories.folder) if settings.stories.folder else None
        self.secret = keep_secret(db, self.site.id)
        self.workers: list[Worker] = []
        self.visits = Visits(db, self.site.id)

    def road(self, name: str) -> Road:
        """The way to a provider and back; refused where the site does not know it."""
        from piensas.outside.signing_in import Road  # loads what speaks to providers

        if name not in self.providers:
            raise NotFound
        if name not in self._roads:
            self._roads[name] = Road(self.providers[name])
        return self._roads[name]  # type: ignore[no-any-return]  # it was put there as one

    def call_workers(self) -> None:
        """Somebody waits for what has just been promised."""
        for worker in self.workers:
            worker.call()

    def close(self) -> None:
        self.db.close()

    def hash_sender(self, address: str) -> str:
        """A keyed hash of a network address, from which nobody without the database finds it."""
        return sign(self.secret, address)


def list_icons(settings: Settings, providers: Mapping[str, Provider]) -> Iterator[Icon]:
    """The ways to sign in, in the order in which the box shows them."""
    for each in providers.values():
        yield Icon(each.name, each.label)
    if settings.mail and settings.signin.by_mail:
        yield Icon(BY_MAIL, "")


def keep_secret(db: Database, site_id: int) -> bytes:
    """The site's secret, made at its first start."""
    found = db.ask(find_site_secret, site_id)
    return found or db.do(lambda connection: make_secret(connection, site_id))


def make_secret(db: Connection, site_id: int) -> bytes:
    found = find_site_secret(db, site_id)
    if found is None:
        found = secrets.token_bytes(32)
        save_site(db, site_id, found)
    return found
