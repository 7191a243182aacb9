"""A reader posts a comment."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection

from piensas.actions.counting import count_change
from piensas.actions.pacing import MINUTE, SECOND, email_pace, list_own_keys, require_pace, require_rested
from piensas.markup.comment import RENDERER, count_links, is_nothing, render_markdown
from piensas.model.access import is_own, require_may_answer, require_may_post
from piensas.model.comment import Comment, Decision
from piensas.model.draft import Draft, require_details, require_name, require_text, tidy_draft
from piensas.model.lookalike import is_lookalike
from piensas.model.moment import Moment, time_of
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import Duplicate, EmailTaken, NameReserved, NotFound, TextMissing
from piensas.model.rules import Rules
from piensas.model.screening import Evidence, Verdict, screen
from piensas.model.session import Session
from piensas.model.site import Site
from piensas.model.story import Story
from piensas.store.comments import (
    find_comment,
    find_comment_of_draft,
    find_last_seq,
    list_own_alike,
    save_comment,
)
from piensas.store.history import save_decision
from piensas.store.identities import count_identities, has_proven_email
from piensas.store.paces import find_last_pace, save_paces, save_times
from piensas.store.readers import find_reader, list_staff, save_reader, save_reader_change
from piensas.store.sessions import save_session, save_session_change
from piensas.store.stories import Addresses, find_story_to_change, list_live_with_authors

TWICE = 10 * SECOND
"""In which the same words from the same place are one press of a button too many."""
ASK_PAUSE = 15 * SECOND
"""Between two answers to one browser, or network address, that an address is somebody's."""


class Posted(msgspec.Struct, frozen=True):
    """A comment, its story as it is now, and where that can be read."""

    comment: Comment
    story: Story
    addresses: Addresses


def post_comment(db: Connection, viewer: Viewer, story_id: int, draft: Draft, moment: Moment) -> Posted:
    """The comment that the draft has become, whatever its status.

    The same draft sent twice is one comment: by its id, or, where the reader's browser gave none, by the
    same reader's same words within a minute. Other words under an id that was used are another comment.
    What could tell of an address comes last, so that whoever asks has spent what a comment costs.
    """
    story = find_story_to_change(db, viewer.site.id, story_id)
    if story is None:
        raise NotFound
    draft = as_signed_in(viewer, tidy_draft(draft, viewer.rules))
    addresses, authors = list_live_with_authors(db, story.site_id, story.id)
    draft, earlier = find_earlier(db, viewer, story, draft, moment)
    if earlier:
        return Posted(earlier, story, addresses)
    require_no_twin(db, viewer, twin_pace(viewer, draft, story), moment)

    if not addresses:
        raise NotFound
    require_may_post(story, viewer, moment.now)
    html = render_text(draft.text, viewer.rules)
    require_identity(db, viewer, authors, draft)
    answers = find_answered(db, story, draft)
    take_turn(db, viewer, draft, moment)

    reader = save_author(db, viewer, draft, moment)
    evidence = Evidence(draft, count_links(html), is_known=reader.approved > 0, address=viewer.address)
    verdict = Verdict("published") if viewer.is_staff else screen(evidence, viewer.rules)
    comment = place(db, story, answers, viewer.rules.nesting, moment)
    comment = fill(comment, draft, reader, html, verdict)
    save_comment(db, comment)
    save_decision(db, first_decision(comment, "screening", verdict.reasons))
    finish_draft(db, viewer, twin_pace(viewer, draft, story), moment)
    return Posted(comment, count_change(db, story, None, comment), addresses)


def render_text(text: str, rules: Rules) -> str:
    """A comment's HTML. Raises TextMissing where there is nothing to be seen in it, and TooLong."""
    require_text(text, rules)
    html = render_markdown(text)
    if is_nothing(html):
        raise TextMissing
    return html


def find_earlier(
    db: Connection, viewer: Viewer, story: Story, draft: Draft, moment: Moment
) -> tuple[Draft, Comment | None]:
    """The comment that the draft has become already; the draft without its id where that was used."""
    mark = fingerprint(draft.parent_id, draft.text)
    sent = find_comment_of_draft(db, story.site_id, story.id, draft.id) if draft.id else None
    if sent and sent.fingerprint == mark:
        give_back(db, viewer, sent, moment)
        return draft, sent
    if sent:
        draft = msgspec.structs.replace(draft, id=None)
    own = viewer.reader
    alike = list_own_alike(db, story.site_id, story.id, own.id, mark) if own else []
    return draft, find_repeated(viewer, draft, alike, moment)


