"""From an original file to a stream: what a worker does with every recording."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Final

from db.repositories.media.catalogue import MediaRepository
from domain.ids import TrackId
from domain.media.file_names import suffix_of, title_of_file
from domain.media.object_keys import MASTER_PLAYLIST, cover_key, hls_folder, master_playlist_key
from domain.media.recordings import (
    Loudness,
    OnProgress,
    Recording,
    Tags,
    Transcoder,
    Waveform,
)
from domain.media.records import PlayableState, Track
from errors import AppError
from resolvers.context import UseCaseContext
from resolvers.media.releases import save_track

PLAYLIST_TYPE: Final = "application/vnd.apple.mpegurl"
AUDIO_TYPE: Final = "audio/mp4"
COVER_TYPE: Final = "image/jpeg"

READ_DONE: Final = 0.05
MEASURED: Final = 0.2
RENDERED: Final = 0.9
"""How far the job is after reading, measuring and rendering; storing is the rest."""

PUTS_AT_ONCE: Final = 4

OUR_FAULT: Final = "Something went wrong on our side; the file may be fine."

_STOPPED: Final = frozenset({PlayableState.READY, PlayableState.AWAITING_FILE})


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that was found out about a recording."""

    recording: Recording
    loudness: Loudness
    waveform: Waveform


async def process_track(
    ctx: UseCaseContext,
    transcoder: Transcoder,
    track_id: TrackId,
    *,
    on_progress: OnProgress,
    is_last_attempt: bool,
) -> None:
    """Read, measure and transcode a track's original, and make the track READY.

        UPLOADED ─▶ PROCESSING ─▶ READY | FAILED (reason)

    Safe to run twice, and after a kill at any point: every object has a fixed key, what an
    earlier try left is cleared first, and a READY track is left alone.

    Raises:
        NotAudio: no recording can be made of the file; the track says so.
        DependencyError: something failed that may pass; the track FAILED if this was the
            last attempt.
    """
    track = await _begin(ctx, track_id)
    if track is None:
        return
    try:
        async with transcoder.workspace(track_id) as folder:
            findings = await _make_stream(ctx, transcoder, track, folder, on_progress)
    except Exception as error:
        if is_last_attempt or not _may_pass(error):
            await _give_up(ctx, track, error)
        raise
    await _finish(ctx, track, findings)


async def _begin(ctx: UseCaseContext, track_id: TrackId) -> Track | None:
    """Mark the track as PROCESSING; None if there is nothing to do."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(track_id)
        if track is None or track.state in _STOPPED:
            return None
        if track.state is not PlayableState.PROCESSING:
            started = replace(
                track, state=PlayableState.PROCESSING, failure=None, failure_code=None
            )
            track = await save_track(uow, started, ctx.clock)
            await uow.commit()
    return track


async def _make_stream(
    ctx: UseCaseContext,
    transcoder: Transcoder,
    track: Track,
    folder: Path,
    on_progress: OnProgress,
) -> Findings:
    """Everything that takes time; nothing of it touches the database."""
    assert track.source_key is not None
    source = folder / f"original{suffix_of(track.file_name or '')}"
    await ctx.ports.store.fetch_to(track.source_key, source)
    recording = await transcoder.open(source, folder)
    await on_progress(READ_DONE)
    waveform = await transcoder.draw_waveform(recording.path)
    loudness = await transcoder.measure_loudness(recording.path)
    await on_progress(MEASURED)
    await transcoder.render(
        recording,
        folder / "hls",
        _part(on_progress, MEASURED, RENDERED),
        duration_ms=waveform.duration_ms,
    )
    await _store_stream(ctx, track, folder / "hls", _part(on_progress, RENDERED, 1.0))
    return Findings(recording=recording, loudness=loudness, waveform=waveform)


async def _store_stream(
    ctx: UseCaseContext, track: Track, rendered: Path, on_progress: OnProgress
) -> None:
    """Put all files under the track's folder: the multivariant playlist last."""
    folder = _hls_folder(track)
    await ctx.ports.store.delete_prefix(folder)
    master = rendered / MASTER_PLAYLIST
    files = [file for file in await asyncio.to_thread(_files_below, rendered) if file != master]
    for first in range(0, len(files), PUTS_AT_ONCE):
        await _put_all(ctx, rendered, folder, files[first : first + PUTS_AT_ONCE])
        await on_progress(first / len(files))
    await ctx.ports.store.put_file(folder + MASTER_PLAYLIST, master, PLAYLIST_TYPE)


