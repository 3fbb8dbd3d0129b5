"""What nodes answer when they do not take a transaction; each node words it its own way."""

from enum import Enum, auto


class Refusal(Enum):
    """Why a node did not take a transaction."""

    KNOWN = auto()
    """The node has this very transaction."""
    NONCE_USED = auto()
    """The nonce is mined, or promised to another transaction."""
    OTHER = auto()
    """A gap before the nonce, no funds, a full pool: later may be better."""


_KNOWN = ("already known", "already imported", "known transaction")
_NONCE_USED = (
    "nonce too low",
    "nonce is too low",
    "invalid nonce; got",
    "replacement transaction underpriced",
    "transaction with the same nonce",
)


def classify(message: str) -> Refusal:
    """Read a node's message."""
    told = message.lower()
    if any(phrase in told for phrase in _KNOWN):
        return Refusal.KNOWN
    if any(phrase in told for phrase in _NONCE_USED):
        return Refusal.NONCE_USED
    return Refusal.OTHER
