"""Stories: the folder they are published from, their pages, and what machines read."""

from __future__ import annotations

import asyncio
import html
import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

import pytest

from piensas.model.moment import Clock
from piensas.model.refusals import NotFound
from piensas.transfer.folder import BrokenFile, read_manuscript
from piensas.web.files import static_file
from piensas.web.folder import publish_folder
from tests.newsroom import STORY, Newsroom, wait_until

ATOM = {"a": "http://www.w3.org/2005/Atom"}
GOOD = STORY.format(title="A title", slug="a-title", summary="In short.", text="Some text.")


@pytest.mark.parametrize(
    ("text", "line", "fault"),
    [
        ("No front matter.", 1, "must begin with front matter"),
        ("---\ntitle: A\n", 1, "must begin with front matter"),
        ("---\ntitle: [A\n---\n", 3, "not YAML"),
        ("---\n- a\n- b\n---\n", 1, "`name: value`"),
        ("---\ntitle: A\n---\n", 1, "'published' is missing"),
        (
            "---\ntitle: A\npublished: 2026-01-01\nlanguage: fr\n---\n",
            4,
            "'fr' is not one of the site's languages",
        ),
        ("---\ntitle: A\npublished: 2026-01-01\npicture: a.jpg\n---\n", 4, "picture_alt"),
        (
            "---\ntitle: A\npublished: 2026-01-01\npicture: a.jpg\npicture_alt: A\n---\n",
            4,
            "no picture 'a.jpg'",
        ),
    ],
)
def test_a_broken_file_names_itself_the_line_and_the_fault(
    tmp_path: Path, text: str, line: int, fault: str
) -> None:
    file = tmp_path / "broken.en.md"
    file.write_text(text)

    with pytest.raises(BrokenFile) as broken:
        read_manuscript(file, ("en", "es"))

    assert broken.value.line == line
    assert fault in str(broken.value)
    assert str(broken.value).startswith(f"{file}:{line}: ")


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        ("published: soon", "published is 'soon', and has to be a date, or a date and a time, such as 2026-"),
        ("published: 20 September 2026", "such as 2026-09-20 or 2026-09-20 08:30."),
        ("published: 20/09/2026", "published is '20/09/2026'"),
        ("published: 2026-09-31", "published is '2026-09-31'"),
        ("updated: [1]", "updated is ['1'], and has to be a date"),
        ("title: War: a history", "stand in quotation marks"),
        (f"title: {'x' * 501}", "has to be words, 500 letters"),
        ("author: somebody", "There is no field 'author'. Is it 'authors'?"),
        ("colour: red", "There is no field 'colour'."),
        ("authors: {a: b}", "authors is {'a': 'b'}, and has to be names, such as [Ana Pérez, Tom Reed]."),
        ("draft: perhaps", "draft is 'perhaps', and has to be true or false."),
        ("slug: Not A Slug", "slug is 'Not A Slug', and has to be small letters and digits"),
        ("discussion: maybe", "discussion is 'maybe', and has to be open, closed or off."),
        ("picture: {}", "picture is {}, and has to be words."),
    ],
)
def test_what_a_line_has_to_be_is_said_in_words(tmp_path: Path, line: str, fault: str) -> None:
    usual = {"title": "title: A", "published": "published: 2026-01-01"}
    name = line.partition(":")[0]
    lines = [each for key, each in usual.items() if key != name]
    file = tmp_path / "a.en.md"
    file.write_text("\n".join(("---", *lines, line, "---", "")))
    with pytest.raises(BrokenFile) as broken:
        read_manuscript(file, ("en", "es"))
    assert fault in str(broken.value)
    assert broken.value.line == len(lines) + 2


def test_bytes_that_are_not_utf_8_are_named_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.en.md"
    file.write_bytes(b"---\ntitle: A\n\xf1\n---\n")

    with pytest.raises(BrokenFile, match=r"latin\.en\.md:3: This is not UTF-8"):
        read_manuscript(file, ("en",))


def test_two_files_are_two_editions_of_one_story_with_one_discussion(newsroom: Newsroom) -> None:
    comment = newsroom.person().comment("Said under the English one.")

    english, spanish = newsroom.person().read(), newsroom.person().read(newsroom.historia)

    assert comment in english
    assert comment in spanish
    for page, language in ((english, "en"), (spanish, "es")):
        assert f'<html lang="{language}" dir="ltr">' in page
        for other, path in (("en", "/en/flight"), ("es", "/es/vuelo")):
            assert f'rel="alternate" hreflang="{other}" href="{newsroom_address(page)}{path}"' in page
    assert "What do you think?" in spanish
    assert re.search(r'<span lang="es">¿Qué piensas\?</span> <span class="also" lang="en">', spanish)


