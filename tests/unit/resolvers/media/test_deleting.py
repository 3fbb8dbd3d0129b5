"""What is deleted is seen by nobody from then on, and leaves a row that others may refer to."""

import pytest

from db.tables.media.catalogue import tracks as track_rows
from domain.media import editing as rules
from domain.messages.codec import decode
from domain.messages.events import AlbumChanged, ArtistChanged, TrackChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import Conflict, Forbidden, NotFound, Unauthenticated
from resolvers.media import albums, artists, deleting, editing, playback, tracks, uploads
from resolvers.media.search import search
from resolvers.media.uploads import NewTrack
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep, keep_tracks
from tests.unit.resolvers.media.outbox import events_of

DELETIONS = [
    ("track", deleting.delete_track, "track-1"),
    ("album", deleting.delete_album, "album-1"),
    ("artist", deleting.delete_artist, "artist-1"),
]


async def seen_by(ctx) -> set[str]:
    """All that a viewer finds by any road."""
    page = page_request(100, None)
    (of_artist,) = await tracks.list_tracks_of_artists(ctx, [an_artist().id], page)
    (of_album,) = await albums.list_tracks_of_albums(ctx, [an_album().id], page)
    (its_albums,) = await albums.list_albums_of_artists(ctx, [an_artist().id], page)
    pages = [of_artist, of_album, its_albums, await tracks.list_tracks(ctx, page)]
    pages += [await search(ctx, words, page) for words in ("song", "songs", "artist")]
    if ctx.viewer.user_id is not None:
        pages.append(await tracks.list_my_tracks(ctx, page))
    found = [each.id for page in pages for each in page.nodes]
    found += [each.id for each in await artists.find_artists(ctx, [an_artist().id]) if each]
    found += [each.id for each in await albums.find_albums(ctx, [an_album().id]) if each]
    found += [each.id for each in await tracks.find_tracks(ctx, ["track-1", "track-2"]) if each]
    return set(found)


@pytest.mark.parametrize(
    ("what", "gone"),
    [
        ("track", {"track-1"}),
        ("album", {"album-1", "track-1", "track-2"}),
        ("artist", {"artist-1", "album-1", "track-1", "track-2"}),
    ],
)
async def test_what_is_deleted_is_hidden_at_once_from_everybody(what, gone, as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(), a_draft("track-2"))
    everything = {"artist-1", "album-1", "track-1", "track-2"}
    assert await seen_by(as_viewer(ANNA)) == await seen_by(as_viewer(ADMIN)) == everything
    delete, key = {name: (delete, key) for name, delete, key in DELETIONS}[what]

    await delete(as_viewer(ANNA), key, version=1)

    for viewer in (ANNA, ADMIN):
        assert await seen_by(as_viewer(viewer)) == everything - gone
    assert await seen_by(as_viewer(BEN)) == everything - gone - {"track-2"}
    with pytest.raises(NotFound):
        await playback.start_playback(as_viewer(BEN), a_track().playable, is_private=False)


@pytest.mark.parametrize(("_what", "delete", "key"), DELETIONS)
@pytest.mark.parametrize(
    ("_case", "viewer", "is_public", "refusal"),
    [
        ("anonymous", ANONYMOUS, True, Unauthenticated),
        ("a stranger, of a draft", BEN, False, NotFound),
        ("a stranger, of what is public", BEN, True, Forbidden),
        ("a moderator, of what is public", MODERATOR, True, Forbidden),
        ("an admin, of a draft", ADMIN, False, Forbidden),
        ("the owner", ANNA, False, None),
    ],
)
async def test_only_the_owner_deletes(
    _what, delete, key, _case, viewer, is_public, refusal, as_viewer, databases
) -> None:
    shown = {} if is_public else {"released_at": None}
    await keep(as_viewer(ANNA), an_artist(**shown), an_album(**shown))
    await keep(as_viewer(ANNA), a_track() if is_public else a_draft())

    if refusal is None:
        assert (await delete(as_viewer(viewer), key, version=None)).deleted_at is not None
        return
    with pytest.raises(refusal):
        await delete(as_viewer(viewer), key, version=None)
    assert await events_of(databases, "media") == []


