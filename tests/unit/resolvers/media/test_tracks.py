"""Who finds which tracks, and what publishing does."""

import asyncio
from datetime import timedelta

import pytest

from db.outbox import JobState
from db.repositories.media.catalogue import MediaRepository
from domain.media.records import PlayableState
from domain.media.streams import StreamQuality
from domain.messages.codec import decode
from domain.messages.events import AlbumChanged, AlbumReleased, ArtistChanged, TrackChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Conflict, Forbidden, NotFound, TrackNotReady, Unauthenticated
from resolvers.media import albums, artists, playables, streaming, tracks, uploads
from resolvers.media.uploads import NewTrack
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import LONG_AGO, a_draft, a_track, an_album, an_artist, keep, keep_tracks
from tests.patience import SECONDS_MAX
from tests.unit.resolvers.media.outbox import events_of, jobs_of


@pytest.mark.parametrize(
    ("_case", "viewer", "sees_draft"),
    [
        ("anonymous", ANONYMOUS, False),
        ("a stranger", BEN, False),
        ("a moderator", MODERATOR, False),
        ("the owner", ANNA, True),
        ("an admin", ADMIN, True),
    ],
)
async def test_drafts_are_hidden_from_strangers(_case, viewer, sees_draft, as_viewer) -> None:
    ctx = as_viewer(viewer)
    hidden = {"released_at": None}
    draft = a_draft("track-2", album_id="album-2", artist_id="artist-2")
    await keep(ctx, an_artist(), an_album(), a_track())
    await keep(ctx, an_artist("artist-2", **hidden))
    await keep(ctx, an_album("album-2", artist_id="artist-2", **hidden), draft)
    page = page_request(None, None)

    (of_artist,) = await tracks.list_tracks_of_artists(ctx, [draft.artist_id], page)
    (of_album,) = await albums.list_tracks_of_albums(ctx, [draft.album_id], page)
    (of_artist_albums,) = await albums.list_albums_of_artists(ctx, [draft.artist_id], page)
    listed = await tracks.list_tracks(ctx, page)

    assert (await tracks.find_track(ctx, draft.id) == draft) is sees_draft
    assert (await artists.find_artist(ctx, draft.artist_id) is not None) is sees_draft
    assert (await albums.find_album(ctx, draft.album_id) is not None) is sees_draft
    assert of_artist.nodes == of_album.nodes == ([draft] if sees_draft else [])
    assert [album.id for album in of_artist_albums.nodes] == (["album-2"] if sees_draft else [])
    assert [track.id for track in listed.nodes] == ["track-1"]
    assert await tracks.find_track(ctx, a_track().id) == a_track()


@pytest.mark.parametrize(
    ("_case", "changes"),
    [
        ("ready but not let go", {"published_at": None}),
        ("let go but not ready", {"state": PlayableState.PROCESSING}),
        ("let go but failed", {"state": PlayableState.FAILED}),
    ],
)
async def test_a_track_is_public_only_when_ready_and_published(_case, changes, as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(**changes))

    assert await tracks.find_track(as_viewer(BEN), a_track().id) is None
    assert (await tracks.list_tracks(as_viewer(BEN), page_request(None, None))).nodes == []


