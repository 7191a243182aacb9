"""Everything that one process needs to answer requests."""

from __future__ import annotations

import hashlib
import secrets
from pathlib import Path

from sqlalchemy import Connection

from piensas.model.moment import Clock
from piensas.settings import Settings
from piensas.store.database import Database
from piensas.store.sites import find_site_secret, save_site
from piensas.web.ready import ReadyPages

MEGABYTE = 1 << 20


class Press:
    """Opened when the process starts; closing it lets the last deeds finish."""

    def __init__(self, settings: Settings, db: Database, clock: Clock) -> None:
        self.settings = settings
        self.site = settings.site
        self.db = db
        self.clock = clock
        self.pages = ReadyPages(db, settings.server.ready_megabytes * MEGABYTE)
        self.pictures = Path(settings.stories.folder) if settings.stories.folder else None
        self.secret = keep_secret(db, self.site.id)

    def close(self) -> None:
        self.db.close()

    def hash_sender(self, address: str) -> str:
        """A keyed hash of a network address, from which nobody without the database finds it."""
        return hashlib.blake2b(address.encode(), key=self.secret, digest_size=16).hexdigest()


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
