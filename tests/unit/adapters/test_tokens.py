"""Access tokens: what is proven once, and what is asked each time."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from adapters.identity.tokens import JwtAccessTokens
from domain.ids import SessionId, UserId
from domain.ports import AccessClaims
from domain.viewer import Role
from errors import Unauthenticated

NOW = datetime(2026, 1, 1, tzinfo=UTC)
CLAIMS = AccessClaims(
    user_id=UserId("anna"),
    session_id=SessionId("session-1"),
    roles=frozenset({Role.CREATOR}),
    expires_at=NOW + timedelta(minutes=15),
)


@pytest.fixture
def tokens() -> JwtAccessTokens:
    return JwtAccessTokens(Ed25519PrivateKey.generate())


def test_a_token_says_again_and_again_what_was_claimed(tokens) -> None:
    token = tokens.issue(CLAIMS)

    assert tokens.verify(token, NOW) == CLAIMS
    assert tokens.verify(token, NOW) == CLAIMS


def test_the_signature_of_a_token_is_proven_once(tokens, monkeypatch) -> None:
    proven = []
    decode = jwt.decode
    monkeypatch.setattr(jwt, "decode", lambda *a, **k: proven.append(a[0]) or decode(*a, **k))
    token = tokens.issue(CLAIMS)

    for _ in range(3):
        tokens.verify(token, NOW)

    assert proven == [token]


def test_a_token_that_was_good_expires_all_the_same(tokens) -> None:
    token = tokens.issue(CLAIMS)
    tokens.verify(token, NOW)

    with pytest.raises(Unauthenticated, match="expired"):
        tokens.verify(token, CLAIMS.expires_at)


@pytest.mark.parametrize("change", ["another key", "another account", "cut", "no token", "long"])
def test_what_is_no_token_of_ours_is_refused_each_time(change, tokens) -> None:
    good = tokens.issue(CLAIMS)
    tokens.verify(good, NOW)
    head, _, signature = good.split(".")
    other = tokens.issue(replace(CLAIMS, user_id=UserId("ben")))
    forged = {
        "another key": JwtAccessTokens(Ed25519PrivateKey.generate()).issue(CLAIMS),
        "another account": ".".join((head, other.split(".")[1], signature)),
        "cut": good[:-4],
        "no token": "nothing",
        "long": good + "A" * 5_000,
    }[change]

    for _ in range(2):
        with pytest.raises(Unauthenticated, match="not valid"):
            tokens.verify(forged, NOW)
