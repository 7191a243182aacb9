"""What we have to know of a provider to sign somebody in with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from msgspec import Struct

from piensas.model.identity import LONGEST_SUBJECT, Profile
from piensas.model.mailbox import mailbox_of
from piensas.model.refusals import ProviderWrong
from piensas.model.wording import tidy_line

Claims = Mapping[str, Any]
Host = tuple[str, int]
"""A host's name and a port."""
LONGEST_NAME = 245
LONGEST_EMAIL = 100


class Provider(Struct, frozen=True, kw_only=True):
    """A provider's description; only `read` differs in more than words and addresses.

    `token_auth` is how we prove who we are at its token endpoint (RFC 6749, 2.3.1). With `keys` it
    speaks OpenID Connect: its id token is verified with the keys found there. `profile` is where it is
    asked about somebody, empty where the id token says enough. `discovers` means that the other
    addresses are read from the issuer first. With `names_itself` it answers with `iss` (RFC 9207);
    with `signs_requests` it wants proof of our secret with every question; with `signs_answers` its
    redirect itself brings a signed token, and nothing is asked.
    """

    name: str
    label: str
    issuer: str
    client_id: str
    client_secret: str
    read: Callable[[Claims], Profile]
    authorize: str = ""
    token: str = ""
    profile: str = ""
    keys: str = ""
    scopes: str = "openid profile email"
    token_auth: Literal["client_secret_basic", "client_secret_post"] = "client_secret_post"
    extra: tuple[tuple[str, str], ...] = ()
    discovers: bool = False
    names_itself: bool = False
    signs_requests: bool = False
    signs_answers: bool = False

    @property
    def own_hosts(self) -> frozenset[Host]:
        """Where the settings themselves lead, which may be in a private network."""
        return frozenset(map(host_of, filter(None, (self.issuer, self.authorize, self.token, self.profile))))


def host_of(address: str) -> Host:
    parts = urlsplit(address)
    return parts.hostname or "", parts.port or (80 if parts.scheme == "http" else 443)


def make_profile(provider: str, issuer: str, subject: object, claims: Claims, **names: str) -> Profile:
    """A profile from a provider's answer; `names` say under which keys it has what we want.

    Refuses an answer without a subject: everybody would be the same person.
    """
    return Profile(
        provider=provider,
        issuer=issuer,
        subject=read_subject(subject),
        name=find_name(claims, names.get("username", "preferred_username")),
        email=read_email(claims.get(names.get("email", "email"))),
        is_verified=claims.get(names.get("verified", "email_verified")) is True,
        photo=read_address(claims.get(names.get("photo", "picture"))),
    )


def read_subject(subject: object) -> str:
    if isinstance(subject, int) and not isinstance(subject, bool) and subject > 0:
        subject = str(subject)
    if not isinstance(subject, str) or not subject.strip() or subject == "0":
        raise ProviderWrong("it did not say who this is")
    if len(subject) > LONGEST_SUBJECT or not subject.isprintable():
        raise ProviderWrong("its name for this person is not one")
    return subject


def find_name(claims: Claims, username: str) -> str:
    """What this person is called in public (OpenID Connect Core, 5.1): never an address, which some providers
    give as a name where they know none."""
    whole = read_line(claims, "name")
    parts = " ".join(filter(None, (read_line(claims, "given_name"), read_line(claims, "family_name"))))
    names = (whole, parts[:LONGEST_NAME], read_line(claims, username))
    return next((name for name in names if name and mailbox_of(name) is None), "")


def read_line(claims: Claims, key: str) -> str:
    found = claims.get(key)
    return tidy_line(found[: 4 * LONGEST_NAME])[:LONGEST_NAME] if isinstance(found, str) else ""


def read_email(found: object) -> str:
    return found if isinstance(found, str) and "@" in found and len(found) <= LONGEST_EMAIL else ""


def read_address(found: object) -> str:
    return found if isinstance(found, str) and found.startswith(("https://", "http://")) else ""
