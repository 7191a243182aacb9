"""Any provider that speaks OpenID Connect, by its issuer's address: Keycloak, Microsoft, Apple…"""

from __future__ import annotations

from functools import partial

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import OpenId


def read(name: str, issuer: str, claims: Claims) -> Profile:
    return make_profile(name, issuer, claims.get("sub"), claims)


def openid(name: str, settings: OpenId) -> Provider:
    """All its addresses are read from the issuer when somebody first wants to sign in."""
    return Provider(
        name=name,
        label=settings.label or name.capitalize(),
        issuer=settings.issuer,
        client_id=settings.client_id,
        client_secret=settings.client_secret,
        read=partial(read, name, settings.issuer),
        discovers=True,
        scopes=settings.scopes,
        token_auth="client_secret_basic",
    )
