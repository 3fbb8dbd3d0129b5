"""Access tokens of outside issuers: JWT (RFC 7519) proven by the issuer's own keys."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import jwt

from adapters.identity.key_set import KeySet
from errors import Unauthenticated

ALGORITHMS = frozenset(
    ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"]
)
"""All are asymmetric: with a shared secret, or `none`, whoever reads the keys could sign."""
DEFAULT_ALGORITHMS = ("RS256", "ES256", "EdDSA")
LEEWAY_SECONDS_MAX = 300
TOKEN_CHARS_MAX = 8_192
KEY_ID_CHARS_MAX = 256

Claims = Mapping[str, Any]
"""What a token says; `Any` because each issuer has claims of its own."""

_REASONS: tuple[tuple[type[jwt.PyJWTError], str, str], ...] = (
    (jwt.ExpiredSignatureError, "TOKEN_EXPIRED", "The token has expired."),
    (jwt.ImmatureSignatureError, "TOKEN_NOT_YET_VALID", "The token is not valid yet."),
    (jwt.InvalidAudienceError, "AUDIENCE_WRONG", "The token was issued for somebody else."),
    (jwt.InvalidIssuerError, "ISSUER_UNKNOWN", "The token's issuer is not trusted."),
    (jwt.MissingRequiredClaimError, "CLAIM_MISSING", "The token lacks a claim: {0}"),
    (jwt.InvalidSignatureError, "SIGNATURE_INVALID", "The token's signature does not hold."),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OutsideTokens:
    """Tokens that are trusted: whose, for whom, and signed how."""

    keys: Mapping[str, KeySet]
    """Of each issuer, as its tokens name it (`iss`)."""
    audiences: Sequence[str]
    """A token must be meant for one of these (`aud`)."""
    algorithms: Sequence[str] = DEFAULT_ALGORITHMS
    leeway_seconds: float = 30.0
    """How far the issuer's clock may be from ours, for `exp` and `nbf`."""

    def __post_init__(self) -> None:
        """Refuse what would let in others than it seems."""
        if not self.keys or not self.audiences:
            raise ValueError("tokens are trusted of some issuer and for some audience")
        unknown = sorted(set(self.algorithms) - ALGORITHMS)
        if unknown or not self.algorithms:
            known = ", ".join(sorted(ALGORITHMS))
            raise ValueError(f"{unknown} are no algorithms for tokens; there are {known}")
        if not 0 <= self.leeway_seconds <= LEEWAY_SECONDS_MAX:
            raise ValueError(f"the leeway is 0 to {LEEWAY_SECONDS_MAX} seconds")

    async def verify(self, token: str) -> Claims:
        """What the token says, all of it proven.

        Raises:
            Unauthenticated: it does not hold; `reason` says why.
            IdentityUnavailable: the keys of its issuer cannot be read.
        """
        header, issuer = _read_unproven(token)
        algorithm, key_id = header.get("alg"), header.get("kid")
        if not isinstance(algorithm, str) or algorithm not in self.algorithms:
            raise _refusal("ALGORITHM_NOT_ALLOWED", "The token is not signed as it must be.")
        keys = self.keys.get(issuer)
        if keys is None:
            raise _refusal("ISSUER_UNKNOWN", "The token's issuer is not trusted.")
        key = await keys.find(key_id, algorithm) if _is_key_id(key_id) else None
        if key is None:
            raise _refusal("KEY_UNKNOWN", "The token's issuer has no such key.")
        return self._decode(token, key, issuer)

    def _decode(self, token: str, key: jwt.PyJWK, issuer: str) -> Claims:
        try:
            return jwt.PyJWT(options={"enforce_minimum_key_length": True}).decode(
                token,
                key,
                algorithms=[key.algorithm_name],
                issuer=issuer,
                audience=list(self.audiences),
                leeway=self.leeway_seconds,
                options={"require": ["exp", "iss", "aud"]},
            )
        except (jwt.PyJWTError, ValueError, TypeError, OverflowError) as fault:
            for kind, reason, message in _REASONS:
                if isinstance(fault, kind):
                    raise _refusal(reason, message.format(fault)) from None
            raise _refusal("TOKEN_MALFORMED", "The token cannot be read.") from None


def scopes_of(claims: Claims) -> frozenset[str]:
    """The scopes of a token: `scope` in one string (RFC 8693), or `scp` as a string or list."""
    found: set[str] = set()
    for name in ("scope", "scp"):
        told = claims.get(name)
        if isinstance(told, str):
            found.update(told.split())
        elif isinstance(told, list):
            found.update(each for each in told if isinstance(each, str))
    return frozenset(found)


def _read_unproven(token: str) -> tuple[dict[str, Any], str]:
    """The header and the issuer, to know by which key the rest is proven."""
    try:
        if len(token) > TOKEN_CHARS_MAX:
            raise ValueError
        read = jwt.decode_complete(token, options={"verify_signature": False})
        return read["header"], str(read["payload"].get("iss"))
    except (jwt.PyJWTError, ValueError, RecursionError):
        raise _refusal("TOKEN_MALFORMED", "The token cannot be read.") from None


def _is_key_id(value: object) -> bool:
    return value is None or (isinstance(value, str) and len(value) <= KEY_ID_CHARS_MAX)


def _refusal(reason: str, message: str) -> Unauthenticated:
    return Unauthenticated(message, reason=reason)