def newsroom_address(page: str) -> str:
    found = re.search(r'rel="canonical" href="(https?://[^/]+)', page)
    assert found
    return found[1]


def test_changed_new_and_missing_files_are_picked_up_while_serving(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    reader = newsroom.person()
    file = folder / "flight.en.md"
    file.write_text(file.read_text().replace("The first paragraph.", "A corrected paragraph."))
    (folder / "later.en.md").write_text(GOOD)

    wait_until(lambda: "A corrected paragraph." in reader.read())
    wait_until(lambda: reader.get("/en/a-title").status_code == 200)
    (folder / "later.en.md").unlink()
    wait_until(lambda: reader.get("/en/a-title").status_code == 404)
    (folder / "later.en.md").write_text(GOOD)
    wait_until(lambda: reader.get("/en/a-title").status_code == 200)


def test_a_broken_file_takes_nothing_else_down(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    (folder / "flight.en.md").write_text("Broken now.")
    (folder / "later.en.md").write_text(GOOD)

    faults = publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands))

    assert len(faults) == 1
    assert "flight.en.md:1:" in faults[0]
    assert "The first paragraph." in newsroom.person().read()
    assert newsroom.person().get("/en/a-title").status_code == 200


def test_two_stories_cannot_have_one_address(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    (folder / "other.en.md").write_text(GOOD.replace("a-title", "flight"))

    faults = publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands))

    assert faults == ["other.en: another story has the address /en/flight."]
    assert "No more specialists" in newsroom.person().read()


def test_a_story_that_gets_another_slug_is_still_found_by_the_old_one(newsroom: Newsroom) -> None:
    file = Path(newsroom.settings.stories.folder) / "flight.en.md"
    file.write_text(file.read_text().replace("slug: flight", "slug: another-flight"))
    publish_folder(newsroom.db, newsroom.site, file.parent, Clock(newsroom.hands))

    for path in ("/en/flight", "/en/flight/"):
        moved = newsroom.person().get(path)
        assert (moved.status_code, moved.headers["location"]) == (301, "/en/another-flight")


def test_a_story_with_its_discussion_off_has_none(newsroom: Newsroom) -> None:
    file = Path(newsroom.settings.stories.folder) / "flight.en.md"
    newsroom.person().comment("Said before.")
    file.write_text(file.read_text().replace("slug:", "discussion: off\nslug:"))
    faults = publish_folder(newsroom.db, newsroom.site, file.parent, Clock(newsroom.hands))

    page = newsroom.person().read()

    assert faults == []
    assert "Said before." not in page
    assert 'id="respond"' not in page
    assert newsroom.person().post("Anybody?").status_code == 404


def test_the_front_page_lists_the_newest_stories_with_their_numbers(newsroom: Newsroom) -> None:
    newsroom.person().comment("One.")

    page = newsroom.person().read("/")
    portada = newsroom.person().read("/es")

    assert "No more specialists will be sent</a>" in page
    assert ">1 comment</a>" in page
    assert "No se enviarán más especialistas</a>" in portada
    assert ">1 comentario</a>" in portada
    assert newsroom.person().get("/fr").status_code == 404


def test_older_stories_are_a_page_further(newsroom: Newsroom) -> None:
    folder = Path(newsroom.settings.stories.folder)
    for number in range(35):
        text = GOOD.replace("a-title", f"s{number}").replace("2026-09-20", f"2026-08-{number % 28 + 1:02}")
        (folder / f"s{number}.en.md").write_text(text)
    publish_folder(newsroom.db, newsroom.site, folder, Clock(newsroom.hands))

    first = newsroom.person().read("/")
    older = re.search(r'href="(/\?before=[^"]+)" rel="next"', first)
    assert older
    second = newsroom.person().read(older[1])

    seen = re.findall(r'<h2><a href="([^"]+)"', first) + re.findall(r'<h2><a href="([^"]+)"', second)
    assert len(seen) == len(set(seen)) == 36


def test_search_engines_read_the_article_and_its_comments(newsroom: Newsroom) -> None:
    root = newsroom.person().comment("The **root**, with `</script><script>alert(1)</script>`")
    newsroom.person().comment("A reply.", parent=root, email="b@example.org")

    page = newsroom.person().read()
    found = re.search(r'<script type="application/ld\+json">(.*?)</script>', page)
    assert found
    article = json.loads(found[1])

    assert article["@type"] == "NewsArticle"
    assert article["commentCount"] == 2
    assert article["comment"][0]["text"].startswith("The root, with </script>")
    assert article["comment"][0]["comment"][0]["text"] == "A reply."
    assert article["comment"][0]["url"].endswith(f"/en/flight/comments/{root}")


