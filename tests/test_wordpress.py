"""An editor brings a WordPress blog over: everything arrives once, and nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from html import escape
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from piensas.actions.deciding import Ruling, decide_comment
from piensas.actions.posting import post_comment
from piensas.cli import main
from piensas.model.draft import Draft
from piensas.model.moment import Clock, time_of
from piensas.model.reader import Viewer
from piensas.model.site import Site
from piensas.store.checks import list_miscounts
from piensas.store.comments import find_comment_anywhere, save_comment_change
from piensas.store.database import Database
from piensas.store.everything import list_everything
from piensas.store.stories import find_address
from piensas.transfer.wxr import NotAnExport, read_parts

NOON = 1_420_113_600_000
"""2015-01-01 12:00:00 UTC in milliseconds."""

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:wp="http://wordpress.org/export/1.2/">
<channel>
<title>The Old Blog</title>
<link>https://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version>
<wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_login>ana</wp:author_login>
  <wp:author_display_name><![CDATA[Ana &amp; Co.]]></wp:author_display_name></wp:author>
"""
TAIL = "</channel></rss>\n"

POST = {
    "title": "Bridge closed",
    "link": "https://old.example/2015/01/bridge-closed/",
    "dc:creator": "ana",
    "guid": "https://old.example/?p=1",
    "content:encoded": "First paragraph.\n\nSecond paragraph.",
    "excerpt:encoded": "<b>Short</b> &amp; sweet",
    "wp:post_id": "1",
    "wp:post_date": "2015-01-01 13:00:00",
    "wp:post_date_gmt": "2015-01-01 12:00:00",
    "wp:comment_status": "open",
    "wp:post_name": "bridge-closed",
    "wp:status": "publish",
    "wp:post_type": "post",
    "wp:post_password": "",
}
COMMENT = {
    "wp:comment_author": "Night reader",
    "wp:comment_author_email": "night@mail.org",
    "wp:comment_author_url": "https://night.org/",
    "wp:comment_date_gmt": "2015-01-01 12:05:00",
    "wp:comment_content": "A thought.",
    "wp:comment_approved": "1",
    "wp:comment_type": "comment",
    "wp:comment_parent": "0",
}


def elements(fields: dict[str, str]) -> str:
    return "".join(f"<{name}>{escape(value)}</{name}>" for name, value in fields.items() if value is not None)


def comment(number: int, text: str = "A thought.", **fields: Any) -> str:
    own = {"wp:comment_id": str(number), "wp:comment_content": text}
    own |= {f"wp:comment_{name}": value for name, value in fields.items()}
    return f"<wp:comment>{elements(COMMENT | own)}</wp:comment>"


def post(*comments: str, **fields: Any) -> str:
    own = {name.replace("__", ":"): value for name, value in fields.items()}
    return f"<item>{elements(POST | own)}{''.join(comments)}</item>"


def export(*items: str) -> str:
    return HEAD + "\n".join(items) + TAIL


Import = Callable[..., Result]


