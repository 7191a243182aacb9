"""What has had its time is forgotten: in deeds of its own, a few rows at a time, so that nobody waits."""

from __future__ import annotations

from sqlalchemy import Connection

from piensas.actions.pacing import MINUTE, SECOND
from piensas.model.identity import LETTER
from piensas.model.moment import Moment
from piensas.model.site import Site
from piensas.store.paces import erase_some_paces
from piensas.store.sign_ins import erase_some_sign_ins

AT_ONCE = 500
LONGEST_PACE = 5 * MINUTE
"""Milliseconds for which a pace is kept that is not a comment's."""


def sweep(db: Connection, site: Site, moment: Moment) -> bool:
    """Forgets some paces and sign-ins that slow nobody down and that nobody can finish any more; says whether
    there may be more."""
    longest = max(site.rules.seconds_between_comments * SECOND, LONGEST_PACE)
    paces = erase_some_paces(db, site.id, moment.now - longest, AT_ONCE)
    sign_ins = erase_some_sign_ins(db, site.id, moment.now - LETTER, AT_ONCE)
    return AT_ONCE in (paces, sign_ins)
