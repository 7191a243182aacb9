"""Signed tokens (RFC 7519) that say who somebody is: OpenID Connect's id tokens and a publisher's own."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, GuestProtocol, KeySet, OctKey, OKPKey, RSAKey

from piensas.model.refusals import ProviderWrong
from piensas.outside.fetching import UNREADABLE, fetch_json

Claims = dict[str, Any]
Key = OctKey | RSAKey | ECKey | OKPKey
ALGORITHMS = ("RS256", "ES256")
LONGEST_TOKEN = 16_384
SKEW = 120
"""Seconds by which another machine's clock may differ from ours."""
OLDEST = 600
"""Seconds since its issue after which a token is no longer taken."""
HOUR = 3_600
MINUTE = 60


class Keyring:
    """A provider's public keys, fetched when first needed and again when one is missing."""

    def __init__(self, address: str, tell: Callable[[], float] = time.monotonic) -> None:
        self._address = address
        self._tell = tell
        self._keys: Sequence[Key] = ()
        self._fetched_at = float("-inf")

    async def verify(self, token: object) -> Claims:
        """The claims of a token that one of the keys has signed."""
        await self._fetch(HOUR)
        try:
            return read_token(token, self._choose, ALGORITHMS)
        except UnknownKey:
            await self._fetch(MINUTE)
        return read_token(token, self._choose, ALGORITHMS)

    async def _fetch(self, age: float) -> None:
        """Fetches the keys unless they are younger than `age` seconds."""
        if self._tell() - self._fetched_at < age:
            return
        found = await fetch_json(self._address)
        try:
            self._keys = KeySet.import_key_set(found).keys  # type: ignore[arg-type]  # checked by it
        except (JoseError, *UNREADABLE) as fault:
            raise ProviderWrong(f"no keys at {self._address}: {fault}") from fault
        self._fetched_at = self._tell()

    def _choose(self, token: GuestProtocol) -> Key:
        """The key that the token names; without a name only where there is no choice."""
        kid = token.headers().get("kid")
        fitting = [key for key in self._keys if (key.kid == kid if kid else len(self._keys) == 1)]
        if len(fitting) != 1 or isinstance(fitting[0], OctKey):
            raise UnknownKey(f"no key {kid!r}")
        return fitting[0]


class UnknownKey(ProviderWrong):
    """The token names a key that we do not have."""


def read_token(token: object, key: Any, algorithms: Sequence[str]) -> Claims:
    """The claims of a token whose signature is right. What its header says of keys is not believed."""
    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise ProviderWrong("no token that we could read")
    try:
        if not all(map(is_spelt_plainly, token.split("."))):
            raise ProviderWrong("the token is not spelt as it should be")
        return jwt.decode(token, key, algorithms=list(algorithms)).claims
    except (JoseError, *UNREADABLE) as fault:
        raise ProviderWrong(f"the token cannot be trusted: {fault}") from fault


def is_spelt_plainly(part: str) -> bool:
    """Is it the one way to write its bytes in base64url, without padding (RFC 7515, 2)?"""
    padded = part + "=" * (-len(part) % 4)
    return base64.urlsafe_b64encode(base64.urlsafe_b64decode(padded)).decode().rstrip("=") == part


def require_claims(claims: Mapping[str, Any], *, issuer: str, client: str, nonce: str, now: float) -> None:
    """That a token is from, for, of the time and for the sign-in that it should be (OpenID Core, 3.1.3.7)."""
    audience = claims.get("aud")
    wanted = audience == client or (isinstance(audience, list) and client in audience)
    if claims.get("iss") != issuer:
        raise ProviderWrong(f"the token is from {claims.get('iss')!r}")
    if not wanted or claims.get("azp", client) != client or (is_for_many(audience) and "azp" not in claims):
        raise ProviderWrong("the token is for somebody else")
    expires, issued = claims.get("exp"), claims.get("iat")
    if not is_number(expires) or not is_number(issued):
        raise ProviderWrong("the token does not say how long it holds")
    if expires + SKEW < now or issued - SKEW > now or issued + OLDEST < now:
        raise ProviderWrong("the token is not of this hour")
    if not nonce or claims.get("nonce") != nonce:
        raise ProviderWrong("the token belongs to another sign-in")


def is_for_many(audience: object) -> bool:
    return isinstance(audience, list) and len(audience) > 1


def is_number(value: Any) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def import_key(key: str) -> Key:
    """A publisher's key: a PEM public key, or a shared secret of 32 bytes or more.

    Raises:
        ValueError: It is neither.
    """
    if "BEGIN" not in key:
        if len(key.encode()) < 32:
            raise ValueError("a shared secret must have 32 characters at least")
        return OctKey.import_key(key)
    for kind in (RSAKey, ECKey, OKPKey):
        try:
            return kind.import_key(key)
        except (JoseError, ValueError, TypeError):
            continue
    raise ValueError("not a public key in PEM that we can read")


def algorithms_of(key: Key) -> tuple[str, ...]:
    if isinstance(key, OctKey):
        return ("HS256",)
    if isinstance(key, RSAKey):
        return ("RS256",)
    return ("ES256",) if isinstance(key, ECKey) else ("EdDSA", "Ed25519")