@pytest.fixture
def bring(database_url: str, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Import:
    """Writes an export to a file and runs `piensas import wordpress` on it."""
    monkeypatch.chdir(tmp_path)

    def run(source: str | bytes, *options: str, rules: str = "") -> Result:
        whole = source.encode() if isinstance(source, str) else source
        Path("export.xml").write_bytes(whole)
        Path("piensas.toml").write_text(
            f'[site]\nlanguages = ["en", "es"]\n[database]\nurl = "{database_url}"\n[discussion]\n{rules}\n'
        )
        return CliRunner().invoke(main, ["import", "wordpress", "export.xml", *options])

    return run


def rows(db: Database, kind: str) -> list[dict[str, Any]]:
    return [fields for name, fields in db.ask(lambda c: list(list_everything(c, 1))) if name == kind]


def by_text(db: Database) -> dict[str, dict[str, Any]]:
    return {fields["text"]: fields for fields in rows(db, "comment")}


def count_rows(db: Database) -> Counter[str]:
    return Counter(name for name, _ in db.ask(lambda c: list(list_everything(c, 1))))


def sums(result: Result, row: str) -> tuple[int, int]:
    """(items, comments) of a row of the report."""
    line = next(line for line in result.output.splitlines() if line.startswith(f"│ {row} "))
    _, _, items, comments, _ = line.split("│")
    return int(items), int(comments)


def test_a_post_arrives_with_its_words_authors_time_and_state(bring: Import, db: Database) -> None:
    result = bring(export(post(title="Tom &#038; <i>Jerry</i>", wp__comment_status="closed")))

    assert result.exit_code == 0, result.output
    (story,), (edition,) = rows(db, "story"), rows(db, "edition")
    assert story["key"] == "wordpress-old.example-1"
    assert (story["discussion"], story["published_at"]) == ("closed", NOON)
    assert (edition["language"], edition["slug"]) == ("en", "bridge-closed")
    assert (edition["title"], edition["summary"]) == ("Tom & Jerry", "Short & sweet")
    assert edition["authors"] == ["Ana & Co."]
    assert edition["html"] == "<p>First paragraph.</p>\n<p>Second paragraph.</p>"


def test_a_thread_arrives_with_its_replies_names_times_and_states(bring: Import, db: Database) -> None:
    result = bring(
        export(
            post(
                comment(12, "Second", date_gmt="2015-01-01 12:06:00", approved="0"),
                comment(13, "Reply", parent="11", date_gmt="2015-01-01 12:07:00", author="Zoë &amp; Max"),
                comment(11, "First"),
                comment(14, "Buy now", approved="spam", date_gmt="2015-01-01 12:08:00"),
                comment(15, "Thrown away", approved="trash", date_gmt="2015-01-01 12:08:00"),
            )
        )
    )

    assert result.exit_code == 0, result.output
    kept = by_text(db)
    assert {text: row["status"] for text, row in kept.items()} == {
        "First": "published",
        "Second": "held",
        "Reply": "published",
        "Buy now": "rejected",
        "Thrown away": "rejected",
    }
    first, reply = kept["First"], kept["Reply"]
    assert time_of(first["id"]) == NOON + 300_000
    assert (reply["parent_id"], reply["root_id"], reply["level"]) == (first["id"], first["id"], 1)
    assert (reply["name"], reply["email"], reply["website"]) == (
        "Zoë & Max",
        "night@mail.org",
        "https://night.org/",
    )
    assert (reply["format"], reply["html"], reply["language"]) == ("html", "<p>Reply</p>", "en")
    assert first["replies"] == 1
    reasons = {row["comment_id"]: (row["by"], row["before"], row["reasons"]) for row in rows(db, "decision")}
    assert reasons[kept["Buy now"]["id"]] == ("import", None, ["spam"])
    assert reasons[first["id"]] == ("import", None, [])
    assert db.ask(list_miscounts, 1) == []


def test_replies_written_in_the_same_second_come_after_what_they_answer(bring: Import, db: Database) -> None:
    bring(export(post(comment(22, "Answer", parent="23"), comment(23, "Question"), comment(24, "Aside"))))

    kept = by_text(db)
    assert kept["Question"]["id"] < kept["Answer"]["id"]
    assert len({row["id"] for row in kept.values()}) == 3


def test_a_reply_that_is_older_than_what_it_answers_keeps_its_time(bring: Import, db: Database) -> None:
    early = comment(31, "Answer", parent="32", date_gmt="2015-01-01 12:00:00")
    bring(export(post(early, comment(32, "Question"))))

    kept = by_text(db)
    assert time_of(kept["Answer"]["id"]) == NOON
    assert kept["Answer"]["parent_id"] == kept["Question"]["id"]
    assert db.ask(list_miscounts, 1) == []


def test_replies_deeper_than_the_site_allows_stand_under_the_deepest_place(
    bring: Import, db: Database
) -> None:
    chain = [comment(40 + n, f"level {n}", parent=str(39 + n) if n else "0") for n in range(4)]
    bring(export(post(*chain)), rules="nesting = 2")

    kept = by_text(db)
    top, deep = kept["level 0"], kept["level 3"]
    assert {row["level"] for row in kept.values()} == {0, 1}
    assert (deep["parent_id"], deep["answers_id"]) == (top["id"], kept["level 2"]["id"])
    assert sorted(row["seq"] for row in kept.values()) == [0, 1, 2, 3]
    assert db.ask(list_miscounts, 1) == []


@pytest.mark.parametrize(
    "thread",
    [
        [comment(1, "Lost", parent="99")],
        [comment(1, "Lost", parent="1")],
        [comment(1, "Lost", parent="2"), comment(2, "Ring", parent="3"), comment(3, "Ring 3", parent="1")],
        [comment(1, "Lost", parent="2"), comment(2, "[…] linked", type="pingback")],
        [comment(1, "Lost", parent="2"), comment(2, " ")],
    ],
    ids=["parent missing", "answers itself", "ring", "parent is a pingback", "parent has no text"],
)
def test_a_reply_whose_parent_did_not_come_stands_at_the_top_and_is_named(
    bring: Import, db: Database, thread: list[str]
) -> None:
    result = bring(export(post(*thread)))

    assert result.exit_code == 0, result.output
    assert (by_text(db)["Lost"]["parent_id"], by_text(db)["Lost"]["level"]) == (None, 0)
    assert "comment 1/1 “Night reader” became a top-level comment" in result.output
    assert sums(result, "became a top-level comment".rjust(28)) == (0, 1)
    assert db.ask(list_miscounts, 1) == []


def test_what_is_not_a_published_post_is_left_out_and_named(bring: Import, db: Database) -> None:
    left = [
        post(wp__post_id="2", wp__post_type="page", title="About us"),
        post(wp__post_id="3", wp__post_type="attachment", wp__status="inherit", title="Photo"),
        post(wp__post_id="4", wp__status="draft", title="Half done"),
        post(comment(51), wp__post_id="5", wp__status="private", title="Secret"),
        post(wp__post_id="6", wp__post_password="sesame", title="Locked"),
        post(wp__post_id="7", wp__status="future", title="Tomorrow"),
        post(wp__post_id="8", wp__status=None, title="Nobody knows"),
        post(wp__post_id="1", title="Same number"),
    ]
    result = bring(export(post(), *left))

    assert result.exit_code == 0, result.output
    assert [row["title"] for row in rows(db, "edition")] == ["Bridge closed"]
    assert sums(result, "in the file") == (9, 1)
    assert sums(result, "new") == (1, 0)
    assert sums(result, "left out") == (8, 1)
    assert "item 2 “About us” left out: it is not a post but of the type page" in result.output
    assert "item 6 “Locked” left out: it is protected by a password" in result.output
    assert "comment 5/51 “Night reader” left out: it belongs to an item that was left out" in result.output


def test_what_is_not_a_readers_comment_is_left_out_and_named(bring: Import, db: Database) -> None:
    odd = [
        comment(2, "[…] linked", type="pingback"),
        comment(3, "linked", type="trackback"),
        comment(4, "<p> </p>"),
        comment(1, "Twice the number"),
        comment(0, "No number", id=None),
    ]
    result = bring(export(post(comment(1, "Kept", type=""), *odd)))

    assert list(by_text(db)) == ["Kept"]
    assert sums(result, "in the file") == (1, 6)
    assert sums(result, "left out") == (0, 5)
    for reason in ("a pingback", "a trackback", "has no text", "has the same number", "has no number"):
        assert reason in result.output


def test_details_that_cannot_be_kept_are_dropped_and_named(bring: Import, db: Database) -> None:
    result = bring(
        export(
            post(
                comment(1, "a", author_email="not an address", author_url="javascript:alert(1)"),
                comment(2, "b", author_url="http://", author="  Max \n Power "),
                comment(3, "c", date_gmt="0000-00-00 00:00:00"),
                comment(4, "d", approved="maybe"),
                comment(5, "e", date_gmt="2999-01-01 00:00:00"),
            )
        )
    )

    kept = by_text(db)
    assert (kept["a"]["email"], kept["a"]["website"]) == ("", "")
    assert (kept["b"]["name"], kept["b"]["website"]) == ("Max Power", "")
    assert time_of(kept["c"]["id"]) == NOON
    assert kept["d"]["status"] == "held"
    assert time_of(kept["e"]["id"]) <= Clock()().now
    assert sums(result, "  lost its website, which is not valid") == (0, 1)
    assert sums(result, "  its time is not certain") == (0, 2)
    assert "javascript:alert(1)" in result.output
    assert "not an address" not in result.output


def test_hostile_markup_does_not_reach_the_page(bring: Import, db: Database) -> None:
    evil = 'Hi <img src=x onerror="alert(1)"><script>alert(2)</script><a href="javascript:alert(3)">x</a>'
    bring(export(post(comment(1, evil), content__encoded=evil, title=evil)))

    html = rows(db, "comment")[0]["html"] + rows(db, "edition")[0]["html"] + rows(db, "edition")[0]["title"]
    assert "<script" not in html
    assert "onerror" not in html
    assert "javascript:" not in html


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("bridge-closed", "bridge-closed"),
        ("caf%C3%A9-f%C3%BCr-stra%C3%9Fe", "cafe-fur-strasse"),
        ("%e4%bd%a0%e5%a5%bd", "post-1"),
        ("", "post-1"),
        ("Under_Score--", "under-score"),
    ],
)
def test_a_posts_name_becomes_an_address_that_every_browser_can_show(
    bring: Import, db: Database, name: str, slug: str
) -> None:
    bring(export(post(wp__post_name=name)))

    assert rows(db, "edition")[0]["slug"] == slug


