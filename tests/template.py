"""The site with everything in it, made once for each database and copied for each test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import msgspec

from tests.everything import THINGS
from tests.looking import Look, look_around
from tests.newsroom import Hands, write_stories
from tests.office import open_office
from tests.whole import Made, Whole, open_whole

MINUTE = 60
Room = Callable[[str], str]
"""The URL of a new database of some name, without any tables."""


class Template(msgspec.Struct):
    """A whole site, what everybody saw of it when it was made, and how many rows each table had."""

    whole: Whole
    before: Look
    rows: dict[str, int]


def make_template(folder: Path, url: str) -> None:
    hands = hands_at(time.time() - MINUTE)
    whole = Whole(folder=folder, url=url, made=Made(hands.seconds))
    write_stories(whole.stories)
    whole.change_settings()
    with open_office(whole, hands) as office:
        for thing in THINGS.values():
            thing.make(office)
    whole.made.now = hands.seconds + 2 * MINUTE
    rows = whole.count_rows()
    made = Template(whole, look_at(whole), rows)
    (folder / "template.json").write_bytes(msgspec.json.encode(made, enc_hook=str))


def read_template(folder: Path) -> Template:
    found = msgspec.json.decode(
        (folder / "template.json").read_bytes(), type=Template, dec_hook=lambda kind, value: kind(value)
    )
    found.whole.folder = folder
    return found


def hands_at(seconds: float) -> Hands:
    hands = Hands()
    hands.seconds = seconds
    return hands


def look_at(whole: Whole) -> Look:
    """What everybody sees once it is served again, at the time at which it was made."""
    with open_whole(whole, hands_at(whole.made.now)) as (there, settings):
        return look_around(there, settings.site.address, whole.made)
