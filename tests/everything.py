"""One of everything that can be stored, and who sees what of it.

A new kind of thing is an entry of `THINGS`; a table in which none of them leaves a row fails the walk.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from tests.going_on import (
    Street,
    banned_stays_out,
    code_still_opens,
    draft_is_one_comment,
    far_reader_writes,
    guest_votes,
    letters_lead_back,
    moderator_writes,
    owner_is_sent_letters,
    passkey_opens,
    reader_writes,
)
from tests.making import (
    FAR,
    GUEST,
    LETTERS,
    LINKED,
    PROGRAM,
    READER,
    STAFF,
    STRANGER,
    make_alias,
    make_banned,
    make_closed,
    make_draft,
    make_edited,
    make_embargoed,
    make_erased,
    make_files,
    make_guest,
    make_held,
    make_import,
    make_mentions,
    make_moderator,
    make_moved,
    make_page_that_was_read,
    make_pages_elsewhere,
    make_picture,
    make_plain_file,
    make_programs,
    make_reader,
    make_reader_by_letter,
    make_rejected,
    make_retired,
    make_session_elsewhere,
    make_sign_in,
    make_votes,
    make_withdrawn,
)
from tests.office import Office
from tests.whole import HELD, REJECTED

THREAD = "/api/v1/stories/{flight}/comments?limit=100"
IMPORTED = "/api/v1/stories/{imported}/comments?limit=100"
DATA = "/me/export.json"
EMBEDDED = "/embed/discussion?page={page}&language=en"
POLL = "/embed/discussion?page={poll_page}&story=poll&language=en"


def nothing(_: object) -> None:
    """It has come along with the thing before; nothing more is done with it."""


class Thing(msgspec.Struct, kw_only=True):
    """How a thing is made, who reads what of it where, and what must still go on. What is `secret` is said to
    nobody else but who it is `known_to`. `since` is the migration before which it could not be kept."""

    make: Callable[[Office], None]
    seen: tuple[tuple[str, str, str], ...] = ()
    still: Callable[[Street], None] = nothing
    secret: str = ""
    known_to: tuple[str, ...] = ()
    since: str = "0001"


THINGS: dict[str, Thing] = {
    "a story of a folder": Thing(
        make=make_files,
        seen=(
            (STRANGER, "/en/flight", "No more specialists will be sent"),
            (STRANGER, "/es/vuelo", "No se enviarán más especialistas"),
            (STRANGER, "/sitemap.xml", "{site}/en/plan"),
        ),
    ),
    "a file that names no language": Thing(
        make=make_plain_file, seen=((STRANGER, "/en/lone", "Under a plain file."),)
    ),
    "a picture": Thing(make=make_picture, seen=((STRANGER, "/pictures/plan.png", "image/png"),)),
    "a story that waits for its time": Thing(
        make=make_embargoed,
        seen=((LINKED, "/preview/{embargoed_preview}", "About embargoedberry"),),
        secret="embargoedberry",
    ),
    "a draft": Thing(
        make=make_draft,
        seen=((LINKED, "/preview/{draft_preview}", "About draftberry"),),
        secret="draftberry",
    ),
    "a story that was taken off": Thing(make=make_retired, secret="retiredberry"),
    "a story with earlier addresses": Thing(
        make=make_moved,
        seen=(
            (STRANGER, "/en/before", "About after"),
            (STRANGER, "/en/between", "About after"),
            (STRANGER, "/en/before/comments/{along}", "Comes along."),
        ),
    ),
    "a story without a discussion": Thing(
        make=make_closed,
        seen=((STRANGER, "/en/silent", "All about silent."), (STRANGER, "/en/closed", "All about closed.")),
    ),
    "an imported story": Thing(
        make=make_import,
        seen=(
            (STRANGER, "/2015/01/bridge-closed/", "Second paragraph."),
            (STRANGER, "/?p=1", "Imported words"),
            (STRANGER, IMPORTED, "Imported answer"),
        ),
    ),
    "an imported comment that waits": Thing(make=nothing, secret="waitberry"),
    "imported spam": Thing(make=nothing, secret="spamberry"),
    "a page elsewhere": Thing(
        make=make_pages_elsewhere,
        since="0004",
        seen=(
            (STRANGER, EMBEDDED, "Said elsewhere."),
            (STRANGER, POLL, "Said in the poll."),
            (STRANGER, "/embed/discussion?page={otra}&story=poll&language=es", "Said in the poll."),
        ),
    ),
    "a page elsewhere that was read": Thing(
        make=make_page_that_was_read,
        since="0004",
        seen=((STRANGER, "/embed/discussed?language=en", "Its own title"),),
    ),
    "an alias": Thing(
        make=make_alias,
        since="0004",
        seen=(
            (STRANGER, "/embed/discussion?page={moved_page}&language=en", "Said elsewhere."),
            (STRANGER, "/plans/of/old", "About plan"),
        ),
    ),
    "a guest": Thing(
        make=make_guest,
        still=guest_votes,
        seen=(
            (STRANGER, "/en/flight", "Guest words"),
            (STRANGER, THREAD, "Deeper words"),
            (GUEST, DATA, "visitor-mail@example.org"),
        ),
        secret="visitor-mail@example.org",
    ),
    "a comment that is sent again": Thing(make=nothing, still=draft_is_one_comment),
    "a comment that waits": Thing(make=make_held, seen=((GUEST, "/en/flight", HELD),), secret=HELD),
    "a comment that was rejected": Thing(
        make=make_rejected, seen=((GUEST, DATA, REJECTED),), secret=REJECTED
    ),
    "a comment that was withdrawn": Thing(
        make=make_withdrawn, seen=((GUEST, DATA, "withdrawnberry"),), secret="withdrawnberry"
    ),
    "a comment that was edited": Thing(
        make=make_edited,
        seen=((STRANGER, THREAD, "Edited words"), (GUEST, DATA, "earlierberry")),
        secret="earlierberry",
    ),
    "a reader": Thing(
        make=make_reader,
        still=reader_writes,
        since="0002",
        seen=(
            (STRANGER, THREAD, "Ana Reader"),
            (STRANGER, "/photos/{photo}", "image/"),
            (READER, "/me", "Ana Reader"),
            (READER, DATA, "ana-mail@example.org"),
        ),
        secret="ana-mail@example.org",
        known_to=(PROGRAM,),
    ),
    "a reader by letter": Thing(
        make=make_reader_by_letter,
        since="0002",
        seen=((STRANGER, THREAD, "Words of who reads letters"), (LETTERS, DATA, "berta-mail@example.org")),
        secret="berta-mail@example.org",
    ),
    "a reader who has only a mailbox left": Thing(make=nothing, still=letters_lead_back, since="0002"),
    "a browser at home": Thing(make=nothing, still=owner_is_sent_letters, since="0002"),
    "a sign-in on its way": Thing(
        make=make_sign_in, still=code_still_opens, since="0002", secret="typedberry"
    ),
    "votes": Thing(
        make=make_votes,
        since="0002",
        seen=((STRANGER, THREAD, '"ups":2,"downs":1'), (READER, DATA, '"value":1')),
    ),
    "a moderator": Thing(
        make=make_moderator,
        still=moderator_writes,
        since="0003",
        seen=((STRANGER, THREAD, "Desk words"), (STAFF, "/me", "Rosa Desk"), (STAFF, DATA, "passkey")),
    ),
    "a moderator's passkey": Thing(make=nothing, still=passkey_opens, since="0003"),
    "a reader's programs": Thing(
        make=make_programs,
        since="0006",
        seen=(
            (PROGRAM, "/api/v1/me", "Ana Reader"),
            (PROGRAM, "/api/v1/me/export", "ana-mail@example.org"),
            (LINKED, "/me/replies/feed.atom?key={feed_key}", "Telling words"),
        ),
    ),
    "a session elsewhere": Thing(
        make=make_session_elsewhere,
        still=far_reader_writes,
        since="0004",
        seen=(
            (STRANGER, EMBEDDED, "Far words"),
            (FAR, "/stories/{plain}/viewer?language=en", "Far words"),
        ),
    ),
    "who is banned": Thing(
        make=make_banned, still=banned_stays_out, since="0002", seen=((STRANGER, THREAD, "Wild words"),)
    ),
    "a reader who has gone": Thing(
        make=make_erased, seen=((STRANGER, THREAD, "Words that stay"),), secret="Erasedberry"
    ),
    "the words of a reader who has gone": Thing(make=nothing, secret="removedberry"),
    "a mention": Thing(
        make=make_mentions,
        seen=((STRANGER, "/en/flight", "Our answer"),),
        secret="Refusedberry",
        since="0007",
    ),
    "a mention that was not looked at": Thing(make=nothing, secret="unseenberry"),
}
"""In the order in which they are made."""