def as_signed_in(viewer: Viewer, draft: Draft) -> Draft:
    """Who has signed in writes under their own name, whatever the box sent."""
    reader = viewer.reader
    if viewer.is_guest or reader is None:
        return draft
    name = reader.name or draft.name
    return msgspec.structs.replace(draft, name=name, email=reader.email, website=reader.website)


def require_identity(db: Connection, viewer: Viewer, authors: Sequence[str], draft: Draft) -> None:
    """A guest's details; and the name of somebody who has signed in and had none, as by a letter."""
    if viewer.is_guest:
        require_details(draft, viewer.rules)
        require_own_name(db, viewer, authors, draft)
    elif viewer.reader and not viewer.reader.name and (draft.name or viewer.rules.require_name_and_email):
        require_name(draft.name, viewer.rules, (*list_reserved_names(db, viewer.site), *authors))


def require_own_name(db: Connection, viewer: Viewer, authors: Sequence[str], draft: Draft) -> None:
    """A guest takes no name of the site's own, of its moderators or of the story's authors."""
    if is_lookalike(draft.name, (*list_reserved_names(db, viewer.site), *authors)):
        raise NameReserved


def require_free_address(
    db: Connection, viewer: Viewer, draft: Draft, times: dict[str, int], moment: Moment
) -> None:
    """A guest does not take the address of a reader who can prove it. Who has been told so once is told
    nothing of any address for a while, and has spent what a comment costs; the reader whose it is does not
    notice.

    Where nobody can sign in, nobody has proven anything.
    """
    if not viewer.site.icons or not draft.email:
        return
    keys = list_own_keys(viewer, "asked-")
    require_rested(db, viewer, keys, ASK_PAUSE, moment)
    if has_proven_email(db, viewer.site.id, draft.email):
        own = {key: at for key, at in times.items() if key != email_pace(draft.email)}
        save_times(db, viewer.site.id, own | dict.fromkeys(keys, moment.now))
        raise EmailTaken


def list_reserved_names(db: Connection, site: Site) -> list[str]:
    """Names under which, and under whose likeness, only the site and its moderators write."""
    return [*site.reserved_names, *(moderator.name for moderator in list_staff(db, site.id))]


def finish_draft(db: Connection, viewer: Viewer, twin: list[str], moment: Moment) -> None:
    """The draft has been posted: also the one that was typed before the sign-in."""
    if twin:
        save_paces(db, viewer.site.id, twin, moment.now)
    if viewer.has_draft:
        save_session_change(db, viewer.site.id, viewer.session, draft="")


def find_repeated(viewer: Viewer, draft: Draft, alike: list[Comment], moment: Moment) -> Comment | None:
    """The comment that a form without an id has just become; refuses the same words in another draft.

    Of the same reader, as their session says, and never of whoever typed the same address: any answer would
    tell a stranger what somebody's address is. Their same words are another comment.
    """
    for other in alike:
        if is_own(viewer, other) and other.status != "withdrawn":
            if draft.id is None and moment.now - time_of(other.id) < MINUTE:
                return other
            raise Duplicate
    return None


def twin_pace(viewer: Viewer, draft: Draft, story: Story) -> list[str]:
    """The key of a button pressed by somebody who has no cookie yet and whose browser runs no scripts:
    neither a session nor a draft's id would tell that it was pressed twice."""
    if viewer.reader is not None or draft.id is not None:
        return []
    mark = fingerprint(draft.parent_id, draft.text)
    pressed = f"{story.id} {viewer.sender} {viewer.browser} {mark} {draft.name}"
    return [f"twin:{hashlib.sha256(pressed.encode()).hexdigest()}"]


def require_no_twin(db: Connection, viewer: Viewer, twin: list[str], moment: Moment) -> None:
    """Who pressed twice is told so, and is given nothing of the first: it could be somebody else's."""
    last = find_last_pace(db, viewer.site.id, twin) if twin else None
    if last is not None and 0 <= moment.now - last < TWICE:
        raise Duplicate


def give_back(db: Connection, viewer: Viewer, sent: Comment, moment: Moment) -> None:
    """A guest's browser that never got our answer proves by its draft's id that the comment is its own.

    Who has signed in, or was banned, comes back by signing in and by nothing else.
    """
    if viewer.reader is None and sent.reader_id:
        reader = find_reader(db, sent.site_id, sent.reader_id)
        is_guest = count_identities(db, sent.site_id, sent.reader_id) == 0
        if reader and is_guest and reader.banned_at is None:
            save_session(db, guest_session(viewer, reader, moment))


