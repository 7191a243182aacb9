"""How everything is made: through the doors that readers use, and by the commands of editors."""

from __future__ import annotations

import re
from urllib.parse import quote

from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from PIL import Image

from tests import test_wordpress as wordpress
from tests.devices import Answer, Device
from tests.newsroom import guest, wait_until
from tests.office import Office
from tests.providers import code_of, latest_letter, me, sign_in
from tests.test_api import make_token
from tests.test_embed import COOKIE, HOST, TOKENS, claim, post_elsewhere, sign_in_afar, story_of, visit
from tests.test_mentions import PAGE, tell
from tests.test_staff import invite
from tests.test_staff import make as make_passkey
from tests.whole import HELD, HOME, REJECTED

STRANGER, GUEST, READER, FAR, STAFF, PROGRAM, LETTERS, COMING, BANNED, LINKED = (
    "a stranger",
    "the guest",
    "the reader",
    "the reader elsewhere",
    "the moderator",
    "the program",
    "who reads letters",
    "who is signing in",
    "who is banned",
    "who has the link",
)
FAR_AHEAD = "published: 2099-01-01T00:00:00Z\n"


def make_files(office: Office) -> None:
    office.keep_story("flight", "/en/flight")
    office.name(vuelo_at="/es/vuelo")


def make_plain_file(office: Office) -> None:
    """Its name says no language: it is in the site's first."""
    office.whole.write_story("lone")
    office.whole.done("publish")
    office.keep_story("lone", "/en/lone")
    office.write("lonely", "somebody", "Under a plain file.", story="lone", **who("somebody"))


def make_picture(office: Office) -> None:
    Image.new("RGB", (4, 4), "red").save(office.whole.stories / "plan.png")
    office.whole.write_story("plan.en", more="picture: plan.png\npicture_alt: A plan\n")
    office.whole.done("publish")
    office.keep_story("plan", "/en/plan")


def make_embargoed(office: Office) -> None:
    office.whole.write_story("embargoed.en", slug="embargoedberry", more=FAR_AHEAD)
    keep_preview(office, "embargoed")


def make_draft(office: Office) -> None:
    office.whole.write_story("draft.en", slug="draftberry", more="draft: true\n")
    keep_preview(office, "draft")


def keep_preview(office: Office, name: str) -> None:
    found = re.search(
        rf"“About {name}berry” waits until .*: {HOME}/preview/(\S+)", office.whole.done("publish")
    )
    assert found
    office.name(**{f"{name}_preview": found[1], f"{name}_at": f"/en/{name}berry"})


def make_retired(office: Office) -> None:
    office.whole.write_story("retired.en", slug="retiredberry")
    office.whole.done("publish")
    office.keep_story("retired", "/en/retiredberry")
    office.write("below_retired", "somebody", "Under retiredberry.", story="retired", **who("somebody"))
    (office.whole.stories / "retired.en.md").unlink()
    office.whole.done("publish")


def make_moved(office: Office) -> None:
    for slug in ("before", "between", "after"):
        office.whole.write_story("moved.en", slug=slug)
        office.whole.done("publish")
    office.keep_story("moved", "/en/after")
    office.write("along", "somebody", "Comes along.", story="moved", **who("somebody"))


def make_closed(office: Office) -> None:
    office.whole.write_story("closed.en", more="discussion: closed\n")
    office.whole.write_story("silent.en", more="discussion: off\n")
    office.whole.done("publish")
    office.keep_story("closed", "/en/closed")
    office.name(silent_at="/en/silent")


def make_import(office: Office) -> None:
    file = office.whole.folder / "export.xml"
    later = {"date_gmt": "2015-01-01 12:06:00"}
    file.write_text(
        wordpress.export(
            wordpress.post(
                wordpress.comment(11, "Imported words"),
                wordpress.comment(12, "Imported answer", parent="11", **later),
                wordpress.comment(13, "Imported waitberry", approved="0", **later),
                wordpress.comment(14, "Imported spamberry", approved="spam", **later),
            )
        )
    )
    office.whole.done("import", "wordpress", str(file))
    id = office.keep_story("imported", "/en/bridge-closed")
    brought = office.person().get(f"/api/v1/stories/{id}/comments").json()["comments"][0]["id"]
    office.keep_comment("brought", brought, "imported")


