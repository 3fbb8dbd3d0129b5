"""Tokens of outside issuers: what holds, and why the rest does not."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from adapters.identity.key_set import KeySet
from adapters.identity.outside_tokens import OutsideTokens, scopes_of
from errors import Unauthenticated
from tests.fakes.issuer import AUDIENCE, ISSUER, RSA_KEY, Issuer


def trusting(issuer: Issuer, **more: Any) -> OutsideTokens:
    return OutsideTokens(keys={ISSUER: KeySet(issuer.read)}, audiences=[AUDIENCE], **more)


async def reason_of(tokens: OutsideTokens, token: str) -> str:
    with pytest.raises(Unauthenticated) as refused:
        await tokens.verify(token)
    return str(refused.value.details["reason"])


@pytest.mark.parametrize("algorithm", ["RS256", "ES256", "EdDSA"])
async def test_a_token_of_a_trusted_issuer_tells_its_claims(algorithm: str) -> None:
    issuer = Issuer(algorithm)

    claims = await trusting(issuer).verify(issuer.token(scope="a b", aud=[AUDIENCE, "other"]))

    assert claims["sub"] == "anna"
    assert scopes_of(claims) == {"a", "b"}


@pytest.mark.parametrize(
    ("claims", "reason"),
    [
        ({"exp": time.time() - 3_600}, "TOKEN_EXPIRED"),
        ({"exp": None}, "CLAIM_MISSING"),
        ({"exp": "soon"}, "TOKEN_MALFORMED"),
        ({"exp": float("inf")}, "TOKEN_MALFORMED"),
        ({"nbf": time.time() + 3_600}, "TOKEN_NOT_YET_VALID"),
        ({"aud": "somebody-else"}, "AUDIENCE_WRONG"),
        ({"aud": None}, "CLAIM_MISSING"),
        ({"iss": "https://evil.example"}, "ISSUER_UNKNOWN"),
        ({"iss": None}, "ISSUER_UNKNOWN"),
    ],
    ids=lambda value: value if isinstance(value, str) else next(iter(value)),
)
async def test_claims_that_do_not_hold_are_refused(claims: dict[str, Any], reason: str) -> None:
    issuer = Issuer()

    assert await reason_of(trusting(issuer), issuer.token(**claims)) == reason


async def test_clocks_may_differ_by_the_leeway() -> None:
    issuer = Issuer()
    late = issuer.token(exp=time.time() - 100)

    assert (await trusting(issuer, leeway_seconds=300).verify(late))["sub"] == "anna"
    assert await reason_of(trusting(issuer, leeway_seconds=0), late) == "TOKEN_EXPIRED"


def encode(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


def forged(algorithm: str, secret: bytes | None = None) -> str:
    """A token whose signature is none, or made with something everybody knows."""
    claims = {"iss": ISSUER, "aud": AUDIENCE, "sub": "admin", "exp": time.time() + 3_600}
    signed = f"{encode({'alg': algorithm, 'typ': 'JWT', 'kid': 'key-1'})}.{encode(claims)}"
    digest = b"" if secret is None else hmac.digest(secret, signed.encode(), hashlib.sha256)
    return f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
async def test_a_token_with_alg_none_is_refused(algorithm: str) -> None:
    tokens = trusting(Issuer("RS256"))

    assert await reason_of(tokens, forged(algorithm)) == "ALGORITHM_NOT_ALLOWED"


@pytest.mark.parametrize("form", [Encoding.PEM, Encoding.DER], ids=["pem", "der"])
async def test_a_token_with_hs256_signed_with_the_public_key_is_refused(form: Encoding) -> None:
    public = RSA_KEY.public_key().public_bytes(form, PublicFormat.SubjectPublicKeyInfo)
    tokens = trusting(Issuer("RS256"))

    assert await reason_of(tokens, forged("HS256", public)) == "ALGORITHM_NOT_ALLOWED"


async def test_a_secret_in_the_key_set_proves_nothing() -> None:
    async def read() -> bytes:
        secret = {"kty": "oct", "kid": "key-1", "k": "c2VjcmV0", "use": "sig"}
        return json.dumps({"keys": [secret]}).encode()

    tokens = OutsideTokens(keys={ISSUER: KeySet(read)}, audiences=[AUDIENCE])

    assert await reason_of(tokens, forged("HS256", b"secret")) == "ALGORITHM_NOT_ALLOWED"
    assert await reason_of(tokens, forged("RS256", b"secret")) == "KEY_UNKNOWN"


async def test_an_algorithm_that_is_not_pinned_is_refused() -> None:
    issuer = Issuer("PS256")

    assert await reason_of(trusting(issuer), issuer.token()) == "ALGORITHM_NOT_ALLOWED"
    claims = await trusting(issuer, algorithms=["PS256"]).verify(issuer.token())
    assert claims["sub"] == "anna"


async def test_a_key_that_can_be_broken_proves_nothing() -> None:
    issuer = Issuer("RS256")
    issuer.keys = {"key-1": rsa.generate_private_key(public_exponent=65_537, key_size=1_024)}

    with pytest.warns(jwt.InsecureKeyLengthWarning):
        token = issuer.token()

    assert await reason_of(trusting(issuer), token) == "TOKEN_MALFORMED"


async def test_another_key_under_the_same_id_is_refused() -> None:
    issuer, other = Issuer(), Issuer()

    assert await reason_of(trusting(issuer), other.token()) == "SIGNATURE_INVALID"


@pytest.mark.parametrize(
    "token",
    ["nothing", "a.b.c", "." * 9_000, "e30.e30.e30", f"{encode({'alg': 'ES256'})}.W10.x", ""],
    ids=["a word", "no json", "long", "no algorithm", "claims in a list", "empty"],
)
async def test_what_is_no_token_is_refused(token: str) -> None:
    reason = await reason_of(trusting(Issuer()), token)

    assert reason in ("TOKEN_MALFORMED", "ALGORITHM_NOT_ALLOWED")


async def test_a_token_without_key_id_is_proven_by_the_only_key() -> None:
    issuer = Issuer()
    tokens = trusting(issuer)
    token = issuer.token(has_key_id=False)

    assert (await tokens.verify(token))["sub"] == "anna"
    issuer.rotate("key-2")
    assert await reason_of(trusting(issuer), token) == "KEY_UNKNOWN"


@pytest.mark.parametrize(
    "wrong",
    [
        {"algorithms": ["HS256"]},
        {"algorithms": ["none"]},
        {"algorithms": []},
        {"audiences": []},
        {"keys": {}},
        {"leeway_seconds": 3_600},
    ],
    ids=["a shared secret", "none", "no algorithm", "no audience", "no issuer", "much leeway"],
)
def test_settings_that_let_anybody_in_are_refused(wrong: dict[str, Any]) -> None:
    given = {"keys": {ISSUER: KeySet(Issuer().read)}, "audiences": [AUDIENCE]}

    with pytest.raises(ValueError, match=r"tokens|leeway"):
        OutsideTokens(**{**given, **wrong})


@pytest.mark.parametrize(
    ("claims", "scopes"),
    [
        ({"scope": "a b"}, {"a", "b"}),
        ({"scp": ["a", "b c", 1]}, {"a", "b c"}),
        ({"scp": "a", "scope": "b"}, {"a", "b"}),
        ({"scope": None, "scp": {"a": 1}}, set()),
    ],
    ids=["one string", "a list", "both", "neither"],
)
def test_scopes_are_read_in_both_forms(claims: dict[str, Any], scopes: set[str]) -> None:
    assert scopes_of(claims) == scopes