@pytest.mark.parametrize(("_what", "delete", "key"), DELETIONS)
async def test_a_deletion_of_an_old_version_is_refused_and_twice_is_once(
    _what, delete, key, as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    with pytest.raises(Conflict):
        await delete(as_viewer(ANNA), key, version=7)
    assert await events_of(databases, "media") == []
    deleted = await delete(as_viewer(ANNA), key, version=1)
    told = await events_of(databases, "media")

    assert await delete(as_viewer(ANNA), key, version=1) == deleted
    assert await events_of(databases, "media") == told
    with pytest.raises((NotFound, Forbidden)):
        await delete(as_viewer(BEN), key, version=1)


async def test_others_are_told_and_the_row_stays(as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    await deleting.delete_artist(as_viewer(ANNA), an_artist().id, version=None)

    told = {event.name: event.payload for event in await events_of(databases, "media")}
    of_track = decode(told[TrackChanged.name], TrackChanged)
    assert (of_track.is_public, of_track.state, of_track.version) == (False, "DELETED", 2)
    assert decode(told[AlbumChanged.name], AlbumChanged).is_deleted
    assert decode(told[ArtistChanged.name], ArtistChanged).is_deleted
    async with databases.of("media").engine.connect() as connection:
        (row,) = await connection.execute(track_rows.select())
    assert row.deleted_at is not None
    assert row.published_at is None


async def test_a_deleted_name_may_be_given_again(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, a_track())
    await deleting.delete_artist(ctx, an_artist().id, version=None)

    artist = await editing.create_artist(ctx, {"name": an_artist().name})
    album = await editing.create_album(ctx, artist.id, {"title": an_album().title})

    assert artist.id != an_artist().id
    assert album.id != an_album().id


async def test_a_draft_that_was_deleted_takes_no_file(as_viewer, databases) -> None:
    ctx = as_viewer(ANNA)
    new = NewTrack(file_name="a.flac", size_bytes=1)
    draft = (await uploads.upload_track(ctx, new)).track
    await deleting.delete_track(ctx, draft.id, version=None)
    told = await events_of(databases, "media")

    with pytest.raises(NotFound):
        await uploads.receive_file(
            ctx, draft.id, source_key="originals/ab/abc", source_hash="abc", source_bytes=1
        )
    assert await events_of(databases, "media") == told


async def test_tracks_of_the_artist_go_wherever_they_stand(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    guest = a_track("track-2", artist_id="artist-2")
    elsewhere = a_track("track-3", album_id="album-2")
    await keep(ctx, an_artist(), an_artist("artist-2"), an_album())
    await keep(ctx, an_album("album-2", artist_id="artist-2"), a_track(), guest, elsewhere)

    await deleting.delete_artist(ctx, an_artist().id, version=None)

    found = await tracks.find_tracks(as_viewer(BEN), ["track-1", "track-2", "track-3"])
    assert found == [None, None, None]
    assert await albums.find_album(as_viewer(BEN), an_album("album-2").id) is not None


async def test_more_than_go_at_once_are_refused(as_viewer, databases, monkeypatch) -> None:
    monkeypatch.setattr("resolvers.media.deleting.DELETED_AT_ONCE_MAX", 1)
    await keep_tracks(as_viewer(ANNA), a_track(), a_track("track-2"))

    with pytest.raises(deleting.TooLarge):
        await deleting.delete_album(as_viewer(ANNA), an_album().id, version=None)

    assert await events_of(databases, "media") == []
    assert await albums.find_album(as_viewer(BEN), an_album().id) is not None


def test_deleting_twice_changes_nothing(outside) -> None:
    now = outside.clock.now()

    for once in (
        rules.delete_track(a_track(), now=now),
        rules.delete_album(an_album(), now=now),
        rules.delete_artist(an_artist(), now=now),
    ):
        delete = {"Track": rules.delete_track, "Album": rules.delete_album}
        again = delete.get(type(once).__name__, rules.delete_artist)
        assert again(once, now=now) == once
        assert not once.is_public
