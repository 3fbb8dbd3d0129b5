"""Files that came in pieces become originals, once, however often one dies on the way."""

from collections.abc import Callable
from pathlib import Path

import pytest
from blake3 import blake3

from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId
from domain.media.records import PlayableState
from domain.media.upload_records import FileUpload, UploadState
from domain.messages.commands import ProcessPlayable, TakeInUpload
from errors import StorageUnavailable
from resolvers.context import RequestContext
from resolvers.media.storage_room import get_my_storage
from resolvers.media.taking_in import take_in
from tests.conftest import ANNA, FakeOutside
from tests.fakes.ports import MemoryStore
from tests.unit.resolvers.media.imports import all_tracks, queued
from tests.unit.resolvers.media.transferring import a_transfer

FILE = b"fLaC" + bytes(range(256)) * 40


@pytest.fixture
def ctx(as_viewer: Callable[..., RequestContext]) -> RequestContext:
    return as_viewer(ANNA)


@pytest.fixture
def transcoder(tmp_path: Path) -> FfmpegTranscoder:
    return FfmpegTranscoder(tmp_path / "scratch")


async def ignore(_fraction: float) -> None:
    """Take no notice."""


async def run(
    ctx: RequestContext, transcoder: FfmpegTranscoder, upload_id: UploadId, *, is_last: bool = False
) -> None:
    await take_in(ctx, transcoder, upload_id, on_progress=ignore, is_last_attempt=is_last)


async def row_of(ctx: RequestContext, upload_id: UploadId) -> FileUpload:
    async with ctx.unit_of_work(UploadRepository) as uow:
        found = await uow.rows.lock_upload(upload_id)
    assert found is not None
    return found


async def test_the_pieces_become_one_original(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, outside: FakeOutside
) -> None:
    _, upload = await a_transfer(ctx, FILE, tmp_path, pieces=3)

    await run(ctx, transcoder, upload.id)

    [track] = await all_tracks(ctx)
    digest = blake3(FILE).hexdigest()
    assert (track.state, track.source_hash) == (PlayableState.UPLOADED, digest)
    assert (track.source_bytes, track.source_type) == (len(FILE), "audio/x-flac")
    assert {key: data for key, (data, _) in outside.store.objects.items()} == {
        f"originals/{digest[:2]}/{digest}": FILE
    }
    assert [name for name, _ in await queued(ctx)] == [TakeInUpload.name, ProcessPlayable.name]
    assert (await row_of(ctx, upload.id)).state is UploadState.DONE


async def test_twice_is_once(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, outside: FakeOutside
) -> None:
    _, upload = await a_transfer(ctx, FILE, tmp_path, pieces=2)
    await run(ctx, transcoder, upload.id)
    once = ([*await all_tracks(ctx)], await queued(ctx), dict(outside.store.objects))

    await run(ctx, transcoder, upload.id)

    assert ([*await all_tracks(ctx)], await queued(ctx), dict(outside.store.objects)) == once


class DyingStore(MemoryStore):
    """Dies at its nth call, as a worker may at any line; what was done before is done."""

    def __init__(self, kept: MemoryStore, calls_left: int) -> None:
        self.objects = kept.objects
        self._calls_left = calls_left

    def _count(self) -> None:
        self._calls_left -= 1
        if self._calls_left < 0:
            raise KeyboardInterrupt

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        self._count()
        await super().put_file(key, path, content_type)

    async def fetch_to(self, key: str, path: Path) -> None:
        self._count()
        await super().fetch_to(key, path)

    async def delete_prefix(self, prefix: str) -> None:
        self._count()
        await super().delete_prefix(prefix)


@pytest.mark.parametrize("calls", range(4))
async def test_a_worker_that_dies_anywhere_is_followed_by_one_that_ends_the_work(
    calls: int,
    ctx: RequestContext,
    transcoder: FfmpegTranscoder,
    tmp_path: Path,
    outside: FakeOutside,
) -> None:
    _, upload = await a_transfer(ctx, FILE, tmp_path, pieces=2)
    kept = ctx.ports.store
    object.__setattr__(ctx.ports, "store", DyingStore(outside.store, calls))
    with pytest.raises(KeyboardInterrupt):
        await run(ctx, transcoder, upload.id)
    object.__setattr__(ctx.ports, "store", kept)

    await run(ctx, transcoder, upload.id)

    [track] = await all_tracks(ctx)
    assert track.state is PlayableState.UPLOADED
    assert set(outside.store.objects) == {track.source_key}
    assert (await row_of(ctx, upload.id)).state is UploadState.DONE


async def test_a_page_is_refused_and_the_track_says_why(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, outside: FakeOutside
) -> None:
    page = b"<html><body>not a song</body></html>"
    _, upload = await a_transfer(ctx, page, tmp_path, pieces=4)

    await run(ctx, transcoder, upload.id)

    [track] = await all_tracks(ctx)
    row = await row_of(ctx, upload.id)
    assert (track.state, track.failure_code) == (PlayableState.FAILED, "FILE_TYPE_REFUSED")
    assert "text/html" in str(track.failure)
    assert (row.state, row.failure_code) == (UploadState.REFUSED, "FILE_TYPE_REFUSED")
    assert outside.store.objects == {}
    assert (await get_my_storage(ctx)).reserved_bytes == 0


async def test_a_file_that_its_owner_has_is_refused_and_told(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, outside: FakeOutside
) -> None:
    _, first = await a_transfer(ctx, FILE, tmp_path, title="A first")
    await run(ctx, transcoder, first.id)
    _, second = await a_transfer(ctx, FILE, tmp_path, title="B second")

    await run(ctx, transcoder, second.id)

    [one, two] = await all_tracks(ctx)
    assert (two.state, two.failure_code) == (PlayableState.FAILED, "DUPLICATE_FILE")
    assert set(outside.store.objects) == {one.source_key}


async def test_a_second_track_of_a_file_may_be_wanted(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path
) -> None:
    for title in ("A first", "B second"):
        _, upload = await a_transfer(ctx, FILE, tmp_path, title=title, allow_duplicate=True)
        await run(ctx, transcoder, upload.id)

    [one, two] = await all_tracks(ctx)
    assert one.source_key == two.source_key
    assert (await get_my_storage(ctx)).used_bytes == len(FILE)


async def test_a_damaged_piece_is_tried_again_and_told_at_the_end(
    ctx: RequestContext, transcoder: FfmpegTranscoder, tmp_path: Path, outside: FakeOutside
) -> None:
    _, upload = await a_transfer(ctx, FILE, tmp_path, pieces=2)
    [damaged, _] = sorted(outside.store.objects)
    outside.store.objects[damaged] = (b"x" * 100, "")

    with pytest.raises(StorageUnavailable):
        await run(ctx, transcoder, upload.id)
    waiting = await row_of(ctx, upload.id)
    with pytest.raises(StorageUnavailable):
        await run(ctx, transcoder, upload.id, is_last=True)

    [track] = await all_tracks(ctx)
    assert waiting.state is UploadState.ARRIVED
    assert (track.state, track.failure_code) == (PlayableState.FAILED, "STORAGE_UNAVAILABLE")
    assert track.failure == "Something went wrong on our side; send the file again."