def test_two_posts_with_the_same_name_both_get_an_address(bring: Import, db: Database) -> None:
    bring(export(post(), post(wp__post_id="2", link="https://old.example/other/", guid="")))
    bring(export(post(wp__post_id="3")).replace("old.example", "another.example"))

    slugs = {row["slug"] for row in rows(db, "edition")}
    assert slugs == {"bridge-closed", "bridge-closed-2", "bridge-closed-3"}


def test_old_permanent_addresses_lead_to_the_story(bring: Import, db: Database) -> None:
    link = "https://www.old.example/2015/caf%C3%A9/?lang=en"
    bring(export(post(link=link, guid="http://old.example/archive/77.html")), "--language", "es")

    for address in ("/2015/café?lang=en", "/?p=1", "/archive/77.html"):
        assert db.ask(find_address, 1, address) == "/es/bridge-closed"


def test_an_untitled_post_without_dates_arrives_and_says_so(bring: Import, db: Database) -> None:
    result = bring(export(post(title="", wp__post_date=None, wp__post_date_gmt=None)))

    assert rows(db, "edition")[0]["title"] == "Untitled"
    assert "got a title, having none" in result.output
    assert "its time is not certain" in result.output


def test_a_second_import_of_the_same_file_adds_nothing(bring: Import, db: Database) -> None:
    source = export(post(comment(1), comment(2, "Reply", parent="1")), post(wp__post_type="page"))
    bring(source)
    before = rows(db, "story"), rows(db, "comment"), rows(db, "edition"), count_rows(db)
    result = bring(source, "--language", "es")

    assert (rows(db, "story"), rows(db, "comment"), rows(db, "edition"), count_rows(db)) == before
    assert sums(result, "already here") == (1, 2)
    assert sums(result, "new") == (0, 0)


