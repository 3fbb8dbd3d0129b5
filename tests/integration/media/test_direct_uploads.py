"""Files that go to a bucket by themselves, in parts, and become originals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from blake3 import blake3

from adapters.storage.presigning import PresignedUploads
from adapters.storage.s3 import BucketAddress, S3Store
from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.uploads import UploadRepository
from domain.ids import PlayableKey
from domain.media.records import PlayableState
from domain.media.upload_records import UploadState
from domain.ports import SignedPart, StoredPart
from domain.viewer import ANONYMOUS
from errors import BadInput, DirectUploadUnavailable, NotFound, UploadGone
from resolvers.context import RequestContext
from resolvers.media import direct_uploads as direct
from resolvers.media.storage_room import get_my_storage
from resolvers.media.sweeping import sweep_uploads
from resolvers.media.taking_in import take_in
from resolvers.media.uploads import NewTrack, upload_track
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, FakeOutside
from tests.unit.resolvers.media.imports import all_tracks, queued

SMALLEST = 5 * 1024**2
FILE = b"fLaC" + bytes(range(256)) * (SMALLEST // 256) + b"the rest"


@pytest.fixture(autouse=True)
def parts_of_the_smallest_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(direct, "PART_BYTES_MIN", SMALLEST)


@pytest.fixture(autouse=True)
async def an_empty_inbox(s3_address: BucketAddress) -> None:
    """Tests share a bucket, and some leave what a sweep would find."""
    await S3Store(s3_address).delete_prefix("inbox/")


@pytest.fixture
def make_ctx(
    as_viewer: Callable[..., RequestContext], s3_address: BucketAddress
) -> Callable[..., RequestContext]:
    def make(viewer=ANNA) -> RequestContext:
        made = as_viewer(viewer)
        ports = replace(
            made.ports,
            store=S3Store(s3_address),
            direct_uploads=PresignedUploads(s3_address),
        )
        return replace(made, ports=ports)

    return make


@pytest.fixture
def ctx(make_ctx: Callable[..., RequestContext]) -> RequestContext:
    return make_ctx()


@pytest.fixture
async def draft(ctx: RequestContext) -> PlayableKey:
    new = NewTrack(file_name="reel.flac", size_bytes=len(FILE))
    return (await upload_track(ctx, new)).track.playable


async def ignore(_fraction: float) -> None:
    """Take no notice."""


async def put(parts: list[SignedPart], data: bytes = FILE) -> list[StoredPart]:
    """Send parts as a client does."""
    stored = []
    async with httpx.AsyncClient() as client:
        for part in parts:
            start = (part.number - 1) * SMALLEST
            answer = await client.put(part.url, content=data[start : start + part.size])
            assert answer.status_code == 200, answer.text
            stored.append(StoredPart(number=part.number, etag=answer.headers["etag"]))
    return stored


async def row_of(ctx: RequestContext, draft: PlayableKey):
    async with ctx.unit_of_work(UploadRepository) as uow:
        return await uow.rows.lock_upload_of(draft)


async def in_the_inbox(ctx: RequestContext) -> list[str]:
    return [key async for key in ctx.ports.store.list("inbox/")]


async def test_a_file_goes_to_the_bucket_and_becomes_an_original(
    ctx: RequestContext, draft: PlayableKey, tmp_path: Path
) -> None:
    begun = await direct.begin_direct_upload(ctx, draft)
    stored = await put(begun.parts)
    jobs = [await direct.complete_direct_upload(ctx, draft, stored) for _ in range(2)]
    upload = await row_of(ctx, draft)
    assert upload is not None
    transcoder = FfmpegTranscoder(tmp_path / "scratch")

    for _ in range(2):
        await take_in(ctx, transcoder, upload.id, on_progress=ignore, is_last_attempt=True)

    [track] = await all_tracks(ctx)
    assert (begun.part_count, begun.part_bytes) == (2, SMALLEST)
    assert len(set(jobs)) == 1
    assert upload.state is UploadState.ARRIVED
    assert (track.state, track.source_bytes) == (PlayableState.UPLOADED, len(FILE))
    assert track.source_hash == blake3(FILE).hexdigest()
    assert await ctx.ports.store.get(str(track.source_key)) == FILE
    assert await in_the_inbox(ctx) == []


async def test_whoever_comes_back_is_given_what_is_missing(
    ctx: RequestContext, draft: PlayableKey
) -> None:
    begun = await direct.begin_direct_upload(ctx, draft)
    first = await put(begun.parts[:1])

    again = await direct.begin_direct_upload(ctx, draft)

    assert [part.number for part in again.parts] == [2]
    second = await put(again.parts)
    await direct.complete_direct_upload(ctx, draft, [*first, *second])
    assert len(await queued(ctx)) == 1


async def test_a_file_with_a_hole_is_not_taken(ctx: RequestContext, draft: PlayableKey) -> None:
    begun = await direct.begin_direct_upload(ctx, draft)
    stored = await put(begun.parts)

    with pytest.raises(BadInput, match="Part 2 is missing"):
        await direct.complete_direct_upload(ctx, draft, stored[:1])
    wrong = replace(stored[1], etag="0" * 32)
    with pytest.raises(BadInput):
        await direct.complete_direct_upload(ctx, draft, [stored[0], wrong])

    assert await queued(ctx) == []
    assert (await row_of(ctx, draft)).state is UploadState.OPEN
    await direct.complete_direct_upload(ctx, draft, stored)


async def test_an_upload_that_is_given_up_frees_its_room(
    ctx: RequestContext, draft: PlayableKey
) -> None:
    begun = await direct.begin_direct_upload(ctx, draft)
    await put(begun.parts[:1])

    await direct.abort_direct_upload(ctx, draft)

    assert (await get_my_storage(ctx)).reserved_bytes == 0
    with pytest.raises(NotFound):
        await direct.abort_direct_upload(ctx, draft)
    async with httpx.AsyncClient() as client:
        late = await client.put(begun.parts[1].url, content=FILE[SMALLEST:])
    assert late.status_code in {400, 403, 404}


async def test_an_expired_upload_is_swept_from_the_bucket(
    ctx: RequestContext, draft: PlayableKey, outside: FakeOutside
) -> None:
    begun = await direct.begin_direct_upload(ctx, draft)
    await put(begun.parts[:1])
    outside.clock.advance(seconds=ctx.limits.upload_seconds)

    with pytest.raises(UploadGone):
        await direct.begin_direct_upload(ctx, draft)
    await sweep_uploads(ctx)

    bucket = ctx.ports.require_direct_uploads()
    later = outside.clock.now() + timedelta(days=36_500)
    assert await bucket.list_unfinished("inbox/", before=later, uploads_max=10) == []
    assert await row_of(ctx, draft) is None


@pytest.mark.parametrize("viewer", [ANONYMOUS, BEN, MODERATOR, ADMIN])
async def test_an_upload_is_its_owners_alone(
    viewer, make_ctx: Callable[..., RequestContext], draft: PlayableKey
) -> None:
    stranger = make_ctx(viewer)

    for ask in (
        direct.begin_direct_upload(stranger, draft),
        direct.complete_direct_upload(stranger, draft, []),
        direct.abort_direct_upload(stranger, draft),
    ):
        with pytest.raises(NotFound):
            await ask


async def test_where_there_is_no_bucket_it_is_said_by_a_code(
    as_viewer: Callable[..., RequestContext], draft: PlayableKey
) -> None:
    with pytest.raises(DirectUploadUnavailable):
        await direct.begin_direct_upload(as_viewer(ANNA), draft)


def test_parts_make_the_file_and_are_never_too_many() -> None:
    for size in (1, SMALLEST, SMALLEST + 1, 2 * 1024**3, 5 * 1024**4):
        sizes = direct.part_sizes(size)

        assert sum(sizes.values()) == size
        assert len(sizes) <= direct.PARTS_MAX
        assert list(sizes) == list(range(1, len(sizes) + 1))
