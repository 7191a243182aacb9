"""Dates and times are those of the newsroom, and say so where they could mislead."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from msgspec.structs import replace

from piensas.model.moment import Clock
from piensas.settings import BadSettings, Settings
from piensas.sources import read_settings
from piensas.transfer.folder import read_manuscript
from piensas.web.folder import publish_folder
from tests.conftest import OpenNewsroom
from tests.newsroom import STORY, Newsroom, open_newsroom

MEXICO = "America/Mexico_City"
EVENING = STORY.format(title="In the evening", slug="evening", summary="Late.", text="Text.")


def located(timezone: str) -> Callable[[Settings], Settings]:
    return lambda settings: replace(settings, site=replace(settings.site, timezone=timezone))


def words_in(page: str, place: str) -> list[str]:
    """What the times within elements of a class say, with plain spaces."""
    found = re.findall(rf'class="{place}".*?<time[^>]*>([^<]*)<', page, re.DOTALL)
    return [words.replace("\u202f", " ") for words in found]


@pytest.mark.parametrize(
    ("timezone", "english", "spanish"),
    [
        ("UTC", "Sep 21, 2026, 2:13 PM UTC", "21 sept 2026, 14:13 UTC"),
        (MEXICO, "Sep 21, 2026, 8:13 AM CST", "21 sept 2026, 8:13 GMT-6"),
        ("America/Bogota", "Sep 21, 2026, 9:13 AM GMT-5", "21 sept 2026, 9:13 GMT-5"),
        ("America/New_York", "Sep 21, 2026, 10:13 AM EDT", "21 sept 2026, 10:13 GMT-4"),
        ("Europe/Madrid", "Sep 21, 2026, 4:13 PM GMT+2", "21 sept 2026, 16:13 CEST"),
        ("Asia/Kathmandu", "Sep 21, 2026, 7:58 PM GMT+5:45", "21 sept 2026, 19:58 GMT+5:45"),
    ],
)
def test_a_time_of_day_is_the_newsrooms_and_names_the_zone(
    open_site: OpenNewsroom, timezone: str, english: str, spanish: str
) -> None:
    newsroom = open_site(located(timezone))
    reader = newsroom.person()
    reader.comment("When was that?")
    assert words_in(reader.read(), "when") == [english]
    assert words_in(reader.read(newsroom.historia), "when") == [spanish]
    assert '<time datetime="2026-09-21T14:13:20Z">' in reader.read()


@pytest.mark.parametrize(
    ("timezone", "day", "dia"),
    [
        (MEXICO, "September 20, 2026", "20 de septiembre de 2026"),
        ("UTC", "September 21, 2026", "21 de septiembre de 2026"),
    ],
)
def test_a_story_of_the_evening_is_dated_the_newsrooms_day(
    open_site: OpenNewsroom, timezone: str, day: str, dia: str
) -> None:
    newsroom = open_site(located(timezone))
    folder = Path(newsroom.settings.stories.folder)
    for language in ("en", "es"):
        text = EVENING.replace("2026-09-20T08:00:00Z", "2026-09-20T20:30:00-05:00")
        (folder / f"evening.{language}.md").write_text(text)
    publish(newsroom, newsroom.settings)

    reader = newsroom.person()
    assert words_in(reader.read("/en/evening"), "byline") == [day]
    assert words_in(reader.read("/es/evening"), "byline") == [dia]
    assert words_in(reader.read("/"), "byline")[0] == day
    assert 'datetime="2026-09-21T01:30:00Z"' in reader.read("/en/evening")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2026-09-20", "2026-09-20T06:00:00Z"),
        ("2026-09-20 08:30", "2026-09-20T14:30:00Z"),
        ("2026-09-20T08:30:00Z", "2026-09-20T08:30:00Z"),
        ("2026-09-20T08:30:00+02:00", "2026-09-20T06:30:00Z"),
        ("2021-04-04 02:30", "2021-04-04T08:30:00Z"),  # clocks went from two to three
        ("2021-10-31 01:30", "2021-10-31T06:30:00Z"),  # there was a half past one again an hour later
    ],
)
def test_a_time_without_a_zone_is_the_newsrooms(tmp_path: Path, written: str, meant: str) -> None:
    file = tmp_path / "story.en.md"
    file.write_text(EVENING.replace("2026-09-20T08:00:00Z", written))
    at = read_manuscript(file, ("en",), ZoneInfo(MEXICO)).published_at
    assert datetime.fromtimestamp(at / 1_000, UTC) == datetime.fromisoformat(meant)


@pytest.mark.parametrize("written", ["0001-01-01", "9999-12-31 23:59"])
@pytest.mark.parametrize("timezone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_the_first_and_the_last_day_of_all_break_nothing(
    open_site: OpenNewsroom, written: str, timezone: str
) -> None:
    newsroom = open_site(located(timezone))
    file = Path(newsroom.settings.stories.folder) / "evening.en.md"
    file.write_text(EVENING.replace("2026-09-20T08:00:00Z", f"2026-09-20\nupdated: {written}"))
    publish(newsroom, newsroom.settings)
    assert newsroom.person().get("/en/evening").status_code == 200


def test_a_newsroom_that_moves_has_its_pages_and_files_in_the_new_zone(
    database_url: str, tmp_path: Path
) -> None:
    folder = tmp_path / "stories"
    folder.mkdir()
    (folder / "evening.en.md").write_text(EVENING.replace("2026-09-20T08:00:00Z", "2026-09-20 08:00"))
    with open_newsroom(database_url, folder) as newsroom:
        newsroom.person().comment("When was that?")
        assert 'datetime="2026-09-20T08:00:00Z"' in newsroom.person().read("/en/evening")
        etag = newsroom.person().get(newsroom.story).headers["etag"]

    with open_newsroom(database_url, folder, located(MEXICO)) as newsroom:
        page = newsroom.person().get(newsroom.story, if_none_match=etag)
        assert (page.status_code, words_in(page.text, "when")) == (200, ["Sep 21, 2026, 8:13 AM CST"])
        assert 'datetime="2026-09-20T14:00:00Z"' in newsroom.person().read("/en/evening")


def test_clients_of_wordpress_are_told_both_times(open_site: OpenNewsroom) -> None:
    newsroom = open_site(located(MEXICO))
    newsroom.person().comment("When was that?")
    for path in ("comments", "posts"):
        (told,) = newsroom.person().get(f"/wp-json/wp/v2/{path}").json()
        away = datetime.fromisoformat(told["date_gmt"]) - datetime.fromisoformat(told["date"])
        assert away.total_seconds() == 6 * 3_600, path


@pytest.mark.parametrize("name", ["Mexico", "America", "../UTC", "America/mexico city", "GMT-6", "\x00"])
def test_a_zone_that_there_is_not_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(BadSettings, match=r"(?i)timezone.*America/Mexico_City"):
        read_settings(None, {"PIENSAS_SITE_TIMEZONE": name})


def test_the_zone_is_utc_unless_it_is_set() -> None:
    assert read_settings(None, {}).site.timezone == "UTC"
    assert read_settings(None, {"PIENSAS_SITE_TIMEZONE": MEXICO}).site.timezone == MEXICO


def publish(newsroom: Newsroom, settings: Settings) -> None:
    folder = Path(settings.stories.folder)
    assert publish_folder(newsroom.db, settings.site, folder, Clock(newsroom.hands)) == []
