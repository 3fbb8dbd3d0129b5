"""Frames of WebSockets are counted whole, however they arrive."""

import pytest

from bench.sockets import PING, TEXT, frame, read_frames


def told(payload: bytes, opcode: int = TEXT) -> bytes:
    """A frame as servers write it: without a mask."""
    length = len(payload)
    if length < 126:
        return bytes([0x80 | opcode, length]) + payload
    if length < 65_536:
        return bytes([0x80 | opcode, 126]) + length.to_bytes(2) + payload
    return bytes([0x80 | opcode, 127]) + length.to_bytes(8) + payload


@pytest.mark.parametrize("length", [0, 125, 126, 65_535, 65_536])
def test_a_frame_of_any_length_is_read(length: int) -> None:
    frames, left = read_frames(told(b"x" * length))

    assert frames == [(TEXT, b"x" * length)]
    assert left == b""


@pytest.mark.parametrize("cut", [1, 3, 5, 131])
def test_what_is_not_whole_waits_for_the_rest(cut: int) -> None:
    data = told(b"first") + told(b"y" * 200)

    frames, left = read_frames(data[: 7 + cut])
    more, nothing = read_frames(left + data[7 + cut :])

    assert frames == [(TEXT, b"first")]
    assert more == [(TEXT, b"y" * 200)]
    assert nothing == b""


def test_a_ping_is_told_from_a_message() -> None:
    frames, _ = read_frames(told(b"", PING) + told(b"{}"))

    assert frames == [(PING, b""), (TEXT, b"{}")]


@pytest.mark.parametrize("length", [5, 300])
def test_what_we_send_is_masked_with_zeros(length: int) -> None:
    sent = frame(b"z" * length)

    assert sent[0] == 0x81
    assert sent[1] & 0x80
    assert sent.endswith(bytes(4) + b"z" * length)
