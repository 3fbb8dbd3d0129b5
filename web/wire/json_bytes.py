"""JSON to and from bytes, for everything that a client may have sent or will read."""

import json
from typing import Any

import orjson


def dump_json(value: Any) -> bytes:
    """Write JSON; what orjson refuses (wide integers, lone surrogates) the slow way writes.

    `Any` because response data is whatever the subgraphs answered.
    """
    try:
        return orjson.dumps(value)
    except TypeError:
        return json.dumps(value, separators=(",", ":"), allow_nan=False).encode()


def load_json(text: bytes | str) -> Any:
    """Read JSON; `Any` because the client sent it.

    Raises:
        ValueError: it is not JSON, or nests too deep.
    """
    return orjson.loads(text)
