"""The publisher's own accounts: its log-in page sends the reader back with a token that it has signed."""

from __future__ import annotations

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import Sso


def read(claims: Claims) -> Profile:
    return make_profile("sso", str(claims.get("iss")), claims.get("sub"), claims, username="nickname")


def sso(settings: Sso, audience: str) -> Provider:
    """`audience` is the site's address, which the token must be made out for."""
    return Provider(
        name="sso",
        label=settings.label,
        issuer=settings.issuer or settings.address,
        client_id=audience,
        client_secret=settings.key,
        read=read,
        authorize=settings.address,
        signs_answers=True,
    )
