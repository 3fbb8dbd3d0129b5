"""New tracks: drafts that wait for their file, and the files that arrive."""

import asyncio
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.uploads import UploadRepository
from domain.ids import JobId, PlayableKey, PlayableKind, TrackId, UserId, new_id
from domain.media import object_keys, rules
from domain.media.file_names import title_of_file
from domain.media.file_types import HEAD_BYTES, require_playable
from domain.media.records import Track, new_track
from domain.media.upload_records import FileUpload, UploadState
from domain.policies.media import require_own_track, require_upload
from errors import BadInput, Conflict, TooManyDrafts
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media import receiving
from resolvers.media.credits import find_or_add_album, find_or_add_artist
from resolvers.media.direct_uploads import clear_direct
from resolvers.media.releases import MediaWork, add_track
from resolvers.media.storage_room import reserve

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
    allow_duplicate: bool = False
    """Whether a second track of a file that the owner has already is wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A draft and where its file goes."""

    track: Track
    url: str
    """PUT the file's bytes here."""
    expires_at: datetime
    """Until when the PUT must have begun."""
    tus_url: str
    """Or send them in pieces, by the tus protocol, from here."""


async def upload_track(ctx: RequestContext, new: NewTrack) -> Upload:
    """Make a draft that waits for its file.

    Raises:
        Unauthenticated, Forbidden: the viewer is no creator.
        TooLarge: the file claims more bytes than may be uploaded.
        BadInput: a text or number is out of its bounds.
        TooManyDrafts: too many files of the viewer's are waited for.
        StorageQuotaExceeded: the viewer has no room for it.
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
        reserved = await reserve(
            ctx,
            UploadRepository(uow.connection),
            track.playable,
            owner_id=owner_id,
            size_bytes=size,
            allow_duplicate=new.allow_duplicate,
        )
        await uow.commit()
    return _addresses(ctx, track, reserved)


async def renew_upload(
    ctx: RequestContext, track_id: TrackId, size_bytes: int, *, allow_duplicate: bool = False
) -> Upload:
    """New addresses for the file of a draft, or of a track that failed; older ones end.

    Raises:
        NotFound, Forbidden: the track is not the viewer's.
        BadInput, TooLarge: as `upload_track`.
        Conflict: the track has its file already.
        StorageQuotaExceeded: the viewer has no room for it.
    """
    size = rules.checked_size(size_bytes, bytes_max=ctx.limits.upload_bytes_max)
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = require_own_track(ctx.viewer, await uow.rows.lock_track(track_id))
        rules.require_awaiting(track)
        rows = UploadRepository(uow.connection)
        before = await rows.lock_upload_of(track.playable)
        if before is not None and before.state is UploadState.ARRIVED:
            raise Conflict("Its file has come and is being looked at.", field="trackId")
        reserved = await reserve(
            ctx,
            rows,
            track.playable,
            owner_id=track.owner_id,
            size_bytes=size,
            allow_duplicate=allow_duplicate,
        )
        await uow.commit()
    if before is not None:
        await ctx.ports.store.delete_prefix(object_keys.inbox_folder(before.id))
        await clear_direct(ctx.ports.direct_uploads, before)
    return _addresses(ctx, track, reserved)


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
    source_type = require_playable(await asyncio.to_thread(head_of, path), PlayableKind.TRACK)
    await require_awaited(ctx, upload.track.id, source_hash=source_hash, source_bytes=size)
    source_key = object_keys.original_key(source_hash)
    await ctx.ports.store.put_file(source_key, path, ORIGINAL_TYPE)
    track, _job_id = await receive_file(
        ctx,
        upload.track.id,
        source_key=source_key,
        source_hash=source_hash,
        source_bytes=size,
        source_type=source_type.mime,
    )
    return track


async def require_awaited(
    ctx: UseCaseContext, track_id: TrackId, *, source_hash: str, source_bytes: int
) -> None:
    """Refuse a track's file before it is stored; as `receiving.require_awaited`."""
    key = PlayableKey(PlayableKind.TRACK, track_id)
    await receiving.require_awaited(ctx, key, source_hash=source_hash, source_bytes=source_bytes)


async def receive_file(
    ctx: UseCaseContext,
    track_id: TrackId,
    *,
    source_key: str,
    source_hash: str,
    source_bytes: int,
    source_type: str | None = None,
) -> tuple[Track, JobId]:
    """A track's file is in the store; as `receiving.receive`."""
    track, job_id = await receiving.receive(
        ctx,
        PlayableKey(PlayableKind.TRACK, track_id),
        source_key=source_key,
        source_hash=source_hash,
        source_bytes=source_bytes,
        source_type=source_type,
    )
    assert isinstance(track, Track)
    return track, job_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Addresses:
    """Where the file of a draft may be sent."""

    url: str
    """One PUT of all of it."""
    expires_at: datetime
    tus_url: str
    """Pieces of it, by the tus protocol."""


def addresses_of(ctx: RequestContext, key: PlayableKey, reserved: FileUpload) -> Addresses:
    """The signed addresses of an upload."""
    expires_at = ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)
    path = ctx.ports.urls.sign_upload(object_keys.upload_key(key), reserved.size_bytes, expires_at)
    tus_path = ctx.ports.urls.sign_transfer(reserved.id, reserved.expires_at)
    return Addresses(
        url=f"{ctx.base_url}{path}", expires_at=expires_at, tus_url=f"{ctx.base_url}{tus_path}"
    )


def _addresses(ctx: RequestContext, track: Track, reserved: FileUpload) -> Upload:
    found = addresses_of(ctx, track.playable, reserved)
    return Upload(track=track, url=found.url, expires_at=found.expires_at, tus_url=found.tus_url)


def head_of(path: Path) -> bytes:
    """As many of a file's first bytes as its type is told by."""
    with path.open("rb") as file:
        return file.read(HEAD_BYTES)


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
