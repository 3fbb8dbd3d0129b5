"""Messages to bytes and back: JSON in and out of processes."""

from typing import Any, TypeVar

import msgspec

from domain.messages.envelope import Message

MessageT = TypeVar("MessageT", bound=Message)


def encode(message: msgspec.Struct) -> bytes:
    """A message as JSON."""
    return msgspec.json.encode(message)


def decode(data: bytes, message_type: type[MessageT]) -> MessageT:
    """JSON as a message.

    Raises:
        msgspec.ValidationError: the bytes are not this message.
    """
    return msgspec.json.decode(data, type=message_type)


def message_types(base: type[Message]) -> dict[str, type[Any]]:
    """Name → class of every message below `base`."""
    found: dict[str, type[Any]] = {}
    for subclass in base.__subclasses__():
        found[subclass.name] = subclass
    return found
