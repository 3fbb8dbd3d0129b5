"""The steps that a recording takes, and what a track is when all are done."""

from dataclasses import dataclass, replace
from typing import Final

from db.repositories.media.streams import StreamsRepository
from domain.media.file_names import title_of_file
from domain.media.fingerprints import Fingerprint
from domain.media.loudness import Blocks
from domain.media.object_keys import MASTER_PLAYLIST
from domain.media.recordings import (
    AudioFacts,
    Loudness,
    OnProgress,
    Rendition,
    Tags,
    Waveform,
)
from domain.media.records import Playable, Track
from domain.media.stream_records import StreamFacts
from domain.media.whole_files import require_whole
from resolvers.media.album_loudness import measure_album
from resolvers.media.covers import FoundCover, store_cover, take_cover
from resolvers.media.duplicates import keep_fingerprint
from resolvers.media.releases import MediaWork
from resolvers.media.steps import Bench, Pipeline, Step
from resolvers.media.stored_streams import store_stream

RENDERED: Final = 0.9
"""How far the renditions are when they are made; storing them is the rest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundRenditions:
    """The qualities of a stream, as they were stored."""

    renditions: list[Rendition]


async def _probe(bench: Bench, _on_progress: OnProgress) -> AudioFacts:
    return await bench.transcoder.probe(await bench.source())


async def _read_tags(bench: Bench, _on_progress: OnProgress) -> Tags:
    """The tags alone: the picture is looked for again where it is needed."""
    tags = await bench.transcoder.read_tags(await bench.source())
    return replace(tags, cover=None)


async def _measure_loudness(bench: Bench, _on_progress: OnProgress) -> Loudness:
    """Hear it from end to end: only now it is known whether all of it is there."""
    loudness = await bench.transcoder.measure_loudness(await bench.source())
    require_whole(bench.found(PROBE), loudness.sample_count)
    return loudness


async def _draw_waveform(bench: Bench, _on_progress: OnProgress) -> Waveform:
    return await bench.transcoder.draw_waveform(await bench.source())


async def _fingerprint(bench: Bench, _on_progress: OnProgress) -> Fingerprint:
    return await bench.transcoder.fingerprint(await bench.source())


async def _render(bench: Bench, on_progress: OnProgress) -> FoundRenditions:
    """Write the stream, and store it whole."""

    async def hear(fraction: float) -> None:
        await on_progress(RENDERED * fraction)

    async def hear_storing(fraction: float) -> None:
        await on_progress(RENDERED + (1 - RENDERED) * fraction)

    target = bench.folder / "hls"
    renditions = await bench.transcoder.render(
        await bench.source(),
        target,
        hear,
        facts=bench.found(PROBE),
        sample_count=bench.found(LOUDNESS).sample_count,
    )
    await store_stream(bench.ctx.ports.store, target, bench.stream_folder, hear_storing)
    return FoundRenditions(renditions=renditions)


PROBE: Final = Step(name="probe", version=1, share=0.03, finds=AudioFacts, do=_probe)
TAGS: Final = Step(name="tags", version=1, share=0.02, finds=Tags, do=_read_tags)
LOUDNESS: Final = Step(name="loudness", version=1, share=0.15, finds=Loudness, do=_measure_loudness)
WAVEFORM: Final = Step(name="waveform", version=1, share=0.05, finds=Waveform, do=_draw_waveform)
FINGERPRINT: Final = Step(
    name="fingerprint", version=1, share=0.02, finds=Fingerprint, do=_fingerprint
)
COVERS: Final = Step(name="covers", version=2, share=0.05, finds=FoundCover, do=store_cover)
RENDITIONS: Final = Step(
    name="renditions", version=1, share=0.68, finds=FoundRenditions, do=_render
)


async def _finish(uow: MediaWork, playable: Playable, bench: Bench) -> Playable:
    """The track with all that was found; its album gets the cover if it has none."""
    assert isinstance(playable, Track)
    await StreamsRepository(uow.connection).save_stream(*_stream(playable, bench))
    await take_cover(uow, playable.album_id, bench.found(COVERS))
    await keep_fingerprint(uow, playable.playable, bench.found(FINGERPRINT))
    return _with_findings(playable, bench)


async def _settle(uow: MediaWork, playable: Playable) -> None:
    """The album is as loud as all of its tracks, this one with them."""
    assert isinstance(playable, Track)
    await measure_album(uow, playable.album_id)


def _stream(track: Track, bench: Bench) -> tuple[StreamFacts, Blocks]:
    facts, loudness = bench.found(PROBE), bench.found(LOUDNESS)
    stream = StreamFacts(
        playable=str(track.playable),
        sample_count=loudness.sample_count,
        encoder_delay=facts.trim.delay,
        encoder_padding=facts.trim.padding,
        renditions=bench.found(RENDITIONS).renditions,
    )
    return stream, loudness.blocks


TRACK_PIPELINE: Final = Pipeline(
    steps=(PROBE, TAGS, LOUDNESS, WAVEFORM, FINGERPRINT, COVERS, RENDITIONS),
    finish=_finish,
    settle=_settle,
)


def _with_findings(track: Track, bench: Bench) -> Track:
    """What its owner has said stays."""
    facts, tags, loudness = bench.found(PROBE), bench.found(TAGS), bench.found(LOUDNESS)
    waveform = bench.found(WAVEFORM)
    return replace(
        track,
        title=_title(track, tags),
        track_number=track.track_number or tags.track_number,
        disc_number=track.disc_number or tags.disc_number,
        genre=track.genre or next(iter(tags.genres), None),
        year=track.year or tags.year,
        isrc=track.isrc or tags.isrc,
        duration_ms=waveform.duration_ms,
        codec=facts.codec,
        sample_rate=facts.sample_rate,
        channels=facts.channels,
        bitrate=facts.bitrate,
        loudness_lufs=loudness.integrated_lufs,
        loudness_range=loudness.range_lu,
        true_peak_db=loudness.true_peak_dbtp,
        waveform=waveform.peaks,
        hls_key=bench.stream_folder + MASTER_PLAYLIST,
    )


def _title(track: Track, tags: Tags) -> str:
    """A title that was only made of the file's name gives way to the tag's."""
    was_guessed = track.file_name is not None and track.title == title_of_file(track.file_name)
    return tags.title if tags.title and was_guessed else track.title