def test_a_newer_export_adds_only_what_is_new(bring: Import, db: Database, site: Site) -> None:
    bring(export(post(comment(1, "Old"))))
    old = by_text(db)["Old"]
    clock = Clock()
    viewer = Viewer(site, b"s" * 32)
    draft = Draft(text="A reader's answer", name="R", email="r@mail.org", parent_id=old["id"])
    db.do(lambda c: post_comment(c, viewer, old["story_id"], draft, clock()))

    result = bring(
        export(
            post(comment(1, "Old, edited there"), comment(2, "New", parent="1"), title="Edited there"),
            post(wp__post_id="2", wp__post_name="second", link="", guid=""),
        ).replace("https:", "http:")
    )

    kept = by_text(db)
    assert set(kept) == {"Old", "A reader's answer", "New"}
    assert (kept["New"]["parent_id"], kept["New"]["seq"]) == (old["id"], 2)
    assert {row["title"] for row in rows(db, "edition")} == {"Bridge closed"}
    assert sums(result, "new") == (1, 1)
    assert sums(result, "already here") == (1, 1)
    assert db.ask(list_miscounts, 1) == []


def test_a_reply_stands_beneath_what_came_in_an_earlier_instalment(
    bring: Import, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("piensas.actions.arriving.AT_ONCE", 2)
    monkeypatch.setattr("piensas.cli.importing.AT_ONCE", 2)
    parents = {1: "0", 2: "1", 3: "2", 4: "1", 5: "1"}
    result = bring(export(post(*(comment(n, f"Thought {n}", parent=parents[n]) for n in parents))))

    kept = by_text(db)
    ids = {"0": None} | {f"{n}": kept[f"Thought {n}"]["id"] for n in parents}
    found = {n: kept[f"Thought {n}"]["parent_id"] for n in parents}
    assert found == {n: ids[parent] for n, parent in parents.items()}
    assert "became a top-level comment" not in result.output
    assert db.ask(list_miscounts, 1) == []


def test_a_reply_to_what_was_taken_away_gives_it_its_place_back(bring: Import, db: Database) -> None:
    first = comment(1, "Regretted")
    bring(export(post(first)))
    ruling = Ruling(by_text(db)["Regretted"]["id"], "rejected", "desk")
    db.do(lambda c: decide_comment(c, 1, ruling, Clock()()))
    assert rows(db, "story")[0]["roots"] == 0
    bring(export(post(first, comment(2, "Answer", parent="1"))))

    assert (rows(db, "story")[0]["roots"], rows(db, "story")[0]["comments"]) == (1, 1)
    assert db.ask(list_miscounts, 1) == []


def test_comments_of_one_moment_under_two_stories_are_two(bring: Import, db: Database) -> None:
    """A comment is also found without its story, by its id alone."""
    other = {"wp__post_id": "2", "wp__post_name": "second", "link": "", "guid": ""}
    bring(export(post(comment(1, "Here")), post(comment(2, "There"), **other)))

    kept = by_text(db)
    for words in ("Here", "There"):
        found = db.ask(find_comment_anywhere, 1, kept[words]["id"])
        assert found is not None
        assert found.text == words


def test_what_was_withdrawn_or_rejected_here_stays_so_after_another_import(
    bring: Import, db: Database
) -> None:
    source = export(post(comment(1, "Regretted"), comment(2, "Rude")))
    bring(source)
    kept = by_text(db)
    withdrawn = db.ask(find_comment_anywhere, 1, kept["Regretted"]["id"])
    assert withdrawn
    db.do(lambda c: save_comment_change(c, withdrawn, status="withdrawn"))
    ruling = Ruling(kept["Rude"]["id"], "rejected", "desk")
    db.do(lambda c: decide_comment(c, 1, ruling, Clock()()))
    bring(source)

    assert {text: row["status"] for text, row in by_text(db).items()} == {
        "Regretted": "withdrawn",
        "Rude": "rejected",
    }


def test_an_import_that_was_stopped_half_way_is_completed_by_the_next(
    bring: Import, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    many = [comment(n, f"Thought {n}", parent=str(n - 1)) for n in range(1, 30)]
    source = export(post(*many), post(comment(1), wp__post_id="2", wp__post_name="second"))
    monkeypatch.setattr("piensas.actions.arriving.AT_ONCE", 10)
    monkeypatch.setattr("piensas.cli.importing.AT_ONCE", 10)
    whole = Database.do_all

    def fail_later(self: Database, deeds: Any) -> Any:
        if len(rows(db, "comment")) >= 20:
            raise KeyboardInterrupt
        return whole(self, deeds)

    with monkeypatch.context() as power_cut:
        power_cut.setattr(Database, "do_all", fail_later)
        assert bring(source).exit_code != 0
    assert len(rows(db, "comment")) == 20
    result = bring(source)

    assert len(rows(db, "comment")) == 30
    assert sums(result, "new") == (1, 10)
    assert sums(result, "already here") == (1, 20)
    assert db.ask(list_miscounts, 1) == []


def test_a_dry_run_reports_the_same_and_keeps_nothing(bring: Import, db: Database) -> None:
    source = export(post(comment(1), comment(2, parent="9")), post(wp__post_type="page"))
    rehearsed = bring(source, "--dry-run")

    assert rehearsed.exit_code == 0, rehearsed.output
    assert count_rows(db) == Counter()
    done = bring(source)
    said = set(rehearsed.output.splitlines()) - {"This was a dry run: nothing was kept."}
    assert said == set(done.output.splitlines())


def test_a_long_report_goes_to_a_file(bring: Import, db: Database) -> None:
    pages = [post(wp__post_id=str(n), wp__post_type="page", title=f"Page {n}") for n in range(60)]
    result = bring(export(*pages))

    assert "and 10 more" in result.output
    assert len(Path("piensas-import-report.txt").read_text().splitlines()) == 60


def test_blank_lines_and_a_byte_order_mark_before_the_xml_are_passed_over(
    bring: Import, db: Database
) -> None:
    result = bring(b"\xef\xbb\xbf\r\n\n" + export(post()).encode())

    assert result.exit_code == 0, result.output
    assert len(rows(db, "story")) == 1


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
def test_every_released_version_of_the_format_is_read(bring: Import, db: Database, version: str) -> None:
    bring(export(post(comment(1))).replace("1.2", version))

    assert count_rows(db)["comment"] == 1


GOOD = export(post(comment(1)))
LAUGHS = '<!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'


BAD: dict[str, tuple[str | bytes, str]] = {
    "bad XML": (GOOD.replace("</item>", "</itm>"), "export.xml:14:"),
    "truncated": (GOOD[:-40], "it ends too early"),
    "empty": ("", "export.xml:1:1"),
    "bad XML after blank lines": ("\n\n" + GOOD.replace("<channel>", "<channel"), "export.xml:8:"),
    "entity bomb": (GOOD.replace("<rss", LAUGHS + "<rss", 1), "export.xml:2: It declares"),
    "document type": (
        GOOD.replace("<rss", '<!DOCTYPE rss SYSTEM "file:///etc/passwd"><rss', 1),
        "export.xml:2: It declares",
    ),
    "wrong encoding": (GOOD.replace("A thought.", "Caf\u00e9").encode("latin-1"), "export.xml:14:"),
    "unknown encoding": (GOOD.replace("UTF-8", "Klingon"), "export.xml:1:"),
    "encoding we cannot read": (GOOD.replace("UTF-8", "shift_jis"), "export.xml:1:"),
    "unknown version": (GOOD.replace("wxr_version>1.2", "wxr_version>2.0"), "export.xml:8: Version '2.0'"),
    "unknown namespace": (
        GOOD.replace("export/1.2/", "export/9.9/"),
        "export.xml: It does not say which version",
    ),
    "another format": (GOOD.replace("rss", "feed"), "export.xml:2: This is not a WordPress export"),
    "not text": (b"\x1f\x8b\x08\x00 gzip", "export.xml:1:1"),
}


@pytest.mark.parametrize(("source", "place"), BAD.values(), ids=BAD.keys())
def test_a_damaged_or_hostile_file_is_refused_with_its_place_and_nothing_is_kept(
    bring: Import, db: Database, source: str | bytes, place: str
) -> None:
    result = bring(source)

    assert result.exit_code == 1
    assert place in result.output
    assert "Nothing was imported." in result.output
    assert "Traceback" not in result.output
    assert count_rows(db) == Counter()


class Trickle(BytesIO):
    """A file that is had in pieces of one size, whatever is asked for."""

    size = 1

    def read(self, _: int | None = -1) -> bytes:
        return super().read(self.size)

    def readline(self, _: int | None = -1) -> bytes:
        return self.read()


@pytest.mark.parametrize("size", [1, 7, 1 << 20], ids=["byte by byte", "in pieces", "at once"])
@pytest.mark.parametrize(("source", "place"), BAD.values(), ids=BAD.keys())
def test_the_place_of_a_fault_is_the_same_however_much_of_the_file_the_parser_has(
    source: str | bytes, place: str, size: int
) -> None:
    """Some parsers wait until they have seen more: then much has been read when the fault is found."""
    file = Trickle(source.encode() if isinstance(source, str) else source)
    file.size = size
    with pytest.raises(NotAnExport) as refused:
        list(read_parts(file))

    found = refused.value
    where = ":".join(str(part) for part in ("export.xml", found.line, found.column) if part)
    assert place in f"{where}: {found.fault}"


def test_a_language_that_the_site_does_not_have_is_refused(bring: Import, db: Database) -> None:
    result = bring(GOOD, "--language", "fr")

    assert result.exit_code == 1
    assert "'fr' is not one of the site's languages: en, es." in result.output
