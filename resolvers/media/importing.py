"""Folders of music into the catalogue: one job for each file."""

import asyncio
import logging
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from blake3 import blake3

from db.repositories.media.catalogue import MediaRepository
from domain.ids import JobId, TrackId, UserId, new_id
from domain.media import rules
from domain.media.file_names import is_audio_name, title_of_file
from domain.media.object_keys import original_key
from domain.media.recordings import OnProgress, Tags, Transcoder
from domain.media.records import Album, Artist, PlayableState, Track, new_track
from domain.messages.commands import ImportFile, ImportFolder, process_command
from domain.policies.media import require_import
from errors import BadInput, TooLarge
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.credits import find_or_add_album, find_or_add_artist
from resolvers.media.releases import MediaWork, add_track

FILES_MAX: Final = 20_000
DEPTH_MAX: Final = 16
JOBS_PER_COMMIT: Final = 100
PATH_CHARS_MAX: Final = 4_096
HASH_CHUNK_BYTES: Final = 1024 * 1024
UNKNOWN_TYPE: Final = "application/octet-stream"

log = logging.getLogger(__name__)


async def start_import(ctx: RequestContext, folder: str) -> JobId:
    """Let a worker import every audio file below a folder of the machine.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: there is no such folder, or it is not below an allowed one.
    """
    owner_id = require_import(ctx.viewer)
    path = await asyncio.to_thread(_allowed_folder, folder, ctx.limits.import_folder_roots)
    async with ctx.unit_of_work(MediaRepository) as uow:
        command = ImportFolder(folder=str(path), owner_id=owner_id)
        job_id = await uow.send(command, owner_id=owner_id)
        await uow.commit()
    return job_id


async def import_folder(
    ctx: UseCaseContext, folder: str, owner_id: UserId, on_progress: OnProgress
) -> None:
    """Queue one import for each audio file below the folder.

    Safe to run twice: a file that is being imported is not queued again, and one that was
    imported is known by its content.

    Raises:
        BadInput: the folder is gone.
        TooLarge: it holds more files than one import takes.
    """
    files = await asyncio.to_thread(_audio_files, Path(folder))
    for first in range(0, len(files), JOBS_PER_COMMIT):
        async with ctx.unit_of_work(MediaRepository) as uow:
            for path in files[first : first + JOBS_PER_COMMIT]:
                command = ImportFile(path=str(path), owner_id=owner_id)
                await uow.send(command, owner_id=owner_id)
            await uow.commit()
        await on_progress(first / len(files))


async def import_file(
    ctx: UseCaseContext, transcoder: Transcoder, path: str, owner_id: UserId
) -> None:
    """Keep a file as an original, make its track, and send it to be processed.

    The track is made whether or not the file turns out to be a recording: the owner finds
    on it why it was refused. Safe to run twice: a file is known by its content.

    Raises:
        BadInput: the file is gone.
        TooLarge: it is larger than an upload may be.
    """
    source = Path(path)
    size, source_hash = await asyncio.to_thread(_measure, source, ctx.limits.upload_bytes_max)
    tags = await transcoder.read_tags(source)
    key = original_key(source_hash)
    if await ctx.ports.store.stat(key) is None:
        await ctx.ports.store.put_file(key, source, UNKNOWN_TYPE)
    original = Original(name=source.name, key=key, hash=source_hash, size=size)
    async with ctx.unit_of_work(MediaRepository) as uow:
        if await _add_imported(ctx, uow, original, tags, owner_id):
            await uow.commit()


@dataclass(frozen=True, slots=True, kw_only=True)
class Original:
    """A file as it was kept."""

    name: str
    key: str
    hash: str
    size: int


