"""Signed calls: good once, for a minute, with exactly this body and viewer."""

import hashlib
import hmac

import pytest

from federation.transport import signing
from federation.transport.signing import RequestSigner, SignatureRefused, SignatureVerifier

KEY = b"k" * 32
BODY = b'{"query":"{ a }"}'


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


def signed(clock: Clock, body: bytes = BODY, viewer: bytes = b'{"user":"anna"}') -> dict[str, str]:
    return dict(RequestSigner(key=KEY, clock=clock).sign(body, viewer))


def test_a_signed_call_tells_its_viewer() -> None:
    clock = Clock()

    viewer = SignatureVerifier(KEY, clock=clock).verify(signed(clock), BODY)

    assert viewer == b'{"user":"anna"}'


def test_the_signature_is_over_timestamp_nonce_and_body() -> None:
    headers = signed(Clock())

    message = f"{headers['tutti-timestamp']}.{headers['tutti-nonce']}.".encode() + BODY
    assert headers["tutti-signature"] == hmac.new(KEY, message, hashlib.sha256).hexdigest()


@pytest.mark.parametrize(
    "name", ["tutti-timestamp", "tutti-nonce", "tutti-signature", "tutti-viewer"]
)
def test_every_header_is_needed(name: str) -> None:
    clock = Clock()
    headers = signed(clock)
    del headers[name]

    with pytest.raises(SignatureRefused):
        SignatureVerifier(KEY, clock=clock).verify(headers, BODY)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tutti-timestamp", "1000001"),
        ("tutti-timestamp", "later"),
        ("tutti-timestamp", "٣"),
        ("tutti-nonce", "another"),
        ("tutti-nonce", "n" * 65),
        ("tutti-signature", "0" * 64),
        ("tutti-signature", "ü"),
        ("tutti-viewer", "eyJ1c2VyIjoiYmVuIn0=.0000"),
        ("tutti-viewer", "not base64 at all"),
    ],
)
def test_a_changed_header_is_refused(name: str, value: str) -> None:
    clock = Clock()

    with pytest.raises(SignatureRefused):
        SignatureVerifier(KEY, clock=clock).verify({**signed(clock), name: value}, BODY)


def test_a_changed_body_is_refused() -> None:
    clock = Clock()

    with pytest.raises(SignatureRefused, match="not signed by our gateway"):
        SignatureVerifier(KEY, clock=clock).verify(signed(clock), BODY + b" ")


def test_the_viewer_of_another_call_is_refused() -> None:
    clock = Clock()
    other = signed(clock, viewer=b'{"user":"ben"}')

    with pytest.raises(SignatureRefused):
        SignatureVerifier(KEY, clock=clock).verify(
            {**signed(clock), "tutti-viewer": other["tutti-viewer"]}, BODY
        )


def test_another_key_is_refused() -> None:
    clock = Clock()

    with pytest.raises(SignatureRefused):
        SignatureVerifier(b"o" * 32, clock=clock).verify(signed(clock), BODY)


@pytest.mark.parametrize(
    ("seconds", "is_good"), [(60, True), (61, False), (-60, True), (-61, False)]
)
def test_a_call_is_good_for_a_minute(seconds: float, is_good: bool) -> None:
    clock = Clock()
    headers = signed(clock)
    clock.now += seconds
    verifier = SignatureVerifier(KEY, clock=clock)

    if is_good:
        assert verifier.verify(headers, BODY) == b'{"user":"anna"}'
    else:
        with pytest.raises(SignatureRefused, match="too old"):
            verifier.verify(headers, BODY)


@pytest.mark.parametrize("waited", [0, 59, 60, 119])
def test_a_call_that_comes_again_is_refused_as_long_as_its_time_would_hold(waited: int) -> None:
    clock = Clock()
    verifier = SignatureVerifier(KEY, clock=clock)
    verifier.verify(signed(clock), BODY)  # a span of nonces begins
    clock.now += 100
    ahead = Clock()
    ahead.now = clock.now + 60
    headers = signed(ahead)
    verifier.verify(headers, BODY)

    clock.now += waited
    verifier.verify(signed(clock), BODY)  # others go on

    with pytest.raises(SignatureRefused, match="came before"):
        verifier.verify(headers, BODY)


def test_what_is_not_signed_takes_no_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "NONCES_MAX", 1)
    clock = Clock()
    verifier = SignatureVerifier(KEY, clock=clock)

    for number in range(5):
        with pytest.raises(SignatureRefused, match="not signed"):
            verifier.verify({**signed(clock), "tutti-nonce": f"nonce-{number}"}, BODY)

    assert verifier.verify(signed(clock), BODY) == b'{"user":"anna"}'
    with pytest.raises(SignatureRefused, match="Too many"):
        verifier.verify(signed(clock), BODY)


def test_equal_calls_have_nonces_of_their_own() -> None:
    clock = Clock()

    assert signed(clock)["tutti-nonce"] != signed(clock)["tutti-nonce"]
