"""What nodes say is understood."""

import pytest

from adapters.chain.refusals import Refusal, classify


@pytest.mark.parametrize(
    ("words", "refusal"),
    [
        ("already known", Refusal.KNOWN),
        ("transaction already imported", Refusal.KNOWN),
        ("nonce too low: next nonce 5, tx nonce 3", Refusal.NONCE_USED),
        ("replacement transaction underpriced", Refusal.NONCE_USED),
        ("nonce too high", Refusal.OTHER),
        ("Insufficient funds for gas * price + value", Refusal.OTHER),
    ],
)
def test_a_refusal_is_classified(words: str, refusal: Refusal) -> None:
    classified = classify(words)

    assert classified is refusal
