"""Settings: each works, or one sentence says which it is, what it holds and what is wanted."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from piensas.cli.commands import main
from piensas.settings import BadSettings, Settings
from piensas.sources import TYPES, find_given, read_settings, variable_of
from tests.some import some

ALL = [name for name in TYPES if not name.startswith("openid.")]
LISTS = {
    "site.languages", "server.trusted_proxies", "embed.origins",
    "discussion.reserved_names", "discussion.hold_words", "discussion.reject_words",
}  # fmt: skip
NUMBERS = {
    "site.id", "server.port", "server.workers", "server.ready_megabytes", "discussion.close_after_days",
    "discussion.nesting", "discussion.page_size", "discussion.replies_shown", "discussion.hold_links",
    "discussion.seconds_between_comments", "discussion.edit_minutes", "discussion.longest_text",
    "discussion.longest_name", "discussion.longest_email", "discussion.longest_website", "mail.port",
    "api.requests_per_minute",
}  # fmt: skip
SWITCHES = {
    "discussion.open_for_new_stories", "discussion.require_name_and_email", "discussion.require_login",
    "discussion.offer_to_save_details", "discussion.readers_choose_order", "discussion.hold_everything",
    "discussion.hold_first_comment", "discussion.whole_words", "signin.by_mail",
}  # fmt: skip
WORDS = {
    "site.colours": "reader", "discussion.order": "best", "discussion.votes": "up",
    "discussion.mentions": "off", "discussion.avatars": "pattern", "mail.security": "tls",
}  # fmt: skip
WRONG = dict.fromkeys(NUMBERS, "seven") | dict.fromkeys(SWITCHES, "perhaps") | dict.fromkeys(WORDS, "green")
WRONG |= {
    "site.name": "x" * 201,
    "site.tagline": "x" * 301,
    "site.greeting": "x" * 301,
    "site.address": "news.example.org",
    "site.languages": "English",
    "site.timezone": "America",
    "server.host": "no host",
    "server.trusted_proxies": "127.0.0.1, proxy",
    "database.url": "mysql://host/name",
    "signin.stand_in": "https://elsewhere.example",
    "sso.address": "our log-in page",
    "mail.sender": "The News",
    "embed.origins": "https://www.example.org/blog",
}
ANYTHING = {
    *("stories.folder", "mail.host", "mail.user", "mail.password", "sso.key", "sso.label", "sso.issuer"),
    *(
        f"{each}.client_{part}"
        for each in ("wordpress", "google", "x", "facebook")
        for part in ("id", "secret")
    ),
    *("discussion.reserved_names", "discussion.hold_words", "discussion.reject_words"),
}
"""What may be any text."""


def value_of(settings: Settings, name: str) -> Any:
    section, _, key = name.partition(".")
    return getattr(getattr(settings, section), key)


def refuse(file: Path | None, **environment: str) -> str:
    with pytest.raises(BadSettings) as refused:
        read_settings(file, environment)
    return str(refused.value)


def write(folder: Path, words: str) -> Path:
    file = folder / "piensas.toml"
    file.write_text(words)
    return file


def test_every_setting_is_in_one_of_the_tables() -> None:
    assert set(ALL) == set(WRONG) | ANYTHING
    assert LISTS | NUMBERS | SWITCHES | set(WORDS) <= set(ALL)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("blank", ["", " ", "\t\n"])
def test_what_is_blank_in_the_environment_was_not_given(tmp_path: Path, name: str, blank: str) -> None:
    """As a compose file has it: NAME=${NAME:-}."""
    assert read_settings(None, {variable_of(name): blank}) == read_settings(None, {})
    file = write(tmp_path, "[server]\nport = 9000\n")
    assert read_settings(file, {variable_of(name): blank}).server.port == 9000


@pytest.mark.parametrize(("name", "value"), sorted(WRONG.items()))
def test_what_is_wrong_is_named_in_one_sentence(tmp_path: Path, name: str, value: str) -> None:
    variable = variable_of(name)
    said = refuse(None, **{variable: value})
    assert said.startswith(f"{variable} is '{value[:59]}")
    assert ". It has to be " in said or "). It has to be " in said
    assert "\n" not in said

    section, _, key = name.partition(".")
    listed = f'["{value}"]' if name in LISTS else f'"{value}"'
    file = write(tmp_path, f"[{section}]\n{key} = {listed}\n")
    in_file = refuse(file)
    assert in_file.startswith(f"{file}: {name} is ")
    assert in_file.split("It has to be ")[1] == said.split("It has to be ")[1]


@pytest.mark.parametrize("name", sorted(set(ALL) - LISTS))
def test_a_value_of_another_kind_is_named(tmp_path: Path, name: str) -> None:
    section, _, key = name.partition(".")
    for value in ("[1]", "{}", "1979-05-27"):
        file = write(tmp_path, f"[{section}]\n{key} = {value}\n")
        assert refuse(file).startswith(f"{file}: {name} is "), value


@pytest.mark.parametrize("name", sorted(set(ALL) - {"site.id", "server.port", "mail.port"}))
def test_blanks_around_a_value_are_none_of_it(name: str) -> None:
    good = {
        "site.address": "https://a.example", "site.languages": "es", "site.timezone": "Europe/Madrid",
        "server.host": "0.0.0.0", "server.trusted_proxies": "10.0.0.0/8", "database.url": "sqlite:////a.db",
        "signin.stand_in": "http://localhost:9000", "sso.address": "https://a.example/in",
        "mail.sender": "a@example.org", "embed.origins": "https://b.example",
    } | WORDS | dict.fromkeys(NUMBERS, "11") | dict.fromkeys(SWITCHES, "true")  # fmt: skip
    value = good.get(name, "words of it")
    value = "10" if name == "discussion.nesting" else value
    more = {"PIENSAS_SSO_KEY": "k" * 32, "PIENSAS_MAIL_SENDER": "b@example.org"}
    plain, spaced = (
        read_settings(None, more | {variable_of(name): each}) for each in (value, f" \t{value}  ")
    )
    assert plain == spaced
    assert plain != read_settings(None, more) or value in ("11", "true", "reader")


def test_lists_have_no_blanks(tmp_path: Path) -> None:
    """One among the words that are rejected would have rejected everything."""
    file = write(tmp_path, '[discussion]\nreject_words = ["", " ", " casino "]\nhold_words = []\n')
    rules = read_settings(file, {"PIENSAS_DISCUSSION_HOLD_WORDS": "pills, ,viagra,"}).discussion
    assert rules.reject_words == ("casino",)
    assert rules.hold_words == ("pills", "viagra")


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("https://WWW.Example.org", "https://www.example.org"),
        ("https://www.example.org:443", "https://www.example.org"),
        ("https://www.example.org/", "https://www.example.org"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://[::1]:80", "http://[::1]"),
    ],
)
def test_an_origin_is_kept_as_browsers_send_it(typed: str, kept: str) -> None:
    assert read_settings(None, {"PIENSAS_EMBED_ORIGINS": typed}).embed.origins == (kept,)
    assert read_settings(None, {"PIENSAS_SITE_ADDRESS": typed}).site.address == kept


@pytest.mark.parametrize(
    "typed",
    [
        *(
            "https://*.example.org",
            "*",
            "https://",
            "example.org",
            "https://a.example/b",
            "https://a.example?b",
        ),
        *("https://a.example#", "https://me@a.example", "ftp://a.example", "null", "https://a b.example"),
        *("https://0x7f.1.example.1", "file:///a", "https://a.example:99999"),
    ],
)
def test_what_could_match_no_page_is_refused(typed: str) -> None:
    assert "PIENSAS_EMBED_ORIGINS is " in refuse(None, PIENSAS_EMBED_ORIGINS=typed)
    assert "PIENSAS_SITE_ADDRESS is " in refuse(None, PIENSAS_SITE_ADDRESS=typed)


def test_what_is_misspelt_is_said_with_what_it_may_be(tmp_path: Path) -> None:
    for words, said in some(
        {
            "[shop]\n": "there is no section [shop].",
            "[discusion]\nnesting = 3\n": "there is no section [discusion]. Is it discussion?",
            "[server]\nprot = 1\n": "there is no setting server.prot. Is it server.port?",
            "server = 1\n": "server is a section, [server], with a line for each setting.",
            "[site]\nrules = 1\n": "the rules of the discussion belong under [discussion].",
            "[site]\nicons = []\n": "providers have sections of their own, such as [google].",
            "[openid]\nissuer = 'https://a.example'\n": "openid.issuer stands in a section [openid.NAME]",
            "[openid.club]\nisuer = 'x'\n": "there is no setting openid.club.isuer. Is it openid.issuer?",
            "[openid.club]\nissuer = 'x'\n": "openid.club.issuer is 'x'. It has to be the http or https",
        }.items()
    ):
        assert f"{tmp_path}/piensas.toml: {said}" in refuse(write(tmp_path, words))
    assert "is not TOML" in refuse(write(tmp_path, "[site\n"))
    issuer = "issuer = 'https://a.example'\n"
    assert refuse(write(tmp_path, f"[openid.club]\n{issuer}")) == "[openid.club] has no client_id."
    assert refuse(write(tmp_path, "[openid.club]\nclient_id = 'x'\n")) == "[openid.club] has no issuer."
    for name in ("google", "email", "C", "two words"):
        assert "a name has 2 to 20" in refuse(
            write(tmp_path, f'[openid."{name}"]\nclient_id = "x"\n{issuer}')
        )
    assert refuse(None, PIENSAS_DISCUSION_NESTING="3") == (
        "PIENSAS_DISCUSION_NESTING: there is no such setting. Is it PIENSAS_DISCUSSION_NESTING?"
    )
    assert "there is no setting server.prot. Is it server.port?" in refuse(None, PIENSAS_SERVER_PROT="1")
    assert "described in the settings file" in refuse(None, PIENSAS_OPENID_CLUB="x")
    read_settings(write(tmp_path, "\ufeff[site]\nname = 'With a mark of its order'\n"), {})


def test_what_others_set_by_our_name_is_no_setting() -> None:
    others = {
        *("PIENSAS_PORT", "PIENSAS_PORT_8000_TCP_ADDR", "PIENSAS_SERVICE_HOST", "PIENSAS_SERVICE_PORT_HTTP"),
        *("PIENSAS_SETTINGS", "PIENSAS", "XPIENSAS_SERVER_PORT"),
    }
    assert read_settings(None, dict.fromkeys(others, "tcp://10.0.0.7:8000")) == read_settings(None, {})


def test_two_settings_that_need_each_other() -> None:
    assert "[sso] has an address and no key" in refuse(None, PIENSAS_SSO_ADDRESS="https://a.example/in")
    assert "[mail] has a host and no sender" in refuse(None, PIENSAS_MAIL_HOST="mail.example")
    stand_in = {"PIENSAS_SIGNIN_STAND_IN": "http://localhost:9"}
    assert "only for a site on localhost" in refuse(
        None, PIENSAS_SITE_ADDRESS="https://a.example", **stand_in
    )
    read_settings(None, stand_in)


def test_the_environment_outweighs_the_file(tmp_path: Path) -> None:
    file = write(tmp_path, "[server]\nport = 1000\nworkers = 2\n")
    environment = {
        "PIENSAS_SERVER_PORT": "2000",
        "PIENSAS_SITE_LANGUAGES": "es, en,es",
        "PIENSAS_DISCUSSION_HOLD_EVERYTHING": "true",
    }
    settings = read_settings(file, environment)
    assert (settings.server.port, settings.server.workers) == (2000, 2)
    assert settings.site.languages == ("es", "en")
    assert settings.site.rules.hold_everything is True
    given = find_given(file, environment)
    assert (given["server.port"].where, given["server.workers"].where) == ("PIENSAS_SERVER_PORT", str(file))


def run(*words: str) -> str:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 0, done.output
    return done.output


def test_what_is_in_force_is_shown_without_secrets(tmp_path: Path) -> None:
    file = write(
        tmp_path,
        '[google]\nclient_id = "us"\nclient_secret = "hush-1"\n[mail]\nhost = "m"\nsender = "a@b.example"\n'
        'password = "hush-2"\n[sso]\naddress = "https://a.example"\nkey = "hush-3"\n'
        '[openid.club]\nissuer = "https://c.example"\nclient_id = "c"\nclient_secret = "hush-4"\n'
        '[database]\nurl = "postgresql://us:hush-5@db/news"\n',
    )
    few, all_of_them = run("-s", str(file), "settings"), run("-s", str(file), "settings", "--all")
    assert "hush" not in few + all_of_them
    assert "postgresql://us:***@db/news" in few.replace("\n", "") or "us:***@" in few
    assert "google.client_id" in few
    assert "server.port" not in few
    for name in some(ALL):
        assert name in all_of_them
    assert "openid.club.issuer" in few


@pytest.mark.parametrize("name", ["what?", "with%20", "ñandú #1", "a=b&c", "back\\slash"])
def test_a_folder_may_be_called_as_people_like(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    folder.mkdir()
    file = write(folder, "")
    run("-s", str(file), "check")
    assert (folder / "piensas.db").stat().st_size > 0
    assert [each.name for each in folder.iterdir() if each.suffix == ".db"] == ["piensas.db"]


def test_what_is_made_is_its_owners_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = os.umask(0o022)
    try:
        done = CliRunner().invoke(main, ["init", str(tmp_path / "news")], input="\n\n\n\n")
        run("-s", str(tmp_path / "news/piensas.toml"), "check")
    finally:
        os.umask(before)
    assert done.exit_code == 0
    for name in ("piensas.toml", "piensas.db"):
        assert stat.S_IMODE((tmp_path / "news" / name).stat().st_mode) == 0o600


def test_a_database_that_cannot_be_made_is_said_so(tmp_path: Path) -> None:
    file = write(tmp_path, f'[database]\nurl = "sqlite:///{tmp_path}"\n')
    done = CliRunner().invoke(main, ["-s", str(file), "check"])
    assert done.exit_code == 1
    assert done.output.strip() == f"piensas: The database cannot be opened: {tmp_path} is a folder."