def test_feeds_and_the_sitemap_are_well_formed_and_say_what_is_there(newsroom: Newsroom) -> None:
    newsroom.person().comment("Fish & *chips* <b>", name="A & B")
    reader = newsroom.person()

    stories = ET.fromstring(reader.read("/en/feed.atom"))
    comments = ET.fromstring(reader.read("/en/flight/feed.atom"))
    sitemap = reader.read("/sitemap.xml")

    assert stories.findtext("a:entry/a:title", namespaces=ATOM) == "No more specialists will be sent"
    assert comments.findtext("a:entry/a:author/a:name", namespaces=ATOM) == "A & B"
    assert "<em>chips</em>" in (comments.findtext("a:entry/a:content", namespaces=ATOM) or "")
    assert len(ET.fromstring(sitemap)) == 2
    assert "Sitemap: " in reader.read("/robots.txt")


def test_what_is_not_there_is_answered_in_the_readers_language(newsroom: Newsroom) -> None:
    reader = newsroom.person()

    english, spanish = reader.get("/en/nothing"), reader.get("/es/nada")

    assert (english.status_code, spanish.status_code) == (404, 404)
    assert "There is nothing at this address." in english.text
    assert "No hay nada en esta dirección." in spanish.text
    assert reader.get("/en/flight/comments/notanumber").status_code == 404
    assert reader.client.request("DELETE", "/en/flight").status_code == 405


@pytest.mark.parametrize(
    "path",
    [
        "/pictures/..%2fpiensas.db",
        "/pictures/.hidden.png",
        "/pictures/flight.en.md",
        "/static/x/../../settings.py",
    ],
)
def test_files_outside_the_pictures_are_not_given_out(newsroom: Newsroom, path: str) -> None:
    (Path(newsroom.settings.stories.folder) / ".hidden.png").write_bytes(b"a picture")
    assert newsroom.person().get(path).status_code == 404


@pytest.mark.parametrize(
    "name", ["../web/app.py", "../static/piensas.css", "/etc/hostname", "sub/piensas.css", "..", "."]
)
def test_a_name_with_a_path_in_it_names_no_file_of_ours(name: str) -> None:
    """However a server in between, or a router, may come to take a slash for a part of a name."""
    request: Any = None
    with pytest.raises(NotFound):
        asyncio.run(static_file.fn(request, "x", name))


def test_a_picture_can_load_nothing_and_run_nothing(newsroom: Newsroom) -> None:
    (Path(newsroom.settings.stories.folder) / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")

    answer = newsroom.person().get("/pictures/a.svg")

    assert answer.headers["content-type"] == "image/svg+xml"
    assert (
        answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    )
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_feeds_are_spoken_in_json_too(newsroom: Newsroom) -> None:
    comment = newsroom.person().comment("In *JSON*.")
    answer = newsroom.person().get("/en/flight/feed.json")
    found = answer.json()

    assert answer.headers["content-type"].startswith("application/feed+json")
    assert found["version"] == "https://jsonfeed.org/version/1.1"
    assert found["feed_url"] == f"{newsroom.address}/en/flight/feed.json"
    assert found["items"][0]["url"] == f"{newsroom.address}/en/flight/comments/{comment}"
    assert "<em>JSON</em>" in found["items"][0]["content_html"]
    assert "night@example.org" not in answer.text
    stories = newsroom.person().get("/es/feed.json").json()
    assert stories["language"] == "es"
    assert stories["items"][0]["content_text"] == "Qué se dijo y quién lo dijo."
    assert newsroom.person().get("/xx/feed.json").status_code == 404


def test_a_comment_can_be_quoted_elsewhere(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment("To be **quoted**.", name="<b>Ana</b>")
    page = author.read(f"/en/flight/comments/{comment}")
    there = html.unescape(re.findall(r'application/json\+oembed" href="([^"]+)"', page)[0])
    found = author.client.get(there).json()

    assert found["type"] == "rich"
    assert found["author_name"] == "<b>Ana</b>"
    assert "<strong>quoted</strong>" in found["html"]
    assert "<b>Ana" not in found["html"]
    assert found["width"] == 550
    assert author.client.get(f"{there}&maxwidth=300").json()["width"] == 300
    for wrong in (
        "",
        "/en/flight",
        f"/en/flight/comments/{comment}9",
        "/xx/a/comments/1",
        "/en/flight/comments/x",
    ):
        url = urlencode({"url": f"{newsroom.address}{wrong}" if wrong else "https://other.example/"})
        assert author.get(f"/oembed?{url}").status_code == 404
    assert author.get(f"/oembed?format=xml&url={newsroom.address}").status_code == 400
    author.change(comment, "withdrawal")
    assert author.client.get(there).status_code == 404
