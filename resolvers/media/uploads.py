"""New tracks: drafts that wait for their file, and the files that arrive."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from db.repositories.media.catalogue import MediaRepository
from domain.ids import JobId, TrackId, UserId, new_id
from domain.media import object_keys, rules
from domain.media.file_names import title_of_file
from domain.media.records import Track, new_track
from domain.messages.commands import process_command
from domain.policies.media import require_upload
from errors import BadInput, NotFound, TooManyDrafts
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.credits import find_or_add_album, find_or_add_artist
from resolvers.media.releases import MediaWork, add_track, save_track

ORIGINAL_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTrack:
    """What a creator says of a file to come."""

    file_name: str
    size_bytes: int
    title: str | None = None
    artist_name: str | None = None
    album_title: str | None = None
    track_number: int | None = None
    disc_number: int | None = None
    genre: str | None = None
    year: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A draft and where its file goes."""

    track: Track
    url: str
    """PUT the file's bytes here."""
    expires_at: datetime


async def upload_track(ctx: RequestContext, new: NewTrack) -> Upload:
    """Make a draft that waits for its file.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator.
        TooLarge: the file claims more bytes than may be uploaded.
        BadInput: a text or number is out of its bounds.
        TooManyDrafts: too many files of the viewer's are waited for.
    """
    owner_id = require_upload(ctx.viewer)
    size = rules.checked_size(new.size_bytes, bytes_max=ctx.limits.upload_bytes_max)
    new = _checked(new)
    async with ctx.unit_of_work(MediaRepository) as uow:
        if await uow.rows.count_awaited(owner_id) >= rules.AWAITED_MAX:
            raise TooManyDrafts(
                f"At most {rules.AWAITED_MAX} tracks wait for their files; upload those first."
            )
        track = await _add_draft(ctx, uow, new, owner_id)
        await uow.commit()
    expires_at = ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)
    path = ctx.ports.urls.sign_upload(object_keys.upload_key(track.id), size, expires_at)
    return Upload(track=track, url=f"{ctx.base_url}{path}", expires_at=expires_at)


async def add_track_with_file(
    ctx: RequestContext, new: NewTrack, *, path: Path, size: int, source_hash: str
) -> Track:
    """Make a draft of a file that lies on disk already, and hand it over to the workers.

    Raises:
        BadInput: the file is not as large as it was said to be; and as `upload_track`.
    """
    if size != new.size_bytes:
        raise BadInput(f"The file has {size} bytes, not {new.size_bytes}.", field="sizeBytes")
    upload = await upload_track(ctx, new)
    source_key = object_keys.original_key(source_hash)
    await ctx.ports.store.put_file(source_key, path, ORIGINAL_TYPE)
    track, _job_id = await receive_file(
        ctx,
        upload.track.id,
        source_key=source_key,
        source_hash=source_hash,
        source_bytes=size,
    )
    return track


async def require_awaited(ctx: UseCaseContext, track_id: TrackId, *, source_hash: str) -> None:
    """Refuse a file before it is stored, so that nothing is kept that no track knows of.

    Raises:
        NotFound: the draft is gone.
        Conflict: it has another file already.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(track_id)
    if track is None or track.deleted_at is not None:
        raise NotFound("There is no such track.", field="id")
    rules.receive(track, source_key="", source_hash=source_hash, source_bytes=0)


async def receive_file(
    ctx: UseCaseContext,
    track_id: TrackId,
    *,
    source_key: str,
    source_hash: str,
    source_bytes: int,
) -> tuple[Track, JobId]:
    """A draft's file is in the store: hand it over to the workers. Twice is once.

    Whoever calls this has checked the upload URL's signature: it is the permission.

    Raises:
        NotFound: the draft is gone.
        Conflict: it has another file already.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(track_id)
        if track is None or track.deleted_at is not None:
            raise NotFound("There is no such track.", field="id")
        received = rules.receive(
            track, source_key=source_key, source_hash=source_hash, source_bytes=source_bytes
        )
        if received != track:
            received = await save_track(uow, received, ctx.clock)
        job_id = await uow.send(process_command(track.playable), owner_id=track.owner_id)
        await uow.commit()
    return received, job_id


def _checked(new: NewTrack) -> NewTrack:
    """The same with every text trimmed; what is empty counts as left out."""
    return replace(
        new,
        file_name=rules.checked_file_name(new.file_name),
        title=_optional(new.title, field="title"),
        artist_name=_optional(new.artist_name, field="artistName"),
        album_title=_optional(new.album_title, field="albumTitle"),
        genre=_optional(new.genre, field="genre"),
        track_number=rules.checked_number(new.track_number, field="trackNumber"),
        disc_number=rules.checked_number(new.disc_number, field="discNumber"),
        year=rules.checked_number(new.year, field="year"),
    )


def _optional(text: str | None, *, field: str) -> str | None:
    return rules.checked_title(text, field=field) if text and text.strip() else None


async def _add_draft(ctx: RequestContext, uow: MediaWork, new: NewTrack, owner_id: UserId) -> Track:
    track_id = TrackId(new_id())
    title = new.title or title_of_file(new.file_name)
    name = new.artist_name or rules.UNKNOWN_ARTIST
    artist = await find_or_add_artist(uow, name, owner_id=owner_id, clock=ctx.clock)
    album = await find_or_add_album(
        uow,
        artist,
        new.album_title,
        track_id=track_id,
        track_title=title,
        year=new.year,
        clock=ctx.clock,
    )
    draft = new_track(track_id, album, title=title, now=ctx.clock.now())
    draft = replace(
        draft,
        file_name=new.file_name,
        track_number=new.track_number,
        disc_number=new.disc_number,
        genre=new.genre,
        year=new.year,
    )
    return await add_track(uow, draft, ctx.clock)
