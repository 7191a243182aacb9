"""Who is asking: a browser's session, its network address, and the cookies that tell."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import TypeVar

import msgspec
from litestar import Response
from sqlalchemy import Connection

from piensas.model.identity import PASSKEY
from piensas.model.network import find_hop, is_telling, sender_of
from piensas.model.reader import Reader, Viewer
from piensas.model.session import Session, hash_of, is_due
from piensas.model.site import Site
from piensas.store.sessions import find_session
from piensas.web.cookies import PlainCookie
from piensas.web.http import Request
from piensas.web.origin import is_elsewhere
from piensas.web.press import Press

T = TypeVar("T")
YEAR = 365 * 86_400
HALF_AN_HOUR = 1_800
SCRIPTS = "piensas-scripts"
DETAILS = "piensas-details"
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iOS"),
    ("iPad", "iPadOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


class Visit(msgspec.Struct):
    """A viewer, and what the answer has to tell the browser. `is_elsewhere`: they are on a page of another
    site, where a session is a cookie of its own."""

    viewer: Viewer
    token: str
    session: Session | None
    has_scripts: bool
    keeps_details: bool
    is_elsewhere: bool = False

    @property
    def has_session(self) -> bool:
        return self.session is not None

    @property
    def is_drawn_for(self) -> bool:
        """Without scripts nothing is merged into a page later, so what is theirs must be in it."""
        return self.has_session and not self.has_scripts

    @property
    def is_signed_in(self) -> bool:
        return self.session is not None and not self.session.is_guest


class Claim(msgspec.Struct, frozen=True):
    """What a request says of who is asking: the token of its session, empty for none, and the place where
    that must have been begun; with the moment, in milliseconds since 1970."""

    token: str
    place: str
    is_elsewhere: bool
    cookies: dict[str, str]
    now: int


def is_staff(session: Session | None, reader: Reader | None) -> bool:
    return bool(session and reader and session.provider == PASSKEY and reader.role == "moderator")


def session_cookie(is_secure: bool, *, is_elsewhere: bool = False) -> str:
    """`__Host-` binds the cookie to this very host, so that no neighbouring host can set it."""
    if is_elsewhere:
        return "__Host-piensas-embed"
    return "__Host-piensas" if is_secure else "piensas"


async def read_visit(request: Request, press: Press) -> Visit:
    claim = claim_of(request, press)
    if not claim.token:
        return visit_of(request, press, claim, None)
    return (await ask_as(request, press, claim, nothing))[0]


async def ask_if_known(
    request: Request, press: Press, question: Callable[[Connection, Visit | None], T]
) -> tuple[Visit | None, T]:
    """As `ask_with_visit`; but who brings no session is nobody."""
    has_cookies = any(name == b"cookie" for name, _ in request.scope["headers"])
    claim = claim_of(request, press) if has_cookies else None
    if claim is None or not claim.token:
        return None, await press.db.read(question, None)
    return await ask_as(request, press, claim, question)


async def ask_with_visit(
    request: Request, press: Press, question: Callable[[Connection, Visit], T]
) -> tuple[Visit, T]:
    """Who is asking, and the answer to a question that depends on it, from one state of the store."""
    return await ask_as(request, press, claim_of(request, press), question)


async def ask_as(
    request: Request, press: Press, claim: Claim, question: Callable[[Connection, Visit], T]
) -> tuple[Visit, T]:
    def ask(db: Connection) -> tuple[Visit, T]:
        found = find_session(db, press.site.id, hash_of(claim.token)) if claim.token else None
        visit = visit_of(request, press, claim, found)
        return visit, question(db, visit)

    visit, answer = await press.db.read(ask)
    if visit.session and is_due(visit.session, claim.now):
        press.visits.note(visit.session.token_hash, claim.now)
    return visit, answer


def nothing(db: Connection, visit: Visit) -> None:
    """A question about nothing but who is asking."""


def claim_of(request: Request, press: Press) -> Claim:
    elsewhere = is_elsewhere(request, press.settings.embed.origins)
    cookies = read_cookies(request)
    token = cookies.get(session_cookie(press.site.is_secure, is_elsewhere=elsewhere), "")
    place = request.headers.get("origin", "") if elsewhere else ""
    return Claim(token, place, elsewhere, cookies, press.clock().now)


def visit_of(request: Request, press: Press, claim: Claim, found: tuple[Session, Reader] | None) -> Visit:
    """The visit of whom the store knows by their token, or of a stranger. A token that names no reader is
    never taken over: the browser is given a new one."""
    if found and (found[0].place != claim.place or press.visits.is_over(found[0], claim.now)):
        found = None
    session, reader = found or (None, None)
    token = claim.token if session else secrets.token_urlsafe(32)
    address = find_address(request, press.settings.server.trusted_proxies)
    viewer = Viewer(
        site=press.site,
        session=hash_of(token),
        reader=reader,
        is_guest=session is None or session.is_guest,
        is_staff=is_staff(session, reader),
        has_draft=session is not None and bool(session.draft),
        browser=describe_browser(request.headers.get("user-agent", "")),
        place=claim.place,
        address=address,
        sender=press.hash_sender(sender_of(address)) if is_telling(address) else "",
    )
    return Visit(
        viewer=viewer,
        token=token,
        session=session,
        has_scripts=claim.cookies.get(SCRIPTS) == "1",
        keeps_details=claim.cookies.get(DETAILS) == "1",
        is_elsewhere=claim.is_elsewhere,
    )


def as_stranger(visit: Visit) -> Visit:
    """The same browser, as if it had never been here: it is given a new session."""
    token = secrets.token_urlsafe(32)
    viewer = msgspec.structs.replace(
        visit.viewer, session=hash_of(token), reader=None, is_guest=True, is_staff=False, has_draft=False
    )
    return msgspec.structs.replace(visit, viewer=viewer, token=token, session=None)


def remember(response: Response[bytes], visit: Visit, *, keep_details: bool | None = None) -> None:
    """Gives the browser its session after its first deed; notes whether it keeps the reader's details."""
    site = visit.viewer.site
    if not visit.has_session:
        give_session(response, site, visit.token, is_elsewhere=visit.is_elsewhere)
    if keep_details is not None and keep_details != visit.keeps_details:
        age = YEAR if keep_details else 0
        response.cookies.append(PlainCookie(DETAILS, value="1", max_age=age, secure=site.is_secure))


