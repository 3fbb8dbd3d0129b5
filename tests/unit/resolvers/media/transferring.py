"""Files sent in pieces, for tests: through the use cases, without HTTP."""

from pathlib import Path

from blake3 import blake3

from domain.ids import UploadId
from domain.media.upload_records import FileUpload
from resolvers.context import RequestContext
from resolvers.media import transfers
from resolvers.media.uploads import NewTrack, Upload, upload_track


async def a_transfer(
    ctx: RequestContext, data: bytes, folder: Path, *, pieces: int = 1, **new: object
) -> tuple[Upload, FileUpload]:
    """Make a draft and send its file in so many pieces; the draft, and the whole upload."""
    given = NewTrack(file_name="reel.flac", size_bytes=len(data), **new)  # type: ignore[arg-type]
    upload = await upload_track(ctx, given)
    return upload, await send(ctx, upload, data, folder, pieces=pieces)


async def send(
    ctx: RequestContext, upload: Upload, data: bytes, folder: Path, *, pieces: int = 1
) -> FileUpload:
    """Send a file for a draft."""
    upload_id = UploadId(upload.tus_url.rpartition("/")[2])
    begun = await transfers.begin_transfer(ctx, upload_id, length_bytes=len(data), metadata="")
    assert begun.session is not None
    lease = await transfers.claim_transfer(ctx, upload_id, begun.session, offset_bytes=0)
    size = -(-len(data) // pieces)
    for start in range(0, len(data), size):
        piece = data[start : start + size]
        path = folder / "piece"
        path.write_bytes(piece)
        staged = await transfers.stage_part(
            ctx, lease, path, size_bytes=len(piece), part_hash=blake3(piece).hexdigest()
        )
        lease = await transfers.keep_parts(ctx, lease, [staged])
    return await transfers.get_transfer(ctx, upload_id, begun.session)
