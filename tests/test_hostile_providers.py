"""Providers that are slow, broken, or lie: nobody is signed in, nothing is lost, nobody else notices."""

from __future__ import annotations

import base64
import hmac
import io
import json
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import msgspec
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from joserfc.jwk import OctKey, RSAKey
from PIL import Image

from piensas.outside import breaker
from tests.newsroom import Newsroom
from tests.providers import (
    FOUR,
    Trick,
    Tricksters,
    come_back,
    is_signed_in,
    leave,
    me,
    sign_in,
    with_providers,
)
from tests.ways_out import nobody_is_there

Bend = Callable[[Any], Any]
WITH_TOKENS = ("wordpress", "google", "club")
WITH_PROFILES = ("wordpress", "x", "facebook", "club")
ANSWERS = {
    "500": Trick("", 500),
    "401": Trick("", 401),
    "503 with a page": Trick("", 503, b"<html>Down</html>", "text/html"),
    "a page": Trick("", 200, b"<html>Welcome</html>", "text/html"),
    "null": Trick("", 200, b"null"),
    "a number": Trick("", 200, b"7"),
    "a list": Trick("", 200, b"[]"),
    "nothing": Trick("", 200, b""),
    "an error with 200": Trick("", 200, b'{"error": "server_error", "error_description": "<script>"}'),
    "half of an answer": Trick("", 200, b'{"access_token": "x'),
    "too much": Trick("", 200, b'{"access_token": "' + b"x" * (1 << 20) + b'"}'),
    "deep nesting": Trick("", 200, b"[" * 100_000),
    "dropped": Trick("", drops=True),
    "a redirect": Trick("", 302),
    "not utf-8": Trick("", 200, b"\xff\xfe\x00"),
}
HONEST = {"alg": "RS256", "kid": "one"}
CLAIMS: dict[str, Bend] = {
    "another issuer": lambda c: c | {"iss": "https://evil.example"},
    "an issuer with a slash": lambda c: c | {"iss": f"{c['iss']}/"},
    "for somebody else": lambda c: c | {"aud": "another"},
    "for many, not named": lambda c: c | {"aud": [c["aud"], "another"]},
    "for another party": lambda c: c | {"azp": "another"},
    "for nobody": lambda c: without(c, "aud"),
    "another nonce": lambda c: c | {"nonce": "another"},
    "no nonce": lambda c: without(c, "nonce"),
    "expired": lambda c: c | {"exp": int(time.time()) - 300},
    "no end": lambda c: without(c, "exp"),
    "an end in words": lambda c: c | {"exp": "tomorrow"},
    "of tomorrow": lambda c: c | {"iat": int(time.time()) + 3_600},
    "of last year": lambda c: c | {"iat": int(time.time()) - 30_000_000},
    "nobody": lambda c: without(c, "sub"),
}
THEIRS = RSAKey.generate_key(2048, {"kid": "other"}, private=True)
TOKENS: dict[str, Callable[[str, RSAKey], Any]] = {
    "unsigned": lambda token, key: forge(token, {"alg": "none"}, None),
    "signed with what everybody knows of the key": lambda token, key: forge(
        token, {"alg": "HS256", "kid": "one"}, OctKey.import_key(key.as_pem(private=False))
    ),
    "an unknown key": lambda token, key: forge(token, {"alg": "RS256", "kid": "other"}, THEIRS),
    "another key under the name of theirs": lambda token, key: forge(token, HONEST, THEIRS),
    "its own key": lambda token, key: forge(
        token, {"alg": "RS256", "jwk": THEIRS.as_dict(private=False)}, THEIRS
    ),
    "where its own key is": lambda token, key: forge(
        token, HONEST | {"jku": "https://evil.example/keys"}, THEIRS
    ),
    "unknown crit": lambda token, key: forge(token, HONEST | {"crit": ["x"], "x": 1}, key),
    "changed": lambda token, key: token[:-8] + "AAAAAAAA",
    "spelt otherwise": lambda token, key: token[:-1] + chr(ord(token[-1]) + 1),
    "too long": lambda token, key: token + "A" * 20_000,
    "no token": lambda token, key: None,
    "a number": lambda token, key: 7,
    "words": lambda token, key: "not.a.token",
    "two parts": lambda token, key: token.rpartition(".")[0],
}


