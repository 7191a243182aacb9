"""Signing in: to a provider and back, by a letter, and out again."""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Mapping
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from piensas.actions.letters import begin_by_mail, find_letter, require_code, take_link, try_code
from piensas.actions.presence import present_or_stranger
from piensas.actions.signing_in import Entry, begin_sign_in, enter, sign_out, take_sign_in
from piensas.drawing.pen import pen_of
from piensas.model.draft import SPARE
from piensas.model.identity import OURSELVES, Profile, SignIn, code_of
from piensas.model.mailbox import LONGEST, mailbox_of
from piensas.model.refusals import CodeWrong, NotFound, Refusal, SignInOver, SignInRefused
from piensas.model.session import bind_ticket, hash_of
from piensas.model.wording import tidy_line
from piensas.web.answers import json_answer, see
from piensas.web.box import Typed, typed_box, write_typed
from piensas.web.boxed import refuse_in_box, show_in_box
from piensas.web.discussions import find_address
from piensas.web.errors import STATUS, words_for
from piensas.web.home import home_cookie, read_home
from piensas.web.http import Request
from piensas.web.origin import require_known_page, require_own_page
from piensas.web.press import BY_MAIL, Press
from piensas.web.shapes import DraftShape, read_shape, wants_json
from piensas.web.spoken import spoken_language
from piensas.web.viewer import (
    Visit,
    as_stranger,
    browser_cookie,
    browser_token,
    forget_scripts,
    give_session,
    own_browser,
    read_visit,
)
from piensas.web.ways import ALONE, alone, draw, draw_ways, read_place


class SignInShape(DraftShape):
    """What was typed in the box, and how the sign-in was begun: in a `window` of its own, to `add` an
    identity to who is signed in, or for another site's page that holds a `ticket` (its SHA-256 in hex).
    `ways`: on the page that has nothing else."""

    window: str = ""
    add: str = ""
    ticket: Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{64})?$")] = ""
    ways: str = ""


class Ask(msgspec.Struct, frozen=True):
    """For a letter: the secret by which it will be finished, and the browser's name where it is at home."""

    state: str
    home: str


class CodeShape(msgspec.Struct):
    state: str = ""
    code: str = ""
    name: str = ""


class LinkShape(msgspec.Struct):
    key: str = ""
    name: str = ""


@post("/signin/{provider:str}", status_code=200)
async def begin(request: Request, press: NamedDependency[Press], provider: FromPath[str]) -> Response[bytes]:
    """Sends the browser to a provider, and keeps what was typed meanwhile."""
    require_known_page(request, press)
    visit = await read_visit(request, press)
    shape = await read_shape(request, SignInShape)
    state, browser = secrets.token_urlsafe(32), browser_token(request, press.site.is_secure)
    sign_in = begun(press, visit, provider, read_place(request), shape)
    sign_in = msgspec.structs.replace(
        sign_in, state=hash_of(state), browser=hash_of(browser), ticket=ticket_of(request, press, shape)
    )
    try:
        if provider == BY_MAIL:
            home = read_home(request, press, sign_in.email)
            answer = await send_letter(press, visit, sign_in, shape, Ask(state, home))
        else:
            answer = await send_away(press, visit, sign_in, state)
    except Refusal as refusal:
        if isinstance(refusal, NotFound) or wants_json(request):
            raise
        if shape.ways and refusal.field == "email":
            return refuse_in_ways(press, sign_in, shape.email, refusal)
        return await refuse(press, visit, sign_in, refusal)
    answer.cookies.append(browser_cookie(browser, press.site.is_secure))
    if not sign_in.in_window:
        forget_scripts(answer, visit)
    return answer


