"""Providers and a mail server that are none: for trying out every way to sign in, without keys or network.

Whoever comes may say who they are. Each provider answers as the real one does, by the descriptions in
`piensas/outside/providers`.
"""

from __future__ import annotations

import base64
import hashlib
import html
import io
import os
import secrets
import select
import signal
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from email import policy
from email.parser import BytesParser
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
import uvicorn
from aiosmtpd.controller import Controller
from joserfc import jwt
from joserfc.jwk import RSAKey
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.params import FromPath
from PIL import Image

LABELS = {
    "wordpress": "WordPress.com",
    "google": "Google",
    "x": "X (Twitter)",
    "facebook": "Facebook",
    "openid": "Reader’s Club",
}
ISSUERS = {"wordpress": "https://public-api.wordpress.com", "google": "https://accounts.google.com"}
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,"><title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui; max-width: 26rem; margin: 3rem auto; padding: 0 1rem }}
input, button {{ font: inherit; padding: .5rem; width: 100%; box-sizing: border-box; margin: .3rem 0 1rem }}
p.is {{ background: #ffe9a8; color: #000; padding: .6rem }}</style>
<p class="is">This is not {label}. It is a stand-in on this machine, for trying out.</p>{body}</html>"""
HIDDEN = '<input type="hidden" name="asked-{name}" value="{value}">'
FORM = """<h1>Sign in as anybody</h1><form method="post">{hidden}
<label>Name <input name="name" value="A reader from {label}"></label>
<label>Email <input name="email" value="reader@example.org"></label>
<label>Account number <input name="subject" value="1001"></label>
<button name="answer" value="yes">Continue</button> <button name="answer" value="no">Refuse</button></form>"""


class Grant(msgspec.Struct):
    """A code that was given out: to whom it speaks, about whom."""

    provider: str
    asked: dict[str, str]
    person: dict[str, str]


class StandIns:
    """All of them at one address. A test may bend what they say."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.grants: dict[str, Grant] = {}
        self.tokens: dict[str, Grant] = {}
        self.letters: list[bytes] = []
        self.recipients: list[str] = []

    def give_code(self, provider: str, asked: Mapping[str, str], person: Mapping[str, str]) -> str:
        code = secrets.token_urlsafe(16)
        self.grants[code] = Grant(provider, dict(asked), dict(person))
        return code

    def redirect(self, provider: str, asked: Mapping[str, str], person: Mapping[str, str]) -> str:
        """Where the browser goes once somebody has said who they are."""
        back = {"state": asked.get("state", "")}
        if person.get("answer") == "no":
            back["error"] = "access_denied"
        else:
            back["code"] = self.give_code(provider, asked, person)
        return f"{asked['redirect_uri']}?{urlencode(back)}"

    def take_code(self, sent: Mapping[str, str]) -> Grant | None:
        """The grant of a code that comes back with the right verifier (RFC 7636), once."""
        grant = self.grants.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if grant is None or grant.asked.get("code_challenge") != challenge:
            return None
        return grant if sent.get("redirect_uri") == grant.asked["redirect_uri"] else None

    def give_tokens(self, base: str, grant: Grant) -> dict[str, Any]:
        access = secrets.token_urlsafe(16)
        self.tokens[access] = grant
        answer = {"access_token": access, "token_type": "Bearer", "expires_in": 3_600}
        if "openid" in grant.asked.get("scope", ""):
            answer["id_token"] = self.sign(self.claims(base, grant))
        return answer

    def claims(self, base: str, grant: Grant) -> dict[str, Any]:
        now = int(time.time())
        return {
            "iss": ISSUERS.get(grant.provider, f"{base}/{grant.provider}"),
            "aud": grant.asked["client_id"],
            "iat": now,
            "exp": now + 600,
            "nonce": grant.asked.get("nonce", ""),
            **self.about(base, grant),
        }

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def about(self, base: str, grant: Grant) -> dict[str, Any]:
        """Somebody, as this provider puts it."""
        person, photo = grant.person, f"{base}/{grant.provider}/photo.png?name={quote(grant.person['name'])}"
        if grant.provider == "x":
            return {"data": {"id": person["subject"], "name": person["name"], "profile_image_url": photo}}
        if grant.provider == "facebook":
            who = {"id": person["subject"], "name": person["name"], "email": person["email"]}
            return who | {"picture": {"data": {"url": photo}}}
        return {
            "sub": person["subject"],
            "name": person["name"],
            "email": person["email"],
            "email_verified": True,
            "picture": photo,
        }

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802  # aiosmtpd's
        self.recipients += envelope.rcpt_tos
        self.letters.append(envelope.content)
        return "250 taken"


Ask = Request[Any, Any, Any]


@get("/{provider:str}/authorize")
async def ask(request: Ask, provider: FromPath[str]) -> Response[str]:
    label = LABELS.get(provider, provider)
    fields = request.query_params.items()
    hidden = "".join(HIDDEN.format(name=html.escape(k), value=html.escape(v)) for k, v in fields)
    return page(f"Not {label}", label, FORM.format(hidden=hidden, label=html.escape(label)))


@post("/{provider:str}/authorize", status_code=303)
async def answer(request: Ask, provider: FromPath[str]) -> Response[str]:
    sent = dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))
    asked = {key[6:]: value for key, value in sent.items() if key.startswith("asked-")}
    there = stand_ins_of(request).redirect(provider, asked, sent)
    return Response("", status_code=303, headers={"location": there})


