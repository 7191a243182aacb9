"""The providers that a site's settings switch on."""

from __future__ import annotations

import msgspec

from piensas.outside.providers.facebook import facebook
from piensas.outside.providers.google import google
from piensas.outside.providers.openid import openid
from piensas.outside.providers.provider import Provider
from piensas.outside.providers.sso import sso
from piensas.outside.providers.wordpress import wordpress
from piensas.outside.providers.x import x
from piensas.settings import Keys, Settings


def list_providers(settings: Settings) -> dict[str, Provider]:
    """By name, in the order in which the box shows them. One without keys is not there."""
    four = (
        (wordpress, settings.wordpress),
        (google, settings.google),
        (x, settings.x),
        (facebook, settings.facebook),
    )
    chosen = [describe(keys or STAND_IN) for describe, keys in four if keys or settings.signin.stand_in]
    if settings.signin.stand_in:
        chosen = [at_stand_in(each, settings.signin.stand_in) for each in chosen]
    chosen += [openid(name, each) for name, each in settings.openid.items()]
    if settings.sso:
        chosen.append(sso(settings.sso, settings.site.address))
    return {each.name: each for each in chosen}


STAND_IN = Keys(client_id="piensas", client_secret="a secret that is none, for trying out")


def at_stand_in(provider: Provider, address: str) -> Provider:
    """The same provider, answered for by a server on this machine."""
    there = f"{address}/{provider.name}"
    return msgspec.structs.replace(
        provider,
        authorize=f"{there}/authorize",
        token=f"{there}/token",
        profile=f"{there}/profile" if provider.profile else "",
        keys=f"{there}/keys" if provider.keys else "",
    )
