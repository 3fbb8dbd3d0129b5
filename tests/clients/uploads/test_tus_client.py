"""A client that anybody can install sends a file to its end, though gateways die under it."""

import asyncio
import contextlib
import random
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from blake3 import blake3

from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId
from domain.media.upload_records import FileUpload, UploadState
from maintenance import migrate_all
from resolvers.context import RequestContext
from resolvers.media.taking_in import take_in
from resolvers.media.uploads import NewTrack, upload_track
from settings import Settings
from tests.clients.npm import install_packages, run_script
from tests.conftest import ANNA
from tests.patience import until
from tests.ports import free_port
from tests.unit.resolvers.media.imports import all_tracks
from wiring import open_use_case_context

FOLDER = Path(__file__).parent
MEGABYTE = 1024 * 1024
FILE = b"fLaC" + random.Random(7).randbytes(30 * MEGABYTE)
CUT_AT = 20 * MEGABYTE


class Road:
    """What stands between client and gateways: leads to one of them, and counts bytes."""

    def __init__(self) -> None:
        self.port = 0
        self.target = 0
        self.carried = 0
        self.reached = asyncio.Event()

    async def open(self) -> asyncio.Server:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        return server

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            there, back = await asyncio.open_connection("127.0.0.1", self.target)
            async with asyncio.TaskGroup() as roads:
                roads.create_task(self._carry(reader, back, is_counted=True))
                roads.create_task(self._carry(there, writer))
        writer.close()

    async def _carry(
        self,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        *,
        is_counted: bool = False,
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(65_536):
                target.write(data)
                await target.drain()
                self.carried += len(data) if is_counted else 0
                if self.carried >= CUT_AT:
                    self.reached.set()
        target.close()


@asynccontextmanager
async def a_gateway(data_dir: Path) -> AsyncIterator[tuple[asyncio.subprocess.Process, int]]:
    """A process of its own; answers when it takes connections."""
    port = free_port()
    command = (sys.executable, "-m", "tests.clients.uploads.gateway_process")
    process = await asyncio.create_subprocess_exec(*command, str(data_dir), str(port))
    try:
        await until(lambda: _is_open(port))
        yield process, port
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _is_open(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def upload_of(ctx: RequestContext, upload_id: str) -> FileUpload:
    async with ctx.unit_of_work(UploadRepository) as uow:
        found = await uow.rows.lock_upload(UploadId(upload_id))
    assert found is not None
    return found


async def ignore(*_done: object) -> None:
    """Take no notice."""


async def test_a_file_arrives_whole_though_its_gateway_was_killed(
    tmp_path: Path,
) -> None:
    install_packages()
    (tmp_path / "reel.flac").write_bytes(FILE)
    settings = Settings(data_dir=tmp_path / "var")
    (tmp_path / "var").mkdir()
    await migrate_all(settings)
    road = Road()
    async with (
        await road.open(),
        open_use_case_context(settings) as base,
        a_gateway(settings.data_dir) as (first, first_port),
        a_gateway(settings.data_dir) as (_, second_port),
    ):
        road.target = first_port
        ctx = RequestContext(
            databases=base.databases,
            ports=base.ports,
            limits=base.limits,
            clock=base.clock,
            viewer=ANNA,
            base_url=f"http://127.0.0.1:{road.port}",
        )
        draft = await upload_track(ctx, NewTrack(file_name="reel.flac", size_bytes=len(FILE)))
        sending = asyncio.create_task(
            run_script(FOLDER, "upload.mjs", str(tmp_path / "reel.flac"), draft.tus_url)
        )

        await asyncio.wait_for(road.reached.wait(), 60)
        first.kill()
        road.target = second_port
        sent = await sending

        upload = await upload_of(ctx, draft.tus_url.rpartition("/")[2])
        assert (upload.state, upload.offset_bytes) == (UploadState.ARRIVED, len(FILE))
        assert sent["statuses"][0] == 201
        assert sent["statuses"][-1] == 204
        assert sent["statuses"].count(200) >= 1, "it asked where to go on"
        transcoder = FfmpegTranscoder(tmp_path / "scratch")
        await take_in(ctx, transcoder, upload.id, on_progress=ignore, is_last_attempt=True)
        [track] = await all_tracks(ctx)
        assert track.source_hash == blake3(FILE).hexdigest()
        assert await ctx.ports.store.get(str(track.source_key)) == FILE
        assert [key async for key in ctx.ports.store.list("inbox/")] == []
