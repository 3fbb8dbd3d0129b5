"""How query-time models are reached: a small process behind a socket, with a deadline.

    gateway ── request frame ──▶ python -m adapters.ml.serve ── artefact, mapped
            ◀── reply frame ───   (numpy; never torch)

A frame is four bytes of length and JSON. Whatever goes wrong (no process, no artefact,
damage, slowness) is ModelUnavailable, so that its caller can fall back.
"""

import asyncio
import os
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

import msgspec

from domain.ports import Scored
from errors import ModelUnavailable

FRAME_BYTES_MAX = 1024 * 1024
SOCKET_PATH_BYTES_MAX = 100
CONCURRENT_MAX = 32
"""Requests under way at once; further ones wait within their own deadline."""

StructT = TypeVar("StructT", bound=msgspec.Struct)


class RankRequest(msgspec.Struct, frozen=True):
    """Rank for one history, newest item first."""

    history: list[str]
    count: int


class RankReply(msgspec.Struct, frozen=True):
    """The model's version and its ranking, or why there is none."""

    model: str = ""
    items: list[Scored] = []
    refusal: str = ""


class ModelServerClient:
    """The `ModelClient` port over the model process's socket."""

    def __init__(self, socket_path: Path, *, timeout_seconds: float) -> None:
        self._socket_path = socket_path
        self._timeout_seconds = timeout_seconds
        self._free = asyncio.Semaphore(CONCURRENT_MAX)

    async def recommend(self, history: Sequence[str], count: int) -> tuple[str, list[Scored]]:
        """Ask the model process; one connection for each question.

        Raises:
            ModelUnavailable: it is not there, has no model, or took too long.
        """
        try:
            async with asyncio.timeout(self._timeout_seconds), self._free:
                reply = await self._ask(RankRequest(list(history), count))
        except TimeoutError as error:
            raise ModelUnavailable("the model took too long") from error
        except (OSError, EOFError, msgspec.DecodeError, ValueError) as error:
            raise ModelUnavailable("the model process does not answer") from error
        if reply.refusal:
            raise ModelUnavailable(reply.refusal)
        return reply.model, reply.items

    async def _ask(self, request: RankRequest) -> RankReply:
        with short_socket_path(self._socket_path) as path:
            reader, writer = await asyncio.open_unix_connection(path)
        try:
            await write_frame(writer, request)
            return await read_frame(reader, RankReply)
        finally:
            writer.close()


class AbsentModel:
    """The `ModelClient` port where no model is configured."""

    async def recommend(self, history: Sequence[str], count: int) -> tuple[str, list[Scored]]:
        """Refuse, so that the caller falls back.

        Raises:
            ModelUnavailable: always.
        """
        raise ModelUnavailable("no model is configured")


@contextmanager
def short_socket_path(path: Path) -> Iterator[str]:
    """A path by which a socket can be reached although its own may be too long.

    The kernel takes 108 bytes; below an open folder any depth is short.
    """
    if len(os.fsencode(path)) <= SOCKET_PATH_BYTES_MAX:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)


async def write_frame(writer: asyncio.StreamWriter, message: msgspec.Struct) -> None:
    """Send one message.

    Raises:
        ValueError: it is larger than a frame may be.
    """
    payload = msgspec.json.encode(message)
    if len(payload) > FRAME_BYTES_MAX:
        raise ValueError(f"a message of {len(payload)} bytes is too large")
    writer.write(struct.pack(">I", len(payload)) + payload)
    await writer.drain()


async def read_frame(reader: asyncio.StreamReader, kind: type[StructT]) -> StructT:
    """Receive one message.

    Raises:
        EOFError: the other side has gone.
        ValueError: it is too large, or not of this kind.
    """
    size = struct.unpack(">I", await reader.readexactly(4))[0]
    if size > FRAME_BYTES_MAX:
        raise ValueError(f"a message of {size} bytes is too large")
    return msgspec.json.decode(await reader.readexactly(size), type=kind)
