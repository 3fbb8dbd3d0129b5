"""JSON for everything that a client may have sent or will read."""

import json

import pytest

from web.wire.json_bytes import dump_json, load_json


@pytest.mark.parametrize(
    ("_case", "value"),
    [
        ("the usual", {"a": [1, 2.5, True, None, "ü"]}),
        ("an integer wider than 64 bits", {"wei": 10**30}),
        ("half of a surrogate pair", {"text": "\ud83c"}),
    ],
)
def test_what_is_written_reads_back(_case, value) -> None:
    assert json.loads(dump_json(value)) == value


@pytest.mark.parametrize("text", [b"", b"{", b"NaN", b"[" * 100_000, b'"\xff"'])
def test_what_is_not_json_is_refused(text) -> None:
    with pytest.raises(ValueError):
        load_json(text)