def make_pages_elsewhere(office: Office) -> None:
    far = office.somebody(FAR)
    far.client.headers["x-forwarded-for"] = "203.0.114.9"
    office.name(page=quote(f"{HOST}/plain"), poll_page=quote(f"{HOST}/poll"), otra=quote(f"{HOST}/otra"))
    for name, page, fields in (
        ("plain", f"{HOST}/plain", {}),
        ("poll", f"{HOST}/poll", {"story": "poll", "title": "The poll"}),
        ("poll", f"{HOST}/otra", {"story": "poll", "language": "es", "title": "La encuesta"}),
    ):
        office.hands.turn(seconds=5)
        id = story_of(visit(far, page, **fields))
        asked = "&".join(f"{key}={value}" for key, value in ({"language": "en"} | fields).items())
        there = far.get(f"/embed/page?page={quote(page)}&{asked}").headers["location"].partition("#")[0]
        if name not in office.made.stories:
            office.keep_known(name, id, there)
    office.write("plain_comment", "somebody", "Said elsewhere.", story="plain", **who("somebody"))
    office.write("poll_comment", "somebody", "Said in the poll.", story="poll", **who("somebody"))


def make_page_that_was_read(office: Office) -> None:
    """Which says itself what it is called."""
    office.elsewhere.page("/read", "<title>Its own title</title>")
    origin = office.whole.origins[-1]
    page = f"{origin}/read"
    far = office.person()
    id = story_of(visit(far, page, origin))
    there = far.get(f"/embed/page?page={quote(page)}&language=en").headers["location"].partition("#")[0]
    office.keep_known("read", id, there)
    office.name(read_page=quote(page))
    office.write("read_comment", "somebody", "Under what was read.", story="read", **who("somebody"))
    wait_until(lambda: "Its own title" in far.read(there), 30)


def make_alias(office: Office) -> None:
    office.name(moved_page=quote(f"{HOST}/moved-here"))
    office.whole.done("alias", f"{HOST}/plain", f"{HOST}/moved-here")
    office.whole.done("alias", "/en/plan", "/plans/of/old")


def who(name: str) -> dict[str, str]:
    return {"name": name.capitalize(), "email": f"{name}-mail@example.org"}


def make_guest(office: Office) -> None:
    office.write("quoted", GUEST, "Guest words", **who("visitor"))
    answer = office.write(
        "answer", "somebody", "Answering words", parent=office.made.names["quoted"], **who("else")
    )
    office.write("deeper", "another", "Deeper words", parent=answer, **who("other"))
    office.write("twice", GUEST, "Sent twice", draft="sent-twice-0001", **who("visitor"))
    office.hold(GUEST)


def make_held(office: Office) -> None:
    office.write("held", GUEST, f"Words {HELD}", **who("visitor"))


def make_rejected(office: Office) -> None:
    fields = guest(f"Words {REJECTED}") | who("visitor")
    answer = office.somebody(GUEST).send_json(office.comments, fields)
    assert answer.json()["code"] == "rejected"


def make_withdrawn(office: Office) -> None:
    id = office.write("withdrawn", GUEST, "Words withdrawnberry", **who("visitor"))
    answer = office.somebody(GUEST).change(id, "withdrawal")
    assert answer.status_code == 200, answer.text


def make_edited(office: Office) -> None:
    id = office.write("edited", GUEST, "Words earlierberry", **who("visitor"))
    assert office.somebody(GUEST).change(id, "text", text="Edited words").status_code == 200


def make_reader(office: Office) -> None:
    ana = office.somebody(READER)
    sign_in(ana, office.providers, "google", subject="ana", name="Ana Reader", email="ana-mail@example.org")
    office.name(photo=me(ana)["reader"]["photo"].rpartition("/")[2])
    office.write("signed", READER, "Reader words")
    office.write("asked", READER, "Asking words")
    office.write("told", "somebody", "Telling words", parent=office.made.names["asked"], **who("somebody"))
    office.hold(READER)


def make_reader_by_letter(office: Office) -> None:
    come_by_letter(office, LETTERS, "Berta")
    office.name(berta=me(office.somebody(LETTERS))["reader"]["id"])
    office.write("posted", LETTERS, "Words of who reads letters")
    office.hold(LETTERS)


