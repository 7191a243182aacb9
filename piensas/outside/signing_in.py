"""To a provider and back again: where a sign-in is sent, and who came back (RFC 6749, 7636, 9207, 9700)."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar
from urllib.parse import urlencode, urlsplit

import httpx2
import msgspec
from authlib.integrations.httpx_client import AsyncOAuth2Client, OAuthError

from piensas.model.identity import Profile, SignIn
from piensas.model.refusals import ProviderSilent, ProviderWrong, SignInCancelled
from piensas.outside.breaker import Breaker
from piensas.outside.fetching import SECONDS, UNREADABLE, NotFetched, bounded, fetch_json
from piensas.outside.providers.provider import Claims, Provider
from piensas.outside.tokens import Keyring, algorithms_of, import_key, read_token, require_claims

T = TypeVar("T")
HOUR = 3_600
CANCELLED = ("access_denied", "user_cancelled_login", "login_required", "consent_required")


class Errand(msgspec.Struct, frozen=True):
    """Where the browser is to go, and what only we know of it."""

    address: str
    nonce: str
    verifier: str


class Road:
    """The way to one provider and back, with what has been learnt about it on the way."""

    def __init__(self, provider: Provider) -> None:
        self.provider = provider
        self.breaker = Breaker()
        self._known = provider
        self._known_until = 0.0
        self._keyring = Keyring(provider.keys) if provider.keys else None

    async def begin(self, state: str, back: str) -> Errand:
        """`back` is our address that the provider sends the browser to."""
        if self.breaker.rests:
            raise ProviderSilent
        provider = self._known if self._is_known else await self._bounded(self._discover())
        nonce, verifier = secrets.token_urlsafe(24), secrets.token_urlsafe(48)
        extra = dict(provider.extra)
        if provider.keys or provider.signs_answers:
            extra["nonce"] = nonce
        if provider.signs_answers:
            query = urlencode({"state": state, "redirect_uri": back, **extra})
            mark = "&" if urlsplit(provider.authorize).query else "?"
            return Errand(f"{provider.authorize}{mark}{query}", nonce, "")
        client = self._client(provider, back)
        address, _ = client.create_authorization_url(
            provider.authorize, state=state, code_verifier=verifier, **extra
        )
        return Errand(str(address), nonce, verifier)

    async def finish(self, sign_in: SignIn, answer: Mapping[str, str], back: str) -> Profile:
        """Who came back with the provider's `answer`, the parameters of its redirect."""
        if answer.get("error"):
            raise SignInCancelled if answer["error"] in CANCELLED else ProviderWrong(answer["error"])
        return await self._bounded(self._identify(sign_in, answer, back))

    async def discover(self) -> Provider:
        """The provider with all its addresses, as it names them today."""
        self._known_until = 0.0
        return await self._bounded(self._discover())

    @property
    def _is_known(self) -> bool:
        return not self.provider.discovers or time.monotonic() < self._known_until

    async def _bounded(self, work: Coroutine[Any, Any, T]) -> T:
        """Refuses at once while the provider rests, and in time when it does not answer."""
        if self.breaker.rests:
            work.close()
            raise ProviderSilent
        try:
            async with asyncio.timeout(SECONDS):
                result = await work
        except (TimeoutError, httpx2.TransportError, httpx2.HTTPStatusError, NotFetched) as fault:
            self.breaker.note(went_well=False)
            raise ProviderSilent(str(fault)) from fault
        self.breaker.note(went_well=True)
        return result

    async def _discover(self) -> Provider:
        """The addresses that the issuer itself names (OpenID Connect Discovery 1.0), for an hour."""
        if self._is_known:
            return self._known
        there = self.provider.issuer.rstrip("/") + "/.well-known/openid-configuration"
        found = await fetch_json(there)
        self._known = with_addresses(self.provider, found)
        self._keyring = Keyring(self._known.keys)
        self._known_until = time.monotonic() + HOUR
        return self._known

    async def _identify(self, sign_in: SignIn, answer: Mapping[str, str], back: str) -> Profile:
        provider = await self._discover()
        require_issuer(provider, answer)
        if provider.signs_answers:
            key = import_key(provider.client_secret)
            claims = read_token(answer.get("token"), key, algorithms_of(key))
            self._require(claims, sign_in)
            return provider.read(claims)
        if not answer.get("code"):
            raise ProviderWrong("it sent no code")
        async with self._client(provider, back) as client:
            try:
                token = await client.fetch_token(
                    provider.token, code=answer["code"], code_verifier=sign_in.verifier
                )
                return provider.read(await self._ask(provider, client, token, sign_in))
            except OAuthError as fault:
                raise ProviderWrong(f"{fault.error}: {fault.description}") from fault
            except UNREADABLE as fault:
                raise ProviderWrong(f"an answer that we cannot read: {fault!r}") from fault

    async def _ask(
        self, provider: Provider, client: AsyncOAuth2Client, token: Mapping[str, Any], sign_in: SignIn
    ) -> Claims:
        """What the id token says, and the provider's answer about somebody on top."""
        claims: Claims = {}
        if self._keyring:
            claims = await self._keyring.verify(token.get("id_token"))
            self._require(claims, sign_in)
        if not provider.profile:
            return claims
        proof = {"appsecret_proof": prove(provider, token)} if provider.signs_requests else None
        answer = (
            await client.get(provider.profile, params=proof) if proof else await client.get(provider.profile)
        )
        answer.raise_for_status()
        about = answer.json()
        if not isinstance(about, dict):
            raise ProviderWrong("its answer about this person says nothing")
        if self._keyring and about.get("sub") != claims.get("sub"):
            raise ProviderWrong("it speaks of two different people")
        return {**claims, **about}

    def _require(self, claims: Claims, sign_in: SignIn) -> None:
        provider = self._known
        require_claims(
            claims, issuer=provider.issuer, client=provider.client_id, nonce=sign_in.nonce, now=time.time()
        )

    def _client(self, provider: Provider, back: str) -> AsyncOAuth2Client:
        return AsyncOAuth2Client(
            provider.client_id,
            provider.client_secret,
            token_endpoint_auth_method=provider.token_auth,
            scope=provider.scopes,
            redirect_uri=back,
            code_challenge_method="S256",
            **bounded(),
        )


