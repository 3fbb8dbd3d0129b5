"""Processing again what is READY, and going on where a run was cut off."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from adapters.transcode.transcoder import FfmpegTranscoder
from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.processing import ProcessingRepository
from db.tables.platform import jobs
from domain.ids import PlayableKey, PlayableKind
from domain.media.recordings import Loudness
from domain.media.records import PlayableState
from domain.media.streams import stream_folder
from domain.messages.codec import decode
from domain.messages.commands import DropStream, ProcessPlayable, ProcessTrack
from domain.policies.media import require_manage_playable
from domain.viewer import ANONYMOUS, Viewer
from errors import Conflict, Forbidden, NotAudio, NotFound, TranscodeFailed
from resolvers.context import RequestContext
from resolvers.media import processing, reprocessing
from resolvers.media.track_steps import TRACK_PIPELINE
from tests.conftest import ADMIN, ANNA, BEN, FakeOutside
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.unit.resolvers.media.imports import all_tracks, queued
from tests.unit.resolvers.media.test_processing import imported, process

AsViewer = Callable[..., RequestContext]


class CountedTranscoder(FfmpegTranscoder):
    """Counts what is measured, and fails where it is told to."""

    measured = 0
    is_broken = False

    async def measure_loudness(self, path: Path) -> Loudness:
        self.measured += 1
        return await super().measure_loudness(path)

    async def render(self, *arguments, **options):
        if self.is_broken:
            raise TranscodeFailed("FFmpeg exited with 1.")
        return await super().render(*arguments, **options)


@pytest.fixture
def transcoder(tmp_path: Path) -> CountedTranscoder:
    return CountedTranscoder(tmp_path / "scratch")


@pytest.fixture
def ctx(as_viewer: AsViewer) -> RequestContext:
    return as_viewer(ADMIN)


async def test_a_run_that_was_cut_off_goes_on_behind_the_last_finished_step(
    ctx: RequestContext, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    heard: list[str] = []

    async def hear(_fraction: float, step: str) -> None:
        heard.append(step)

    transcoder.is_broken = True
    with pytest.raises(TranscodeFailed):
        await process(ctx, transcoder, track.id, on_progress=hear)
    first, heard = list(dict.fromkeys(heard)), []
    transcoder.is_broken = False
    await process(ctx, transcoder, track.id, on_progress=hear)

    assert first == [step.name for step in TRACK_PIPELINE.steps]
    assert set(heard) == {"renditions"}
    assert transcoder.measured == 1
    [ready] = await all_tracks(ctx)
    assert ready.state is PlayableState.READY
    assert ready.loudness_lufs is not None
    assert ready.waveform is not None
    assert len(ready.waveform) == 800
    async with ctx.unit_of_work(ProcessingRepository) as uow:
        assert await uow.rows.find_steps(track.playable) == {}


async def test_a_new_stream_takes_the_place_of_the_old_one_when_it_is_whole(
    ctx: RequestContext, outside: FakeOutside, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    [before] = await all_tracks(ctx)
    old = stream_folder(str(before.hls_key))

    await reprocessing.reprocess(ctx, track.playable)
    await reprocessing.reprocess(ctx, track.playable)
    [asked] = await all_tracks(ctx)
    await process(ctx, transcoder, track.id)
    [after] = await all_tracks(ctx)
    both = streams_in(outside)
    drop = await the_only_drop(ctx)
    await processing.drop_stream(ctx, track.playable, drop.folder)

    new = stream_folder(str(after.hls_key))
    assert (asked.state, asked.hls_key) == (PlayableState.READY, before.hls_key)
    assert after.state is PlayableState.READY
    assert old != new
    assert both == {old, new}
    assert drop.folder == old
    assert streams_in(outside) == {new}
    assert transcoder.measured == 2


async def test_a_stream_that_is_served_is_not_dropped(
    ctx: RequestContext, outside: FakeOutside, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    [ready] = await all_tracks(ctx)
    served = stream_folder(str(ready.hls_key))

    await processing.drop_stream(ctx, track.playable, served)

    assert streams_in(outside) == {served}


async def test_the_old_stream_outlives_every_address_that_was_signed_for_it(
    ctx: RequestContext, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    await reprocessing.reprocess(ctx, track.playable)

    await process(ctx, transcoder, track.id)

    async with ctx.unit_of_work(MediaRepository) as uow:
        statement = select(jobs.c.available_at).where(jobs.c.name == DropStream.name)
        [waits] = (await uow.connection.execute(statement)).scalars()
    assert waits == ctx.clock.now() + timedelta(seconds=ctx.limits.stream_url_seconds)


async def test_a_failed_reprocessing_leaves_what_was_there(
    ctx: RequestContext, outside: FakeOutside, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    before = await all_tracks(ctx), dict(outside.store.objects)
    await reprocessing.reprocess(ctx, track.playable)

    transcoder.is_broken = True
    with pytest.raises(TranscodeFailed):
        await process(ctx, transcoder, track.id, is_last_attempt=True)
    await process(ctx, transcoder, track.id)

    assert (await all_tracks(ctx), dict(outside.store.objects)) == before
    assert transcoder.measured == 2


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("it waits for its file", {"state": PlayableState.AWAITING_FILE}),
        ("it is being processed", {"state": PlayableState.PROCESSING}),
        ("it failed", {"state": PlayableState.FAILED}),
    ],
)
async def test_only_what_is_ready_is_processed_anew(
    _case: str, changes: dict[str, object], as_viewer: AsViewer
) -> None:
    ctx = as_viewer(ANNA)
    [track] = await keep_tracks(ctx, a_track(**changes))

    with pytest.raises(Conflict):
        await reprocessing.reprocess(ctx, track.playable)

    assert await queued(ctx) == []
    assert await all_tracks(ctx) == [track]


@pytest.mark.parametrize(
    ("_case", "viewer", "is_draft", "refusal"),
    [
        ("its owner may", ANNA, False, None),
        ("its owner may with a draft", ANNA, True, None),
        ("an admin may", ADMIN, False, None),
        ("an admin may with a draft", ADMIN, True, None),
        ("a stranger may not", BEN, False, Forbidden),
        ("a stranger learns nothing of a draft", BEN, True, NotFound),
        ("nobody may not", ANONYMOUS, False, Forbidden),
        ("nobody learns nothing of a draft", ANONYMOUS, True, NotFound),
    ],
)
def test_who_may_process_anew(
    _case: str, viewer: Viewer, is_draft: bool, refusal: type[Exception] | None
) -> None:
    track = a_draft() if is_draft else a_track()

    if refusal is None:
        assert require_manage_playable(viewer, track) == track
    else:
        with pytest.raises(refusal):
            require_manage_playable(viewer, track)


async def test_what_is_not_there_is_not_processed_anew(as_viewer: AsViewer) -> None:
    ctx = as_viewer(ADMIN)

    with pytest.raises(NotFound):
        await reprocessing.reprocess(ctx, PlayableKey(PlayableKind.TRACK, "gone"))

    assert await queued(ctx) == []


async def test_asked_twice_is_one_job(as_viewer: AsViewer) -> None:
    ctx = as_viewer(ANNA)
    [track] = await keep_tracks(ctx, a_track())

    _, first = await reprocessing.reprocess(ctx, track.playable)
    _, second = await reprocessing.reprocess(ctx, track.playable)

    assert first == second
    [(name, payload)] = await queued(ctx)
    assert name == ProcessPlayable.name
    assert decode(payload, ProcessPlayable).playable_id == track.id


async def test_a_file_that_cannot_be_read_anew_keeps_its_stream(
    ctx: RequestContext, outside: FakeOutside, transcoder: CountedTranscoder, tmp_path: Path
) -> None:
    track = await imported(ctx, tmp_path / "a.flac", transcoder)
    await process(ctx, transcoder, track.id)
    [before] = await all_tracks(ctx)
    await outside.store.put(str(track.source_key), b"not a song at all", "")
    await reprocessing.reprocess(ctx, track.playable)

    with pytest.raises(NotAudio):
        await process(ctx, transcoder, track.id)

    assert await all_tracks(ctx) == [before]
    assert streams_in(outside) == {stream_folder(str(before.hls_key))}


def test_what_was_queued_before_and_what_is_queued_now_are_one_job() -> None:
    before = ProcessTrack(track_id="one")
    now = ProcessPlayable(kind=PlayableKind.TRACK, playable_id="one")

    assert before.dedupe_key == now.dedupe_key


async def the_only_drop(ctx: RequestContext) -> DropStream:
    [drop] = [decode(data, DropStream) for name, data in await queued(ctx) if "drop" in name]
    return drop


def streams_in(outside: FakeOutside) -> set[str]:
    keys = [key for key in outside.store.objects if key.startswith("hls/")]
    return {"/".join(key.split("/")[:3]) + "/" for key in keys}
