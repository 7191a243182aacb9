"""Letters that let a reader in: how often they are asked for, and what is made of what they say."""

from __future__ import annotations

import hmac

from sqlalchemy import Connection

from piensas.actions.pacing import MINUTE, Allowance, hash_mailbox, list_own_keys, require_pause, spend
from piensas.actions.signing_in import begin_sign_in
from piensas.model.identity import LETTER, MOST_TRIES, SignIn
from piensas.model.job import Job
from piensas.model.mailbox import mailbox_of
from piensas.model.moment import Moment, time_of
from piensas.model.reader import Viewer
from piensas.model.refusals import CodeWrong, EmailInvalid, SignInOver
from piensas.store.jobs import save_job
from piensas.store.sign_ins import (
    erase_sign_in,
    find_sign_in,
    find_sign_in_by_link,
    save_sign_in_change,
)

PAUSE = MINUTE
"""Milliseconds between two letters that one browser, or one network address, asks for."""
FROM_ONE_PLACE = Allowance(every=15 * MINUTE, at_once=3)
"""Letters to one mailbox that one network address asks for. Who knows somebody's address has this much of
what strangers together have, so that one of them does not take it all."""
FROM_NOWHERE = Allowance(every=MINUTE, at_once=1)
"""As above, where nobody can be told apart by their network addresses."""
TO_A_MAILBOX = Allowance(every=3 * MINUTE, at_once=12)
"""Letters to one mailbox that strangers ask for, all together."""
OF_THE_SITE = Allowance(every=3_600, at_once=200)
"""Letters that strangers ask for, all together: a thousand an hour."""
FROM_HOME = Allowance(every=MINUTE, at_once=3)
"""Letters that a browser asks for in which their reader has used one before. What strangers do does not
concern it."""
FROM_HOMES = Allowance(every=MINUTE, at_once=6)
"""As above, from all browsers that are at home with one mailbox: also those of who could read it once."""


def begin_by_mail(db: Connection, viewer: Viewer, sign_in: SignIn, home: str, moment: Moment) -> None:
    """Keeps what has to come back, with a letter to be sent. `home` names the browser, if the mailbox's
    reader has come in by a letter there before."""
    if not sign_in.email or mailbox_of(sign_in.email) != sign_in.email:
        raise EmailInvalid
    require_letter_pace(db, viewer, sign_in.email, home, moment)
    begin_sign_in(db, viewer, sign_in, moment)
    what = sign_in.state.hex()
    save_job(db, Job(site_id=sign_in.site_id, id=moment.id, kind="letter", what=what, due_at=moment.now))


def require_letter_pace(db: Connection, viewer: Viewer, email: str, home: str, moment: Moment) -> None:
    """Nobody's letter box is filled, nobody fills many, and nobody keeps its owner from asking: a browser
    that it knows has an allowance of its own. Who asks too fast is told nothing of the mailbox."""
    site_id, mailbox = viewer.site.id, hash_mailbox(email)
    if home:
        spend(db, site_id, f"letters-home:{home}", FROM_HOME, moment)
        spend(db, site_id, f"letters-homes:{mailbox}", FROM_HOMES, moment)
        return
    require_pause(db, viewer, list_own_keys(viewer, "letters-"), PAUSE, moment)
    share = FROM_ONE_PLACE if viewer.sender else FROM_NOWHERE
    spend(db, site_id, f"letter:{mailbox[:32]}:{viewer.sender}", share, moment)
    spend(db, site_id, f"letter:{mailbox}", TO_A_MAILBOX, moment)
    spend(db, site_id, "letters", OF_THE_SITE, moment)


def write_secrets(db: Connection, site_id: int, state: bytes, *, code: bytes, link: bytes) -> SignIn | None:
    """The hashes of what a letter is about to say; None where nobody waits for it any more."""
    sign_in = find_sign_in(db, site_id, state)
    if sign_in is not None:
        save_sign_in_change(db, sign_in, code=code, link=link)
    return sign_in


def try_code(
    db: Connection, site_id: int, state: bytes, browser: bytes, code: bytes, moment: Moment
) -> SignIn | None:
    """The sign-in whose letter says this code; None for a wrong one, of which there may be a few."""
    found = find_sign_in(db, site_id, state)
    if found is None or not hmac.compare_digest(found.browser, browser) or is_late(found, moment):
        raise SignInOver
    if found.code is not None and hmac.compare_digest(found.code, code) and erase_sign_in(db, found):
        return found
    if found.tries + 1 >= MOST_TRIES:
        erase_sign_in(db, found)
    else:
        save_sign_in_change(db, found, tries=found.tries + 1)
    return None


def find_letter(db: Connection, site_id: int, link: bytes, moment: Moment) -> SignIn:
    """The sign-in whose letter has this link, while it is good."""
    found = find_sign_in_by_link(db, site_id, link)
    if found is None or not found.email or is_late(found, moment):
        raise SignInOver
    return found


def take_link(db: Connection, site_id: int, link: bytes, browser: bytes, moment: Moment) -> SignIn:
    """The sign-in whose letter has this link, in the browser that asked for the letter: elsewhere its reader
    would finish somebody else's ticket, draft and window."""
    found = find_letter(db, site_id, link, moment)
    if not hmac.compare_digest(found.browser, browser) or not erase_sign_in(db, found):
        raise SignInOver
    return found


def require_code(found: SignIn | None) -> SignIn:
    """Told after the commit, so that a wrong attempt is counted."""
    if found is None:
        raise CodeWrong
    return found


def is_late(sign_in: SignIn, moment: Moment) -> bool:
    return not sign_in.email or moment.now - time_of(sign_in.id) > LETTER
