"""Other people's forged tokens and odd addresses (Wycheproof, isemail)."""

from __future__ import annotations

import json
import os
from email import policy
from email.parser import BytesParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from joserfc.errors import InvalidPayloadError, JoseError
from joserfc.jwk import ECKey, OctKey, RSAKey

from piensas.model.mailbox import mailbox_of
from piensas.model.refusals import ProviderWrong
from piensas.model.wording import tidy_line
from piensas.outside.mail import write_letter
from piensas.outside.tokens import ALGORITHMS, read_token
from piensas.settings import Mail
from tests.some import some

DATA = Path(os.environ["PIENSAS_REAL_DATA"])
KINDS: dict[str, Any] = {"RSA": RSAKey, "EC": ECKey, "oct": OctKey}
CONTROL = 0x2400
NOT_FORGED = {367, 370}
"""Said to be wrongly padded, but in this copy of the list spelt as they should be, and rightly signed."""


def list_vectors() -> list[tuple[Any, dict[str, Any], str, str, bool]]:
    """(id, key, algorithm, token, is valid)"""
    file = DATA / "jwt-wycheproof/testvectors_v1/json_web_signature_test.json"
    found = []
    for group in json.loads(file.read_text())["testGroups"]:
        key = group.get("public") or group.get("private") or {}
        found += [
            (test["tcId"], key, key.get("alg", ""), test["jws"], test["result"] == "valid")
            for test in group["tests"]
        ]
    return found


def test_M27_no_forged_token_gets_as_far_as_its_words() -> None:  # noqa: N802
    """Their payloads are no claims, so all are refused; what counts is whether the signature was."""
    believed = refused = 0
    for number, raw, algorithm, token, is_valid in some(list_vectors()):
        kind = KINDS.get(raw.get("kty", ""))
        if kind is None or not isinstance(token, str):
            continue
        try:
            key = kind.import_key(raw)
        except (JoseError, ValueError, TypeError):
            continue
        with pytest.raises(ProviderWrong) as caught:
            read_token(token, key, (*ALGORITHMS, "HS256"))
        has_right_signature = isinstance(caught.value.__cause__, (InvalidPayloadError, json.JSONDecodeError))
        if not is_valid and number not in NOT_FORGED:
            assert not has_right_signature, f"vector {number}"
            refused += 1
        elif is_valid and algorithm in ("RS256", "ES256", "HS256"):
            believed += has_right_signature
    assert refused > 250
    assert believed > 0


def list_addresses() -> list[str]:
    tree = ElementTree.parse(DATA / "email-isemail/test/tests.xml")  # our own copy
    found = [each.findtext("address") or "" for each in tree.iter("test")]
    return [
        "".join(chr(ord(c) - CONTROL) if CONTROL <= ord(c) < CONTROL + 33 else c for c in a) for a in found
    ]


def test_M35_the_address_that_is_kept_is_the_one_that_is_mailed() -> None:  # noqa: N802
    mail = Mail(host="localhost", sender="News <news@example.org>")
    taken = 0
    addresses = list_addresses()
    for raw in some(addresses):
        address = tidy_line(raw)
        if mailbox_of(address) is None:
            continue
        letter = write_letter(mail, address, "A subject", "text", "<p>text</p>")
        read = BytesParser(policy=policy.default).parsebytes(letter.as_bytes(policy=policy.SMTP))
        assert [each.addr_spec for each in read["to"].addresses] == [address]
        assert len(read.get_all("to")) == 1
        taken += 1
    assert taken > 5
    assert len(addresses) > 150
