"""The worker's side of the workshop: starts it when needed, ends it when it idles."""

import asyncio
import contextlib
import sys
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import msgspec

from adapters.ml.artefact import UnreadableArtefact, read_artefact
from adapters.ml.audio_scales import MODEL
from adapters.ml.workshop_messages import EmbedRequest, Reply, TrainRequest
from domain.ai.tools import Embedding, Interaction, Training
from errors import ModelUnavailable, NotAudio

IDLE_SECONDS_MAX = 60.0
"""Longer without work, and torch's memory goes back to the machine."""

EMBED_SECONDS_MAX = 120.0
TRAIN_SECONDS_MAX = 1_500.0
REPLY_BYTES_MAX = 1024 * 1024
COMMAND = (sys.executable, "-m", "adapters.ml.workshop")


class ModelWorkshop:
    """The `Embedder` and `RecommenderTrainer` ports over one child process.

    One request at a time; the next waits within its own task's bounds.
    """

    def __init__(
        self,
        artefact: Path,
        *,
        device: str = "cpu",
        command: Sequence[str] = COMMAND,
        idle_seconds: float = IDLE_SECONDS_MAX,
    ) -> None:
        self._artefact = artefact
        self._device = device
        self._command = tuple(command)
        self._idle_seconds = idle_seconds
        self._turn = asyncio.Lock()
        self._process: asyncio.subprocess.Process | None = None
        self._closing: asyncio.TimerHandle | None = None

    @property
    def model(self) -> str:
        """The space that vectors live in."""
        return MODEL

    @property
    def pid(self) -> int | None:
        """The child's process id; None while there is none."""
        return None if self._process is None else self._process.pid

    async def embed(self, path: Path) -> Embedding:
        """Describe how a file sounds.

        Raises:
            NotAudio: nothing in it can be decoded.
            ModelUnavailable: the child died or took too long.
        """
        request = EmbedRequest(str(path), self._device)
        reply = await self._ask(request, EMBED_SECONDS_MAX)
        if reply.embedding is None:
            raise NotAudio(f"This cannot be listened to: {reply.refusal}.")
        return reply.embedding

    async def train(
        self, interactions: Sequence[Interaction], trained_at: datetime
    ) -> Training | None:
        """Learn, and replace the artefact; None when there is nothing to learn from.

        Raises:
            ModelUnavailable: the child died or took too long.
        """
        with tempfile.TemporaryDirectory(prefix="tutti-train-") as folder:
            path = Path(folder) / "interactions.jsonl"
            await asyncio.to_thread(_write_lines, path, interactions)
            request = TrainRequest(str(path), str(self._artefact), trained_at, self._device)
            reply = await self._ask(request, TRAIN_SECONDS_MAX)
        return reply.training

    async def installed_version(self) -> str | None:
        """The version of the artefact that is in place; None where there is no whole one."""
        try:
            artefact = await asyncio.to_thread(read_artefact, self._artefact)
        except (OSError, UnreadableArtefact):
            return None
        return artefact.version

    async def close(self) -> None:
        """End the child, if there is one."""
        async with self._turn:
            await self._end()

    async def _ask(self, request: EmbedRequest | TrainRequest, seconds_max: float) -> Reply:
        async with self._turn:
            if self._closing is not None:
                self._closing.cancel()
            try:
                async with asyncio.timeout(seconds_max):
                    reply = await self._exchange(request)
            except (OSError, EOFError, ValueError, TimeoutError) as error:
                await self._end()
                raise ModelUnavailable("The model process died or took too long.") from error
            except asyncio.CancelledError:
                await self._end()
                raise
            loop = asyncio.get_running_loop()
            self._closing = loop.call_later(self._idle_seconds, self._hang_up)
            return reply

    async def _exchange(self, request: EmbedRequest | TrainRequest) -> Reply:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                limit=REPLY_BYTES_MAX,
            )
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(msgspec.json.encode(request) + b"\n")
        await process.stdin.drain()
        line = await process.stdout.readline()
        if not line:
            raise EOFError("the model process has ended")
        return msgspec.json.decode(line, type=Reply)

    def _hang_up(self) -> None:
        """End an idle child by closing its stdin; the next request starts another."""
        if self._turn.locked() or self._process is None or self._process.stdin is None:
            return
        self._process.stdin.close()
        self._process = None

    async def _end(self) -> None:
        if self._closing is not None:
            self._closing.cancel()
            self._closing = None
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def _write_lines(path: Path, interactions: Sequence[Interaction]) -> None:
    encoder = msgspec.json.Encoder()
    with path.open("wb") as file:
        file.writelines(encoder.encode(one) + b"\n" for one in interactions)