def come_by_letter(office: Office, somebody: str, name: str) -> None:
    state = ask_for_letter(office, somebody, f"{name.lower()}-mail@example.org")
    code = code_of(latest_letter(office.providers, len(office.providers.letters)))
    answer = office.somebody(somebody).send("/signin/code", {"state": state, "code": code, "name": name})
    assert answer.status_code == 303, answer.text


def ask_for_letter(office: Office, somebody: str, email: str) -> str:
    """What must come with the code out of the letter, which has arrived."""
    came = len(office.providers.letters)
    asked = office.somebody(somebody).send("/signin/email", {"email": email, "text": "Words typedberry"})
    latest_letter(office.providers, came + 1)
    return asked.text.split('name="state" value="')[1].split('"')[0]


def make_sign_in(office: Office) -> None:
    """Begun: the letter has come, and its code is not typed yet."""
    state = ask_for_letter(office, COMING, "coming-mail@example.org")
    code = code_of(latest_letter(office.providers, len(office.providers.letters)))
    office.name(state=state, code=code)
    office.hold(COMING)


def make_votes(office: Office) -> None:
    for who_votes, value in ((GUEST, "up"), (READER, "up"), ("somebody", "down")):
        assert office.somebody(who_votes).change(office.made.names["deeper"], "vote", value=value)
        assert office.somebody(who_votes).change(office.made.names["posted"], "vote", value=value)


def make_moderator(office: Office) -> None:
    rosa, device = office.somebody(STAFF), Device()
    made = make_passkey(rosa, invite(office, "Rosa Desk"), device, Answer(HOME, host="news.example"))
    assert made.status_code == 200, made.text
    key = device.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    office.name(passkey=device.id.hex(), passkey_key=key)
    office.write("desk", STAFF, "Desk words")
    office.hold(STAFF)


def make_programs(office: Office) -> None:
    token = make_token(office.somebody(READER), "read", "account")
    office.made.holds[PROGRAM] = {"authorization": f"Bearer {token}"}
    office.name(feed_key=make_token(office.somebody(READER), "feed"))


def make_session_elsewhere(office: Office) -> None:
    far = office.somebody(FAR)
    office.hands.turn(seconds=5)
    sign_in_afar(far, office.providers)
    assert claim(far).json() == {"signed_in": True}
    posted = post_elsewhere(far, office.made.names["plain"], "Far words", name="", email="")
    office.keep_comment("far", posted.json()["comment"]["id"], "plain")
    own = {"cookie": f"{COOKIE}={TOKENS[far]}", "origin": HOST, "sec-fetch-site": "cross-site"}
    office.made.holds[FAR] = own


def make_banned(office: Office) -> None:
    come_by_letter(office, BANNED, "Wild")
    office.write("wild", BANNED, "Wild words")
    office.hold(BANNED)
    office.whole.done("ban", office.made.names["wild"])


def make_erased(office: Office) -> None:
    for name, words in (("kept", "keep"), ("removed", "remove")):
        gone = office.person()
        office.known[name] = gone
        sign_in(gone, office.providers, "google", subject=name, name="Erasedberry", email="")
        office.write(name, name, "Words that stay" if words == "keep" else "Words removedberry")
        assert gone.send("/me/erasure", {"comments": words, "sure": "yes"}).status_code == 200


def make_mentions(office: Office) -> None:
    target = f"{HOME}/en/flight"
    for title in ("Our answer", "Refusedberry"):
        source = office.elsewhere.page(
            f"/{title[:3]}", PAGE.replace("What we think", title).format(target=target)
        )
        office.hands.turn(seconds=5)
        assert tell(office, source, target).status_code == 202
        wait_until(lambda: title in office.person().read("/en/flight?order=newest"), 30)  # noqa: B023
    found = office.db.ask(lambda db: db.exec_driver_sql("SELECT id, title FROM mentions").all())
    office.whole.done("decide", *[str(id) for id, title in found if title == "Refusedberry"], "rejected")
    office.hands.turn(seconds=5)
    assert tell(office, "https://unseenberry.example/", target).status_code == 202