@post("/{provider:str}/token", status_code=200)
async def token(request: Ask, provider: FromPath[str]) -> Response[Any]:
    grant = stand_ins_of(request).take_code(dict(parse_qsl((await request.body()).decode())))
    if grant is None or grant.provider != provider:
        return Response({"error": "invalid_grant"}, status_code=400)
    return Response(stand_ins_of(request).give_tokens(base_of(request), grant))


@get("/{provider:str}/profile")
async def profile(request: Ask, provider: FromPath[str]) -> Response[Any]:
    access = request.headers.get("authorization", "").removeprefix("Bearer ")
    grant = stand_ins_of(request).tokens.get(access)
    if grant is None or grant.provider != provider:
        return Response({"error": "invalid_token"}, status_code=401)
    return Response(stand_ins_of(request).about(base_of(request), grant))


@get("/{provider:str}/keys")
async def keys(request: Ask, provider: FromPath[str]) -> Response[Any]:
    return Response({"keys": [stand_ins_of(request).key.as_dict(private=False)]})


@get("/{provider:str}/.well-known/openid-configuration")
async def discovery(request: Ask, provider: FromPath[str]) -> Response[Any]:
    there = f"{base_of(request)}/{provider}"
    return Response(
        {
            "issuer": there,
            "authorization_endpoint": f"{there}/authorize",
            "token_endpoint": f"{there}/token",
            "userinfo_endpoint": f"{there}/profile",
            "jwks_uri": f"{there}/keys",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
    )


@get("/{provider:str}/photo.png")
async def photo(request: Ask, provider: FromPath[str]) -> Response[bytes]:
    return Response(draw_photo(request.query_params.get("name", "")), media_type="image/png")


@get("/mail")
async def mail(request: Ask) -> Response[str]:
    """The letters that were sent, the latest first."""
    letters = stand_ins_of(request).letters
    shown = "<hr>".join(show_letter(each) for each in reversed(letters)) or "<p>None yet.</p>"
    return page("Letters", "a mail server", f"<h1>Letters</h1>{shown}")


def build_app(stand_ins: StandIns) -> Litestar:
    handlers = [ask, answer, token, profile, keys, discovery, photo, mail]
    return Litestar(handlers, openapi_config=None, state=State({"stand_ins": stand_ins}))


def stand_ins_of(request: Ask) -> StandIns:
    found: StandIns = request.app.state.stand_ins
    return found


def base_of(request: Ask) -> str:
    return str(request.base_url).rstrip("/")


def page(title: str, label: str, body: str) -> Response[str]:
    text = PAGE.format(title=html.escape(title), label=html.escape(label), body=body)
    return Response(text, media_type="text/html")


def draw_photo(name: str) -> bytes:
    """Two fields of colour, others for another name."""
    hue = hashlib.sha256(name.encode()).digest()
    picture = Image.new("RGB", (128, 128), tuple(hue[:3]))
    picture.paste(tuple(hue[3:6]), (24, 24, 104, 104))
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def show_letter(raw: bytes) -> str:
    letter = BytesParser(policy=policy.default).parsebytes(raw)
    part = letter.get_body(("plain",))
    text = html.escape(part.get_content()) if part else ""
    words = [f'<a href="{word}">{word}</a>' if word.startswith("http") else word for word in text.split(" ")]
    lines = " ".join(words).replace("\n", "<br>")
    subject, to = html.escape(str(letter["subject"])), html.escape(str(letter["to"]))
    return f"<p><b>{subject}</b><br>{to}</p><p>{lines}</p>"


def main(port: int, mail_port: int) -> None:
    """Serves as long as the process lives that started it."""
    threading.Thread(target=end_after, args=(os.getppid(),), daemon=True).start()
    stand_ins = StandIns()
    Controller(stand_ins, hostname="127.0.0.1", port=mail_port).start()
    uvicorn.run(build_app(stand_ins), host="127.0.0.1", port=port, log_level="warning", access_log=False)


def end_after(parent: int) -> None:
    """Ends this process with another (pidfd_open(2): readable once the process is gone)."""
    with suppress(ProcessLookupError):
        select.select([os.pidfd_open(parent)], [], [])
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
