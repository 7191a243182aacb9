"""The reader's own page: who they are here, what they said, how they come in; and the way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from sqlalchemy import Connection

from piensas.actions.claiming import claim_comments, claim_some
from piensas.actions.erasing import Farewell, leave, take_back_some
from piensas.actions.presence import present
from piensas.actions.programs import Program, allow_program
from piensas.actions.signing_in import drop_identity, end_session, rename
from piensas.drawing.pen import Pen, pen_of
from piensas.model.refusals import LoginRequired, Malformed, Refusal
from piensas.model.session import hash_of
from piensas.web.answers import json_answer, page_answer, see
from piensas.web.errors import STATUS, words_for
from piensas.web.home import home_cookie
from piensas.web.http import Request
from piensas.web.origin import require_own_page
from piensas.web.own import Everything, read_everything, show_everything
from piensas.web.press import Press
from piensas.web.shapes import as_id, read_shape, wants_json
from piensas.web.spoken import spoken_language
from piensas.web.viewer import Visit, give_session, own_browser, read_visit

SHOWN = 50
"""Comments on the page; the export has all."""


SCOPES: dict[str, Callable[[Callable[[str], str]], str]] = {
    "read": lambda _: _("read what is yours"),
    "write": lambda _: _("write and vote in your name"),
    "account": lambda _: _("change your name and download what we know of you"),
    "feed": lambda _: _("follow the feed of replies to you"),
}
"""What a token may be made for, in words."""


class NameShape(msgspec.Struct):
    name: str = ""


class ProgramShape(msgspec.Struct):
    """What a program is called, and `yes` for each scope that it is allowed."""

    name: str = ""
    read: str = ""
    write: str = ""
    account: str = ""
    feed: str = ""

    @property
    def scopes(self) -> list[str]:
        return [scope for scope in SCOPES if getattr(self, scope) == "yes"]


class Token(msgspec.Struct, frozen=True):
    """A program's, as its reader is shown it once."""

    label: str
    secret: str
    is_for_feed: bool


class EraseShape(msgspec.Struct):
    """`comments`: "remove" or "keep" without the name. `sure` must say "yes"."""

    comments: str = ""
    sure: str = ""


