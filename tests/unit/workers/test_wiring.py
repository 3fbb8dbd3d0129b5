"""What a worker is made of follows from its settings."""

import subprocess
import sys
from pathlib import Path

import pytest

from errors import ChainUnavailable
from settings import Settings
from workers.wiring import ConfiguredTools, build_options, load_handlers


@pytest.fixture
def embedded(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def test_every_command_has_a_handler() -> None:
    from domain.messages import commands
    from domain.messages.envelope import Command

    registry = load_handlers()

    sent = [
        each
        for each in vars(commands).values()
        if isinstance(each, type) and issubclass(each, Command) and each is not Command
    ]
    assert [each.name for each in sent if registry.find(each.name) is None] == []


def test_every_queue_has_slots(embedded: Settings) -> None:
    options = build_options(embedded)

    queues = {handler.queue for handler in load_handlers().all()}

    assert queues <= set(options.slots)


def test_ffmpeg_slots_come_from_the_settings(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("TRANSCODE_WORKER_COUNT", "7")

    options = build_options(Settings(data_dir=tmp_path))

    assert options.slots["media"] == 7
    assert options.redis_url is None


def test_the_chain_is_indexed_only_where_there_is_one(tmp_path: Path) -> None:
    unsealed = {"data_dir": tmp_path, "storage": {"sealed": False}}
    without = build_options(Settings(**unsealed))
    with_chain = build_options(Settings(**unsealed, TUTTI_CHAIN_RPC_URL="http://n:1"))

    always = [each.command.name for each in without.periodic]
    assert always == [
        "ai.train_recommender.v1",
        "media.learn_words.v1",
        "media.rank_plays.v1",
        "media.sweep_uploads.v1",
        "media.release_due.v1",
        "media.sweep_objects.v1",
    ]
    assert [each.command.name for each in with_chain.periodic] == [*always, "nft.index_chain.v1"]


async def test_without_a_chain_its_tool_is_unavailable(embedded: Settings) -> None:
    tools = ConfiguredTools(embedded)

    with pytest.raises(ChainUnavailable, match="TUTTI_CHAIN_RPC_URL"):
        _ = tools.chain

    await tools.close()


def test_a_worker_loads_no_heavy_library_before_a_task_asks() -> None:
    program = (
        "import sys, workers.wiring as wiring; wiring.load_handlers();"
        "heavy = {'torch', 'web3', 'boto3', 'eth', 'strawberry', 'graphql', 'av', 'PIL'};"
        "print(sorted(heavy & set(sys.modules)))"
    )

    loaded = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )

    assert loaded.stdout == "[]\n"


def test_storage_keys_are_looked_after_where_objects_are_sealed(tmp_path: Path) -> None:
    options = build_options(Settings(data_dir=tmp_path))

    assert "media.rotate_storage_keys.v1" in [each.command.name for each in options.periodic]
