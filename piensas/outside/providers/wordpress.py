"""WordPress.com: OpenID Connect. Source: public-api.wordpress.com/.well-known/openid-configuration."""

from __future__ import annotations

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import Keys

ISSUER = "https://public-api.wordpress.com"


def read(claims: Claims) -> Profile:
    return make_profile("wordpress", ISSUER, claims.get("sub"), claims)


def wordpress(keys: Keys) -> Provider:
    return Provider(
        name="wordpress",
        label="WordPress.com",
        issuer=ISSUER,
        client_id=keys.client_id,
        client_secret=keys.client_secret,
        read=read,
        authorize="https://public-api.wordpress.com/oauth2-1/authorize",
        token="https://public-api.wordpress.com/oauth2-1/token",
        profile="https://public-api.wordpress.com/oauth2-1/userinfo",
        keys="https://public-api.wordpress.com/.well-known/jwks.json",
    )
