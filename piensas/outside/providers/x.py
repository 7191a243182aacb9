"""X (Twitter): OAuth 2.0 with PKCE, no OpenID. Source: docs.x.com, OAuth 2.0 and GET /2/users/me.

A code lives for 30 seconds. Every sign-in costs a read of a user; without credits it is refused.
"""

from __future__ import annotations

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import Keys


def read(claims: Claims) -> Profile:
    """`id` stays; `username` can be given to somebody else. No address is asked for."""
    data = claims.get("data")
    about = data if isinstance(data, dict) else {}
    return make_profile(
        "x", "https://x.com", about.get("id"), about, username="username", photo="profile_image_url"
    )


def x(keys: Keys) -> Provider:
    return Provider(
        name="x",
        label="X (Twitter)",
        issuer="https://x.com",
        client_id=keys.client_id,
        client_secret=keys.client_secret,
        read=read,
        authorize="https://x.com/i/oauth2/authorize",
        token="https://api.x.com/2/oauth2/token",
        profile="https://api.x.com/2/users/me?user.fields=profile_image_url",
        scopes="users.read tweet.read",
        token_auth="client_secret_basic",
    )
