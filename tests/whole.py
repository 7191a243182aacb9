"""A whole site on the disk: settings, stories and a database, to be copied, changed, served and looked at."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import msgspec
from click.testing import CliRunner, Result
from sqlalchemy import func, select

from piensas.cli import main
from piensas.model.moment import Clock
from piensas.settings import Settings
from piensas.sources import read_settings
from piensas.store.database import Database
from piensas.store.tables import metadata
from piensas.store.upgrading import upgrade
from tests.newsroom import STORY, Hands, serve, unchanged

HOME = "https://news.example"
HELD, REJECTED = "heldberry", "rejectedberry"
SETTINGS = """
[site]
name = "The Daily Question"
address = "{address}"
languages = {languages}
timezone = "{timezone}"
[stories]
folder = "stories"
[database]
url = "{url}"
[server]
trusted_proxies = ["127.0.0.1"]
[discussion]
hold_first_comment = false
seconds_between_comments = 0
hold_words = ["{held}"]
reject_words = ["{rejected}"]
mentions = "published"
[mail]
host = "127.0.0.1"
port = 9
security = "none"
sender = "news@example.org"
[embed]
origins = {origins}
"""
PUBLISHED = "published: 2026-09-20T08:00:00Z\n"


class Made(msgspec.Struct):
    """What was made: until when, what it is called by, and what each browser and program holds.

    `stories` and `comments` are the names by which those are kept, `names` their ids and paths; `holds` the
    headers that somebody's requests have.
    """

    now: float
    stories: list[str] = []
    comments: list[str] = []
    names: dict[str, str] = {}
    holds: dict[str, dict[str, str]] = {}


class Whole(msgspec.Struct, kw_only=True):
    """A site that is not being served."""

    folder: Path
    url: str
    made: Made
    address: str = HOME
    languages: tuple[str, ...] = ("en", "es")
    timezone: str = "UTC"
    origins: tuple[str, ...] = ()

    @property
    def settings(self) -> Path:
        return self.folder / "piensas.toml"

    @property
    def stories(self) -> Path:
        return self.folder / "stories"

    @property
    def is_one_file(self) -> bool:
        return self.url.startswith("sqlite")

    @property
    def database(self) -> Path:
        return Path(self.url.removeprefix("sqlite:///"))

    def change_settings(self, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self, name, value)
        lists = {"languages": list(self.languages), "origins": list(self.origins)}
        words = {"held": HELD, "rejected": REJECTED, "address": self.address, "url": self.url}
        text = SETTINGS.format(**lists, **words, timezone=self.timezone)
        self.settings.write_text(text.replace("'", '"'))

    def write_story(self, name: str, *, slug: str = "", more: str = "") -> None:
        """A file of the folder; `more` are further lines of its front matter."""
        slug = slug or name.partition(".")[0]
        text = STORY.format(title=f"About {slug}", slug=slug, summary="", text=f"All about {slug}.")
        time = "" if "published:" in more else PUBLISHED
        (self.stories / f"{name}.md").write_text(text.replace(PUBLISHED, f"{time}{more}"), "utf-8")

    def change_story(self, name: str, old: str, new: str) -> None:
        file = self.stories / f"{name}.md"
        text = file.read_text("utf-8")
        assert old in text
        file.write_text(text.replace(old, new), "utf-8")

    def run(self, *words: str) -> Result:
        """A command, as its editor gives it."""
        return CliRunner().invoke(main, ["-s", str(self.settings), *words])

    def done(self, *words: str) -> str:
        """What a command says that does what it should."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def copy(self, folder: Path, url: str, without: str = "template.json") -> Whole:
        """The same site in another place, with the database there; the stories come along."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True, ignore=shutil.ignore_patterns(without))
        copied = msgspec.structs.replace(self, folder=folder, url=url)
        copied.change_settings()
        return copied

    def count_rows(self) -> dict[str, int]:
        """By the names of the tables."""
        with closing(Database(self.url)) as db:
            return {
                name: db.ask(lambda c, t=table: c.execute(select(func.count()).select_from(t)).scalar_one())
                for name, table in metadata.tables.items()
            }


Change = Callable[[Settings], Settings]


@contextmanager
def open_whole(whole: Whole, hands: Hands, change: Change = unchanged) -> Iterator[tuple[str, Settings]]:
    """Serves it in this process: brought up to date and published, as at every start. Where, and how it is
    set up."""
    upgrade(whole.url)
    whole.run("publish")
    settings = change(read_settings(whole.settings))
    with serve(settings, Clock(hands), settings.site.address) as there:
        yield there, settings
