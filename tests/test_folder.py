"""What the folder of stories takes off, and what it never does."""

from __future__ import annotations

import re
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from watchfiles import awatch

from piensas.actions.publishing import confirm_title
from piensas.cli import main
from piensas.model.moment import Clock
from piensas.store.database import Database
from piensas.store.stories import find_story, list_from_files
from piensas.web import folder
from piensas.web.folder import publish_folder
from tests.conftest import MakeOldSite, OpenNewsroom
from tests.newsroom import STORY, Newsroom, wait_until
from tests.served_site import ServedSite
from tests.some import some
from tests.test_embed import HOST, PAGE, environment, look, story_of, visit, with_origin


def folder_of(newsroom: Newsroom) -> Path:
    return Path(newsroom.settings.stories.folder)


def publish(newsroom: Newsroom, *, retires_all: bool = False) -> list[str]:
    clock = Clock(newsroom.hands)
    return publish_folder(newsroom.db, newsroom.site, folder_of(newsroom), clock, retires_all=retires_all)


def write(newsroom: Newsroom, *slugs: str) -> None:
    for slug in slugs:
        words = STORY.format(title=slug, slug=slug, summary="", text=f"All about {slug}.")
        (folder_of(newsroom) / f"{slug}.en.md").write_text(words, "utf-8")


def is_on(newsroom: Newsroom, slug: str) -> bool:
    return newsroom.person().get(f"/en/{slug}").status_code == 200


def empty_folder(newsroom: Newsroom) -> None:
    for file in folder_of(newsroom).iterdir():
        file.unlink()


def test_a_page_elsewhere_stays_whatever_becomes_of_our_files(open_site: OpenNewsroom) -> None:
    newsroom = open_site(with_origin)
    reader = newsroom.person()
    named = story_of(visit(reader, f"{HOST}/poll", story="poll"))
    newsroom.hands.turn(seconds=5)
    plain = story_of(visit(reader))
    for id in (named, plain):
        story = newsroom.db.ask(find_story, 1, int(id))
        assert story is not None
        newsroom.db.do(lambda db: confirm_title(db, story, "en", "Its own title"))  # noqa: B023

    write(newsroom, "another")
    publish(newsroom)
    (folder_of(newsroom) / "another.en.md").unlink()
    publish(newsroom)
    empty_folder(newsroom)
    publish(newsroom, retires_all=True)

    assert story_of(look(reader)) == plain
    assert story_of(look(reader, f"{HOST}/poll", story="poll")) == named
    assert not is_on(newsroom, "flight")


def test_pages_elsewhere_that_were_taken_off_by_mistake_come_back(old_site: MakeOldSite) -> None:
    site = old_site("0009")

    def put(id: int, live: bool, fingerprint: str, *, known: bool) -> None:
        page = f"{PAGE}/{id}"
        site.put("stories", id=id, key=f"page:{page}", revision=7)
        words = {"language": "en", "slug": f"d-{id}", "page": page, "live": live, "fingerprint": fingerprint}
        site.put("editions", story_id=id, **words)
        if known:
            site.put("addresses", address=page, story_id=id, language="en")

    put(1, False, "read", known=True)
    put(2, False, "read", known=False)
    put(3, True, "read", known=True)
    put(4, True, "", known=True)
    site.put("stories", id=5, key="flight")
    site.put("editions", story_id=5, language="en", slug="flight", live=False, fingerprint="f" * 64)
    site.put("editions", story_id=5, language="es", slug="vuelo", live=True, fingerprint="e" * 64)
    site.put("editions", story_id=6, language="en", slug="old", live=True, fingerprint="")
    site.upgrade()

    assert site.rows("editions", "story_id", "language", "live", "stage", "origin") == [
        (1, "en", True, "published", "page"),
        (2, "en", False, "retired", "page"),
        (3, "en", True, "published", "page"),
        (4, "en", True, "published", "page"),
        (5, "en", False, "retired", "file"),
        (5, "es", True, "published", "file"),
        (6, "en", True, "published", "import"),
    ]
    assert site.rows("stories", "id", "revision")[:3] == [(1, 8), (2, 7), (3, 7)]


