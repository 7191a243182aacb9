"""A reader lets programs act for them, each as far as they say."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection

from piensas.model.draft import require_length, require_spare
from piensas.model.moment import Moment
from piensas.model.reader import Viewer
from piensas.model.refusals import LoginRequired, ProgramUnclear, TooManyPrograms
from piensas.model.session import API, PROGRAM, SCOPES, Session, hash_of, is_over
from piensas.model.wording import is_blank, tidy_line
from piensas.store.sessions import erase_session, list_sessions, save_session

LONGEST_LABEL = 100
MOST_PROGRAMS = 20


class Program(msgspec.Struct, frozen=True):
    """What a reader wants to let act for them: its name, what it may, the secret that it holds."""

    label: str
    scopes: tuple[str, ...]
    token: str


def allow_program(db: Connection, viewer: Viewer, program: Program, moment: Moment) -> Session:
    """The program's session, of whose token only the hash is kept. Ended like any other of the reader's."""
    reader = viewer.reader
    if reader is None or viewer.is_guest:
        raise LoginRequired
    require_spare("name", program.label, LONGEST_LABEL)
    label = tidy_line(program.label)
    scopes = tuple(scope for scope in SCOPES if scope in program.scopes)
    if is_blank(label) or not scopes:
        raise ProgramUnclear
    require_length("name", label, LONGEST_LABEL)
    programs = [each for each in list_sessions(db, viewer.site.id, reader.id) if each.is_program]
    for over in (each for each in programs if is_over(each, moment.now)):
        erase_session(db, viewer.site.id, over.token_hash)
    if sum(not is_over(each, moment.now) for each in programs) >= MOST_PROGRAMS:
        raise TooManyPrograms
    session = Session(
        site_id=viewer.site.id,
        token_hash=hash_of(program.token),
        reader_id=reader.id,
        id=moment.id,
        seen_at=moment.now,
        provider=PROGRAM,
        label=label,
        place=API,
        scopes=" ".join(scopes),
    )
    save_session(db, session)
    return session
