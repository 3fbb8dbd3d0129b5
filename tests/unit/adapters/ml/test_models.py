"""The model process, asked over its socket."""

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from adapters.ml.models import FRAME_BYTES_MAX, AbsentModel, ModelServerClient
from adapters.ml.recommender import train
from adapters.ml.serve import ModelFile, ModelServer
from errors import ModelUnavailable
from tests.patience import SECONDS_MAX, until
from tests.unit.adapters.ml.histories import HIT, ROCK, two_tastes

NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def model_path(tmp_path: Path) -> Path:
    return tmp_path / "recommender.bin"


@pytest.fixture
async def client(tmp_path: Path, model_path: Path) -> AsyncIterator[ModelServerClient]:
    socket_path = tmp_path / "model.sock"
    server = await ModelServer(ModelFile(model_path)).serve(socket_path)
    async with server:
        yield ModelServerClient(socket_path, timeout_seconds=60)


async def test_a_ranking_comes_with_its_models_version(
    client: ModelServerClient, model_path: Path
) -> None:
    version, _ = train(two_tastes(), model_path, trained_at=NOW)

    model, items = await client.recommend(["rock-0", "rock-1"], 4)

    assert model == version
    assert len(items) == 4
    assert {item.item_id for item in items} <= {HIT, *ROCK}
    assert all(item.because_of in {"rock-0", "rock-1"} for item in items)


async def test_many_ask_at_once(client: ModelServerClient, model_path: Path) -> None:
    train(two_tastes(), model_path, trained_at=NOW)

    answers = await asyncio.gather(
        *(client.recommend([f"rock-{number % 12}"], 3) for number in range(100))
    )

    assert all(len(items) == 3 for _, items in answers)


async def test_without_an_artefact_the_model_is_unavailable(
    client: ModelServerClient,
) -> None:
    with pytest.raises(ModelUnavailable, match="no model has been trained"):
        await client.recommend(["rock-0"], 4)


async def test_a_new_artefact_is_picked_up(client: ModelServerClient, model_path: Path) -> None:
    first, _ = train(two_tastes(), model_path, trained_at=NOW)
    answered_first, _ = await client.recommend([], 1)

    second, _ = train(two_tastes(users=40), model_path, trained_at=NOW)
    answered_second, _ = await client.recommend([], 1)

    assert (answered_first, answered_second) == (first, second)
    assert first != second


async def test_a_damaged_artefact_leaves_the_last_good_one_in_service(
    client: ModelServerClient, model_path: Path
) -> None:
    version, _ = train(two_tastes(), model_path, trained_at=NOW)
    await client.recommend([], 1)
    replacement = model_path.with_suffix(".new")
    replacement.write_bytes(b"TUTTIRC1 but damaged")
    replacement.replace(model_path)

    model, _ = await client.recommend([], 1)

    assert model == version


async def test_a_removed_artefact_is_out_of_service(
    client: ModelServerClient, model_path: Path
) -> None:
    train(two_tastes(), model_path, trained_at=NOW)
    await client.recommend([], 1)
    model_path.unlink()

    with pytest.raises(ModelUnavailable):
        await client.recommend([], 1)


async def test_without_a_process_the_model_is_unavailable(tmp_path: Path) -> None:
    client = ModelServerClient(tmp_path / "nobody.sock", timeout_seconds=60)

    with pytest.raises(ModelUnavailable, match="does not answer"):
        await client.recommend(["rock-0"], 4)


async def test_a_slow_model_is_cut_at_the_timeout(tmp_path: Path) -> None:
    gone = asyncio.Event()

    async def never_answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()
        await writer.wait_closed()
        gone.set()

    server = await asyncio.start_unix_server(never_answer, tmp_path / "slow.sock")
    client = ModelServerClient(tmp_path / "slow.sock", timeout_seconds=0.05)

    async with server:
        with pytest.raises(ModelUnavailable, match="too long"):
            await client.recommend(["rock-0"], 4)
        async with asyncio.timeout(SECONDS_MAX):
            await gone.wait()


@pytest.mark.parametrize(
    ("_case", "reply"),
    [
        ("it hangs up", b""),
        ("it hangs up in the middle", b"\x00\x00\x00\x10{"),
        ("it speaks no JSON", b"\x00\x00\x00\x04nope"),
        ("it speaks of other things", b'\x00\x00\x00\x0c{"items":[1]}'),
        ("it never ends", b"\xff\xff\xff\xff" + bytes(100)),
    ],
)
async def test_nonsense_from_the_model_is_unavailable(
    _case: str, reply: bytes, tmp_path: Path
) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(10)
        writer.write(reply)
        await writer.drain()
        writer.close()

    server = await asyncio.start_unix_server(answer, tmp_path / "odd.sock")
    client = ModelServerClient(tmp_path / "odd.sock", timeout_seconds=60)

    async with server:
        with pytest.raises(ModelUnavailable):
            await client.recommend(["rock-0"], 4)


async def test_nonsense_to_the_model_ends_only_its_own_connection(
    client: ModelServerClient, model_path: Path, tmp_path: Path
) -> None:
    train(two_tastes(), model_path, trained_at=NOW)
    reader, writer = await asyncio.open_unix_connection(tmp_path / "model.sock")
    writer.write((FRAME_BYTES_MAX + 1).to_bytes(4, "big") + b"x")

    assert await reader.read() == b""
    writer.close()
    await writer.wait_closed()
    _, items = await client.recommend([], 2)
    assert len(items) == 2


async def test_a_socket_far_down_in_folders_is_reached(tmp_path: Path, model_path: Path) -> None:
    train(two_tastes(), model_path, trained_at=NOW)
    folder = tmp_path / ("deep" * 40)
    folder.mkdir()
    server = await ModelServer(ModelFile(model_path)).serve(folder / "model.sock")

    async with server:
        client = ModelServerClient(folder / "model.sock", timeout_seconds=60)
        _, items = await client.recommend([], 2)

    assert len(items) == 2


async def test_where_no_model_is_configured_it_is_unavailable() -> None:
    with pytest.raises(ModelUnavailable):
        await AbsentModel().recommend([], 1)


def is_listening(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        return probe.connect_ex(str(path)) == 0


async def test_the_model_process_serves_stops_and_never_loads_torch(
    tmp_path: Path, model_path: Path
) -> None:
    version, _ = train(two_tastes(), model_path, trained_at=NOW)
    socket_path = tmp_path / "model.sock"
    arguments = ["--model", str(model_path), "--socket", str(socket_path)]
    process = subprocess.Popen([sys.executable, "-m", "adapters.ml.serve", *arguments])
    try:
        client = ModelServerClient(socket_path, timeout_seconds=60)
        await until(lambda: is_listening(socket_path))

        model, _ = await client.recommend(["rock-0"], 2)
        mapped = Path(f"/proc/{process.pid}/maps")
        loaded = mapped.read_text() if mapped.exists() else ""

        assert model == version
        assert oct(socket_path.stat().st_mode & 0o777) == "0o600"
        assert "libtorch" not in loaded
        os.kill(process.pid, signal.SIGTERM)
        assert process.wait(timeout=60) == 0
    finally:
        process.kill()
        process.wait()
