"""Who somebody is elsewhere: what a provider says of them, and a sign-in on its way there and back."""

from __future__ import annotations

import hashlib

import msgspec

MINUTE = 60_000
SIGN_IN = 10 * MINUTE
"""Milliseconds within which somebody must come back from a provider."""
LETTER = 30 * MINUTE
"""Milliseconds for which a mailed link or code is good."""
INVITATION = 30 * MINUTE
"""Milliseconds within which an invited moderator must have made a passkey."""
PASSKEY = "passkey"
INVITED = "invitation"
HANDED = "handed over"
HANDOVER = 2 * MINUTE
"""Milliseconds within which another site's page must fetch the session of its reader."""
MOST_TRIES = 5
LONGEST_SUBJECT = 255


def code_of(key: str) -> str:
    """The eight digits that a letter gives beside its link. They are made from the link's secret, so that who
    opens the link can be shown them; nobody finds the secret by them."""
    digest = hashlib.sha256(f"code {key}".encode()).digest()
    return f"{int.from_bytes(digest[:8], 'big') % 10**8:08}"


OURSELVES = ""
"""In the place of an issuer: no address, for the site's own may change, and its readers stay who they are."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider says of somebody. Only (provider, issuer, subject) says who they are.

    Names and addresses may change hands at a provider, so nobody is ever recognised by them
    (OpenID Connect Core 5.7). `photo` is an address there, not yet fetched. Where the site itself has found
    out who it is, the issuer is `OURSELVES`.
    """

    provider: str
    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    is_verified: bool = False
    photo: str = ""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """A reader's way in. `id` says when it was added; `is_verified` is about the e-mail address."""

    site_id: int
    provider: str
    issuer: str
    subject: str
    id: int
    reader_id: int
    label: str
    name: str
    email: str
    is_verified: bool


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """What proves that somebody holds a device (Web Authentication, level 3).

    `subject` is the credential's id in base64url, `public_key` in COSE. `counter` is what the device
    counted at its last use; many never count and stay at 0.
    """

    subject: str
    public_key: bytes
    counter: int


class SignIn(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that has begun: what must come back, to which browser, and where it goes on.

    `state`, `browser`, `code`, `link` and `ticket` are hashes of secrets that only the browser or the letter
    has. `place` is the story (0: the reader's own page) that the sign-in began on, and `draft` what was
    typed there. `reader_id` is set where an identity is being added to a reader who is signed in,
    `ticket` where another site's page waits to be told that its reader has come in.
    """

    site_id: int
    state: bytes
    id: int
    provider: str
    browser: bytes
    nonce: str = ""
    verifier: str = ""
    place: int = 0
    language: str = ""
    in_window: bool = False
    draft: str = ""
    reader_id: int | None = None
    email: str = ""
    code: bytes | None = None
    link: bytes | None = None
    tries: int = 0
    ticket: bytes | None = None
