"""What life does to a site. A new deed is an entry of `LIFE`: what is done, and what may differ then."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec

from piensas.actions.sweeping import sweep
from piensas.model.moment import Clock
from piensas.sources import read_settings
from piensas.store.database import Database
from tests.everything import THINGS
from tests.going_on import (
    ask_for_letter,
    code_still_opens,
    draft_is_one_comment,
    guest_votes,
    open_street,
    owner_is_sent_letters,
    passkey_opens,
)
from tests.making import BANNED, GUEST, LETTERS, READER, STAFF
from tests.postgres import find_programs
from tests.template import Room, hands_at
from tests.whole import HOME, Whole, open_whole

DAY = 86_400.0
NOTHING = r"^$"
ALL_BUT_WHAT_IS_SAID = r"^(?!.*( -> | - comment | - \.\S*(html|text|ups|downs|name|content\.rendered): ))"
"""What stands around comments may differ, and in which language a list is; no status, and no comment."""

KNOWN_BY_COOKIES = (GUEST, READER, STAFF, LETTERS, BANNED)
GOING_ON_BY_COOKIES = (
    guest_votes,
    draft_is_one_comment,
    owner_is_sent_letters,
    passkey_opens,
    code_still_opens,
)
WITH_COOKIES = tuple(
    name
    for name, thing in THINGS.items()
    if {somebody for somebody, _, _ in thing.seen} & {*KNOWN_BY_COOKIES}
    or thing.still
    in (guest_votes, draft_is_one_comment, owner_is_sent_letters, passkey_opens, code_still_opens)
)
"""What is seen or done only with a cookie, or a passkey, of the address as it was."""


class Deed(msgspec.Struct, kw_only=True):
    """What is done while nobody is served; the site as it is then, perhaps in another place.

    `differs` says in which lines of what everybody sees it may be seen: who, at which address, - what was
    and + what is. `without`: the things that have gone along.
    """

    do: Callable[[Whole, Room], Whole | None]
    differs: str = NOTHING
    without: tuple[str, ...] = ()


def restart(whole: Whole, _: Room) -> None:
    with open_whole(whole, hands_at(whole.made.now)):
        pass


def save_file(whole: Whole, _: Room) -> None:
    whole.change_story("flight.en", "The first paragraph.", "The first sentence.")


def break_files(whole: Whole, _: Room) -> None:
    """So few that they could have been taken off by hand."""
    for name in ("flight.en", "embargoed.en"):
        (whole.stories / f"{name}.md").write_text("No front matter.")


def empty_folder(whole: Whole, _: Room) -> None:
    for file in whole.stories.glob("*.md"):
        file.unlink()


def lose_folder(whole: Whole, _: Room) -> None:
    whole.stories.rename(whole.folder / "elsewhere")


def rename_files(whole: Whole, _: Room) -> None:
    for old, new in (
        ("flight.en", "plane.en"),
        ("flight.es", "plane.es"),
        ("embargoed.en", "waiting.en"),
    ):
        (whole.stories / f"{old}.md").rename(whole.stories / f"{new}.md")
    whole.done("publish")


def change_slugs(whole: Whole, _: Room) -> None:
    whole.change_story("flight.en", "slug: flight", "slug: plane")
    whole.change_story("flight.es", "slug: vuelo", "slug: avion")
    whole.change_story("moved.en", "slug: after", "slug: later")


def change_slugs_back(whole: Whole, room: Room) -> None:
    change_slugs(whole, room)
    whole.done("publish")
    whole.change_story("flight.en", "slug: plane", "slug: flight")
    whole.change_story("flight.es", "slug: avion", "slug: vuelo")
    whole.change_story("moved.en", "slug: later", "slug: after")


def take_off_and_bring_back(whole: Whole, _: Room) -> None:
    file = whole.stories / "plan.en.md"
    words = file.read_bytes()
    file.unlink()
    whole.done("publish")
    file.write_bytes(words)


def change_address(whole: Whole, _: Room) -> None:
    whole.change_settings(address="https://other.example")


def change_port(whole: Whole, _: Room) -> None:
    whole.change_settings(address=f"{HOME}:8443")


def stop_encrypting(whole: Whole, _: Room) -> None:
    """Cookies have another name then: everybody has to come in anew."""
    whole.change_settings(address=HOME.replace("https:", "http:"))


def move_to_another_zone(whole: Whole, _: Room) -> None:
    whole.change_settings(timezone="Pacific/Apia")


def add_language(whole: Whole, _: Room) -> None:
    whole.change_settings(languages=("en", "es", "pt"))


def put_another_language_first(whole: Whole, _: Room) -> None:
    whole.change_settings(languages=("es", "en"))


def take_language_away(whole: Whole, _: Room) -> None:
    whole.change_settings(languages=("en",))


def import_again(whole: Whole, _: Room) -> None:
    whole.done("import", "wordpress", str(whole.folder / "export.xml"))


def run_commands(whole: Whole, _: Room) -> None:
    """After a release that draws comments in another way."""
    with closing(Database(whole.url)) as db:
        db.do(lambda connection: connection.exec_driver_sql("UPDATE comments SET renderer = 0"))
    for words in (
        ("publish",),
        ("render",),
        ("held",),
        ("check",),
        ("export", str(whole.folder / "all.jsonl")),
    ):
        whole.done(*words)


def let_a_day_pass(whole: Whole, _: Room) -> None:
    whole.made.now += DAY
    site = read_settings(whole.settings).site
    clock = Clock(hands_at(whole.made.now))
    with closing(Database(whole.url)) as db:
        while db.do(lambda connection: sweep(connection, site, clock())):
            pass


def copy_running(whole: Whole, room: Room) -> Whole:
    """To another machine, as the README says, while it is served and its log is full."""
    folder = whole.folder.with_name("copied")
    with open_street(whole, hands_at(whole.made.now)) as street:
        begun = whole.count_rows()["sign_ins"]
        ask_for_letter(street, "late-mail@example.org")
        copied = copy_file(whole, folder) if whole.is_one_file else copy_server(whole, folder, room("copied"))
    assert copied.count_rows()["sign_ins"] == begun + 1, "What was done last has not come along."
    return copied


def copy_file(whole: Whole, folder: Path) -> Whole:
    folder.mkdir()
    there = folder / "piensas.db"
    subprocess.run(["sqlite3", whole.database, f".backup {there}"], check=True)
    return whole.copy(folder, f"sqlite:///{there}", without="piensas.db*")


def copy_server(whole: Whole, folder: Path, url: str) -> Whole:
    programs = find_programs()
    dump = subprocess.run([programs / "pg_dump", whole.url], check=True, capture_output=True).stdout
    subprocess.run(
        [programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", url],
        input=dump,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    return whole.copy(folder, url)


LIFE: dict[str, Deed] = {
    "it is started again": Deed(do=restart),
    "a file is saved": Deed(do=save_file, differs=r"[-+] The first (paragraph|sentence)\.$"),
    "files are broken": Deed(do=break_files),
    "the folder is empty": Deed(do=empty_folder),
    "the folder is not there": Deed(do=lose_folder, differs=r" at /pictures/", without=("a picture",)),
    "files are renamed": Deed(do=rename_files),
    "slugs are changed": Deed(
        do=change_slugs, differs=r"[-+] .*[/ ](flight|plane|vuelo|avion|after|later)\b"
    ),
    "slugs are changed and changed back": Deed(do=change_slugs_back),
    "a story is taken off and brought back": Deed(do=take_off_and_bring_back),
    "the address is changed": Deed(do=change_address, without=("a moderator's passkey",)),
    "the address gets a port": Deed(do=change_port),
    "the address is http": Deed(
        do=stop_encrypting, differs=rf"^({'|'.join(KNOWN_BY_COOKIES)}) at ", without=WITH_COOKIES
    ),
    "the newsroom moves to another time zone": Deed(
        do=move_to_another_zone,
        differs=r"[-+] (.*\.date: .*|Not published yet: .*|[^:]+ \d{4}|[·,] .* (UTC|GMT\+13)\b.*)$",
    ),
    "a language is added": Deed(do=add_language, differs=r"[-+] (Português|.*languages\[2\]: pt)$"),
    "another language is put first": Deed(
        do=put_another_language_first, differs=rf"{ALL_BUT_WHAT_IS_SAID}|/en/lone\]"
    ),
    "a language is taken away": Deed(
        do=take_language_away, differs=rf"{ALL_BUT_WHAT_IS_SAID}|^a stranger at /es(/feed.atom)? "
    ),
    "the import is done again": Deed(do=import_again),
    "commands are given": Deed(do=run_commands),
    "a day passes": Deed(do=let_a_day_pass, without=("a sign-in on its way",)),
    "it is copied to another machine": Deed(do=copy_running),
}