def find_answered(db: Connection, story: Story, draft: Draft) -> Comment | None:
    if draft.parent_id is None:
        return None
    answered = find_comment(db, story.site_id, story.id, draft.parent_id)
    require_may_answer(answered)
    return answered


def take_turn(db: Connection, viewer: Viewer, draft: Draft, moment: Moment) -> None:
    """That it is not too soon for another comment, and the guest's address nobody's who can prove it."""
    if viewer.is_staff:
        return
    times = require_pace(db, viewer, draft, moment)
    if viewer.is_guest:
        require_free_address(db, viewer, draft, times, moment)
    save_times(db, viewer.site.id, times)


def save_author(db: Connection, viewer: Viewer, draft: Draft, moment: Moment) -> Reader:
    """The reader as this draft names them: a new guest, or the known one with today's details."""
    details = (draft.name, draft.email, draft.website)
    known = viewer.reader and find_reader(db, viewer.site.id, viewer.reader.id)
    if known is None:
        reader = Reader(viewer.site.id, moment.id, *details, approved=0)
        save_reader(db, reader)
        save_session(db, guest_session(viewer, reader, moment))
        return reader
    if not viewer.is_guest:
        return known if known.name == draft.name else save_reader_change(db, known, name=draft.name)
    if (known.name, known.email, known.website) == details:
        return known
    return save_reader_change(db, known, name=draft.name, email=draft.email, website=draft.website)


def guest_session(viewer: Viewer, reader: Reader, moment: Moment) -> Session:
    return Session(
        site_id=reader.site_id,
        token_hash=viewer.session,
        reader_id=reader.id,
        id=moment.id,
        seen_at=moment.now,
        browser=viewer.browser,
        place=viewer.place,
    )


def place(db: Connection, story: Story, answers: Comment | None, nesting: int, moment: Moment) -> Comment:
    """An empty comment at its place in the thread: under the deepest ancestor that may have replies."""
    parent = answers
    while parent is not None and parent.level >= nesting - 1:
        above = parent.parent_id
        parent = find_comment(db, story.site_id, story.id, above) if above else None
    root_id = parent.root_id if parent else moment.id
    last = find_last_seq(db, story.site_id, story.id, root_id) if parent else None
    return empty_comment(
        story,
        moment.id,
        parent_id=parent.id if parent else None,
        answers_id=answers.id if answers else None,
        root_id=root_id,
        seq=0 if last is None else last + 1,
        level=parent.level + 1 if parent else 0,
    )


def empty_comment(story: Story, id: int, **place: int | None) -> Comment:
    return Comment(
        site_id=story.site_id,
        story_id=story.id,
        id=id,
        status="held",
        listed=False,
        reader_id=None,
        draft=None,
        name="",
        email="",
        website="",
        language="",
        text="",
        format="markdown",
        html="",
        renderer=RENDERER,
        fingerprint=0,
        edited_at=None,
        ups=0,
        downs=0,
        score=0,
        replies=0,
        **place,  # type: ignore[arg-type]  # the place is checked where it is made
    )


def fill(comment: Comment, draft: Draft, reader: Reader, html: str, verdict: Verdict) -> Comment:
    return msgspec.structs.replace(
        comment,
        status=verdict.status,
        listed=verdict.status == "published" and comment.level == 0,
        reader_id=reader.id,
        photo=reader.photo,
        draft=draft.id,
        name=draft.name,
        email=draft.email,
        website=draft.website,
        language=draft.language,
        text=draft.text,
        html=html,
        fingerprint=fingerprint(draft.parent_id, draft.text),
    )


def first_decision(comment: Comment, by: str, reasons: tuple[str, ...]) -> Decision:
    """Why a comment has the status that it came in with."""
    return Decision(
        site_id=comment.site_id,
        story_id=comment.story_id,
        comment_id=comment.id,
        id=comment.id,
        by=by,
        before=None,
        after=comment.status,
        reasons=reasons,
    )


def fingerprint(parent_id: int | None, text: str) -> int:
    """63 bits by which the same words under the same parent are found."""
    digest = hashlib.sha256(f"{parent_id or 0}\n{' '.join(text.split())}".encode()).digest()
    return int.from_bytes(digest[:8], "big") >> 1
