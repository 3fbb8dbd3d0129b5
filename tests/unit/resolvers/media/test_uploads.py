"""Drafts, and the files that arrive for them."""

from datetime import timedelta

import pytest

from domain.media.object_keys import playable_of_upload, upload_key
from domain.media.records import PlayableState
from domain.messages.events import AlbumChanged, ArtistChanged, TrackChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Conflict, Forbidden, NotFound, TooLarge, TooManyDrafts, Unauthenticated
from resolvers.media import albums, artists, tracks, uploads
from resolvers.media.uploads import NewTrack
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.unit.resolvers.media.outbox import events_of, jobs_of

FIVE_GIGABYTES = 5 * 1024**3
FILE = {"source_key": "originals/ab/abc", "source_hash": "abc", "source_bytes": 3}


async def test_a_creator_gets_a_draft_and_an_address_for_its_file(
    as_viewer, outside, databases
) -> None:
    ctx = as_viewer(ANNA)
    now = outside.clock.now()

    upload = await uploads.upload_track(
        ctx,
        NewTrack(
            file_name="music/03 - Harbour.flac",
            size_bytes=1_000,
            artist_name=" The Tides ",
            track_number=3,
        ),
    )

    track = upload.track
    assert upload.expires_at == now + timedelta(hours=1)
    assert upload.url == (
        f"http://tutti.test/media/uploads/{int(upload.expires_at.timestamp())}.1000.signed/"
        f"uploads/Track/{track.id}"
    )
    assert (track.title, track.file_name) == ("Harbour", "03 - Harbour.flac")
    assert (track.state, track.published_at, track.owner_id) == ("AWAITING_FILE", None, "anna")
    assert [artist.name for artist in await artists.artists_of(ctx, [track])] == ["The Tides"]
    assert [album.title for album in await albums.albums_of(ctx, [track])] == ["Harbour"]
    told = [event.name for event in await events_of(databases, "media")]
    assert told == [ArtistChanged.name, AlbumChanged.name, TrackChanged.name]
    assert await jobs_of(databases, "media") == []
    assert playable_of_upload(upload_key(track.playable)) == track.playable


async def test_tracks_of_one_album_share_it_and_singles_do_not(as_viewer) -> None:
    ctx = as_viewer(ANNA)

    def a_file(**changes) -> NewTrack:
        return NewTrack(file_name="a.flac", size_bytes=1, artist_name="Björk", **changes)

    one = (await uploads.upload_track(ctx, a_file(album_title="Homogenic"))).track
    two = (await uploads.upload_track(ctx, a_file(album_title="HOMOGÉNIC"))).track
    single = (await uploads.upload_track(ctx, a_file(title="Homogenic"))).track
    other = (await uploads.upload_track(ctx, a_file(title="Homogenic"))).track

    assert one.album_id == two.album_id
    assert len({one.album_id, single.album_id, other.album_id}) == 3
    assert len({each.artist_id for each in (one, two, single, other)}) == 1


@pytest.mark.parametrize(
    ("_case", "viewer", "changes", "refusal"),
    [
        ("anonymous", ANONYMOUS, {}, Unauthenticated),
        ("a listener", BEN, {}, Forbidden),
        ("a moderator", MODERATOR, {}, Forbidden),
        ("a claim of 5 GB", ANNA, {"size_bytes": FIVE_GIGABYTES}, TooLarge),
        ("an empty file", ANNA, {"size_bytes": 0}, BadInput),
        ("a file without a name", ANNA, {"file_name": "  "}, BadInput),
        ("a title without end", ANNA, {"title": "x" * 301}, BadInput),
        ("a NUL in a name", ANNA, {"artist_name": "a\x00b"}, BadInput),
        ("a track number of none", ANNA, {"track_number": 0}, BadInput),
    ],
)
async def test_a_refused_upload_leaves_no_trace(
    _case, viewer, changes, refusal, as_viewer, databases
) -> None:
    new = {"file_name": "a.flac", "size_bytes": 1_000, **changes}

    with pytest.raises(refusal):
        await uploads.upload_track(as_viewer(viewer), NewTrack(**new))

    assert (await tracks.list_my_tracks(as_viewer(ANNA), page_request(1, None))).nodes == []
    assert await events_of(databases, "media") == []


async def test_only_so_many_drafts_wait_for_their_files(as_viewer, databases, monkeypatch) -> None:
    monkeypatch.setattr("domain.media.rules.AWAITED_MAX", 2)
    new = NewTrack(file_name="a.flac", size_bytes=1)
    first = (await uploads.upload_track(as_viewer(ANNA), new)).track
    await uploads.upload_track(as_viewer(ANNA), new)
    told = await events_of(databases, "media")

    with pytest.raises(TooManyDrafts):
        await uploads.upload_track(as_viewer(ANNA), new)
    assert await events_of(databases, "media") == told

    await uploads.upload_track(as_viewer(ADMIN), new)
    await uploads.receive_file(as_viewer(ANNA), first.id, **FILE)
    await uploads.upload_track(as_viewer(ANNA), new)


async def test_an_admin_may_upload_too(as_viewer) -> None:
    upload = await uploads.upload_track(as_viewer(ADMIN), NewTrack(file_name="a", size_bytes=1))

    assert upload.track.owner_id == "ada"


async def test_a_file_that_arrives_twice_is_processed_once(as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_draft())

    track, job_id = await uploads.receive_file(as_viewer(), a_draft().id, **FILE)
    again = await uploads.receive_file(as_viewer(), a_draft().id, **FILE)

    assert again == (track, job_id)
    assert track == a_draft(state=PlayableState.UPLOADED, version=2, **FILE)
    (job,) = await jobs_of(databases, "media")
    assert (job.id, job.owner_id, job.dedupe_key) == (job_id, "anna", "process:track-1")
    assert [event.name for event in await events_of(databases, "media")] == [TrackChanged.name]


@pytest.mark.parametrize(
    ("_case", "key", "refusal"),
    [
        ("a draft that is gone", "track-9", NotFound),
        ("a track with another file", "track-1", Conflict),
    ],
)
async def test_a_refused_file_changes_nothing(_case, key, refusal, as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    with pytest.raises(refusal):
        await uploads.receive_file(as_viewer(), key, **FILE)

    assert await tracks.find_track(as_viewer(ANNA), a_track().id) == a_track()
    assert await jobs_of(databases, "media") == []