def without(claims: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in claims.items() if key != name}


def forge(token: str, header: dict[str, Any], key: Any) -> str:
    """The same claims under another header, truly signed with a key, or by nobody."""
    body = token.split(".")[1]
    head = encode(json.dumps(header).encode())
    return f"{head}.{body}.{sign_as(header['alg'], f'{head}.{body}'.encode(), key)}"


def sign_as(algorithm: str, words: bytes, key: Any) -> str:
    if key is None:
        return ""
    if algorithm == "HS256":
        return encode(hmac.digest(key.get_op_key("sign"), words, "sha256"))
    return encode(key.get_op_key("sign").sign(words, padding.PKCS1v15(), hashes.SHA256()))


def encode(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@pytest.fixture(params=("sqlite",), scope="module")
def house(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """One newsroom for all these cases: nothing may come of any of them. It never loses its patience."""
    from tests.newsroom import open_newsroom
    from tests.providers import open_providers

    folder = tmp_path_factory.mktemp("hostile")
    with ExitStack() as stack:
        patch = stack.enter_context(pytest.MonkeyPatch.context())
        patch.setattr(breaker, "FAILURES", 1_000_000)
        providers = stack.enter_context(open_providers())
        newsroom = stack.enter_context(
            open_newsroom(
                f"sqlite:///{folder / 'piensas.db'}",
                folder / "stories",
                lambda settings: with_providers(settings, providers),
            )
        )
        yield newsroom, providers


@pytest.fixture
def bent(house: tuple[Newsroom, Tricksters]) -> Iterator[tuple[Newsroom, Tricksters]]:
    """Afterwards the providers are honest again."""
    newsroom, providers = house
    yield newsroom, providers
    providers.trick, providers.bend, providers.bend_token, providers.bend_profile = None, dict, str, dict


def require_refused(newsroom: Newsroom, providers: Tricksters, provider: str) -> None:
    ana = newsroom.person()
    answer = come_back(ana, providers, leave(ana, provider, text="Not lost."))
    assert answer.status_code in (502, 503), answer.text
    assert ">Not lost.</textarea>" in answer.text
    assert "<script>" not in answer.text.split('class="discussion"')[1].split("</fieldset>")[0]
    assert not is_signed_in(ana)
    assert ana.post_form("As a guest.").status_code in (303, 409)


@pytest.mark.parametrize("provider", [*FOUR, "club"])
@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_that_is_none_signs_nobody_in(
    bent: tuple[Newsroom, Tricksters], provider: str, name: str
) -> None:
    newsroom, providers = bent
    trick = ANSWERS[name]
    providers.trick = Trick("/token", trick.status, trick.body, trick.kind, trick.seconds, trick.drops)
    require_refused(newsroom, providers, provider)


@pytest.mark.parametrize("provider", WITH_PROFILES)
@pytest.mark.parametrize("name", ANSWERS)
def test_a_profile_that_is_none_signs_nobody_in(
    bent: tuple[Newsroom, Tricksters], provider: str, name: str
) -> None:
    newsroom, providers = bent
    trick = ANSWERS[name]
    providers.trick = Trick("/profile", trick.status, trick.body, trick.kind, trick.seconds, trick.drops)
    require_refused(newsroom, providers, provider)


@pytest.mark.parametrize("provider", WITH_TOKENS)
@pytest.mark.parametrize("name", CLAIMS)
def test_claims_that_are_not_meant_for_us_sign_nobody_in(
    bent: tuple[Newsroom, Tricksters], provider: str, name: str
) -> None:
    newsroom, providers = bent
    providers.bend = CLAIMS[name]
    require_refused(newsroom, providers, provider)


@pytest.mark.parametrize("provider", WITH_TOKENS)
@pytest.mark.parametrize("name", TOKENS)
def test_M27_a_token_that_is_not_signed_as_it_should_be_signs_nobody_in(  # noqa: N802
    bent: tuple[Newsroom, Tricksters], provider: str, name: str
) -> None:
    newsroom, providers = bent
    providers.bend_token = lambda token: TOKENS[name](token, providers.key)
    require_refused(newsroom, providers, provider)


def test_a_token_that_is_forged_with_the_very_key_is_none(bent: tuple[Newsroom, Tricksters]) -> None:
    """It signs in: what is refused above is refused for what is wrong with it."""
    newsroom, providers = bent
    providers.bend_token = lambda token: forge(token, HONEST, providers.key)
    ana = newsroom.person()
    sign_in(ana, providers, "google", subject="forged")
    assert is_signed_in(ana)


def test_two_different_people_in_one_answer_are_nobody(bent: tuple[Newsroom, Tricksters]) -> None:
    newsroom, providers = bent
    asked = iter(range(100))
    providers.bend_profile = lambda claims: claims | {"sub": f"{next(asked)}"}
    require_refused(newsroom, providers, "wordpress")


@pytest.mark.parametrize("provider", [*FOUR, "club"])
@pytest.mark.parametrize(
    "name",
    [
        "x" * 10_000,
        "\u202eevil",
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "",
        "\x00\x01",
        "a\nb",
        None,
        7,
        ["a"],
    ],
    ids=repr,
)
def test_any_name_is_a_name(bent: tuple[Newsroom, Tricksters], provider: str, name: Any) -> None:
    newsroom, providers = bent
    providers.bend_profile = lambda claims: name_person(claims, name)
    ana = newsroom.person()
    sign_in(ana, providers, provider, subject=f"n-{abs(hash(repr(name)))}")
    kept = me(ana)["reader"]["name"]
    assert len(kept) <= 245
    assert not set(kept) & set("\n\x00\u202e")
    page = ana.read()
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def name_person(claims: dict[str, Any], name: Any) -> dict[str, Any]:
    if "data" in claims:
        return {"data": claims["data"] | {"name": name}}
    return claims | {"name": name}


def show_photo(claims: dict[str, Any], address: Any) -> dict[str, Any]:
    if "data" in claims:
        return {"data": claims["data"] | {"profile_image_url": address}}
    if "id" in claims:
        return claims | {"picture": {"data": {"url": address}}}
    return claims | {"picture": address}


@pytest.mark.parametrize(
    "address",
    [
        "http://127.0.0.1/x.png",
        "http://localhost/x.png",
        "http://0x7f000001/x.png",
        "http://2130706433/x.png",
        "http://017700000001/x.png",
        "http://127.1/x.png",
        "http://0177.0.0.1/x.png",
        "http://[::1%25lo]/x.png",
        "http://127.0.0.1:99999/x.png",
        "http://[::1]/x.png",
        "http://[::ffff:127.0.0.1]/x.png",
        "http://[64:ff9b::7f00:1]/x.png",
        "http://[2002:7f00:1::]/x.png",
        "http://0.0.0.0/x.png",
        "http://user@127.0.0.1/x.png",
        "http://169.254.169.254/latest/meta-data",
        "http://10.0.0.1/x.png",
        "http://192.168.0.1/x.png",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "http://",
        "http://[",
        "//127.0.0.1/x.png",
        "",
        None,
        7,
    ],
    ids=repr,
)
def test_M55_a_photo_is_fetched_from_nowhere_within(  # noqa: N802
    bent: tuple[Newsroom, Tricksters], house: Any, address: Any
) -> None:
    newsroom, providers = bent
    providers.bend_profile = lambda claims: show_photo(claims, address)
    ana = newsroom.person()
    with nobody_is_there() as gone:
        sign_in(ana, providers, "facebook", subject=f"p-{abs(hash(repr(address)))}")
    assert me(ana)["reader"]["photo"] is None
    assert gone == []


def test_a_photo_is_looked_for_where_everybody_may_go(bent: tuple[Newsroom, Tricksters]) -> None:
    """Or the test above would tell of nothing."""
    newsroom, providers = bent
    providers.bend_profile = lambda claims: show_photo(claims, "http://93.184.216.34/x.png")
    with nobody_is_there() as gone:
        sign_in(newsroom.person(), providers, "facebook", subject="photo")
    assert gone == ["93.184.216.34"]


class open_inner:  # noqa: N801  # used as a function
    """A server inside that nobody outside may reach; it counts who does."""

    def __enter__(self) -> tuple[int, list[str]]:
        import http.server
        import threading

        hits: list[str] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hits.append(self.path)
                self.send_response(200)
                self.end_headers()

        self.server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self.server.server_port, hits

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()


def picture(size: tuple[int, int], kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind)
    return out.getvalue()


PHOTOS = {
    "a page": (b"<html><script>alert(1)</script></html>", False),
    "a picture and a page": (picture((8, 8)) + b"<script>alert(1)</script>", True),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", False),
    "half a picture": (picture((400, 400), "JPEG")[:500], False),
    "a bomb": (picture((9_000, 2_000)), False),
    "too large a file": (picture((8, 8)) + b"0" * (3 << 20), False),
    "a jpeg": (picture((640, 480), "JPEG"), True),
    "one pixel": (picture((1, 1)), True),
    "nothing": (b"", False),
}


@pytest.mark.parametrize("name", PHOTOS)
def test_M09_a_photo_is_drawn_anew_or_not_at_all(bent: tuple[Newsroom, Tricksters], name: str) -> None:  # noqa: N802
    newsroom, providers = bent
    body, is_picture = PHOTOS[name]
    providers.trick = Trick("/photo.png", 200, body, "image/png")
    ana = newsroom.person()
    sign_in(ana, providers, "google", subject=f"photo {name}")
    there = me(ana)["reader"]["photo"]
    assert (there is not None) is is_picture
    if there:
        answer = newsroom.person().get("/photos/" + there.rpartition("/")[2])
        assert answer.headers["content-type"] == "image/webp"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert b"script" not in answer.content
        assert Image.open(io.BytesIO(answer.content)).size == (96, 96)


def test_one_hanging_provider_is_nobody_elses_trouble(
    bent: tuple[Newsroom, Tricksters], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is given eight seconds, and after three failures is not asked any more for a while."""
    newsroom, providers = bent
    monkeypatch.setattr(breaker, "FAILURES", 3)
    sign_in(newsroom.person(), providers, "x")
    providers.trick = Trick("/x/token", seconds=120)
    started = time.monotonic()
    for _ in range(3):
        require_refused(newsroom, providers, "x")
    assert time.monotonic() - started < 3 * 10
    asked = len(providers.asked)
    ana = newsroom.person()
    refused = ana.send(f"/signin/x?story={newsroom.story_id}", {"text": "Still here.", "language": "en"})
    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "30"
    assert "X (Twitter) does not answer now." in refused.text
    assert ">Still here.</textarea>" in refused.text
    assert len(providers.asked) == asked
    sign_in(newsroom.person(), providers, "google")
    assert newsroom.person().post("As a guest, meanwhile.").status_code == 201


def test_a_discovery_that_lies_is_believed_in_nothing(
    signing_in: Newsroom, providers: Tricksters, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each says everything that it has to say, and lies in one thing. None has been believed before."""
    monkeypatch.setattr(breaker, "FAILURES", 100)
    newsroom = signing_in
    honest = httpx.get(f"{providers.address}/openid/.well-known/openid-configuration").json()
    lies = [
        honest | {"issuer": "https://evil.example"},
        honest | {"issuer": f"{honest['issuer']}/"},
        {name: value for name, value in honest.items() if name != "issuer"},
        {name: value for name, value in honest.items() if name != "token_endpoint"},
        honest | {"jwks_uri": ["https://evil.example/keys"]},
        [honest],
        {},
    ]
    for body in [*map(msgspec.json.encode, lies), b"<html>"]:
        providers.trick = Trick("openid-configuration", 200, body)
        fresh = newsroom.person()
        answer = fresh.send(f"/signin/club?story={newsroom.story_id}", {"language": "en"})
        assert answer.status_code in (502, 503), body
        newsroom.hands.turn(minutes=5)
    providers.trick = Trick("openid-configuration", 200, msgspec.json.encode(honest))
    answer = newsroom.person().send(f"/signin/club?story={newsroom.story_id}", {"language": "en"})
    assert answer.status_code == 200


def test_what_a_provider_said_is_in_no_log(
    bent: tuple[Newsroom, Tricksters], caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    newsroom, providers = bent
    sign_in(newsroom.person(), providers, "google", name="Zanzibarian", email="zanzibar@example.org")
    said = caplog.text + "".join(capfd.readouterr())
    assert "zanzibar" not in said.lower().replace("httpx:_client", "")
