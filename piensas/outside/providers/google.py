"""Google: OpenID Connect. Source: developers.google.com/identity/openid-connect."""

from __future__ import annotations

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import Keys

ISSUER = "https://accounts.google.com"


def read(claims: Claims) -> Profile:
    """`sub` is never given to another; an e-mail address is."""
    return make_profile("google", ISSUER, claims.get("sub"), claims)


def google(keys: Keys) -> Provider:
    return Provider(
        name="google",
        label="Google",
        issuer=ISSUER,
        client_id=keys.client_id,
        client_secret=keys.client_secret,
        read=read,
        authorize="https://accounts.google.com/o/oauth2/v2/auth",
        token="https://oauth2.googleapis.com/token",
        keys="https://www.googleapis.com/oauth2/v3/certs",
        extra=(("prompt", "select_account"),),
    )
