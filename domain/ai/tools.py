"""What ai's tasks need of heavy libraries: a listener and a trainer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class Embedding:
    """How a recording sounds."""

    vector: bytes
    """Little-endian 32-bit floats of length one."""

    tempo_bpm: float | None
    key: str | None
    model: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Interaction:
    """A listener played or liked an item."""

    user: str
    item: str
    at: float
    """Seconds since 1970."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """What came of a training."""

    version: str
    card: dict[str, Any]


class Embedder(Protocol):
    """Listens to recordings, away from the worker's own loop."""

    @property
    def model(self) -> str:
        """The space that its vectors live in."""
        ...

    async def embed(self, path: Path) -> Embedding:
        """Describe how a file sounds.

        Raises:
            NotAudio: nothing in it can be decoded.
            ModelUnavailable: the listener died or took too long.
        """
        ...


class RecommenderTrainer(Protocol):
    """Learns from behaviour, away from the worker's own loop."""

    async def installed_version(self) -> str | None:
        """The version of the model that is in place; None where there is no whole one."""
        ...

    async def train(
        self, interactions: Sequence[Interaction], trained_at: datetime
    ) -> Training | None:
        """Learn, and replace the artefact; None when there is nothing to learn from.

        Raises:
            ModelUnavailable: the trainer died or took too long.
        """
        ...
