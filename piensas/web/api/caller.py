"""Which program asks, for whom, and what it may. Cookies say nothing here, so no page can borrow them."""

from __future__ import annotations

import asyncio
import secrets
from contextlib import suppress
from typing import Any

from litestar import Litestar
from litestar.di import NamedDependency
from litestar.middleware.rate_limit import RateLimitConfig
from msgspec import Struct

from piensas.model.network import is_telling, sender_of
from piensas.model.reader import Reader, Viewer
from piensas.model.refusals import Malformed, ScopeMissing, TokenMissing, TokenWrong
from piensas.model.session import API, Session, hash_of, is_due
from piensas.store.sessions import find_session
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.refusals import refuse_nul
from piensas.web.shapes import is_json
from piensas.web.viewer import find_address

SHARED: dict[str, Any] = {"opt": {"is_shared": True}}
"""Of handlers whose answer is the same for everybody: those are neither counted nor asked who they are."""

GUEST_SCOPES = ("read", "write")
MINUTE = 60.0
WITH_BODY = ("POST", "PUT", "PATCH")


class Caller(Struct, frozen=True):
    """For whom a program acts. `token` is what it holds, or will be given if it writes as a guest."""

    viewer: Viewer
    session: Session | None
    token: str

    @property
    def scopes(self) -> tuple[str, ...]:
        if self.session is None or self.session.is_guest:
            return GUEST_SCOPES
        return tuple(self.session.scopes.split())


def needs(scope: str, *, is_known: bool = True) -> dict[str, Any]:
    """What a handler asks of a token: a scope, or none; without `is_known`, a program may also come without
    one."""
    security: list[dict[str, list[str]]] = [{"token": [scope] if scope else []}]
    return {
        "opt": {"scope": scope, "is_known": is_known},
        "security": security if is_known else [*security, {}],
    }


async def read_caller(request: Request, press: NamedDependency[Press]) -> Caller:
    """Whose token it is, and whether it was made for what is asked (RFC 6750)."""
    token = read_token(request)
    session, reader = await find_program(press, token) if token else (None, None)
    token = token or secrets.token_urlsafe(32)
    address = find_address(request, press.settings.server.trusted_proxies)
    viewer = Viewer(
        site=press.site,
        session=hash_of(token),
        reader=reader,
        is_guest=session is None or session.is_guest,
        place=API,
        address=address,
        sender=press.hash_sender(sender_of(address)) if is_telling(address) else "",
    )
    caller = Caller(viewer, session, token)
    require_scope(caller, request.route_handler.opt)
    return caller


async def find_program(press: Press, token: str) -> tuple[Session, Reader]:
    """Whose token it is; a guest's, or one that a reader has made."""
    found = await press.db.read(find_session, press.site.id, hash_of(token))
    moment = press.clock()
    if found is None or found[0].place != API or press.visits.is_over(found[0], moment.now):
        raise TokenWrong
    if is_due(found[0], moment.now):
        press.visits.note(found[0].token_hash, moment.now)
    return found


def require_scope(caller: Caller, opt: dict[str, Any]) -> None:
    if caller.session is None and opt["is_known"]:
        raise TokenMissing
    if opt["scope"] and opt["scope"] not in caller.scopes:
        raise ScopeMissing(opt["scope"])


def read_token(request: Request) -> str:
    """The token of an `Authorization` header, empty where there is none."""
    header = request.headers.get("authorization")
    if header is None:
        return ""
    scheme, _, token = header.partition(" ")
    if scheme.lower() != "bearer" or not token.strip():
        raise TokenWrong
    return token.strip()


async def require_json(request: Request) -> None:
    """A body is JSON and says so: what another site's page can send without asking, a form, is none."""
    await refuse_nul(request)
    if request.method in WITH_BODY and not is_json(request):
        raise Malformed("The body must be JSON, and its content-type application/json.")


def limit_requests(press: Press) -> RateLimitConfig:
    """How many requests a minute one network address may make of each process. A private address says nothing
    about who is asking, and counts for nothing, as everywhere (`is_telling`)."""
    trusted = press.settings.server.trusted_proxies
    return RateLimitConfig(
        rate_limit=("minute", press.settings.api.requests_per_minute),
        identifier_for_request=lambda request: sender_of(find_address(request, trusted)),
        check_throttle_handler=lambda request: is_telling(find_address(request, trusted)),
        exclude_opt_key="is_shared",
    )


async def forget_requests(app: Litestar, stop: asyncio.Event) -> None:
    """Once a minute, whoever has not asked for as long is no longer counted."""
    while not stop.is_set():
        await app.stores.get("rate_limit").delete_expired()  # type: ignore[attr-defined]  # one in memory
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), MINUTE)
