"""Questions to a provider that sign nobody in."""

from __future__ import annotations

import httpx2
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

from piensas.model.refusals import ProviderSilent, ProviderWrong
from piensas.outside.fetching import UNREADABLE, NotFetched, bounded, describe, fetch_json
from piensas.outside.providers.provider import Provider

CODE = "a-code-that-nobody-gave-out"


async def fetch_keys(provider: Provider) -> int:
    """How many public keys the provider has."""
    try:
        found = await fetch_json(provider.keys)
    except NotFetched as fault:
        raise ProviderSilent(str(fault)) from fault
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not keys:
        raise ProviderWrong(f"there are no keys at {provider.keys}")
    return len(keys)


async def try_secret(provider: Provider, back: str) -> str:
    """Sends a code that is none: who refuses the code, and not us, knows us."""
    async with AsyncOAuth2Client(
        provider.client_id,
        provider.client_secret,
        token_endpoint_auth_method=provider.token_auth,
        redirect_uri=back,
        **bounded(),
    ) as client:
        try:
            await client.fetch_token(provider.token, code=CODE, code_verifier=CODE * 2)
        except OAuthError as fault:
            return judge(str(fault.error), str(fault.description or ""))
        except httpx2.HTTPError as fault:
            raise ProviderSilent(describe(fault)) from fault
        except UNREADABLE as fault:
            raise ProviderWrong(f"{provider.token} gave an answer that we cannot read") from fault
    raise ProviderWrong("it took a code that nobody gave out")


def judge(error: str, words: str) -> str:
    if error in ("invalid_client", "unauthorized_client"):
        raise ProviderWrong(f"it does not know us: client_id or client_secret is wrong ({words or error})")
    if error == "redirect_uri_mismatch":
        raise ProviderWrong("our address to come back to is not registered there")
    return f"it knows us, and refused a false code as it should ({error})"
