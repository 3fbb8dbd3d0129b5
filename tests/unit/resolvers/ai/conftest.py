"""A listener that hears what a test says."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from domain.ai.tools import Embedding, Interaction, Training
from errors import ModelUnavailable, NotAudio


class FakeEmbedder:
    """Hears the vector that a test put into the file's place."""

    model = "fake-space-v1"

    def __init__(self) -> None:
        self.vectors: dict[bytes, bytes] = {}
        self.heard: list[bytes] = []
        self.is_down = False

    async def embed(self, path: Path) -> Embedding:
        if self.is_down:
            raise ModelUnavailable("The model process died.")
        content = path.read_bytes()
        self.heard.append(content)
        if content not in self.vectors:
            raise NotAudio("This cannot be listened to.")
        return Embedding(
            vector=self.vectors[content], tempo_bpm=120.0, key="A minor", model=self.model
        )


class FakeTrainer:
    """Remembers what it was to learn from."""

    def __init__(self) -> None:
        self.learnt: list[Interaction] | None = None
        self.installed: str | None = None
        self.trainings = 0

    async def installed_version(self) -> str | None:
        return self.installed

    async def train(
        self, interactions: Sequence[Interaction], trained_at: datetime
    ) -> Training | None:
        self.learnt = list(interactions)
        self.trainings += 1
        self.installed = "fake-ease-1"
        card = {"users": 2, "items": 3, "interactions": len(interactions), "metrics": None}
        return Training(version="fake-ease-1", card=card)


@pytest.fixture
def embedder() -> FakeEmbedder:
    return FakeEmbedder()


@pytest.fixture
def trainer() -> FakeTrainer:
    return FakeTrainer()