@get("/me")
async def my_page(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """A reader's; a guest, too, sees what was written from this browser, takes it along or leaves."""
    visit = await read_visit(request, press)
    if visit.viewer.reader is None or visit.is_elsewhere:
        return see("/signin")
    return page_answer(await draw_page(request, press, visit))


@get("/me/export.json")
async def my_data(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Everything that we have about the reader, for programs (GDPR, Articles 15 and 20)."""
    visit = await visit_of_writer(request, press)
    everything = await press.db.read(read_everything, visit.viewer)
    return as_file(json_answer(show_everything(press.site, everything)), "piensas.json")


@get("/me/export.html")
async def my_data_to_read(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    visit = await visit_of_writer(request, press)
    everything = await press.db.read(read_everything, visit.viewer)
    body = my_pen(request, press).draw("export.html", me=everything, titles=everything.titles)
    return as_file(page_answer(body), "piensas.html")


@post("/me/name", status_code=200)
async def post_name(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    visit = await visit_of_reader(request, press, own_page=True)
    shape = await read_shape(request, NameShape)
    try:
        await press.db.write(lambda db: rename(db, present(db, visit.viewer), shape.name))
    except Refusal as refusal:
        if wants_json(request):
            raise
        words = words_for(refusal, my_pen(request, press).speech)
        body = await draw_page(request, press, visit, name=shape.name, error=words)
        return page_answer(body, status=STATUS[refusal.code])
    return see("/me")


@post("/me/programs", status_code=200)
async def post_program(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Lets a program act for the reader: its token is shown this once."""
    visit = await visit_of_reader(request, press, own_page=True)
    shape = await read_shape(request, ProgramShape)
    wanted = Program(shape.name, tuple(shape.scopes), token := secrets.token_urlsafe(32))
    try:
        made = await press.db.write(
            lambda db: allow_program(db, present(db, visit.viewer), wanted, press.clock())
        )
    except Refusal as refusal:
        if wants_json(request):
            raise
        error = words_for(refusal, my_pen(request, press).speech)
        body = await draw_page(request, press, visit, program=shape, program_error=error)
        return page_answer(body, status=STATUS[refusal.code])
    if wants_json(request):
        return json_answer({"token": token, "name": made.label, "scopes": made.scopes.split()}, status=201)
    shown = Token(made.label, token, "feed" in shape.scopes)
    return page_answer(await draw_page(request, press, visit, token=shown))


@post("/me/claim", status_code=200)
async def post_claim(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """What was written from this browser before becomes the reader's."""
    visit = await visit_of_reader(request, press, own_page=True)
    session = visit.session
    assert session is not None
    while await press.db.write(lambda db: claim_some(db, present(db, visit.viewer), session)):
        pass
    return await do_and_see(press, lambda db: claim_comments(db, present(db, visit.viewer), session))


@post("/me/sessions/{session:str}/end", status_code=200)
async def post_end(
    request: Request, press: NamedDependency[Press], session: FromPath[str]
) -> Response[bytes]:
    visit = await visit_of_reader(request, press, own_page=True)
    session_id = as_id(session)
    return await do_and_see(press, lambda db: end_session(db, present(db, visit.viewer), session_id))


@post("/me/identities/{identity:str}/drop", status_code=200)
async def post_drop(
    request: Request, press: NamedDependency[Press], identity: FromPath[str]
) -> Response[bytes]:
    visit = await visit_of_reader(request, press, own_page=True)
    identity_id = as_id(identity)
    return await do_and_see(press, lambda db: drop_identity(db, present(db, visit.viewer), identity_id))


@get("/me/erasure")
async def erasure_page(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Asks what is to become of the comments, and whether the reader is sure."""
    await visit_of_writer(request, press)
    return page_answer(my_pen(request, press).draw("erasure.html", error=""))


@post("/me/erasure", status_code=200)
async def post_erasure(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    visit = await visit_of_writer(request, press)
    shape = await read_shape(request, EraseShape)
    pen = my_pen(request, press)
    if shape.comments not in ("remove", "keep") or shape.sure != "yes":
        if wants_json(request):
            raise Malformed("comments must be remove or keep, and sure yes")
        error = pen.speech.gettext("Please choose what becomes of your comments, and say that you are sure.")
        return page_answer(pen.draw("erasure.html", error=error), status=422)
    browser = hash_of(own_browser(request, press.site.is_secure))
    farewell = Farewell("remove" if shape.comments == "remove" else "keep", browser)

    def take_back(db: Connection) -> bool:
        viewer = present(db, visit.viewer)
        return viewer.reader is not None and take_back_some(db, viewer.reader)

    while await press.db.write(take_back):
        pass
    await press.db.write(lambda db: leave(db, present(db, visit.viewer), farewell, press.clock()))
    press.db.forget_log()
    answer = json_answer({"erased": True}) if wants_json(request) else page_answer(pen.draw("erased.html"))
    give_session(answer, press.site, "")
    answer.cookies.append(home_cookie(press, ""))
    return answer


async def visit_of_reader(request: Request, press: Press, *, own_page: bool = False) -> Visit:
    """Somebody who has signed in on our own pages; for deeds, from one of them."""
    if own_page:
        require_own_page(request, press.site.address)
    visit = await read_visit(request, press)
    if not visit.is_signed_in or visit.is_elsewhere:
        raise LoginRequired
    return visit


async def visit_of_writer(request: Request, press: Press) -> Visit:
    """Somebody of whom we know anything: a reader, or the guest of this browser, on our own pages."""
    visit = await read_visit(request, press)
    if visit.viewer.reader is None or visit.is_elsewhere:
        raise LoginRequired
    return visit


async def do_and_see(press: Press, deed: Callable[[Connection], Any]) -> Response[bytes]:
    await press.db.write(deed)
    return see("/me")


async def draw_page(
    request: Request,
    press: Press,
    visit: Visit,
    *,
    name: str | None = None,
    error: str = "",
    program: ProgramShape | None = None,
    program_error: str = "",
    token: Token | None = None,
) -> bytes:
    everything: Everything = await press.db.read(read_everything, visit.viewer, SHOWN)
    assert visit.session is not None
    return my_pen(request, press).draw(
        "me.html",
        me=everything,
        titles=everything.titles,
        here=visit.session,
        is_guest=visit.viewer.is_guest,
        name=everything.reader.name if name is None else name,
        error=error,
        program=program or ProgramShape(read="yes"),
        program_error=program_error,
        token=token,
        scopes={scope: say(my_pen(request, press).speech.gettext) for scope, say in SCOPES.items()},
    )


def my_pen(request: Request, press: Press) -> Pen:
    """In the language that was asked for, or that of the page the reader came from."""
    asked = request.query_params.get("language", "")
    language = asked if asked in press.site.languages else spoken_language(request, press.site)
    return pen_of(press.site, language)


def as_file(answer: Response[bytes], name: str) -> Response[bytes]:
    answer.headers["content-disposition"] = f'attachment; filename="{name}"'
    return answer
