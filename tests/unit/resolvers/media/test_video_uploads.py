"""Drafts of videos: who makes them, and what their files must be."""

from pathlib import Path

import pytest

from domain.ids import ChannelId
from domain.media.records import PlayableState
from domain.messages.codec import decode
from domain.messages.commands import ProcessPlayable
from domain.viewer import ANONYMOUS
from errors import (
    BadInput,
    DuplicateFile,
    FileTypeRefused,
    Forbidden,
    NotFound,
    TooLarge,
    Unauthenticated,
)
from resolvers.media import receiving, video_uploads, videos
from resolvers.media.receivers import RECEIVERS
from resolvers.media.video_uploads import NewVideo
from resolvers.media.videos import VideoTexts
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, a_viewer
from tests.factories.videos import a_channel, a_video, a_video_draft, keep_videos
from tests.unit.resolvers.media.outbox import events_of, jobs_of

OTHER = a_viewer("olga", *ANNA.roles)
FILE = {"source_key": "originals/ab/abc", "source_hash": "abc", "source_bytes": 9}
MP4 = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(200)


def a_film_to_come(**changes) -> NewVideo:
    said = {
        "channel_id": a_channel().id,
        "file_name": "C:\\films\\the sea.mp4",
        "size_bytes": 1_000,
        "texts": VideoTexts(),
    }
    return NewVideo(**(said | changes))


async def test_a_draft_waits_on_its_channel_for_its_file(as_viewer, databases) -> None:
    await keep_videos(as_viewer(ANNA), a_channel())
    texts = VideoTexts(description="Waves.", tags=["#sea"], language="EN", is_explicit=True)

    upload = await video_uploads.upload_video(as_viewer(ANNA), a_film_to_come(texts=texts))

    draft = upload.video
    assert (draft.state, draft.title, draft.file_name) == (
        *(PlayableState.AWAITING_FILE, "the sea"),
        "the sea.mp4",
    )
    assert (draft.description, draft.tags, draft.language, draft.is_explicit) == (
        *("Waves.", ["sea"], "en"),
        True,
    )
    assert (draft.owner_id, draft.channel_id) == ("anna", "channel-1")
    assert f"/Video/{draft.id}" in upload.url
    assert upload.tus_url.startswith("http://tutti.test/")
    assert await videos.find_video(as_viewer(BEN), draft.id) is None
    assert [each.name for each in await events_of(databases, "media")] == ["media.video_changed.v1"]
    assert await jobs_of(databases, "media") == []


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [
        (ANONYMOUS, Unauthenticated),
        (BEN, Forbidden),
        (MODERATOR, Forbidden),
        (OTHER, Forbidden),
        (ADMIN, Forbidden),
        (ANNA, None),
    ],
)
async def test_creators_upload_to_channels_of_their_own(
    viewer, refusal, as_viewer, databases
) -> None:
    await keep_videos(as_viewer(ANNA), a_channel())

    if refusal is None:
        upload = await video_uploads.upload_video(as_viewer(viewer), a_film_to_come())
        assert upload.video.owner_id == viewer.user_id
        return
    with pytest.raises(refusal):
        await video_uploads.upload_video(as_viewer(viewer), a_film_to_come())
    assert await events_of(databases, "media") == []


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"channel_id": ChannelId("none")}, NotFound),
        ({"size_bytes": 0}, BadInput),
        ({"size_bytes": 2**50}, TooLarge),
        ({"file_name": " "}, BadInput),
        ({"texts": VideoTexts(title="x" * 301)}, BadInput),
        ({"texts": VideoTexts(language="klingon")}, BadInput),
        ({"texts": VideoTexts(tags=["x"] * 31)}, BadInput),
    ],
)
async def test_a_bad_draft_leaves_nothing(changes, refusal, as_viewer, databases) -> None:
    await keep_videos(as_viewer(ANNA), a_channel())

    with pytest.raises(refusal):
        await video_uploads.upload_video(as_viewer(ANNA), a_film_to_come(**changes))

    assert await events_of(databases, "media") == []


async def test_a_file_that_arrives_twice_is_processed_once(as_viewer, databases) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel(), a_video_draft())
    key = a_video_draft().playable

    video, job_id = await receiving.receive(ctx, key, **FILE)
    again = await receiving.receive(ctx, key, **FILE)

    assert (video.state, video.source_hash) == (PlayableState.UPLOADED, "abc")
    assert again == (video, job_id)
    (job,) = await jobs_of(databases, "media")
    assert decode(bytes(job.payload), ProcessPlayable) == ProcessPlayable(
        kind=key.kind, playable_id=key.id
    )


async def test_a_film_that_its_owner_has_is_refused_before_it_is_stored(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel(), a_video(source_hash="abc"), a_video_draft("video-2"))

    with pytest.raises(DuplicateFile) as refusal:
        await receiving.require_awaited(
            ctx, a_video_draft("video-2").playable, source_hash="abc", source_bytes=9
        )

    assert refusal.value.details["original"] == "Video:video-1"


async def test_a_file_that_comes_with_the_request_is_handed_over(
    as_viewer, outside, tmp_path: Path
) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel())
    film = tmp_path / "film"
    film.write_bytes(MP4)
    new = a_film_to_come(size_bytes=len(MP4))

    video = await video_uploads.add_video_with_file(
        ctx, new, path=film, size=len(MP4), source_hash="abc"
    )

    assert (video.state, video.source_bytes) == (PlayableState.UPLOADED, len(MP4))
    assert list(outside.store.objects) == [video.source_key]
    with pytest.raises(BadInput):
        await video_uploads.add_video_with_file(ctx, new, path=film, size=3, source_hash="abc")


async def test_a_picture_that_comes_with_the_request_leaves_no_draft(
    as_viewer, outside, databases, tmp_path: Path
) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel())
    picture = tmp_path / "film.mp4"
    picture.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(92))

    with pytest.raises(FileTypeRefused):
        await video_uploads.add_video_with_file(
            ctx, a_film_to_come(size_bytes=100), path=picture, size=100, source_hash="abc"
        )

    assert (outside.store.objects, await events_of(databases, "media")) == ({}, [])


async def test_a_video_whose_pieces_were_no_film_says_so(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel(), a_video_draft())
    key = a_video_draft().playable

    async with ctx.unit_of_work(videos.MediaRepository) as uow:
        await RECEIVERS[key.kind].refuse(
            uow, key, ctx.clock, code="FILE_TYPE_REFUSED", reason="It is a picture."
        )
        await uow.commit()

    found = await videos.find_video(ctx, key.id)
    assert (found.state, found.failure) == (PlayableState.FAILED, "It is a picture.")
