"""Numbers that somebody relies on, to the last one: how long, how many, how much."""

from __future__ import annotations

import pytest

from piensas.model import elsewhere, identity
from piensas.model.comment import PublicComment, Status
from piensas.model.host import is_host
from piensas.model.lookalike import is_lookalike
from piensas.model.moment import first_id_at
from piensas.model.ranking import wilson_score
from piensas.model.refusals import ProviderWrong
from piensas.model.session import Session, is_due, is_over, sign
from piensas.model.short import range_of, short_of
from piensas.model.thread import Cursor, Node, Walk, arrange, count_hidden
from piensas.outside.providers.provider import read_subject
from tests.newsroom import Newsroom

NOW = 1_790_000_000_000
DAY = 86_400_000
KINDS = {"guest": "", "reader": "google", "program": "program"}
IDLE = {"guest": 365, "reader": 30, "program": 180}
IN_ALL = {"guest": 365, "reader": 180, "program": 366}
"""Days, as docs/trust.md promises them."""


def made(kind: str, *, begun: int, seen: int) -> Session:
    return Session(
        site_id=1, token_hash=b"", reader_id=1, id=first_id_at(begun), seen_at=seen, provider=KINDS[kind]
    )


@pytest.mark.parametrize("kind", KINDS)
def test_a_session_ends_a_millisecond_after_its_time(kind: str) -> None:
    idle, whole = IDLE[kind] * DAY, IN_ALL[kind] * DAY
    assert not is_over(made(kind, begun=NOW - idle, seen=NOW - idle), NOW)
    assert is_over(made(kind, begun=NOW - idle - 1, seen=NOW - idle - 1), NOW)
    assert not is_over(made(kind, begun=NOW - whole, seen=NOW), NOW)
    assert is_over(made(kind, begun=NOW - whole - 1, seen=NOW), NOW)


def test_a_visit_is_noted_once_a_day() -> None:
    assert not is_due(made("guest", begun=NOW - 9 * DAY, seen=NOW - DAY), NOW)
    assert is_due(made("guest", begun=NOW - 9 * DAY, seen=NOW - DAY - 1), NOW)


def test_what_is_begun_is_good_for_minutes() -> None:
    minutes = {"SIGN_IN": 10, "LETTER": 30, "INVITATION": 30, "HANDOVER": 2}
    assert {name: getattr(identity, name) / 60_000 for name in minutes} == minutes
    assert identity.MOST_TRIES == 5


def test_only_who_has_the_secret_can_sign() -> None:
    assert sign(b"one secret", "words") != sign(b"another", "words")
    assert sign(b"one secret", "words") != sign(b"one secret", "word")
    assert len(sign(b"one secret", "words")) == 32


@pytest.mark.parametrize(("key", "code"), [("abc", "49850536"), ("58", "00799439")])
def test_a_letters_code_is_made_of_its_links_secret(key: str, code: str) -> None:
    """The first eight bytes of what sha256sum says, of which the last eight digits."""
    assert identity.code_of(key) == code


@pytest.mark.parametrize(
    ("ups", "downs", "bound"),
    [(0, 0, 0), (1, 0, 206_543), (0, 1, 0), (10, 0, 722_460), (8, 2, 490_156), (50, 50, 403_830), (0, 9, 0)],
)
def test_a_score_is_the_lower_bound_that_tables_give(ups: int, downs: int, bound: int) -> None:
    """As R's prop.test(correct = FALSE) has it, but for the digits that 1.96 leaves out."""
    assert wilson_score(ups, downs) == pytest.approx(bound, abs=10)


def test_a_short_id_keeps_eleven_bits_of_a_millisecond() -> None:
    assert short_of(5 << 21 | 3) == 5 << 11 | 3
    assert short_of(5 << 21 | 2_047) == 5 << 11 | 2_047
    assert short_of(5 << 21 | 2_048) == 5 << 11
    assert range_of(5 << 11 | 3) == (5 << 21, (6 << 21) - 1)
    assert short_of(first_id_at(NOW)) < 2**53


@pytest.mark.parametrize(
    ("host", "good"),
    [
        *(("xn--bcher-kva.example", True), ("xn--a.example", False), ("xn--.example", False)),
        *(("fe80::1", True), ("fe80::1%eth0", False), ("fe80::g", False), ("::", True)),
        *(("a" * 63 + ".example", True), ("a" * 64 + ".example", False)),
        *((".".join(["a" * 61] * 4) + ".b.cde", True), (".".join(["a" * 61] * 4) + ".b.cdef", False)),
    ],
)
def test_hosts_to_the_last_letter(host: str, good: bool) -> None:
    assert is_host(host) is good


@pytest.mark.parametrize(
    ("name", "alike"),
    [
        ("Аdmin", True),
        ("ɑdmin", True),
        ("аdmin", True),
        ("ΑDMIN", True),
        ("Edmin", False),
        ("", False),
        ("\u0301", False),
    ],
)
def test_small_and_large_letters_look_alike(name: str, alike: bool) -> None:
    assert is_lookalike(name, ["Admin", ""]) is alike


def test_a_title_is_as_long_as_it_may_be() -> None:
    page = "https://a.example/"
    assert elsewhere.tidy_title("t" * 300, page) == "t" * 300
    assert elsewhere.tidy_title("t" * 301, page) == "t" * 300


def test_a_subject_is_as_long_as_the_standard_lets_it_be() -> None:
    """OpenID Connect Core, 2: 255 characters."""
    assert read_subject("s" * 255) == "s" * 255
    with pytest.raises(ProviderWrong):
        read_subject("s" * 256)


def test_nobody_changes_a_comment_that_is_not_there(newsroom: Newsroom) -> None:
    author = newsroom.person()
    author.comment("Mine.")
    for reader in (author, newsroom.person()):
        answer = reader.change("77", "text", text="Yours.")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def comment(id: int, parent: int | None, status: Status = "published", replies: int = 0) -> PublicComment:
    return PublicComment(
        story_id=1,
        id=id,
        parent_id=parent,
        answers_id=parent,
        root_id=1,
        seq=id,
        level=0 if parent is None else 1,
        status=status,
        name="",
        website="",
        language="en",
        html="",
        edited_at=None,
        ups=0,
        downs=0,
        replies=replies,
        photo="",
    )


def test_what_is_gone_stands_where_a_reply_is_published() -> None:
    gone = comment(1, None, "withdrawn", replies=1)
    assert [node.comment.id for node in arrange([gone], [1])] == [1], "its reply is on its own page"
    assert arrange([comment(1, None, "withdrawn")], [1]) == []
    assert arrange([comment(1, None, "held"), comment(2, 1, "held")], [1]) == []
    (tree,) = arrange([comment(1, None, "held"), comment(2, 1, "held"), comment(3, 1)], [1])
    assert [child.comment.id for child in tree.children] == [3]


def test_replies_that_are_elsewhere_are_counted() -> None:
    few = [comment(2, 1), comment(3, 1), comment(4, 1, "withdrawn")]
    for status, replies, hidden in (
        ("published", 5, 3),
        ("published", 2, 0),
        ("withdrawn", 5, 3),
        ("published", 0, 0),
    ):
        (tree,) = arrange([comment(1, None, status, replies), *few], [1])
        count_hidden([tree])
        assert tree.hidden == hidden, (status, replies)


def test_a_walk_begins_at_the_beginning() -> None:
    assert Cursor(7) == Cursor(7, 0, 0)
    assert (Node(comment(1, None)).hidden, Walk("oldest", 3, 3).after) == (0, None)
