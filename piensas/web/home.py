"""A browser in which somebody has come in by a letter is known to their mailbox: strangers who ask for
letters to it do not keep that browser from asking."""

from __future__ import annotations

import hmac
import secrets

from piensas.model.session import sign
from piensas.web.cookies import PlainCookie
from piensas.web.http import Request
from piensas.web.press import Press
from piensas.web.viewer import YEAR, only_cookie


def home_cookie(press: Press, mailbox: str) -> PlainCookie:
    """Names the browser, and says to us alone which mailbox is at home there; without one, forgets it."""
    name = secrets.token_urlsafe(12)
    value = f"{name}.{sign(press.secret, f'home {name} {mailbox}')}" if mailbox else ""
    return PlainCookie(
        cookie_name(press),
        value=value,
        max_age=YEAR if mailbox else 0,
        secure=press.site.is_secure,
        httponly=True,
    )


def read_home(request: Request, press: Press, mailbox: str) -> str:
    """The browser's name where the mailbox is at home in it, else nothing."""
    name, _, signed = only_cookie(request, cookie_name(press)).partition(".")
    expected = sign(press.secret, f"home {name} {mailbox}")
    return name if name and hmac.compare_digest(signed.encode(), expected.encode()) else ""


def cookie_name(press: Press) -> str:
    return "__Host-piensas-home" if press.site.is_secure else "piensas-home"
