"""Opaque ids of clients and typed ids of ours; an id carries its type's name."""

import binascii
from functools import lru_cache

from errors import BadInput

ID_CHARS_MAX = 200
IDS_MAX = 10_000
"""Ids remembered by what they say."""

_TO_URL = bytes.maketrans(b"+/", b"-_")
_FROM_URL = bytes.maketrans(b"-_+/", b"+/!!")
"""What is written in the other alphabet is no id."""


def print_id(type_name: str, key: str) -> str:
    """A global id: base64url of `Type:key`, without padding."""
    text = binascii.b2a_base64(f"{type_name}:{key}".encode(), newline=False)
    return text.translate(_TO_URL).rstrip(b"=").decode()


@lru_cache(IDS_MAX)
def split_id(text: str) -> tuple[str, str]:
    """A global id's type name and key.

    Remembered: an answer's ids reach one subgraph after the other.

    Raises:
        BadInput: the text is no id of ours.
    """
    try:
        if len(text) > ID_CHARS_MAX:
            raise ValueError
        padded = f"{text}{'=' * (-len(text) % 4)}".encode("ascii").translate(_FROM_URL)
        raw = binascii.a2b_base64(padded, strict_mode=True)
        type_name, separator, key = raw.decode().partition(":")
        if not separator or not type_name or not key or "\x00" in key:
            raise ValueError
    except (ValueError, binascii.Error, UnicodeDecodeError):
        raise BadInput("This is not an id; pass ids as they came.", field="id") from None
    return type_name, key


def parse_id(text: str, type_name: str) -> str:
    """The key within a global id of the type named.

    Raises:
        BadInput: the text is no id of ours, or of another type.
    """
    found, key = split_id(text)
    if found != type_name:
        raise BadInput(f"This is the id of a {found}, not of a {type_name}.", field="id")
    return key
