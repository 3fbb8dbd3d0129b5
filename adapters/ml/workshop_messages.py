"""What a worker and its workshop say to each other; free of torch."""

from datetime import datetime

import msgspec

from domain.ai.tools import Embedding, Training


class EmbedRequest(msgspec.Struct, frozen=True, tag_field="do", tag="embed"):
    """Listen to a file."""

    path: str
    device: str


class TrainRequest(msgspec.Struct, frozen=True, tag_field="do", tag="train"):
    """Learn from interactions, a file with one of them a line."""

    interactions: str
    artefact: str
    trained_at: datetime
    device: str


class Reply(msgspec.Struct, frozen=True):
    """What came of a request; all None: there was nothing to learn from."""

    embedding: Embedding | None = None
    training: Training | None = None
    refusal: str | None = None
    """The file is at fault: trying again will not help."""
