"""The commands, as an owner types them."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text

from piensas.cli import main
from piensas.model.mention import Mention
from piensas.sources import read_settings
from piensas.store.database import Database
from piensas.store.mentions import save_mention
from tests.newsroom import Newsroom, write_stories
from tests.providers import Trick, Tricksters, come_back, is_signed_in, leave, sign_in


@pytest.fixture
def home(tmp_path: Path, database_url: str) -> Path:
    """A folder with a settings file that was written by `piensas init`, on either database."""
    answers = "The Daily Question\nhttps://news.example\nen es\nn\n"
    assert run("init", str(tmp_path / "news"), input=answers).exit_code == 0
    file = tmp_path / "news" / "piensas.toml"
    file.write_text(file.read_text().replace("sqlite:///piensas.db", database_url))
    return tmp_path / "news"


def run(*words: str, input: str = "") -> Result:
    return CliRunner().invoke(main, words, input=input)


def in_home(home: Path, *words: str) -> Result:
    return run("--settings", str(home / "piensas.toml"), *words)


def test_init_asks_four_questions_and_writes_a_site_that_can_be_published(home: Path) -> None:
    settings = read_settings(home / "piensas.toml", {})

    assert settings.site.name == "The Daily Question"
    assert settings.site.address == "https://news.example"
    assert settings.site.languages == ("en", "es")
    assert settings.discussion.hold_first_comment is False
    assert in_home(home, "publish").exit_code == 0
    again = run("init", str(home), input="\n\n\n\n")
    assert again.exit_code == 1
    assert "is there already" in again.output


def test_publish_names_a_broken_file_and_fails(home: Path) -> None:
    (home / "stories" / "broken.en.md").write_text("nothing")

    result = in_home(home, "publish")

    assert result.exit_code == 1
    assert "Files that could not be published: 1." in result.output


def test_help_teaches() -> None:
    for words in ((), ("serve",), ("import", "wordpress"), ("decide",)):
        result = run(*words, "--help")
        assert result.exit_code == 0
        assert "Usage:" in result.output
    assert "A new site in three steps" in run("--help").output


def test_everything_comes_out_as_json_lines_and_no_keys_with_it(newsroom: Newsroom, tmp_path: Path) -> None:
    author = newsroom.person()
    comment = author.comment("Said **once**.")
    author.change(comment, "text", text="Said twice.")
    newsroom.person().change(comment, "vote", value="up")
    mention = Mention(
        site_id=1, story_id=int(newsroom.story_id), source="http://blog.example/1", id=7, target="x"
    )
    newsroom.db.do(lambda db: save_mention(db, mention))
    settings = tmp_path / "out.toml"
    settings.write_text(f'[database]\nurl = "{newsroom.settings.database.url}"\n')

    result = run("--settings", str(settings), "export", str(tmp_path / "all.jsonl"))

    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]
    kinds = [record["kind"] for record in records]
    kept = {"story", "edition", "address", "reader", "comment", "edit", "decision", "vote", "mention"}
    assert kept == set(kinds)
    assert [r["source"] for r in records if r["kind"] == "mention"] == ["http://blog.example/1"]
    assert [r["text"] for r in records if r["kind"] in ("comment", "edit")] == [
        "Said twice.",
        "Said **once**.",
    ]
    assert author.client.cookies["piensas"] not in (tmp_path / "all.jsonl").read_text()


def test_check_finds_a_counter_that_is_wrong(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.person().comment()
    settings = tmp_path / "check.toml"
    settings.write_text(f'[database]\nurl = "{newsroom.settings.database.url}"\n')
    assert run("--settings", str(settings), "check").exit_code == 0

    newsroom.db.do(lambda db: db.execute(text("UPDATE stories SET comments = 7")))
    result = run("--settings", str(settings), "check")

    assert result.exit_code == 1
    assert "Wrong counters: 1." in result.output


def test_held_comments_are_listed_and_decided(open_site: object, newsroom: Newsroom, tmp_path: Path) -> None:
    held = newsroom.person().comment("https://a.example https://b.example")
    settings = tmp_path / "desk.toml"
    settings.write_text(f'[database]\nurl = "{newsroom.settings.database.url}"\n')
    desk = ("--settings", str(settings))

    listed = run(*desk, "held")
    decided = run(*desk, "decide", held, "published", "--reason", "harmless")

    assert held in listed.output
    assert "links:2" in listed.output
    told = run(*desk, "history", held).output
    assert "new → held links:2" in told
    assert "held → published harmless" in told
    assert decided.exit_code == 0, decided.output
    assert newsroom.person().thread()["count"] == 1
    assert run(*desk, "decide", "77", "published").exit_code == 1
    assert run(*desk, "decide", held, "loved").exit_code == 2


def test_comments_are_drawn_again_after_the_renderer_has_changed(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.person().comment("*Again*")
    newsroom.db.do(lambda db: db.execute(text("UPDATE comments SET renderer = 0, html = 'old'")))
    settings = tmp_path / "draw.toml"
    settings.write_text(f'[database]\nurl = "{newsroom.settings.database.url}"\n')

    result = run("--settings", str(settings), "render")

    assert "Comments drawn again: 1." in result.output
    assert "<em>Again</em>" in newsroom.person().read()


def test_a_database_that_cannot_be_opened_is_said_so(tmp_path: Path) -> None:
    for url in ("postgresql://nobody@127.0.0.1:1/none", f"sqlite:///{tmp_path}"):
        file = tmp_path / "piensas.toml"
        file.write_text(f'[database]\nurl = "{url}"\n')
        result = run("--settings", str(file), "check")
        assert result.exit_code == 1, url
        assert "The database cannot be opened" in result.output, url


def test_a_second_start_finds_everything_as_it_was(tmp_path: Path) -> None:
    write_stories(tmp_path / "stories")
    file = tmp_path / "piensas.toml"
    file.write_text('[site]\nlanguages = ["en", "es"]\n[stories]\nfolder = "stories"\n')

    first, second = (run("--settings", str(file), "publish") for _ in range(2))

    assert (first.exit_code, second.exit_code) == (0, 0)
    database = Database(f"sqlite:///{tmp_path / 'piensas.db'}")
    assert database.ask(lambda db: db.execute(text("SELECT max(revision) FROM stories")).scalar()) == 3
    database.close()


def test_who_wrote_a_comment_can_be_banned_and_let_in_again(
    home: Path, signing_in: Newsroom, providers: Tricksters
) -> None:
    reader = signing_in.person()
    sign_in(reader, providers, "google", name="Somebody")
    comment = reader.send_json(signing_in.comments, {"text": "By somebody."}).json()["comment"]["id"]

    assert "Somebody is banned." in in_home(home, "ban", comment).output
    assert not is_signed_in(reader)
    assert come_back(reader, providers, leave(reader, "google")).status_code == 403
    assert "Somebody may sign in again." in in_home(home, "unban", comment).output
    sign_in(reader, providers, "google", name="Somebody")
    assert is_signed_in(reader)

    for command in ("ban", "unban"):
        result = in_home(home, command, "123")
        assert result.exit_code == 1
        assert "There is no comment 123" in result.output


def test_a_moderator_is_made_by_a_link_and_dismissed(home: Path) -> None:
    made = in_home(home, "make-moderator", "Rosa Night")
    assert made.exit_code == 0
    assert re.search(r"^https://news\.example/staff/invitation\?key=[\w-]{43}$", made.output, re.MULTILINE)

    assert "moderates no more" in in_home(home, "dismiss-moderator", "Rosa Night").output
    again = in_home(home, "dismiss-moderator", "Rosa Night")
    assert again.exit_code == 1
    assert "There is no moderator 'Rosa Night'" in again.output
    assert in_home(home, "make-moderator", "  ").exit_code == 1
    assert in_home(home, "make-moderator", "The Daily Question").exit_code == 1


def test_a_providers_settings_are_checked_in_plain_words(home: Path, providers: Tricksters) -> None:
    assert "they have: none" in in_home(home, "provider", "check", "google").output

    file = home / "piensas.toml"
    words = file.read_text().replace("https://news.example", "http://localhost:8000")
    club = f'issuer = "{providers.address}/openid"\nclient_id = "piensas"\nclient_secret = "secret"\n'
    file.write_text(f"{words}\n[openid.club]\n{club}")
    right = in_home(home, "provider", "check", "club")
    assert right.exit_code == 0, right.output
    assert "http://localhost:8000/signin/club/callback" in right.output

    providers.trick = Trick("/token", status=401, body=b'{"error": "invalid_client"}')
    wrong = in_home(home, "provider", "check", "club")
    providers.trick = None
    assert wrong.exit_code == 1, wrong.output
    assert "secret" in wrong.output

    file.write_text(f'{words}\n[openid.club]\nissuer = "http://127.0.0.1:9/openid"\nclient_id = "piensas"\n')
    silent = in_home(home, "provider", "check", "club")
    assert silent.exit_code == 1
    assert "does not answer" in silent.output

    file.write_text(words.replace("[sso]", '[sso]\naddress = "https://paper.example/in"\nkey = "short"'))
    short = in_home(home, "provider", "check", "sso")
    assert short.exit_code == 1
    assert "32 characters" in short.output
