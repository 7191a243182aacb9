"""Whether a sign-in provider is set up rightly, said in plain words."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import click
from rich.console import Console

from piensas.cli.opening import Wrong, find_settings
from piensas.model.refusals import ProviderSilent, ProviderWrong
from piensas.outside.providers.known import list_providers
from piensas.outside.providers.provider import Provider
from piensas.settings import Settings

out = Console()


@click.group()
def provider() -> None:
    """Look after the providers with which readers sign in."""


@provider.command()
@click.argument("name")
@click.pass_obj
def check(file: Path | None, name: str) -> None:
    """Ask the provider NAME (google, wordpress, x, facebook, sso, or one of your own) whether it knows us.

    Nobody is signed in. Exit code 1 says that something is wrong, and what.
    """
    settings = find_settings(file)
    found = list_providers(settings).get(name)
    if found is None:
        known = ", ".join(list_providers(settings)) or "none"
        raise Wrong(
            f"The settings have no provider {name!r}; they have: {known}. A section [{name}] adds it."
        )
    asyncio.run(say_all(settings, found))


async def say_all(settings: Settings, found: Provider) -> None:
    try:
        async for words in examine(settings, found):
            out.print(f"✓ {words}", highlight=False)
    except ProviderSilent as fault:
        raise Wrong(f"{found.label} does not answer: {fault}") from fault
    except ProviderWrong as fault:
        raise Wrong(f"{found.label}: {fault}") from fault


async def examine(settings: Settings, found: Provider) -> AsyncIterator[str]:
    """What is right, one thing after another; the first that is wrong is raised."""
    from piensas.outside.checking import fetch_keys, try_secret
    from piensas.outside.signing_in import Road

    back = f"{settings.site.address}/signin/{found.name}/callback"
    if not settings.site.is_secure and not settings.signin.stand_in:
        yield f"but readers come back over {settings.site.address}: most providers want https"
    if found.signs_answers:
        from piensas.outside.tokens import import_key

        try:
            import_key(found.client_secret)
        except ValueError as fault:
            raise ProviderWrong(f"the key cannot be used: {fault}") from fault
        yield f"the key can be read; tokens must be made out for {found.client_id}"
        return
    road = Road(found)
    known = await road.discover()
    yield f"readers are sent to {known.authorize.partition('?')[0]}"
    if known.keys:
        yield f"its answers are signed with {await fetch_keys(known)} keys that we have"
    yield await try_secret(known, back)
    yield f"it must send readers back to {back}"
