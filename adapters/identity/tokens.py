"""Access tokens: JWT signed with Ed25519 (RFC 7519, RFC 8037)."""

from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from secrets import token_hex

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from domain.ids import SessionId, UserId
from domain.ports import AccessClaims
from domain.viewer import Role
from errors import Unauthenticated

ALGORITHM = "EdDSA"
ISSUER = "tutti"
TOKEN_CHARS_MAX = 4_096
VERIFIED_MAX = 4_096
"""Tokens whose signature was found good, and which need not be proven again; whether one has
expired, and whether its session was ended, is asked each time. A refusal is never kept."""


class JwtAccessTokens:
    """Issues and verifies access tokens; algorithm and issuer are pinned."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private = private_key
        self._public = private_key.public_key()
        self._verified = lru_cache(VERIFIED_MAX)(self._verify)

    def issue(self, claims: AccessClaims) -> str:
        """Claims as a signed token."""
        payload = {
            "iss": ISSUER,
            "sub": claims.user_id,
            "sid": claims.session_id,
            "roles": sorted(role.value for role in claims.roles),
            "exp": int(claims.expires_at.timestamp()),
        }
        return jwt.encode(payload, self._private, algorithm=ALGORITHM)

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """A token's claims.

        Raises:
            Unauthenticated: forged, expired, of another issuer or algorithm, or no token.
        """
        claims = self._verified(token)
        if claims.expires_at <= now:
            raise Unauthenticated("The access token has expired; renew the session.")
        return claims

    def _verify(self, token: str) -> AccessClaims:
        try:
            if len(token) > TOKEN_CHARS_MAX:
                raise ValueError
            payload = jwt.decode(
                token,
                self._public,
                algorithms=[ALGORITHM],
                issuer=ISSUER,
                options={"require": ["exp", "iss", "sub", "sid"], "verify_exp": False},
            )
            return AccessClaims(
                user_id=UserId(str(payload["sub"])),
                session_id=SessionId(str(payload["sid"])),
                roles=frozenset(Role(role) for role in payload["roles"]),
                expires_at=datetime.fromtimestamp(int(payload["exp"]), UTC),
            )
        except (jwt.InvalidTokenError, ValueError, KeyError, TypeError):
            raise Unauthenticated("The access token is not valid; log in again.") from None


def read_private_key(pem: bytes) -> Ed25519PrivateKey:
    """A PEM text as a key; raises ValueError for another kind of key."""
    key = load_pem_private_key(pem, password=None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("the token signing key must be an Ed25519 private key in PEM form")
    return key


def development_key(path: Path) -> Ed25519PrivateKey:
    """The key in a file; made there, once, whoever comes first. For development only."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = Ed25519PrivateKey.generate()
        write_once(path, made.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return read_private_key(path.read_bytes())


def write_once(path: Path, content: bytes) -> None:
    """Write a secret file whole, unless another process was first."""
    unfinished = path.with_name(f"{path.name}.{token_hex(4)}")
    unfinished.touch(mode=0o600)
    unfinished.write_bytes(content)
    try:
        with suppress(FileExistsError):
            path.hardlink_to(unfinished)
    finally:
        unfinished.unlink()
