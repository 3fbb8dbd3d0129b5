"""Hearing and learning in a process of their own."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from adapters.ml import tools
from adapters.ml.artefact import read_artefact
from adapters.ml.audio_scales import MODEL
from adapters.ml.tools import ModelWorkshop
from errors import ModelUnavailable, NotAudio
from tests.patience import SECONDS_MAX
from tests.unit.adapters.ml.histories import two_tastes
from tests.unit.adapters.ml.music import write_piece

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def workshop(tmp_path: Path) -> AsyncIterator[ModelWorkshop]:
    workshop = ModelWorkshop(tmp_path / "models" / "recommender.bin")
    yield workshop
    await workshop.close()


async def test_a_file_is_heard_in_a_process_of_its_own(
    workshop: ModelWorkshop, tmp_path: Path
) -> None:
    piece = write_piece(tmp_path / "piece.wav", seconds=5)

    embedding = await workshop.embed(piece)

    assert workshop.pid not in (None, os.getpid())
    assert embedding.model == workshop.model == MODEL
    assert embedding.key == "C major"
    assert np.frombuffer(embedding.vector, "<f4").shape == (96,)


async def test_a_training_replaces_the_artefact(workshop: ModelWorkshop, tmp_path: Path) -> None:
    training = await workshop.train(two_tastes(), NOW)

    assert training is not None
    assert training.version == read_artefact(tmp_path / "models" / "recommender.bin").version
    assert training.version == await workshop.installed_version()
    assert training.card["users"] == 60
    assert training.card["metrics"]["held_out_users"] == 60


async def test_there_may_be_nothing_to_learn_from(workshop: ModelWorkshop, tmp_path: Path) -> None:
    assert await workshop.train([], NOW) is None
    assert await workshop.installed_version() is None


async def test_what_is_no_audio_is_refused_and_the_next_file_heard(
    workshop: ModelWorkshop, tmp_path: Path
) -> None:
    text = tmp_path / "text.mp3"
    text.write_text("no music")
    piece = write_piece(tmp_path / "piece.wav", seconds=5)

    with pytest.raises(NotAudio):
        await workshop.embed(text)

    pid = workshop.pid
    await workshop.embed(piece)
    assert workshop.pid == pid


async def test_a_killed_process_is_unavailable_once_and_started_again(
    workshop: ModelWorkshop, tmp_path: Path
) -> None:
    piece = write_piece(tmp_path / "piece.wav", seconds=5)
    await workshop.embed(piece)
    first = workshop.pid
    assert first is not None

    hearing = asyncio.create_task(workshop.embed(piece))
    await asyncio.sleep(0)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ModelUnavailable):
        await hearing

    await workshop.embed(piece)
    assert workshop.pid not in (None, first)


async def test_an_idle_process_is_ended(tmp_path: Path) -> None:
    workshop = ModelWorkshop(tmp_path / "recommender.bin", idle_seconds=0.05)
    await workshop.embed(write_piece(tmp_path / "piece.wav", seconds=5))
    process = workshop._process

    async with asyncio.timeout(SECONDS_MAX):
        await process.wait()

    assert workshop.pid is None
    assert process.returncode == 0


async def test_one_that_never_answers_is_killed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tools, "EMBED_SECONDS_MAX", 0.1)
    sleeper = (sys.executable, "-c", "import time; time.sleep(60)")
    workshop = ModelWorkshop(tmp_path / "recommender.bin", command=sleeper)

    with pytest.raises(ModelUnavailable):
        await workshop.embed(tmp_path / "piece.wav")

    assert workshop.pid is None