def give_session(response: Response[bytes], site: Site, token: str, *, is_elsewhere: bool = False) -> None:
    """Without a token the browser forgets the one that it has.

    Under another site's page the cookie belongs to that site and this host together (CHIPS), so that it is
    taken where third parties' cookies are refused, and follows nobody from one site to the next.
    """
    if is_elsewhere:
        age = YEAR if token else 0
        response.headers["set-cookie"] = (
            f"{session_cookie(True, is_elsewhere=True)}={token}; Path=/; Max-Age={age}; "
            "Secure; HttpOnly; SameSite=None; Partitioned"
        )
        return
    response.cookies.append(
        PlainCookie(
            session_cookie(site.is_secure),
            value=token,
            max_age=YEAR if token else 0,
            secure=site.is_secure,
            httponly=True,
        )
    )


def forget_scripts(response: Response[bytes], visit: Visit) -> None:
    """A plain form was sent, so this browser's pages have to hold what is the reader's own."""
    if visit.has_scripts:
        response.cookies.append(PlainCookie(SCRIPTS, value="0", max_age=0))


def describe_browser(agent: str) -> str:
    """Browser and system as people call them, from a `User-Agent`; nothing that tells two apart."""
    name = next((name for mark, name in BROWSERS if mark in agent), "")
    system = next((name for mark, name in SYSTEMS if mark in agent), "")
    return ", ".join(filter(None, (name, system)))


def browser_token(request: Request, is_secure: bool) -> str:
    """The secret by which a browser that leaves to sign in is known when it comes back."""
    return own_browser(request, is_secure) or secrets.token_urlsafe(32)


def own_browser(request: Request, is_secure: bool) -> str:
    return only_cookie(request, browser_cookie("", is_secure).key)


def browser_cookie(value: str, is_secure: bool) -> PlainCookie:
    name = "__Host-piensas-signin" if is_secure else "piensas-signin"
    return PlainCookie(name, value=value, max_age=HALF_AN_HOUR, secure=is_secure, httponly=True)


def only_cookie(request: Request, name: str) -> str:
    return read_cookies(request).get(name, "")


def read_cookies(request: Request) -> dict[str, str]:
    """By their names; empty where one is named twice (another host may have set the other)."""
    found: dict[str, str] = {}
    for pair in request.headers.get("cookie", "").split(";"):
        name, _, value = pair.partition("=")
        name = name.strip()
        found[name] = "" if name in found else value.strip()
    return found


def find_address(request: Request, trusted: tuple[str, ...]) -> str:
    """The network address of the reader: the last one that no trusted proxy vouches for."""
    client = request.client.host if request.client else ""
    return find_hop(client, request.headers.get("x-forwarded-for", ""), trusted)
