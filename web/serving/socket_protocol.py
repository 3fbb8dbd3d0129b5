"""The server's end of a WebSocket: messages of one turn of the loop leave in one write."""

from functools import lru_cache
from typing import Any, Final

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.utils import ClientDisconnected
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

WAITING_BYTES_MAX: Final = 64 * 1024
"""Bytes of frames that wait for the end of a turn; what is more is written at once."""
HEADS_KEPT: Final = 4_096
FINAL_TEXT: Final = 0x81
LENGTH_16, LENGTH_64 = 126, 127


class BatchedSocket(WebSocketsSansIOProtocol):
    """uvicorn's protocol, with text frames of our own that are written together.

    A system call costs more than all else of a small message. Frames of a server are not
    masked, so a frame is the payload behind a head that tells its length (RFC 6455, 5.2).
    Everything but text goes uvicorn's way, after what waits.
    """

    ping_seconds = 20.0
    """Time between the server's pings; browsers answer them by themselves."""
    pong_seconds_max = 20.0
    """Time in which a peer answers, or counts as dead and is closed with 1011."""

    def __init__(self, *given: Any, **named: Any) -> None:
        """Take what uvicorn gives; `Any` because only it knows what that is."""
        super().__init__(*given, **named)
        self._frames: list[bytes] = []
        self._waiting_bytes = 0
        self.default_headers = [each for each in self.default_headers if each[0] != b"connection"]
        self.ping_interval = self.ping_seconds
        self.ping_timeout = self.pong_seconds_max

    async def send(self, message: ASGISendEvent) -> None:
        """Keep a text for the end of this turn; a reader that lags is waited for, as ever.

        Raises:
            ClientDisconnected: nobody can be told any more.
        """
        text = message.get("text")
        if text is None or not self.handshake_complete or self.conn.extensions:
            self._write_frames()
            await super().send(message)
            return
        if not self.writable.is_set():
            await self.writable.wait()
        if self.close_sent or self.disconnected or self.conn.state is not State.OPEN:
            raise ClientDisconnected
        self._keep(str(text).encode())

    def shutdown(self) -> None:
        """Close in the server's own end; what was told before goes first."""
        self._write_frames()
        super().shutdown()

    def _keep(self, payload: bytes) -> None:
        if not self._frames:
            self.loop.call_soon(self._write_frames)
        self._frames += frame_head(len(payload)), payload
        self._waiting_bytes += len(payload)
        if self._waiting_bytes > WAITING_BYTES_MAX:
            self._write_frames()

    def _write_frames(self) -> None:
        """Write what waits, unless the client has left or hung up meanwhile."""
        frames, self._frames, self._waiting_bytes = self._frames, [], 0
        if frames and self.conn.state is State.OPEN and not self.transport.is_closing():
            self.transport.write(b"".join(frames))


@lru_cache(HEADS_KEPT)
def frame_head(length: int) -> bytes:
    """The bytes before a text payload of this length, in one whole frame without a mask."""
    if length < LENGTH_16:
        return bytes([FINAL_TEXT, length])
    if length < 1 << 16:
        return bytes([FINAL_TEXT, LENGTH_16]) + length.to_bytes(2)
    return bytes([FINAL_TEXT, LENGTH_64]) + length.to_bytes(8)
