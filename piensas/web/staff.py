"""Moderators make a passkey by an invitation, and sign in with it."""

from __future__ import annotations

import json
import secrets
from typing import Annotated, Any

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency

from piensas.actions.presence import present_or_stranger
from piensas.actions.signing_in import Entry, begin_sign_in, take_sign_in
from piensas.actions.staffing import accept_invitation, enter_by_passkey, find_invited
from piensas.drawing.pen import pen_of
from piensas.model.identity import OURSELVES, PASSKEY, Passkey, Profile, SignIn
from piensas.model.refusals import SignInOver
from piensas.model.session import hash_of
from piensas.store.identities import find_passkey
from piensas.web.answers import json_answer, page_answer
from piensas.web.http import Request
from piensas.web.origin import require_own_page
from piensas.web.press import Press
from piensas.web.shapes import read_shape
from piensas.web.spoken import spoken_language
from piensas.web.viewer import browser_cookie, browser_token, give_session, own_browser, read_visit
from piensas.web.ways import ALONE

LABEL = "Passkey"
LONGEST_ANSWER = 1 << 16


class KeyShape(msgspec.Struct):
    """`key` is the secret of an invitation."""

    key: str = ""


class AnswerShape(msgspec.Struct):
    """What the browser's passkey said, as its own JSON, and the invitation's `key` where it is new."""

    answer: Annotated[str, msgspec.Meta(max_length=LONGEST_ANSWER)] = ""
    key: str = ""


@get("/staff")
async def staff_door(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Where moderators sign in."""
    return draw(request, press, key="")


@get("/staff/invitation")
async def invitation(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Looking at an invitation does not use it up."""
    key = request.query_params.get("key", "")
    moderator = await press.db.read(find_invited, press.site.id, hash_of(key), press.clock())
    return draw(request, press, key=key, name=moderator.name)


@post("/staff/passkey/new", status_code=200)
async def ask_new(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    from piensas.outside.passkeys import ask_for_new  # loads what reads certificates

    shape = await read_shape(request, KeyShape)
    moderator = await press.db.read(find_invited, press.site.id, hash_of(shape.key), press.clock())
    challenge = secrets.token_urlsafe(32)
    return await begin(request, press, challenge, ask_for_new(press.site, moderator, challenge))


@post("/staff/passkey", status_code=200)
async def ask_known(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    from piensas.outside.passkeys import ask_for_known  # loads what reads certificates

    challenge = secrets.token_urlsafe(32)
    return await begin(request, press, challenge, ask_for_known(press.site, challenge))


@post("/staff/invitation", status_code=200)
async def accept(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    from piensas.outside.passkeys import check_new  # loads what reads certificates

    shape = await read_shape(request, AnswerShape)
    await press.db.read(find_invited, press.site.id, hash_of(shape.key), press.clock())
    sign_in, challenge = await take(request, press, shape)
    passkey = check_new(press.site, shape.answer, challenge)
    visit = await read_visit(request, press)
    entry, token = enter_with(press, sign_in, passkey)
    link, moment = hash_of(shape.key), press.clock()
    await press.db.write(
        lambda db: accept_invitation(db, present_or_stranger(db, visit.viewer), link, passkey, entry, moment)
    )
    return welcome(press, token)


@post("/staff", status_code=200)
async def by_passkey(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    from piensas.outside.passkeys import check_known, subject_of  # loads what reads certificates

    shape = await read_shape(request, AnswerShape)
    sign_in, challenge = await take(request, press, shape)
    known = await press.db.read(find_passkey, press.site.id, subject_of(shape.answer))
    if known is None:
        raise SignInOver
    passkey = check_known(press.site, shape.answer, challenge, known)
    visit = await read_visit(request, press)
    entry, token = enter_with(press, sign_in, passkey)
    moment = press.clock()
    await press.db.write(
        lambda db: enter_by_passkey(db, present_or_stranger(db, visit.viewer), passkey, entry, moment)
    )
    return welcome(press, token)


async def begin(request: Request, press: Press, challenge: str, question: str) -> Response[bytes]:
    """Keeps the challenge for this browser alone; it can be answered once."""
    browser, moment = browser_token(request, press.site.is_secure), press.clock()
    sign_in = SignIn(
        site_id=press.site.id,
        state=hash_of(challenge),
        id=moment.id,
        provider=PASSKEY,
        browser=hash_of(browser),
    )
    visit = await read_visit(request, press)
    await press.db.write(lambda db: begin_sign_in(db, present_or_stranger(db, visit.viewer), sign_in, moment))
    answer = json_answer(json.loads(question))
    answer.cookies.append(browser_cookie(browser, press.site.is_secure))
    return answer


async def take(request: Request, press: Press, shape: AnswerShape) -> tuple[SignIn, str]:
    """The challenge that is answered, and the sign-in that it began."""
    from piensas.outside.passkeys import read_challenge  # loads what reads certificates

    challenge = read_challenge(shape.answer)
    state, browser = hash_of(challenge), hash_of(own_browser(request, press.site.is_secure))
    sign_in = await press.db.write(lambda db: take_sign_in(db, press.site.id, state, browser, press.clock()))
    if sign_in.provider != PASSKEY:
        raise SignInOver
    return sign_in, challenge


def enter_with(press: Press, sign_in: SignIn, passkey: Passkey) -> tuple[Entry, str]:
    token = secrets.token_urlsafe(32)
    profile = Profile(provider=PASSKEY, issuer=OURSELVES, subject=passkey.subject)
    return Entry(sign_in=sign_in, profile=profile, label=LABEL, new_session=hash_of(token)), token


def welcome(press: Press, token: str) -> Response[bytes]:
    answer = json_answer({"next": "/me"})
    give_session(answer, press.site, token)
    return answer


def draw(request: Request, press: Press, **what: Any) -> Response[bytes]:
    language = spoken_language(request, press.site)
    answer = page_answer(pen_of(press.site, language).draw("staff.html", **what))
    answer.headers.update(ALONE)
    return answer