async def _add_imported(
    ctx: UseCaseContext, uow: MediaWork, original: Original, tags: Tags, owner_id: UserId
) -> bool:
    """Add the track and its command; False if the owner has this very file already."""
    track_id = TrackId(new_id())
    title = tags.title or title_of_file(original.name)
    artist_name = tags.artist or tags.album_artist or rules.UNKNOWN_ARTIST
    artist = await find_or_add_artist(uow, artist_name, owner_id=owner_id, clock=ctx.clock)
    await uow.rows.get_artist(artist.id)  # held: another import of this file waits here
    if await uow.rows.find_track_by_source(owner_id, original.hash) is not None:
        return False
    album_artist = artist
    if tags.album is not None and tags.album_artist is not None:
        album_artist = await find_or_add_artist(
            uow, tags.album_artist, owner_id=owner_id, clock=ctx.clock
        )
    album = await find_or_add_album(
        uow,
        album_artist,
        tags.album,
        track_id=track_id,
        track_title=title,
        year=tags.year,
        clock=ctx.clock,
    )
    track = _imported_track(ctx, original, tags, artist, album, track_id=track_id, title=title)
    await add_track(uow, track, ctx.clock)
    await uow.send(process_command(track.playable), owner_id=owner_id)
    return True


def _imported_track(
    ctx: UseCaseContext,
    original: Original,
    tags: Tags,
    artist: Artist,
    album: Album,
    *,
    track_id: TrackId,
    title: str,
) -> Track:
    """A track as it is before its file was looked into: published, so public once READY."""
    now = ctx.clock.now()
    return replace(
        new_track(track_id, album, title=title, now=now),
        artist_id=artist.id,
        state=PlayableState.UPLOADED,
        published_at=now,
        track_number=tags.track_number,
        disc_number=tags.disc_number,
        genre=next(iter(tags.genres), None),
        year=tags.year,
        isrc=tags.isrc,
        file_name=original.name,
        source_key=original.key,
        source_hash=original.hash,
        source_bytes=original.size,
    )


def _allowed_folder(folder: str, roots: Sequence[Path]) -> Path:
    """The folder as it really is, if it lies below one of the roots."""
    if not folder or len(folder) > PATH_CHARS_MAX or "\0" in folder:
        raise BadInput("This is no path of a folder.", field="folder")
    try:
        path = Path(folder).expanduser().resolve()
        if not any(path.is_relative_to(root.resolve()) for root in roots):
            raise BadInput("Folders are imported from allowed places only.", field="folder")
        is_there = path.is_dir()
    except (OSError, RuntimeError):  # a name too long, links in a circle, nobody's home
        is_there = False
    if not is_there:
        raise BadInput("There is no such folder.", field="folder")
    return path


def _audio_files(folder: Path) -> list[Path]:
    """Every file below that is called like a recording, in order; links lead nowhere else."""
    if not folder.is_dir():
        raise BadInput("The folder is gone.", field="folder")
    found: list[Path] = []
    for path in _walk(folder, DEPTH_MAX):
        if len(found) == FILES_MAX:
            raise TooLarge(f"The folder holds more than {FILES_MAX} files.", field="folder")
        found.append(path)
    return found


def _walk(folder: Path, depth: int) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        ordered = sorted(entries, key=lambda entry: entry.name)
    for entry in ordered:
        if entry.is_dir(follow_symlinks=False):
            if depth > 1:
                yield from _walk(Path(entry.path), depth - 1)
        elif entry.is_file(follow_symlinks=False) and is_audio_name(entry.name):
            if _is_text(entry.path):
                yield Path(entry.path)
            else:
                log.warning("A file is not imported, its name is no UTF-8: %a", entry.path)


def _is_text(path: str) -> bool:
    """Whether a job can name the file; else one odd name would stop the whole folder."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _measure(path: Path, bytes_max: int) -> tuple[int, str]:
    """Size and BLAKE3 of a file, read in pieces."""
    try:
        size = path.stat().st_size
        if size > bytes_max:
            raise TooLarge(f"{path.name} is larger than {bytes_max} bytes.", field="path")
        digest = blake3()
        with path.open("rb") as file:
            while chunk := file.read(HASH_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read.", field="path") from error
    return size, digest.hexdigest()
