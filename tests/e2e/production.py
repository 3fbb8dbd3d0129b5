"""The house as settings make it in production."""

import json
import secrets
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat


def production_settings() -> dict[str, Any]:
    """What production asks for, with fresh secrets."""
    key = Ed25519PrivateKey.generate()
    return {
        "environment": "production",
        "token_signing_key": key.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ).decode(),
        "url_signing_key": "u" * 32,
        "storage": {"keys": {"first": secrets.token_hex(32)}},
    }


def production_environment() -> dict[str, str]:
    """The same as a process is told."""
    given = production_settings()
    return {**given, "storage": json.dumps(given["storage"])}
