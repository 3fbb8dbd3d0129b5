"""Reads multipart answers as clients do."""

import json
from typing import Any

BOUNDARY = b"\r\n--graphql"


def parts_in(body: bytes) -> list[dict[str, Any]]:
    """The JSON of each part; the whole must be well-formed (RFC 2046, 5.1.1)."""
    preamble, *parts, end = body.split(BOUNDARY)
    assert (preamble, end) == (b"", b"--\r\n")
    return [_json_of(part) for part in parts]


def _json_of(part: bytes) -> dict[str, Any]:
    head, _, text = part.partition(b"\r\n\r\n")
    assert head == b"\r\ncontent-type: application/json; charset=utf-8"
    value: dict[str, Any] = json.loads(text)
    return value
