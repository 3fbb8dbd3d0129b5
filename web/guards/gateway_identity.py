"""Who asks a general gateway, by the claims of a token that was proven."""

import time
from collections.abc import Sequence

import orjson

from adapters.identity.outside_tokens import Claims, scopes_of
from errors import Unauthenticated
from federation.engine import Caller


def caller_of(claims: Claims | None) -> Caller:
    """A caller with the token's scopes; a stranger without a token."""
    if claims is None:
        return Caller()
    return Caller(is_authenticated=True, scopes=scopes_of(claims))


def write_claims(claims: Claims | None, names: Sequence[str]) -> bytes:
    """What subgraphs are told of a token; the same bytes for the same claims."""
    if claims is None:
        return b""
    return orjson.dumps({name: claims[name] for name in names if name in claims})


def name_of(claims: Claims | None) -> str:
    """Names whom a token speaks for; nobody is the empty name."""
    return "" if claims is None else f"{claims.get('iss', '')} {claims.get('sub', '')}"


def seconds_left(claims: Claims | None, leeway_seconds: float) -> float | None:
    """How long a token is good yet; None where there is none."""
    return None if claims is None else float(claims["exp"]) + leeway_seconds - time.time()


def require_unexpired(claims: Claims | None, leeway_seconds: float) -> None:
    """Asked before each event of a subscription, which may outlive its token.

    Raises:
        Unauthenticated: the token has expired.
    """
    left = seconds_left(claims, leeway_seconds)
    if left is not None and left <= 0:
        raise Unauthenticated("The token has expired.", reason="TOKEN_EXPIRED")