async def test_pages_of_tracks_cover_all_newest_publication_first(as_viewer) -> None:
    at = [LONG_AGO + timedelta(microseconds=number // 2) for number in range(7)]
    await keep_tracks(
        as_viewer(ANNA), *(a_track(f"track-{n}", published_at=at[n]) for n in range(7))
    )

    seen, after = [], None
    for _page in range(3):
        page = await tracks.list_tracks(as_viewer(BEN), page_request(3, after))
        seen += [track.id for track in page.nodes]
        after = page.page_info.end_cursor

    assert seen == [f"track-{number}" for number in (6, 5, 4, 3, 2, 1, 0)]
    assert page.page_info.has_next_page is False


async def test_my_tracks_hold_my_drafts_and_nobody_elses(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(), a_draft("track-2"))
    await keep_tracks(as_viewer(BEN), a_track("track-3", owner_id="ben"))

    page = await tracks.list_my_tracks(as_viewer(ANNA), page_request(1, None))
    rest = await tracks.list_my_tracks(as_viewer(ANNA), page_request(5, page.page_info.end_cursor))

    assert [track.id for track in page.nodes + rest.nodes] == ["track-2", "track-1"]
    with pytest.raises(Unauthenticated):
        await tracks.list_my_tracks(as_viewer(), page_request(1, None))


async def test_an_albums_tracks_stand_by_disc_and_number_across_pages(as_viewer) -> None:
    places = [(2, 1), (1, 2), (1, 10), (None, None), (1, 2)]
    await keep_tracks(
        as_viewer(ANNA),
        *(
            a_track(f"track-{n}", disc_number=disc, track_number=number)
            for n, (disc, number) in enumerate(places)
        ),
    )
    ctx = as_viewer(BEN)

    (first,) = await albums.list_tracks_of_albums(ctx, [an_album().id], page_request(2, None))
    (rest,) = await albums.list_tracks_of_albums(
        ctx, [an_album().id], page_request(9, first.page_info.end_cursor)
    )

    assert [track.id for track in first.nodes + rest.nodes] == [
        f"track-{number}" for number in (3, 1, 4, 2, 0)
    ]


@pytest.mark.parametrize(
    "after", ["", "garbage", "W10", "WzFd", "WyJhIiwxXQ", "WzEsImEiXQ", "Wy0xLC0xLCJhIl0"]
)
async def test_a_cursor_of_another_list_is_refused(after, as_viewer) -> None:
    ctx = as_viewer(BEN)

    with pytest.raises(BadInput) as refusal:
        await albums.list_tracks_of_albums(ctx, [an_album().id], page_request(2, after))

    assert (refusal.value.code, refusal.value.details) == ("BAD_INPUT", {"field": "after"})


async def test_a_stream_is_signed_for_the_tracks_own_folder(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    expiry = int(outside.clock.now().timestamp()) + 3600

    stream = streaming.stream_of(ctx, a_track(), StreamQuality.LOW)

    folder = f"http://tutti.test/media/{expiry}.signed/hls/track-1/hash-track-1"
    assert stream == streaming.Stream(
        url=f"{folder}/low/index.m3u8",
        adaptive_url=f"{folder}/master.m3u8",
        opus_url=None,
        lossless_url=None,
        quality=StreamQuality.LOW,
        kilobits=64,
        expires_at=outside.clock.now() + timedelta(hours=1),
    )


@pytest.mark.parametrize("state", [s for s in PlayableState if s is not PlayableState.READY])
async def test_there_is_no_stream_before_a_track_is_ready(state, as_viewer) -> None:
    track = a_track(state=state)

    assert streaming.stream_of(as_viewer(ANNA), track, StreamQuality.HIGH) is None


@pytest.mark.parametrize(
    ("_case", "codec", "channels", "given", "playlist"),
    [
        ("a lossless original is heard as it is", "flac", 2, StreamQuality.LOSSLESS, "lossless"),
        ("an original that lost something is not", "mp3", 2, StreamQuality.HIGH, "high"),
        ("more channels than FLAC holds", "pcm_s16le", 10, StreamQuality.HIGH, "high"),
    ],
)
async def test_lossless_is_given_where_it_was_made(
    _case: str, codec: str, channels: int, given: StreamQuality, playlist: str, as_viewer
) -> None:
    key = "hls/track-1/hash.3.0/master.m3u8"
    track = a_track(codec=codec, channels=channels, hls_key=key)

    stream = streaming.stream_of(as_viewer(BEN), track, StreamQuality.LOSSLESS)

    assert stream is not None
    assert stream.quality is given
    assert stream.url.endswith(f"/hls/track-1/hash.3.0/{playlist}/index.m3u8")
    assert (stream.lossless_url is not None) == (given is StreamQuality.LOSSLESS)
    assert str(stream.opus_url).endswith("/hash.3.0/opus.m3u8")


async def test_a_stream_made_before_there_was_lossless_has_none(as_viewer) -> None:
    stream = streaming.stream_of(as_viewer(BEN), a_track(), StreamQuality.LOSSLESS)

    assert stream is not None
    assert (stream.quality, stream.opus_url, stream.lossless_url) == (
        StreamQuality.HIGH,
        None,
        None,
    )


async def test_a_cover_keeps_its_address_all_day(as_viewer, outside) -> None:
    ctx = as_viewer(BEN)
    cover = ["covers/album-1/0abc.jpg"]

    morning = albums.picture_urls(ctx, cover)
    outside.clock.advance(hours=11)
    night = albums.picture_urls(ctx, cover)
    outside.clock.advance(hours=2)

    assert morning == night == ["http://tutti.test/media/1769990400.signed/covers/album-1/0abc.jpg"]
    assert albums.picture_urls(ctx, cover) != morning


def test_each_picture_has_its_own_address_and_no_picture_none(as_viewer) -> None:
    urls = albums.picture_urls(as_viewer(BEN), ["covers/a/1.jpg", None, "covers/b/1.jpg"])

    assert [url and url.rpartition("covers/")[2] for url in urls] == ["a/1.jpg", None, "b/1.jpg"]


async def test_publishing_a_ready_track_releases_album_and_artist_once(
    as_viewer, outside, databases
) -> None:
    ctx = as_viewer(ANNA)
    hidden = {"released_at": None}
    await keep(ctx, an_artist(**hidden), an_album(**hidden))
    await keep(ctx, a_track(published_at=None), a_track("track-2", published_at=None))

    published = await tracks.publish_track(ctx, a_track().id)
    await tracks.publish_track(ctx, a_track("track-2").id)
    again = await tracks.publish_track(ctx, a_track().id)

    now = outside.clock.now()
    assert published == again == a_track(published_at=now, version=2)
    assert await tracks.find_track(as_viewer(BEN), published.id) == published
    assert (await albums.find_album(as_viewer(BEN), published.album_id)).released_at == now
    assert (await artists.find_artist(as_viewer(BEN), published.artist_id)).released_at == now
    told = await events_of(databases, "media")
    assert [event.name for event in told] == [
        TrackChanged.name,
        ArtistChanged.name,
        AlbumChanged.name,
        AlbumReleased.name,
        TrackChanged.name,
    ]
    assert decode(told[0].payload, TrackChanged) == TrackChanged(
        track_id="track-1",
        artist_id="artist-1",
        album_id="album-1",
        owner_id="anna",
        title="Song track-1",
        state="READY",
        is_public=True,
        duration_ms=180_000,
        source_key="originals/ab/track-1",
        version=2,
    )
    assert decode(told[3].payload, AlbumReleased) == AlbumReleased(
        album_id="album-1",
        artist_id="artist-1",
        title="Songs of album-1",
        artist_name="The artist-1",
    )


async def test_publications_and_uploads_at_once_release_an_album_once(as_viewer, databases) -> None:
    ctx = as_viewer(ANNA)
    hidden = {"released_at": None}
    await keep(ctx, an_artist(name="Same", **hidden), an_album(title="Same", **hidden))
    await keep(ctx, *(a_track(f"track-{n}", published_at=None) for n in range(6)))
    new = NewTrack(file_name="a.flac", size_bytes=1, artist_name="Same", album_title="Same")

    async with asyncio.timeout(SECONDS_MAX):
        await asyncio.gather(
            *(tracks.publish_track(as_viewer(ANNA), f"track-{n}") for n in range(6)),
            *(uploads.upload_track(as_viewer(ANNA), new) for _upload in range(6)),
        )

    names = [event.name for event in await events_of(databases, "media")]
    once = [AlbumChanged.name, AlbumReleased.name, ArtistChanged.name]
    assert sorted(names) == once + [TrackChanged.name] * 12


async def test_a_held_album_takes_new_tracks(profile, as_viewer) -> None:
    if profile == "embedded":
        pytest.skip("SQLite has one writer at a time")
    await keep(as_viewer(ANNA), an_artist(), an_album())

    async with as_viewer(ANNA).unit_of_work(MediaRepository) as holding:
        await holding.rows.get_album(an_album().id)
        await holding.rows.get_artist(an_artist().id)
        async with asyncio.timeout(SECONDS_MAX):
            await keep(as_viewer(ANNA), a_track())

    assert await tracks.find_track(as_viewer(BEN), a_track().id) == a_track()


async def test_a_track_published_before_it_is_ready_stays_hidden(as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_draft(state=PlayableState.UPLOADED))

    await tracks.publish_track(as_viewer(ANNA), a_draft().id)

    assert await tracks.find_track(as_viewer(BEN), a_draft().id) is None
    assert [event.name for event in await events_of(databases, "media")] == [TrackChanged.name]


@pytest.mark.parametrize(
    ("_case", "viewer", "changes", "refusal"),
    [
        ("nobody learns of a draft", ANONYMOUS, {"published_at": None}, NotFound),
        ("a stranger learns nothing of a draft", BEN, {"published_at": None}, NotFound),
        ("a stranger owns no public track", BEN, {}, Forbidden),
        ("an admin sees a draft but releases it not", ADMIN, {"published_at": None}, Forbidden),
        ("the owner mends it first", ANNA, {"state": PlayableState.FAILED}, TrackNotReady),
    ],
)
async def test_a_refused_publication_leaves_no_trace(
    _case, viewer, changes, refusal, as_viewer, databases
) -> None:
    track = a_track(**changes)
    await keep_tracks(as_viewer(ANNA), track)

    with pytest.raises(refusal):
        await tracks.publish_track(as_viewer(viewer), track.id)

    assert await tracks.find_track(as_viewer(ANNA), track.id) == track
    assert await events_of(databases, "media") == []


async def test_a_failed_track_is_sent_to_the_workers_again(as_viewer, databases) -> None:
    failed = a_draft(
        state=PlayableState.FAILED, source_key="originals/ab/abc", failure_code="TRANSCODE_FAILED"
    )
    await keep_tracks(as_viewer(ANNA), failed)
    ctx = as_viewer(ANNA)

    track, job_id = await playables.retry_processing(ctx, failed.playable)

    (job,) = await jobs_of(databases, "media")
    assert (job.id, job.name, job.owner_id) == (job_id, "media.process_playable.v1", "anna")
    assert (track.state, track.failure_code, track.version) == ("UPLOADED", None, 2)
    assert [job.state for job in await tracks.jobs_of(ctx, [track])] == [JobState.QUEUED]
    assert await tracks.progress_of(ctx, [track]) == [0.0]


async def test_a_track_whose_job_was_lost_can_be_sent_again(as_viewer, databases) -> None:
    stuck = a_draft(state=PlayableState.PROCESSING, source_key="originals/ab/abc")
    await keep_tracks(as_viewer(ANNA), stuck)

    track, job_id = await playables.retry_processing(as_viewer(ANNA), stuck.playable)
    again, same_job_id = await playables.retry_processing(as_viewer(ANNA), stuck.playable)

    (job,) = await jobs_of(databases, "media")
    assert job.id == job_id == same_job_id
    assert track == again == stuck


@pytest.mark.parametrize(
    ("_case", "viewer", "state", "refusal"),
    [
        ("a stranger learns nothing", BEN, PlayableState.FAILED, NotFound),
        ("a stranger mends no public track", BEN, PlayableState.READY, Forbidden),
        ("what did not fail needs no retry", ANNA, PlayableState.READY, Conflict),
    ],
)
async def test_a_refused_retry_queues_nothing(
    _case, viewer, state, refusal, as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(state=state))

    with pytest.raises(refusal):
        await playables.retry_processing(as_viewer(viewer), a_track().playable)

    assert await jobs_of(databases, "media") == []
