"""A device that makes passkeys, in software: what a browser and its authenticator would answer.

Shapes: Web Authentication level 3, sections 5.8.1 (client data), 6.1 (authenticator data), 6.5 (attestation).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from msgspec import Struct

PRESENT, VERIFIED, HAS_KEY = 0x01, 0x04, 0x40


class Answer(Struct):
    """What a test may bend before the device answers."""

    origin: str
    host: str = "127.0.0.1"
    flags: int = PRESENT | VERIFIED
    step: int = 1
    cross_origin: Any = False
    top_origin: str = ""


class Device:
    """Holds one passkey, and counts its uses."""

    def __init__(self) -> None:
        self.id = secrets.token_bytes(32)
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.count = 0

    def make(self, options: dict[str, Any], answer: Answer) -> str:
        data = client_data("webauthn.create", options["challenge"], answer)
        known = self._data(answer, answer.flags | HAS_KEY) + bytes(16) + len(self.id).to_bytes(2, "big")
        known += self.id + cbor2.dumps(self._public_key())
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": known})
        return self._say({"clientDataJSON": url64(data), "attestationObject": url64(attestation)})

    def open(self, options: dict[str, Any], answer: Answer) -> str:
        data = client_data("webauthn.get", options["challenge"], answer)
        known = self._data(answer, answer.flags)
        signature = self.key.sign(known + hashlib.sha256(data).digest(), ec.ECDSA(hashes.SHA256()))
        said = {"clientDataJSON": data, "authenticatorData": known, "signature": signature}
        return self._say({name: url64(value) for name, value in said.items()})

    def _data(self, answer: Answer, flags: int) -> bytes:
        self.count += answer.step
        host = hashlib.sha256(answer.host.encode()).digest()
        return host + bytes([flags]) + self.count.to_bytes(4, "big")

    def _public_key(self) -> dict[int, Any]:
        numbers = self.key.public_key().public_numbers()
        return {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}

    def _say(self, response: dict[str, str]) -> str:
        return json.dumps(
            {"id": url64(self.id), "rawId": url64(self.id), "type": "public-key", "response": response}
        )


def client_data(kind: str, challenge: str, answer: Answer) -> bytes:
    said = {"type": kind, "challenge": challenge, "origin": answer.origin, "crossOrigin": answer.cross_origin}
    around = {"topOrigin": answer.top_origin} if answer.top_origin else {}
    return json.dumps(said | around).encode()


def url64(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()
