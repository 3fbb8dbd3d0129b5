"""An outside issuer of tokens: its keys, its key set, and how often that was read."""

import asyncio
import json
import time
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ISSUER = "https://issuer.example"
AUDIENCE = "tutti-tests"
RSA_KEY = rsa.generate_private_key(public_exponent=65_537, key_size=2_048)
_MAKERS = {
    "RS256": lambda: RSA_KEY,
    "PS256": lambda: RSA_KEY,
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": Ed25519PrivateKey.generate,
}


class Issuer:
    """Signs tokens with the newest key of its set."""

    def __init__(self, algorithm: str = "ES256") -> None:
        self.algorithm = algorithm
        self.reads = 0
        self.is_down = False
        self.keys: dict[str, Any] = {}
        self.rotate("key-1")

    def rotate(self, key_id: str, *, keep: int = 1) -> None:
        """Sign with a new key from now on; only so many others stay."""
        kept = dict(list(self.keys.items())[-keep:]) if keep else {}
        self.keys = {**kept, key_id: _MAKERS[self.algorithm]()}

    @property
    def key_set(self) -> bytes:
        """What its address answers."""
        return json.dumps({"keys": [self._public(each) for each in self.keys]}).encode()

    async def read(self) -> bytes:
        """Answer, after others had their turn."""
        self.reads += 1
        await asyncio.sleep(0)
        if self.is_down:
            raise OSError("down")
        return self.key_set

    def token(self, *, has_key_id: bool = True, **claims: Any) -> str:
        """A token that holds, but for what is given; a claim that is None is left out."""
        given = {"iss": ISSUER, "aud": AUDIENCE, "sub": "anna", "exp": time.time() + 3_600}
        told = {name: each for name, each in {**given, **claims}.items() if each is not None}
        key_id = list(self.keys)[-1]
        return jwt.encode(
            told,
            self.keys[key_id],
            algorithm=self.algorithm,
            headers={"kid": key_id} if has_key_id else None,
        )

    def _public(self, key_id: str) -> dict[str, Any]:
        algorithm = jwt.get_algorithm_by_name(self.algorithm)
        told = json.loads(algorithm.to_jwk(self.keys[key_id].public_key()))
        return {**told, "kid": key_id, "use": "sig"}
