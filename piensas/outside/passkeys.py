"""Passkeys: what a browser is asked, and whether its answer is true (Web Authentication, level 3).

A passkey is only good for the host of the site's address, and always wants its holder's finger, face
or code ("user verification"). Which kind of device made it is not asked.
"""

from __future__ import annotations

import json
from urllib.parse import urlsplit

from webauthn import (
    base64url_to_bytes,
    generate_authentication_options,
    generate_registration_options,
    options_to_json,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import (
    bytes_to_base64url,
    parse_authentication_credential_json,
    parse_client_data_json,
    parse_registration_credential_json,
)
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from piensas.model.identity import Passkey
from piensas.model.reader import Reader
from piensas.model.refusals import PasskeyWrong
from piensas.model.site import Site

UNREADABLE = (WebAuthnException, ValueError, TypeError, KeyError, AttributeError, RecursionError)
PATIENCE = 120_000
"""Milliseconds that the browser gives its reader."""
SELECTION = AuthenticatorSelectionCriteria(
    resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
)


def ask_for_new(site: Site, moderator: Reader, challenge: str) -> str:
    """What `navigator.credentials.create` is given, as JSON."""
    return options_to_json(
        generate_registration_options(
            rp_id=host_of(site),
            rp_name=site.name,
            user_id=f"{moderator.site_id}.{moderator.id}".encode(),
            user_name=moderator.name,
            challenge=base64url_to_bytes(challenge),
            timeout=PATIENCE,
            authenticator_selection=SELECTION,
        )
    )


def ask_for_known(site: Site, challenge: str) -> str:
    """What `navigator.credentials.get` is given, as JSON."""
    return options_to_json(
        generate_authentication_options(
            rp_id=host_of(site),
            challenge=base64url_to_bytes(challenge),
            timeout=PATIENCE,
            user_verification=UserVerificationRequirement.REQUIRED,
        )
    )


def read_challenge(answer: str) -> str:
    """The challenge that an answer says it is to; whether it was ours is for the store to say."""
    try:
        credential = parse_authentication_credential_json(answer) if '"signature"' in answer else None
        said = (credential or parse_registration_credential_json(answer)).response.client_data_json
        require_no_frame(said)
        return bytes_to_base64url(parse_client_data_json(said).challenge)
    except UNREADABLE as fault:
        raise PasskeyWrong(f"a passkey's answer cannot be read: {fault}") from fault


def require_no_frame(said: bytes) -> None:
    """No other site's page is around ours, where it could make its reader press what it likes (5.8.1)."""
    data = json.loads(said)
    if data.get("crossOrigin", False) is not False or "topOrigin" in data:
        raise PasskeyWrong("the answer is from within another site's page")


def subject_of(answer: str) -> str:
    """The id of the passkey that an answer says it is from."""
    try:
        return bytes_to_base64url(parse_authentication_credential_json(answer).raw_id)
    except UNREADABLE as fault:
        raise PasskeyWrong(f"a passkey's answer cannot be read: {fault}") from fault


def check_new(site: Site, answer: str, challenge: str) -> Passkey:
    try:
        found = verify_registration_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host_of(site),
            expected_origin=site.address,
            require_user_verification=True,
        )
    except UNREADABLE as fault:
        raise PasskeyWrong(f"a new passkey is not taken: {fault}") from fault
    return Passkey(
        subject=bytes_to_base64url(found.credential_id),
        public_key=found.credential_public_key,
        counter=found.sign_count,
    )


def check_known(site: Site, answer: str, challenge: str, known: Passkey) -> Passkey:
    """The passkey with what its device has counted now."""
    try:
        found = verify_authentication_response(
            credential=answer,
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=host_of(site),
            expected_origin=site.address,
            credential_public_key=known.public_key,
            credential_current_sign_count=known.counter,
            require_user_verification=True,
        )
    except UNREADABLE as fault:
        raise PasskeyWrong(f"a passkey's answer is not taken: {fault}") from fault
    return Passkey(subject=known.subject, public_key=known.public_key, counter=found.new_sign_count)


def host_of(site: Site) -> str:
    return urlsplit(site.address).hostname or ""