def with_addresses(provider: Provider, found: object) -> Provider:
    """The provider with the addresses of its metadata; refuses another issuer's."""
    if not isinstance(found, dict) or found.get("issuer") != provider.issuer:
        raise ProviderWrong("its metadata are another issuer's")
    wanted = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    if not all(isinstance(found.get(name), str) for name in wanted):
        raise ProviderWrong("its metadata lack an address")
    return msgspec.structs.replace(
        provider,
        authorize=found["authorization_endpoint"],
        token=found["token_endpoint"],
        keys=found["jwks_uri"],
        profile=str(found.get("userinfo_endpoint") or ""),
        names_itself=found.get("authorization_response_iss_parameter_supported") is True,
        token_auth=choose_auth(found.get("token_endpoint_auth_methods_supported")),
    )


def choose_auth(offered: object) -> Any:
    methods = offered if isinstance(offered, list) else ["client_secret_basic"]
    return "client_secret_basic" if "client_secret_basic" in methods else "client_secret_post"


def require_issuer(provider: Provider, answer: Mapping[str, str]) -> None:
    """That the answer is from whom we asked (RFC 9207): a wrong name is never taken, a missing one only
    from a provider that does not give its name."""
    named = answer.get("iss")
    if (named is None and provider.names_itself) or (named is not None and named != provider.issuer):
        raise ProviderWrong(f"the answer is from {named!r}")


def prove(provider: Provider, token: Mapping[str, Any]) -> str:
    """That we know the application's secret (Graph API, "Secure Graph API calls")."""
    secret, access = provider.client_secret.encode(), str(token.get("access_token")).encode()
    return hmac.new(secret, access, hashlib.sha256).hexdigest()
