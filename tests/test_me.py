"""The reader's own page: everything that is known of them, and how it is erased."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy.exc import IntegrityError
from structlog.testing import capture_logs

from piensas.actions.pacing import email_pace
from piensas.cli import main
from piensas.model.reader import Reader
from piensas.store.checks import list_miscounts
from piensas.store.paces import find_last_pace
from piensas.store.readers import save_reader
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom, Person, wait_until
from tests.providers import (
    Tricksters,
    come_back,
    is_signed_in,
    latest_letter,
    leave,
    me,
    sign_in,
)
from tests.some import some

CANARIES = {
    "name": "Quetzalcoatlus Name",
    "email": "quetzal-mail@example.org",
    "other_email": "quetzal-other@example.org",
    "letter_email": "quetzal-letter@example.org",
    "subject": "quetzal-subject-1",
    "other_subject": "quetzal-subject-2",
    "text": "quetzaltext of a comment",
    "earlier": "quetzalearlier words",
    "held": "quetzalheld https://a.example https://b.example https://c.example",
    "withdrawn": "quetzalwithdrawn words",
    "draft": "quetzaldraft words",
    "guest_name": "Quetzalguest",
    "guest_email": "quetzal-guest@example.org",
    "website": "https://quetzal-site.example",
    "new_name": "Quetzalnew",
}


def live(ana: Person, newsroom: Newsroom, providers: Tricksters) -> str:
    """Leaves something in every field that there is; returns the id of a comment with a reply."""
    guest = {"name": CANARIES["guest_name"], "email": CANARIES["guest_email"], "website": CANARIES["website"]}
    ana.comment("quetzaltext as a guest", **guest)
    sign_in(ana, providers, "google", **{k: CANARIES[k] for k in ("name", "email", "subject")})
    assert ana.send("/me/claim", {}).status_code == 303
    errand = leave(ana, "x", place="me", add="1")
    other = {"subject": CANARIES["other_subject"], "name": CANARIES["name"], "email": CANARIES["other_email"]}
    come_back(ana, providers, errand, **other)
    posted = ana.send_json(newsroom.comments, {"text": CANARIES["earlier"]}).json()["comment"]["id"]
    ana.change(posted, "text", text=CANARIES["text"])
    ana.send_json(newsroom.comments, {"text": CANARIES["held"]})
    gone = ana.send_json(newsroom.comments, {"text": CANARIES["withdrawn"]}).json()["comment"]["id"]
    ana.change(gone, "withdrawal")
    ana.send("/me/name", {"name": CANARIES["new_name"]})
    theirs = newsroom.person().comment("Somebody else's.", name="Else", email="else@example.org")
    ana.change(theirs, "vote", value="up")
    newsroom.person().comment("A reply.", name="Else", email="else2@example.org", parent=posted)
    leave(ana, "google", text=CANARIES["draft"])
    ana.send("/signin/email", {"email": CANARIES["letter_email"], "add": "1"})
    latest_letter(providers)
    return str(posted)


def test_the_export_has_everything(signing_in: Newsroom, providers: Tricksters) -> None:
    ana = signing_in.person()
    live(ana, signing_in, providers)
    as_json = ana.get("/me/export.json")
    as_html = ana.get("/me/export.html")
    wanted = set(CANARIES) - {"draft", "letter_email", "other_email"}

    for answer in (as_json, as_html):
        assert answer.headers["content-disposition"].startswith("attachment")
        for name in some(wanted - ({"guest_name", "guest_email", "website"} if answer is as_html else set())):
            assert CANARIES[name].split("@")[0].split(" ")[0] in answer.text, name
    data = as_json.json()
    assert [each["provider"] for each in data["identities"]] == ["google", "x"]
    assert len(data["comments"]) == 4
    assert {each["status"] for each in data["comments"]} == {"published", "held", "withdrawn"}
    assert [each["value"] for each in data["votes"]] == [1]
    assert "else@example.org" not in as_json.text
    assert signing_in.person().get("/me/export.json").status_code == 403


def test_nothing_remembers_the_address_of_who_was_erased(open_site: OpenNewsroom) -> None:
    """Not even the pace at which its owner may write again, which is kept under a hash of it."""
    newsroom = open_site(seconds_between_comments=60)
    guest = newsroom.person()
    guest.comment("Forget me.", email="forget.me@example.org")
    key = email_pace("forget.me@example.org")

    def is_kept() -> bool:
        return newsroom.db.ask(find_last_pace, 1, [key]) is not None

    assert is_kept()
    assert guest.send("/me/erasure", {"comments": "keep", "sure": "yes"}).status_code == 200
    assert not is_kept()


@pytest.mark.parametrize("words", ["remove", "keep"])
def test_after_erasing_nothing_is_left(
    signing_in: Newsroom, providers: Tricksters, tmp_path: Path, words: str
) -> None:
    """Unique words in every field; afterwards a search through everything that we have finds none."""
    ana, phone = signing_in.person(), signing_in.person()
    posted = live(ana, signing_in, providers)
    sign_in(phone, providers, "google", subject=CANARIES["subject"], name="x", email="")
    photo = me(ana)["reader"]["photo"].rpartition("/")[2]
    assert ana.send("/me/erasure", {"comments": words}).status_code == 422
    assert is_signed_in(ana)

    assert ana.send("/me/erasure", {"comments": words, "sure": "yes"}).status_code == 200
    assert not is_signed_in(ana)
    assert not is_signed_in(phone)
    left = {CANARIES["text"], "quetzaltext as a guest", CANARIES["held"]} if words == "keep" else set()
    for where, found in some(search(signing_in, tmp_path)):
        for secret in (*CANARIES.values(), "quetzaltext as a guest"):
            if secret not in left:
                assert secret.lower() not in found.lower(), (secret, where)
    assert signing_in.person().get(f"/photos/{photo}").status_code == 404
    page = signing_in.person().read()
    assert "A reply." in page
    assert ("quetzaltext" in page) is (words == "keep")
    assert (f'data-id="{posted}"' in page) is True
    assert signing_in.db.ask(list_miscounts, 1) == []
    sign_in(ana, providers, "google", subject=CANARIES["subject"], name="New", email="")
    assert me(ana)["comments"] == []


def search(newsroom: Newsroom, folder: Path) -> list[tuple[str, str]]:
    """Everything that the site keeps or says: its database and journal as they lie on the disk now, pages and
    feeds."""
    reader = newsroom.person()
    paths = (
        newsroom.story,
        newsroom.historia,
        f"{newsroom.story}?order=newest",
        f"{newsroom.story}/feed.atom",
        newsroom.discussion,
        "/",
        "/sitemap.xml",
    )
    found = [(path, reader.get(path).text) for path in paths]
    return found + list(search_database(newsroom.settings.database.url, folder))


def search_database(url: str, folder: Path) -> list[tuple[str, str]]:
    if url.startswith("sqlite"):
        path = Path(url.removeprefix("sqlite:///"))
        files = [each for each in path.parent.iterdir() if each.is_file()]
        return [(each.name, each.read_bytes().decode("latin-1")) for each in files]
    with psycopg.connect(url.replace("+psycopg", "")) as connection:
        tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
        rows: list[Any] = [
            (table, repr(connection.execute(f'SELECT * FROM "{table}"').fetchall()))  # type: ignore[arg-type]
            for (table,) in tables
        ]
    return rows


def test_the_page_shows_ways_in_and_never_takes_the_last_away(
    signing_in: Newsroom, providers: Tricksters
) -> None:
    ana = signing_in.person()
    sign_in(ana, providers, "google", subject="1")
    only = ana.read("/me")
    assert "/drop" not in only
    identity = me(ana)["identities"][0]
    come_back(ana, providers, leave(ana, "x", place="me", add="1"), subject="2")
    page = ana.read("/me")
    ids = [each.split("/drop")[0] for each in page.split("/me/identities/")[1:]]
    assert len(ids) == 2

    assert ana.send(f"/me/identities/{ids[0]}/drop", {}).status_code == 303
    assert [each["provider"] for each in me(ana)["identities"]] == ["x"]
    assert ana.send(f"/me/identities/{ids[1]}/drop", {}).status_code == 404
    stranger = signing_in.person()
    sign_in(stranger, providers, "google", subject="1")
    assert me(stranger)["comments"] == []
    assert identity["provider"] == "google"


def test_nobody_ends_or_drops_what_is_not_theirs(signing_in: Newsroom, providers: Tricksters) -> None:
    ana, other = signing_in.person(), signing_in.person()
    sign_in(ana, providers, "google", subject="1")
    come_back(ana, providers, leave(ana, "x", place="me", add="1"), subject="1")
    sign_in(other, providers, "facebook", subject="1")
    come_back(other, providers, leave(other, "wordpress", place="me", add="1"), subject="1")
    page = ana.read("/me")
    identity = page.split("/me/identities/")[1].split("/drop")[0]
    row = signing_in.person()
    assert other.send(f"/me/identities/{identity}/drop", {}).status_code == 404
    assert row.send(f"/me/identities/{identity}/drop", {}).status_code == 403
    assert len(me(ana)["identities"]) == 2

    phone = signing_in.person()
    sign_in(phone, providers, "google", subject="1")
    session = ana.read("/me").split("/me/sessions/")[1].split("/end")[0]
    assert other.send(f"/me/sessions/{session}/end", {}).status_code == 404
    assert row.send(f"/me/sessions/{session}/end", {}).status_code == 403
    assert is_signed_in(phone)
    assert ana.send(f"/me/sessions/{session}/end", {}).status_code == 303
    assert not is_signed_in(phone)


def test_the_page_is_for_those_who_are_signed_in(signing_in: Newsroom) -> None:
    stranger, guest = signing_in.person(), signing_in.person()
    guest.comment("As a guest.")

    assert stranger.get("/me").headers["location"] == "/signin"
    assert stranger.get("/me/export.html").status_code == 403
    assert stranger.send("/me/erasure", {"comments": "remove", "sure": "yes"}).status_code == 403
    for account in ("/me/name", "/me/programs", "/me/claim"):
        assert guest.send(account, {"name": "Ana", "read": "yes"}).status_code == 403, account


GUEST = {"name": "Quetzal Guest", "email": "quetzal@example.org", "website": "https://quetzal.example"}


@pytest.mark.parametrize("words", ["remove", "keep"])
@pytest.mark.parametrize("way", ["in their browser", "by command"])
def test_a_guest_is_erased_like_anybody(newsroom: Newsroom, tmp_path: Path, words: str, way: str) -> None:
    guest, other = newsroom.person(), newsroom.person()
    first = guest.comment("Quetzal said this.", **GUEST)
    guest.change(first, "text", text="Quetzal said that.")
    other.comment("A reply.", parent=first)
    theirs = other.comment("Something good.", email="o@example.org", name="Other")
    guest.change(theirs, "vote", value="up")
    page = guest.read("/me")
    assert "Quetzal said that." in page
    assert "How you log in" not in page
    taken = guest.get("/me/export.json").json()
    assert taken["comments"][0]["earlier_texts"][0]["text"] == "Quetzal said this."
    assert "Quetzal said that." in guest.get("/me/export.html").text

    if way == "in their browser":
        assert guest.read("/me/erasure")
        gone = guest.send("/me/erasure", {"comments": words, "sure": "yes"})
        assert gone.status_code == 200
    else:
        run = CliRunner(env={"PIENSAS_DATABASE_URL": newsroom.settings.database.url})
        kept = ["--keep-words"] if words == "keep" else []
        assert "Quetzal" in run.invoke(main, ["erase", "QUETZAL@example.org", "--dry-run"]).output
        assert "Quetzal said that." in newsroom.person().read()
        done = run.invoke(main, ["erase", "QUETZAL@example.org", "--yes", *kept])
        assert "Erased: 1." in done.output, done.output
        assert run.invoke(main, ["erase", "quetzal@example.org", "--yes"]).exit_code == 1
    assert guest.get("/me").status_code == 303
    for where, found in some(search(newsroom, tmp_path)):
        left = found.replace("Quetzal said that.", "") if words == "keep" else found
        assert "quetzal" not in left.lower(), where
    assert ("Quetzal said that." in newsroom.person().read()) is (words == "keep")
    assert "Something good." in newsroom.person().read()
    assert newsroom.db.ask(list_miscounts, 1) == []


def test_the_log_never_says_who_it_was(
    signing_in: Newsroom, providers: Tricksters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All that readers do, a letter that is refused, and faults of the store: their words are not in it."""

    async def refuse(
        _server: object, _session: object, _envelope: object, address: str, _options: object
    ) -> str:
        return f"550 there is no {address} here"

    ana = signing_in.person()
    with capture_logs() as log:
        live(ana, signing_in, providers)
        monkeypatch.setattr(providers, "handle_RCPT", refuse, raising=False)
        signing_in.hands.turn(minutes=2)
        ana.send("/signin/email", {"email": CANARIES["letter_email"], "add": "1"})
        wait_until(lambda: any(line["event"] == "letter_not_sent" for line in log))
        twice = Reader(1, 1, CANARIES["name"], CANARIES["email"], CANARIES["website"], 0)
        signing_in.db.do(lambda db: save_reader(db, twice))
        with pytest.raises(IntegrityError) as fault:
            signing_in.db.do(lambda db: save_reader(db, twice))
        ana.send("/me/erasure", {"comments": "remove", "sure": "yes"})

    for secret in CANARIES.values():
        assert secret.lower() not in f"{log}{fault.value}".lower()
