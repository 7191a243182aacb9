"""The publisher's own accounts: its log-in page sends readers back with a token that it has signed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from msgspec.structs import replace

from piensas.settings import Sso
from tests.conftest import OpenNewsroom
from tests.devices import url64
from tests.newsroom import Newsroom, Person
from tests.providers import Errand, is_signed_in, leave, me

DOOR = "https://accounts.paper.example/enter?from=comments"
SECRET = "a shared secret of more than 32 characters"
Claims = dict[str, Any]


class Publisher:
    """Whoever has the accounts: a key of one kind, and what is told to Piensas of it."""

    def __init__(self, algorithm: str) -> None:
        self.algorithm = algorithm
        made: Any = {"RS256": make_rsa, "ES256": make_ec, "Ed25519": make_ed, "HS256": lambda: None}[
            algorithm
        ]()
        if made is None:
            self.key: Any = OctKey.import_key(SECRET)
            self.told = SECRET
        else:
            kind = {"RS256": RSAKey, "ES256": ECKey, "Ed25519": OKPKey}[algorithm]
            self.key = kind.import_key(made)
            public = made.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
            self.told = public.decode()

    def sign(self, claims: Claims) -> str:
        return jwt.encode({"alg": self.algorithm}, claims, self.key, algorithms=[self.algorithm])


def make_rsa() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65_537, key_size=2_048)


def make_ec() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def make_ed() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def open_with(open_site: OpenNewsroom, publisher: Publisher) -> Newsroom:
    chosen = Sso(address=DOOR, key=publisher.told, label="Paper", issuer="https://paper.example")
    return open_site(lambda settings: replace(settings, sso=chosen))


def claims_for(newsroom: Newsroom, errand: Errand, **claims: Any) -> Claims:
    now = int(time.time())
    usual = {
        "iss": "https://paper.example",
        "aud": newsroom.address,
        "sub": "subscriber-7",
        "nonce": errand.asked["nonce"],
        "iat": now,
        "exp": now + 60,
        "name": "Inés Subscriber",
        "email": "ines@example.org",
        "email_verified": True,
    }
    return {name: value for name, value in (usual | claims).items() if value is not None}


def come_back(person: Person, errand: Errand, token: str) -> httpx.Response:
    back = errand.asked["redirect_uri"].removeprefix(person.newsroom.address)
    return person.client.get(back, params={"state": errand.state, "token": token})


@pytest.mark.parametrize("algorithm", ["HS256", "RS256", "ES256", "Ed25519"])
def test_a_subscriber_writes_as_themselves(open_site: OpenNewsroom, algorithm: str) -> None:
    publisher = Publisher(algorithm)
    newsroom = open_with(open_site, publisher)
    ines = newsroom.person()
    assert "Paper" in ines.read()

    errand = leave(ines, "sso", text="Typed before.")
    assert errand.asked["from"] == "comments"
    answer = come_back(ines, errand, publisher.sign(claims_for(newsroom, errand)))

    assert answer.status_code == 303
    page = ines.read()
    assert "You are commenting using your Paper account." in page
    assert "Typed before." in page
    assert me(ines)["reader"]["name"] == "Inés Subscriber"
    assert (
        ines.send_json(newsroom.comments, {"text": "As myself."}).json()["comment"]["name"]
        == "Inés Subscriber"
    )

    again = newsroom.person()
    errand = leave(again, "sso")
    come_back(again, errand, publisher.sign(claims_for(newsroom, errand, name="Inés S.", email=None)))
    assert me(again)["reader"]["id"] == me(ines)["reader"]["id"]


WRONG: dict[str, Callable[[Newsroom, Errand], Claims]] = {
    "from another issuer": lambda n, e: claims_for(n, e, iss="https://other.example"),
    "for another site": lambda n, e: claims_for(n, e, aud="https://other.example"),
    "for nobody": lambda n, e: claims_for(n, e, aud=None),
    "of another sign-in": lambda n, e: claims_for(n, e, nonce="another"),
    "of no sign-in": lambda n, e: claims_for(n, e, nonce=None),
    "too old": lambda n, e: claims_for(n, e, iat=int(time.time()) - 700),
    "over": lambda n, e: claims_for(n, e, exp=int(time.time()) - 400),
    "from tomorrow": lambda n, e: claims_for(
        n, e, iat=int(time.time()) + 86_400, exp=int(time.time()) + 86_460
    ),
    "without an end": lambda n, e: claims_for(n, e, exp=None),
    "about nobody": lambda n, e: claims_for(n, e, sub=None),
    "about an empty name": lambda n, e: claims_for(n, e, sub=""),
}


@pytest.mark.parametrize("claims", WRONG.values(), ids=WRONG)
def test_a_token_that_says_the_wrong_thing_opens_nothing(
    open_site: OpenNewsroom, claims: Callable[[Newsroom, Errand], Claims]
) -> None:
    publisher = Publisher("HS256")
    newsroom = open_with(open_site, publisher)
    person = newsroom.person()
    errand = leave(person, "sso", text="Not lost.")

    answer = come_back(person, errand, publisher.sign(claims(newsroom, errand)))

    assert answer.status_code == 502
    assert "Not lost." in answer.text
    assert not is_signed_in(person)


def test_a_token_with_a_forged_signature_opens_nothing(open_site: OpenNewsroom) -> None:
    publisher = Publisher("RS256")
    newsroom = open_with(open_site, publisher)
    for name, forge in FORGERIES.items():
        person = newsroom.person()
        errand = leave(person, "sso")
        answer = come_back(person, errand, forge(publisher, claims_for(newsroom, errand)))
        assert answer.status_code == 502, name
        assert not is_signed_in(person), name


def sign_with_the_public_key(publisher: Publisher, claims: Claims) -> str:
    """Taking a public key for a shared secret (RFC 8725, 2.1)."""
    _, body, _ = publisher.sign(claims).split(".")
    head = url64(json.dumps({"alg": "HS256"}).encode())
    signed = f"{head}.{body}"
    return f"{signed}.{url64(hmac.digest(publisher.told.encode(), signed.encode(), hashlib.sha256))}"


def change_claims(publisher: Publisher, claims: Claims) -> str:
    head, _, signature = publisher.sign(claims).split(".")
    _, body, _ = publisher.sign(claims | {"sub": "somebody else"}).split(".")
    return ".".join((head, body, signature))


def leave_unsigned(publisher: Publisher, claims: Claims) -> str:
    _, body, _ = publisher.sign(claims).split(".")
    return f"eyJhbGciOiJub25lIn0.{body}."


FORGERIES: dict[str, Callable[[Publisher, Claims], str]] = {
    "another key": lambda _, claims: Publisher("RS256").sign(claims),
    "another kind of key": lambda _, claims: Publisher("ES256").sign(claims),
    "the public key as a secret": sign_with_the_public_key,
    "other claims under the signature": change_claims,
    "no signature": leave_unsigned,
    "no token": lambda *_: "",
    "not a token": lambda *_: "a.b.c",
}


def test_a_token_is_good_once_and_in_the_browser_that_left(open_site: OpenNewsroom) -> None:
    publisher = Publisher("HS256")
    newsroom = open_with(open_site, publisher)
    ines, thief = newsroom.person(), newsroom.person()
    errand = leave(ines, "sso")
    token = publisher.sign(claims_for(newsroom, errand))
    leave(thief, "sso")

    assert come_back(thief, errand, token).status_code == 403
    assert come_back(ines, errand, token).status_code == 303
    assert come_back(ines, errand, token).status_code == 403
    other = leave(thief, "sso")
    assert come_back(thief, other, token).status_code == 502
    assert not is_signed_in(thief)