@post("/signin/change", status_code=200)
async def change(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """The box with every way to write, for who is signed in and wants another."""
    require_own_page(request, press.site.address)
    visit = await read_visit(request, press)
    shape = await read_shape(request, DraftShape)
    chosen = msgspec.structs.replace(shape, identity="guest")
    return await show_in_box(press, visit, read_place(request), chosen, lambda _: typed_box(chosen, visit))


@get("/signin/{provider:str}/callback")
async def come_back(
    request: Request, press: NamedDependency[Press], provider: FromPath[str]
) -> Response[bytes]:
    """Back from a provider. Only the browser that left can come back, and only once."""
    visit = await read_visit(request, press)
    answer = single_values(request)
    state, browser = hash_of(answer.get("state", "")), hash_of(own_browser(request, press.site.is_secure))
    sign_in = await press.db.write(lambda db: take_sign_in(db, press.site.id, state, browser, press.clock()))
    if sign_in.provider != provider:
        raise SignInOver
    road = press.road(provider)
    try:
        profile = await road.finish(sign_in, answer, return_address(press, provider))
        photo = await fetch_photo_of(press, profile)
        return await let_in(press, visit, sign_in, profile, road.provider.label, photo)
    except Refusal as refusal:
        return await refuse(press, visit, sign_in, refusal)


@post("/signin/code", status_code=200)
async def by_code(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """The code from a letter, typed in the browser that asked for it."""
    require_own_page(request, press.site.address)
    visit = await read_visit(request, press)
    shape = await read_shape(request, CodeShape)
    state, browser = hash_of(shape.state), hash_of(own_browser(request, press.site.is_secure))
    code = hash_of("".join(shape.code.split()))
    try:
        found = await press.db.write(
            lambda db: try_code(db, press.site.id, state, browser, code, press.clock())
        )
        return await let_in_by_mail(press, visit, require_code(found), shape.name)
    except CodeWrong as refusal:
        if wants_json(request):
            raise
        language = spoken_language(request, press.site)
        words = words_for(refusal, pen_of(press.site, language).speech)
        body = draw(press, language, "letter_sent.html", state=shape.state, name=shape.name, error=words)
        return alone(body, status=422)


@get("/signin/letter")
async def letter(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Where the link in a letter leads: to a button. Machines that open links sign nobody in."""
    return await show_letter(request, press, request.query_params.get("key", ""))


@post("/signin/letter", status_code=200)
async def by_link(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    require_own_page(request, press.site.address)
    visit = await read_visit(request, press)
    shape = await read_shape(request, LinkShape)
    link, browser = hash_of(shape.key), hash_of(own_browser(request, press.site.is_secure))
    try:
        sign_in = await press.db.write(lambda db: take_link(db, press.site.id, link, browser, press.clock()))
    except SignInOver:
        if wants_json(request):
            raise
        return await show_letter(request, press, shape.key, status=403)
    return await let_in_by_mail(press, visit, sign_in, shape.name)


async def show_letter(request: Request, press: Press, key: str, status: int = 200) -> Response[bytes]:
    """In the browser that asked for the letter a button; in any other the code, to be typed there."""
    asked = request.query_params.get("language", "")
    language = asked if asked in press.site.languages else spoken_language(request, press.site)
    try:
        sign_in = await press.db.read(find_letter, press.site.id, hash_of(key), press.clock())
    except SignInOver as refusal:
        words = words_for(refusal, pen_of(press.site, language).speech)
        return alone(draw(press, language, "letter_link.html", key="", code="", error=words), status=403)
    is_here = hmac.compare_digest(sign_in.browser, hash_of(own_browser(request, press.site.is_secure)))
    body = draw(press, language, "letter_link.html", key=key if is_here else "", code=code_of(key))
    return alone(body, status=status)


@post("/signout", status_code=200)
async def leave(request: Request, press: NamedDependency[Press]) -> Response[bytes]:
    """Ends our session; what was typed stays in the box."""
    require_known_page(request, press)
    visit = await read_visit(request, press)
    shape = await read_shape(request, DraftShape)
    place = read_place(request)
    await press.db.write(lambda db: sign_out(db, visit.viewer))
    stranger = as_stranger(visit)
    if wants_json(request):
        answer = json_answer({"signed_out": True})
    elif place and shape.text.strip():
        answer = await show_in_box(press, stranger, place, shape, lambda _: typed_box(shape, stranger))
    else:
        answer = see(await address_of(press, place, shape.language, "", "/"))
    give_session(answer, press.site, "", is_elsewhere=visit.is_elsewhere)
    return answer


def begun(press: Press, visit: Visit, provider: str, place: int, shape: SignInShape) -> SignIn:
    adds = bool(shape.add) and visit.is_signed_in and not visit.is_elsewhere
    return SignIn(
        site_id=press.site.id,
        state=b"",
        id=press.clock().id,
        provider=provider,
        browser=b"",
        place=place,
        language=shape.language if shape.language in press.site.languages else press.site.language,
        in_window=bool(shape.window),
        draft=write_typed(place, shape.cut(press.site.rules)),
        reader_id=visit.viewer.reader_id if adds else None,
        email=as_mailbox(shape.email) if provider == BY_MAIL else "",
    )


def as_mailbox(typed: str) -> str:
    """Where the letter goes, which is what its reader is known by; as it was typed where that is nowhere."""
    plain = tidy_line(typed[: SPARE * LONGEST])
    return mailbox_of(plain) or plain


def ticket_of(request: Request, press: Press, shape: SignInShape) -> bytes | None:
    """Only a page that we know may have a reader's session handed over to it."""
    origin = request.headers.get("origin", "")
    is_known = origin in press.settings.embed.origins
    return bind_ticket(bytes.fromhex(shape.ticket), origin) if is_known and shape.ticket else None


async def send_away(press: Press, visit: Visit, sign_in: SignIn, state: str) -> Response[bytes]:
    """A page that goes on to the provider by itself, and says where it is going."""
    road = press.road(sign_in.provider)
    try:
        errand = await road.begin(state, return_address(press, sign_in.provider))
    except SignInRefused as refusal:
        refusal.label = road.provider.label
        raise
    kept = msgspec.structs.replace(sign_in, nonce=errand.nonce, verifier=errand.verifier)
    moment = press.clock()
    await press.db.write(lambda db: begin_sign_in(db, present_or_stranger(db, visit.viewer), kept, moment))
    return alone(draw(press, sign_in.language, "going.html", there=errand.address, label=road.provider.label))


async def send_letter(
    press: Press, visit: Visit, sign_in: SignIn, shape: SignInShape, ask: Ask
) -> Response[bytes]:
    if not any(icon.name == BY_MAIL for icon in press.site.icons):
        raise NotFound
    if not sign_in.email and not shape.text and not shape.ways:
        adding = bool(sign_in.reader_id)
        return alone(draw_ways(press, sign_in.language, place=sign_in.place, adding=adding))
    moment = press.clock()
    await press.db.write(
        lambda db: begin_by_mail(db, present_or_stranger(db, visit.viewer), sign_in, ask.home, moment)
    )
    press.call_workers()
    return alone(
        draw(press, sign_in.language, "letter_sent.html", state=ask.state, name=shape.name, error="")
    )


async def let_in_by_mail(press: Press, visit: Visit, sign_in: SignIn, name: str) -> Response[bytes]:
    """Who reads the letters of an address is known by it, byte for byte as the letter was addressed."""
    profile = Profile(
        provider=BY_MAIL,
        issuer=OURSELVES,
        subject=sign_in.email,
        name=tidy_line(name[: SPARE * press.site.rules.longest_name]),
        email=sign_in.email,
        is_verified=True,
    )
    try:
        answer = await let_in(press, visit, sign_in, profile, "", None)
        answer.cookies.append(home_cookie(press, sign_in.email))
        return answer
    except SignInRefused as refusal:
        return await refuse(press, visit, sign_in, refusal)


async def let_in(
    press: Press, visit: Visit, sign_in: SignIn, profile: Profile, label: str, photo: bytes | None
) -> Response[bytes]:
    token = secrets.token_urlsafe(32)
    entry = Entry(sign_in=sign_in, profile=profile, label=label, new_session=hash_of(token), photo=photo)
    moment = press.clock()
    await press.db.write(lambda db: enter(db, present_or_stranger(db, visit.viewer), entry, moment))
    if sign_in.in_window:
        answer = alone(
            draw(press, sign_in.language, "arrived.html", error="", back=await go_on(press, sign_in))
        )
    else:
        answer = see(await go_on(press, sign_in))
        answer.headers.update(ALONE)
    give_session(answer, press.site, token)
    return answer


async def refuse(press: Press, visit: Visit, sign_in: SignIn, refusal: Refusal) -> Response[bytes]:
    """In the box or window from which the sign-in began, with what was typed there."""
    if isinstance(refusal, SignInRefused) and sign_in.provider in press.providers:
        refusal.label = press.providers[sign_in.provider].label
    if sign_in.in_window:
        words = words_for(refusal, pen_of(press.site, sign_in.language).speech)
        back = await go_on(press, sign_in)
        return alone(draw(press, sign_in.language, "arrived.html", error=words, back=back))
    if not sign_in.place:
        raise refusal
    return await refuse_in_box(press, visit, sign_in.place, typed_of(sign_in), refusal)


def refuse_in_ways(press: Press, sign_in: SignIn, typed: str, refusal: Refusal) -> Response[bytes]:
    """Beside the field, with what was typed there."""
    words = words_for(refusal, pen_of(press.site, sign_in.language).speech)
    typed = typed[: press.site.rules.longest_email]
    adding = bool(sign_in.reader_id)
    body = draw_ways(press, sign_in.language, place=sign_in.place, adding=adding, email=typed, error=words)
    return alone(body, STATUS[refusal.code])


def typed_of(sign_in: SignIn) -> DraftShape:
    if not sign_in.draft:
        return DraftShape(language=sign_in.language)
    return msgspec.json.decode(sign_in.draft, type=Typed).shape


async def go_on(press: Press, sign_in: SignIn) -> str:
    """Where the reader was: only ever a page of ours, named by its story."""
    parent = typed_of(sign_in).parent or ""
    return await address_of(press, sign_in.place, sign_in.language, parent, "/me")


async def address_of(press: Press, place: int, language: str, parent: str, otherwise: str) -> str:
    if not place:
        return otherwise
    address, _ = await find_address(press, place, language)
    return f"{address}/comments/{parent}/reply#respond" if parent else f"{address}#respond"


async def fetch_photo_of(press: Press, profile: Profile) -> bytes | None:
    from piensas.outside.photos import fetch_photo  # loads what speaks to other machines

    if not profile.photo or press.site.rules.avatars == "off":
        return None
    return await fetch_photo(profile.photo, press.providers[profile.provider].own_hosts)


def return_address(press: Press, provider: str) -> str:
    return f"{press.site.address}/signin/{provider}/callback"


def single_values(request: Request) -> Mapping[str, str]:
    """The parameters of a provider's answer; one that comes twice makes the answer nobody's."""
    pairs = list(request.query_params.multi_items())
    values = {name: str(value) for name, value in pairs}
    if len(values) != len(pairs):
        raise SignInOver
    return values
