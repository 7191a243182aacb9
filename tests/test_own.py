"""What is a reader's own: editing, withdrawing, held comments, and who may not touch them."""

from __future__ import annotations

from piensas.actions.deciding import Ruling, decide_comment
from piensas.model.moment import Clock
from piensas.store.comments import find_comment_anywhere
from piensas.store.history import list_decisions, list_edits
from tests.conftest import OpenNewsroom
from tests.newsroom import Newsroom


def kept(newsroom: Newsroom, comment: str) -> object:
    return newsroom.db.ask(find_comment_anywhere, 1, int(comment))


def decide(newsroom: Newsroom, comment: str, status: str, reason: str = "") -> None:
    newsroom.hands.turn(seconds=1)
    ruling = Ruling(int(comment), status, "the desk", reason)  # type: ignore[arg-type]
    newsroom.db.do(lambda db: decide_comment(db, 1, ruling, Clock(newsroom.hands)()))


def test_authors_edit_within_the_window_and_what_they_said_is_kept_for_the_desk(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment("First version.")
    newsroom.hands.turn(minutes=14)

    edited = author.change(comment, "text", text="Second *version*.").json()

    assert edited["comment"]["html"] == "<p>Second <em>version</em>.</p>\n"
    assert edited["comment"]["editedAt"]
    assert ">edited</span>" in newsroom.person().read()
    record = kept(newsroom, comment)
    assert [edit.text for edit in newsroom.db.ask(list_edits, record)] == ["First version."]


def test_what_an_edited_comment_says_now_is_what_is_not_said_twice(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment("First words.")
    assert author.change(comment, "text", text="Second words.").status_code == 200

    assert author.post("Second words.").json()["comment"]["id"] == comment
    assert author.post("First words.").json()["comment"]["id"] != comment


def test_after_the_window_it_is_too_late(newsroom: Newsroom) -> None:
    author = newsroom.person()
    comment = author.comment()
    newsroom.hands.turn(minutes=15)

    for verb in ("text", "withdrawal"):
        refused = author.change(comment, verb, text="Too late.")
        assert (refused.status_code, refused.json()["code"]) == (403, "too_late")
    assert 'class="edit"' not in author.read()


def test_nobody_else_edits_withdraws_or_learns_that_it_is_there(newsroom: Newsroom) -> None:
    comment = newsroom.person().comment()
    stranger = newsroom.person()
    stranger.comment("I am somebody too.", email="s@example.org")

    for verb in ("text", "withdrawal"):
        assert stranger.change(comment, verb, text="Mine now.").status_code == 404
    for page in ("edit", "withdrawal"):
        assert stranger.get(f"{newsroom.story}/comments/{comment}/{page}").status_code == 404


def test_without_scripts_authors_edit_and_withdraw_through_pages(newsroom: Newsroom) -> None:
    author = newsroom.person()
    there = author.post_form("Through a form.").headers["location"].split("#")[0]
    page = author.read(there)
    comment = there.rsplit("/", 1)[1]

    assert f'href="{there}/edit"' in page
    assert "Through a form.</textarea>" in author.read(f"{there}/edit")
    empty = author.send(f"{newsroom.comments}/{comment}/text", {"text": " "})
    assert empty.status_code == 422
    assert "Please type your comment text." in empty.text
    assert author.send(f"{newsroom.comments}/{comment}/text", {"text": "Edited."}).status_code == 303
    assert "Edited." in author.read(there)
    assert "Nobody will see this comment" in author.read(f"{there}/withdrawal")
    gone = author.send(f"{newsroom.comments}/{comment}/withdrawal", {})
    assert gone.headers["location"] == "/en/flight#comments"
    assert "Edited." not in author.read()


def test_a_held_comment_is_seen_by_its_author_alone_on_every_load_until_it_is_decided(
    open_site: OpenNewsroom,
) -> None:
    newsroom = open_site(hold_first_comment=True)
    author, stranger = newsroom.person(), newsroom.person()
    answer = author.post("My first words here.")
    comment = answer.json()["comment"]["id"]

    assert answer.json()["message"] == "Your comment is awaiting moderation."
    for _ in range(2):
        assert "Your comment is awaiting moderation." in author.read()
        assert "My first words here." not in stranger.read()
    decide(newsroom, comment, "published", "fine")
    assert "My first words here." in stranger.read()
    assert "awaiting moderation" not in author.read()


def test_with_scripts_what_is_ones_own_comes_as_a_second_small_answer(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_first_comment=True)
    author = newsroom.person()
    comment = author.comment("Waiting.")
    author.client.cookies.set("piensas-scripts", "1")

    page = author.get(newsroom.story)
    own = author.get(f"/stories/{newsroom.story_id}/viewer?language=en").json()

    assert page.content == newsroom.person().get(newsroom.story).content
    assert [piece["id"] for piece in own["pieces"]] == [comment]
    assert "Your comment is awaiting moderation." in own["pieces"][0]["piece"]


def test_approval_sticks_to_the_browser_and_not_to_a_typed_address(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_first_comment=True)
    author, impostor = newsroom.person(), newsroom.person()
    decide(newsroom, author.comment("One."), "published")

    assert author.post("Two.").json()["comment"]["status"] == "published"
    assert impostor.post("Three.").json()["comment"]["status"] == "held"


def test_an_edit_is_screened_again_and_never_publishes_what_is_held(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_links=2, hold_words=("secret",))
    author = newsroom.person()
    clean, dirty = author.comment("Nothing to see."), author.comment("a secret")

    linked = author.change(clean, "text", text="https://a.example https://b.example").json()["comment"]
    cleaned = author.change(dirty, "text", text="nothing").json()["comment"]

    assert linked["status"] == "held"
    assert cleaned["status"] == "held"
    assert newsroom.person().thread()["count"] == 0


def test_every_verdict_names_its_reasons_and_every_change_of_status_is_a_row(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_first_comment=True, hold_words=("plumber",), hold_links=1)
    comment = newsroom.person().comment("Call my Plumber at https://example.org")
    decide(newsroom, comment, "published", "harmless")
    decide(newsroom, comment, "rejected", "an advertisement after all")

    history = newsroom.db.ask(list_decisions, kept(newsroom, comment))

    assert [(d.before, d.after, d.by) for d in history] == [
        (None, "held", "screening"),
        ("held", "published", "the desk"),
        ("published", "rejected", "the desk"),
    ]
    assert history[0].reasons == ("links:1", "word:plumber", "first_comment")
    assert history[2].reasons == ("an advertisement after all",)


def test_a_saved_name_comes_back_only_to_those_who_asked(newsroom: Newsroom) -> None:
    asked, silent = newsroom.person(), newsroom.person()
    asked.post_form("One.", save_details="1")
    silent.post_form("Two.", email="s@example.org")

    assert 'value="night@example.org"' in asked.read()
    assert "s@example.org" not in silent.read()
    asked.post_form("Three.")
    assert "night@example.org" not in asked.read()


def test_of_what_is_not_their_own_a_session_tells_nobody_more(open_site: OpenNewsroom) -> None:
    newsroom = open_site(hold_words=("secret",), reject_words=("casino",))
    author, stranger, nobody = (newsroom.person() for _ in range(3))
    stranger.comment("I am somebody too.", email="s@example.org")
    hidden = {}
    for word, text in (("held", "a secret"), ("withdrawn", "Never mind."), ("taken off", "Rude.")):
        hidden[word] = author.comment(text)
    author.change(hidden["withdrawn"], "withdrawal")
    decide(newsroom, hidden["taken off"], "rejected")
    author.post("Best casino in town")
    rows = newsroom.db.ask(lambda db: db.exec_driver_sql("SELECT id FROM comments WHERE status = 'rejected'"))
    hidden |= {f"refused {id}": str(id) for (id,) in rows.all()}

    for word, comment in (hidden | {"unknown": "77"}).items():
        for page in ("", "/reply", "/edit", "/withdrawal", "?after=0"):
            there = f"{newsroom.story}/comments/{comment}{page}"
            with_session, without = stranger.get(there), nobody.get(there)
            assert (with_session.status_code, without.status_code) == (404, 404), (word, page)
            assert with_session.content == without.content, (word, page)
    assert author.get(f"{newsroom.story}/comments/{hidden['held']}").status_code == 200


def test_what_keeps_its_place_for_replies_is_there_for_all(newsroom: Newsroom) -> None:
    author, stranger = newsroom.person(), newsroom.person()
    comment = author.comment("Answered.")
    stranger.comment("An answer.", parent=comment, email="s@example.org")
    author.change(comment, "withdrawal")

    for person in (author, stranger, newsroom.person()):
        page = person.read(f"{newsroom.story}/comments/{comment}")
        assert "Answered." not in page
        assert "An answer." in page