def test_a_file_that_is_saved_while_the_site_starts_is_published(
    open_site: OpenNewsroom, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the folder has been gone through, and before it is watched."""

    async def watch_later(*words: Any, **options: Any) -> AsyncIterator[Any]:
        words_of_it = STORY.format(title="late", slug="late", summary="", text="All about late.")
        (tmp_path / "stories" / "late.en.md").write_text(words_of_it, "utf-8")
        async for changes in awatch(*words, **options):
            yield changes

    monkeypatch.setattr(folder, "awatch", watch_later)
    newsroom = open_site()
    wait_until(lambda: is_on(newsroom, "late"))


def test_an_empty_folder_takes_nothing_off(newsroom: Newsroom) -> None:
    """A disk that is not there yet looks so."""
    empty_folder(newsroom)
    faults = publish(newsroom)

    assert is_on(newsroom, "flight")
    assert faults == [
        "1 of 1 stories have no file any more, and stay on. If that is meant: piensas publish --retire"
    ]
    assert publish(newsroom, retires_all=True) == []
    assert not is_on(newsroom, "flight")


@pytest.mark.parametrize(("removed", "stays"), [(1, False), (2, False), (3, True)])
def test_more_than_a_third_of_all_stories_is_a_mistake_until_somebody_says_that_it_is_none(
    newsroom: Newsroom, removed: int, stays: bool
) -> None:
    slugs = [f"story-{number}" for number in range(6)]
    write(newsroom, *slugs)
    publish(newsroom)
    for slug in slugs[:removed]:
        (folder_of(newsroom) / f"{slug}.en.md").unlink()
    publish(newsroom)

    assert [is_on(newsroom, slug) for slug in slugs[:removed]] == [stays] * removed
    publish(newsroom, retires_all=True)
    assert not any(is_on(newsroom, slug) for slug in slugs[:removed])
    assert all(is_on(newsroom, slug) for slug in some(slugs[removed:]))


def test_a_broken_file_keeps_its_own_story_and_no_other(newsroom: Newsroom) -> None:
    write(newsroom, "broken", "removed", "other")
    publish(newsroom)
    (folder_of(newsroom) / "broken.en.md").write_text("No front matter.")
    (folder_of(newsroom) / "removed.en.md").unlink()
    faults = publish(newsroom)

    assert len(faults) == 1
    assert is_on(newsroom, "broken")
    assert not is_on(newsroom, "removed")


def one(newsroom: Newsroom) -> tuple[str, Path]:
    """A comment under a story of one file, and the file."""
    write(newsroom, "before", "other", "third")
    publish(newsroom)
    reader = newsroom.person()
    page = reader.read("/en/before")
    story = page.split('data-story="', 1)[1].split('"', 1)[0]
    posted = reader.send_json(
        f"/stories/{story}/comments", {"text": "Comes along.", "name": "A", "email": "a@example.org"}
    )
    assert posted.status_code == 201
    return posted.json()["comment"]["id"], folder_of(newsroom) / "before.en.md"


RENAMED: dict[str, Callable[[str], str]] = {
    "as it was": str,
    "with another text, and its slug": lambda text: text.replace("All about", "More about"),
    "with another slug, and its key": lambda text: text.replace("slug: before", "slug: after\nkey: before"),
}


@pytest.mark.parametrize("change", RENAMED)
def test_a_file_under_a_new_name_is_the_same_story(newsroom: Newsroom, change: str) -> None:
    comment, file = one(newsroom)
    text = RENAMED[change](file.read_text())
    file.unlink()
    (file.parent / "after.en.md").write_text(text)
    assert publish(newsroom) == []
    slug = "after" if "slug: after" in text else "before"

    reader = newsroom.person()
    assert "Comes along." in reader.read(f"/en/{slug}")
    assert reader.client.get(f"/en/before/comments/{comment}", follow_redirects=True).status_code == 200
    assert publish(newsroom) == []


def test_a_file_that_is_renamed_away_from_its_other_languages_says_what_to_do(newsroom: Newsroom) -> None:
    newsroom.person().comment("Under both.")
    file = folder_of(newsroom) / "flight.en.md"
    file.rename(file.with_name("plane.en.md"))
    faults = publish(newsroom)

    assert "key: flight" in faults[0]
    assert "Under both." in newsroom.person().read()
    (file.with_name("plane.en.md")).write_text(
        file.with_name("plane.en.md").read_text().replace("slug:", "key: flight\nslug:")
    )
    assert publish(newsroom) == []
    assert "Under both." in newsroom.person().read(newsroom.historia)


def test_all_files_of_a_story_are_renamed_together(newsroom: Newsroom) -> None:
    newsroom.person().comment("Under both.")
    for language in ("en", "es"):
        file = folder_of(newsroom) / f"flight.{language}.md"
        file.rename(file.with_name(f"plane.{language}.md"))

    assert publish(newsroom) == []
    for page in (newsroom.story, newsroom.historia):
        assert "Under both." in newsroom.person().read(page)


def test_a_file_in_another_language_is_found_at_all_its_addresses(newsroom: Newsroom) -> None:
    """There and back, as where the site's first language changes and changes back."""
    comment, file = one(newsroom)
    file = file.rename(file.with_name("before.md"))
    reader = newsroom.person()
    for language, was in (("es", "en"), ("en", "es"), ("es", "en")):
        text = re.sub("language: ..\n", "", file.read_text())
        file.write_text(text.replace("slug:", f"language: {language}\nslug:"))
        assert publish(newsroom) == []
        for below in ("", f"/comments/{comment}", "/feed.atom"):
            assert reader.get(f"/{was}/before{below}").headers["location"] == f"/{language}/before{below}"
        assert "Comes along." in reader.read(f"/{language}/before")


def test_two_files_that_are_one_edition_are_named(newsroom: Newsroom) -> None:
    write(newsroom, "copy")
    file = folder_of(newsroom) / "copy.en.md"
    file.write_text(file.read_text().replace("slug:", "key: flight\nslug:"))

    assert publish(newsroom) == ["flight.en: two files are this edition."]


def test_a_story_that_moves_takes_all_its_addresses_along(newsroom: Newsroom) -> None:
    """Twice: every address below one that a story had leads on."""
    comment = newsroom.person().comment("Quoted.")
    reader, asked = newsroom.person(), f"{newsroom.address}{newsroom.story}/comments/{comment}"
    file = folder_of(newsroom) / "flight.en.md"
    for number, slug in enumerate(("second", "third")):
        file.write_text(file.read_text().replace(f"slug: {('flight', 'second')[number]}", f"slug: {slug}"))
        publish(newsroom)
        for old in ("flight", "second")[: number + 1]:
            for below in (
                "",
                f"/comments/{comment}",
                f"/comments/{comment}/reply",
                f"/comments/{comment}/edit",
                f"/comments/{comment}/withdrawal",
                "/feed.atom",
                "/feed.json",
            ):
                answer = reader.get(f"/en/{old}{below}")
                assert answer.status_code == 301, below
                assert answer.headers["location"] == f"/en/{slug}{below}"
            assert (
                reader.get(f"/en/{old}/comments/{comment}?after=3").headers["location"].endswith("?after=3")
            )
            assert reader.get(f"/en/{old}/other").status_code == 404
        assert reader.get(f"/oembed?url={asked}").status_code == 200
    assert reader.get(f"/en/nowhere/comments/{comment}").status_code == 404


def run_alias(newsroom: Newsroom, known: str, address: str) -> Result:
    return CliRunner(env=environment(newsroom)).invoke(main, ["alias", known, address])


def test_alias_brings_a_discussion_to_a_file_that_is_wholly_new(newsroom: Newsroom) -> None:
    comment, file = one(newsroom)
    file.unlink()
    write(newsroom, "after")
    publish(newsroom)
    assert not is_on(newsroom, "before")

    done = run_alias(newsroom, "/en/before", "/en/after")
    assert done.exit_code == 0, done.output
    page = newsroom.person().read("/en/after")
    assert "Comes along." in page
    assert "All about after." in page
    assert publish(newsroom) == []
    moved = newsroom.person().get(f"/en/before/comments/{comment}")
    assert moved.headers["location"] == f"/en/after/comments/{comment}"


def test_alias_says_truly_why_it_does_nothing(newsroom: Newsroom) -> None:
    one(newsroom)
    newsroom.person().comment("Here as well.")
    refused = run_alias(newsroom, "/en/before", newsroom.story)
    assert refused.exit_code == 1
    assert "has comments of its own; nothing was changed" in refused.output


@pytest.mark.parametrize("workers", [1, 2])
def test_who_cannot_serve_publishes_nothing_and_takes_nothing_off(tmp_path: Path, workers: int) -> None:
    """The port is taken, as by the same site that is still running."""
    site = ServedSite(tmp_path, workers)
    with closing(site), socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        site.port = taken.getsockname()[1]
        site.start()
        assert site.process is not None
        assert site.process.wait(60) == 1
        assert "address already in use" in (tmp_path / "log").read_text().lower()
    with closing(Database(f"sqlite:///{site.database}")) as db:
        assert db.ask(list_from_files, 1) == {}