async def _put_all(ctx: UseCaseContext, rendered: Path, folder: str, files: Sequence[Path]) -> None:
    """Put some files side by side; if any fails, the first failure is raised."""
    try:
        async with asyncio.TaskGroup() as puts:
            for file in files:
                key = folder + file.relative_to(rendered).as_posix()
                puts.create_task(ctx.ports.store.put_file(key, file, _type_of(file)))
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _finish(ctx: UseCaseContext, track: Track, findings: Findings) -> None:
    """Make the track READY, if its file is still the one we worked on."""
    cover = await _store_cover(ctx, track, findings.recording.cover)
    async with ctx.unit_of_work(MediaRepository) as uow:
        now = await uow.rows.lock_track(track.id)
        if now is None or now.source_hash != track.source_hash or now.state in _STOPPED:
            return
        if cover is not None:
            album = await uow.rows.get_album(now.album_id)
            if album.cover_key is None:
                await uow.rows.save_album(replace(album, cover_key=cover))
        await save_track(uow, _ready(now, findings), ctx.clock)
        await uow.commit()


async def _store_cover(ctx: UseCaseContext, track: Track, cover: bytes | None) -> str | None:
    """Put the cover under the name of its content; nothing if the album has one."""
    if cover is None:
        return None
    async with ctx.unit_of_work(MediaRepository) as uow:
        album = await uow.rows.get_album(track.album_id)
    if album.cover_key is not None:
        return None
    key = cover_key(album.id, blake2b(cover, digest_size=16).hexdigest())
    await ctx.ports.store.put(key, cover, COVER_TYPE)
    return key


async def _give_up(ctx: UseCaseContext, track: Track, error: Exception) -> None:
    """Tell the owner why, and leave no half stream behind; a bug of ours is not told."""
    code, message = "INTERNAL", OUR_FAULT
    if isinstance(error, AppError):
        code, message = error.code, error.message
    await ctx.ports.store.delete_prefix(_hls_folder(track))
    async with ctx.unit_of_work(MediaRepository) as uow:
        now = await uow.rows.lock_track(track.id)
        if now is None or now.source_hash != track.source_hash or now.state in _STOPPED:
            return
        failed = replace(now, state=PlayableState.FAILED, failure_code=code, failure=message)
        await save_track(uow, failed, ctx.clock)
        await uow.commit()


def _may_pass(error: Exception) -> bool:
    """Whether another attempt may succeed; the worker's runner judges alike."""
    return error.retryable if isinstance(error, AppError) else isinstance(error, TimeoutError)


def _ready(track: Track, findings: Findings) -> Track:
    """The track with all that was found; what its owner has said stays."""
    facts, tags = findings.recording.facts, findings.recording.tags
    assert track.source_hash is not None
    return replace(
        track,
        state=PlayableState.READY,
        title=_title(track, tags),
        track_number=track.track_number or tags.track_number,
        disc_number=track.disc_number or tags.disc_number,
        genre=track.genre or next(iter(tags.genres), None),
        year=track.year or tags.year,
        isrc=track.isrc or tags.isrc,
        duration_ms=findings.waveform.duration_ms,
        codec=facts.codec,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        bitrate=facts.bitrate,
        loudness_lufs=findings.loudness.integrated_lufs,
        loudness_range=findings.loudness.range_lu,
        true_peak_db=findings.loudness.true_peak_dbtp,
        waveform=findings.waveform.peaks,
        hls_key=master_playlist_key(track.id, track.source_hash),
    )


def _title(track: Track, tags: Tags) -> str:
    """A title that was only made of the file's name gives way to the tag's."""
    was_guessed = track.file_name is not None and track.title == title_of_file(track.file_name)
    return tags.title if tags.title and was_guessed else track.title


def _hls_folder(track: Track) -> str:
    assert track.source_hash is not None
    return f"{hls_folder(track.id, track.source_hash)}/"


def _files_below(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file())


def _type_of(file: Path) -> str:
    return PLAYLIST_TYPE if file.suffix == ".m3u8" else AUDIO_TYPE


def _part(on_progress: OnProgress, start: float, end: float) -> Callable[[float], Awaitable[None]]:
    """Progress of a part of the work as progress of the whole."""

    async def hear(fraction: float) -> None:
        await on_progress(start + (end - start) * fraction)

    return hear
