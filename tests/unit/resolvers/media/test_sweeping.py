"""What nobody finished is removed: rows first, then objects, and what no row knows of."""

from pathlib import Path

from db.repositories.media.uploads import UploadRepository
from domain.ids import UploadId
from domain.media.upload_records import UploadState
from resolvers.media import transfers
from resolvers.media.sweeping import sweep_uploads
from resolvers.media.transfers import begin_transfer, claim_transfer
from resolvers.media.uploads import NewTrack, upload_track
from tests.conftest import ANNA
from tests.unit.resolvers.media.transferring import a_transfer


async def half_a_file(ctx, folder: Path) -> UploadId:
    """A transfer that was cut off after its first piece."""
    upload = await upload_track(ctx, NewTrack(file_name="a.flac", size_bytes=10))
    upload_id = UploadId(upload.tus_url.rpartition("/")[2])
    begun = await begin_transfer(ctx, upload_id, length_bytes=10, metadata="")
    lease = await claim_transfer(ctx, upload_id, str(begun.session), offset_bytes=0)
    (folder / "piece").write_bytes(b"12345")
    staged = await transfers.stage_part(
        ctx, lease, folder / "piece", size_bytes=5, part_hash="hash"
    )
    await transfers.keep_parts(ctx, lease, [staged])
    return upload_id


async def ids(ctx, *candidates: UploadId) -> set[UploadId]:
    async with ctx.unit_of_work(UploadRepository) as uow:
        return await uow.rows.known_uploads(candidates)


async def test_expired_uploads_go_with_all_their_pieces(as_viewer, outside, tmp_path) -> None:
    ctx = as_viewer(ANNA)
    old = await half_a_file(ctx, tmp_path)
    outside.clock.advance(seconds=ctx.limits.upload_seconds)
    young = await half_a_file(ctx, tmp_path)

    for _ in range(2):
        await sweep_uploads(ctx)

    assert await ids(ctx, old, young) == {young}
    [key] = outside.store.objects
    assert key.startswith(f"inbox/{young}/")


async def test_pieces_that_no_upload_knows_of_go_and_others_stay(
    as_viewer, outside, tmp_path
) -> None:
    ctx = as_viewer(ANNA)
    known = await half_a_file(ctx, tmp_path)
    await ctx.ports.store.put("inbox/gone/session/1/part", b"x", "")
    await ctx.ports.store.put("originals/ab/abc", b"x", "")

    await sweep_uploads(ctx)

    assert "inbox/gone/session/1/part" not in outside.store.objects
    assert "originals/ab/abc" in outside.store.objects
    assert any(key.startswith(f"inbox/{known}/") for key in outside.store.objects)


async def test_a_file_that_waits_for_its_worker_is_never_swept(
    as_viewer, outside, tmp_path
) -> None:
    ctx = as_viewer(ANNA)
    _, upload = await a_transfer(ctx, b"fLaC" + bytes(50), tmp_path)
    outside.clock.advance(seconds=10 * ctx.limits.upload_seconds)

    await sweep_uploads(ctx)

    assert upload.state is UploadState.ARRIVED
    assert await ids(ctx, upload.id) == {upload.id}
    assert len(outside.store.objects) == 1
