"""A worker process that transcodes."""

import asyncio
from dataclasses import dataclass

import workers.tasks.media  # noqa: F401 - registers the handlers
from adapters.storage.local import LocalStore
from adapters.transcode.transcoder import FfmpegTranscoder
from tests.integration.worker_process import Workplace, work
from workers.registry import REGISTRY


@dataclass(frozen=True)
class Tools:
    transcoder: FfmpegTranscoder


async def transcode(place: Workplace) -> None:
    await work(
        place,
        REGISTRY,
        slots={"media": 2, "default": 2},
        tools=Tools(FfmpegTranscoder(place.folder / "scratch")),
        store=LocalStore(place.folder / "objects"),
    )


if __name__ == "__main__":
    asyncio.run(transcode(Workplace.told()))
