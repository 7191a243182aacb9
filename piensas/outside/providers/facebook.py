"""Facebook: OAuth 2.0. Source: developers.facebook.com, "Manually build a login flow"; Graph API v26.0."""

from __future__ import annotations

from piensas.model.identity import Profile
from piensas.outside.providers.provider import Claims, Provider, make_profile
from piensas.settings import Keys

VERSION = "v26.0"


def read(claims: Claims) -> Profile:
    """`id` is this person's for our application only. Its address is valid, not verified."""
    picture = claims.get("picture")
    data = picture.get("data") if isinstance(picture, dict) else None
    photo = data.get("url") if isinstance(data, dict) else None
    return make_profile(
        "facebook",
        "https://www.facebook.com",
        claims.get("id"),
        {**claims, "photo": photo},
        photo="photo",
        verified="",
    )


def facebook(keys: Keys) -> Provider:
    return Provider(
        name="facebook",
        label="Facebook",
        issuer="https://www.facebook.com",
        client_id=keys.client_id,
        client_secret=keys.client_secret,
        read=read,
        authorize=f"https://www.facebook.com/{VERSION}/dialog/oauth",
        token=f"https://graph.facebook.com/{VERSION}/oauth/access_token",
        profile=f"https://graph.facebook.com/{VERSION}/me?fields=id,name,email,picture",
        scopes="public_profile,email",
        signs_requests=True,
    )
