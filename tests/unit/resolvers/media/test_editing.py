"""Artists, albums and tracks are made and changed by those whose they are, and by nobody else."""

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.outbox import JobState
from domain.media import editing as rules
from domain.messages.codec import decode
from domain.messages.commands import IndexNames
from domain.messages.events import ArtistChanged, TrackChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import (
    BadIdentifier,
    BadInput,
    Conflict,
    Forbidden,
    IdentifierTaken,
    NotFound,
    Unauthenticated,
)
from resolvers.media import editing, renaming
from resolvers.media.search import search
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep, keep_tracks
from tests.patience import SECONDS_MAX
from tests.unit.resolvers.media.outbox import events_of, jobs_of

HIDDEN = {"released_at": None}
UPC = "036000291452"
ISRC = "GBAYE0601498"
MBID = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"


@pytest.mark.parametrize(
    ("_case", "viewer", "is_public", "refusal"),
    [
        ("anonymous", ANONYMOUS, True, Unauthenticated),
        ("a stranger, of a draft", BEN, False, NotFound),
        ("a stranger, of what is public", BEN, True, Forbidden),
        ("a moderator, of a draft", MODERATOR, False, NotFound),
        ("an admin, of a draft", ADMIN, False, Forbidden),
        ("the owner, of a draft", ANNA, False, None),
        ("the owner, of what is public", ANNA, True, None),
    ],
)
async def test_only_the_owner_edits(
    _case, viewer, is_public, refusal, as_viewer, databases
) -> None:
    shown = {} if is_public else HIDDEN
    await keep(as_viewer(ANNA), an_artist(**shown), an_album(**shown))
    await keep(as_viewer(ANNA), a_track() if is_public else a_draft())
    ctx = as_viewer(viewer)
    edits = [
        lambda: editing.update_artist(ctx, an_artist().id, {"bio": "New"}, version=1),
        lambda: editing.update_album(ctx, an_album().id, {"title": "New"}, version=1),
        lambda: editing.update_track(ctx, a_track().id, {"title": "New"}, version=1),
        lambda: editing.create_album(ctx, an_artist().id, {"title": "Another"}),
    ]

    if refusal is None:
        assert [(await edit()).version for edit in edits] == [2, 2, 2, 1]
        return
    for edit in edits:
        with pytest.raises(refusal):
            await edit()
    assert await events_of(databases, "media") == []


async def test_a_listener_makes_no_artist(as_viewer, databases) -> None:
    with pytest.raises(Unauthenticated):
        await editing.create_artist(as_viewer(), {"name": "A"})
    with pytest.raises(Forbidden):
        await editing.create_artist(as_viewer(BEN), {"name": "A"})
    assert await events_of(databases, "media") == []


async def test_what_is_made_twice_alike_is_one(as_viewer, databases) -> None:
    ctx = as_viewer(ANNA)

    artist = await editing.create_artist(ctx, {"name": " Björk ", "music_brainz_id": MBID})
    again = await editing.create_artist(ctx, {"name": "Björk"})
    album = await editing.create_album(ctx, artist.id, {"title": "Homogenic", "upc": UPC})
    same = await editing.create_album(ctx, artist.id, {"title": "Homogenic", "upc": UPC})

    assert (again, same) == (artist, album)
    assert (artist.name, artist.name_key, album.owner_id) == ("Björk", "bjork", "anna")
    assert len(await events_of(databases, "media")) == 2
    with pytest.raises(Conflict):
        await editing.create_artist(ctx, {"name": "BJORK"})
    with pytest.raises(Conflict):
        await editing.create_album(ctx, artist.id, {"title": "Homogenic", "is_explicit": True})


async def test_an_edit_changes_what_it_names_and_tells_of_it(as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(year=1997, genre="Pop"))
    changes = {
        "title": "Jóga",
        "version_title": "Live",
        "isrc": "gb-aye-06-01498",
        "iswc": "T-034.524.680-1",
        "language": "PT-br",
        "is_explicit": True,
        "genre": None,
        "music_brainz_recording_id": MBID.upper(),
    }

    edited = await editing.update_track(as_viewer(ANNA), a_track().id, changes, version=1)

    assert edited == a_track(
        year=1997,
        genre=None,
        title="Jóga",
        version_title="Live",
        isrc=ISRC,
        iswc="T0345246801",
        language="pt-br",
        is_explicit=True,
        music_brainz_recording_id=MBID,
        version=2,
    )
    (told,) = await events_of(databases, "media")
    assert decode(told.payload, TrackChanged).title == "Jóga"


async def test_the_same_edit_again_is_none_and_an_old_version_a_conflict(
    as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    ctx = as_viewer(ANNA)

    first = await editing.update_track(ctx, a_track().id, {"title": "New"}, version=1)
    again = await editing.update_track(ctx, a_track().id, {"title": "New"}, version=1)
    with pytest.raises(Conflict) as refusal:
        await editing.update_track(ctx, a_track().id, {"title": "Newer"}, version=1)

    assert (first, len(await events_of(databases, "media"))) == (again, 1)
    assert refusal.value.details == {"field": "version"}


async def test_of_two_edits_at_once_of_one_version_one_is_taken(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    async with asyncio.timeout(SECONDS_MAX):
        results = await asyncio.gather(
            *(
                editing.update_track(as_viewer(ANNA), a_track().id, {"title": f"T{n}"}, version=1)
                for n in range(5)
            ),
            return_exceptions=True,
        )

    assert sorted(type(each).__name__ for each in results) == ["Conflict"] * 4 + ["Track"]


@pytest.mark.parametrize(
    ("what", "changes", "field"),
    [
        ("artist", {"name": " "}, "name"),
        ("artist", {"name": None}, "name"),
        ("artist", {"bio": "x" * 5_001}, "bio"),
        ("artist", {"music_brainz_id": "x"}, "musicBrainzId"),
        ("album", {"title": "x" * 301}, "title"),
        ("album", {"upc": "036000291453"}, "upc"),
        ("album", {"release_date": "2026-02-30"}, "releaseDate"),
        ("album", {"is_explicit": None}, "isExplicit"),
        ("track", {"title": "a\x00"}, "title"),
        ("track", {"disc_number": 0}, "discNumber"),
        ("track", {"year": 10_000}, "year"),
        ("track", {"isrc": "GB"}, "isrc"),
        ("track", {"iswc": "T0345246802"}, "iswc"),
        ("track", {"language": "english!"}, "language"),
    ],
)
async def test_bad_input_is_named_and_changes_nothing(
    what, changes, field, as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    ctx = as_viewer(ANNA)
    update, key = {
        "artist": (editing.update_artist, an_artist().id),
        "album": (editing.update_album, an_album().id),
        "track": (editing.update_track, a_track().id),
    }[what]

    with pytest.raises((BadInput, BadIdentifier)) as refusal:
        await update(ctx, key, changes, version=1)

    assert refusal.value.details == {"field": field}
    assert await events_of(databases, "media") == []


async def test_an_owner_has_a_upc_and_a_music_brainz_id_once(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep(ctx, an_artist(music_brainz_id=MBID), an_artist("artist-2"))
    await keep(ctx, an_album(upc=UPC), an_album("album-2"))

    for update in (
        lambda: editing.update_album(ctx, an_album("album-2").id, {"upc": UPC}, version=1),
        lambda: editing.create_album(ctx, an_artist().id, {"title": "X", "upc": UPC}),
        lambda: editing.create_artist(ctx, {"name": "X", "music_brainz_id": MBID}),
        lambda: editing.update_artist(
            ctx, an_artist("artist-2").id, {"music_brainz_id": MBID}, version=1
        ),
    ):
        with pytest.raises(IdentifierTaken):
            await update()

    ben = as_viewer(ADMIN)
    assert (await editing.create_artist(ben, {"name": "X", "music_brainz_id": MBID})).version == 1


async def test_a_name_that_another_has_is_refused(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep(ctx, an_artist(), an_artist("artist-2"), an_album(), an_album("album-2"))

    with pytest.raises(Conflict) as refusal:
        await editing.update_artist(ctx, an_artist().id, {"name": "the ARTIST-2"}, version=1)
    assert refusal.value.details == {"field": "name"}
    with pytest.raises(Conflict) as refusal:
        await editing.update_album(ctx, an_album().id, {"title": "Songs of: album-2"}, version=1)
    assert refusal.value.details == {"field": "title"}


async def test_a_recording_stands_once_on_an_album_and_on_as_many_as_it_likes(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep(ctx, an_artist(), an_album(), an_album("album-2"))
    await keep(ctx, a_track(isrc=ISRC), a_track("track-2"), a_track("track-3", album_id="album-2"))

    await editing.update_track(ctx, a_track("track-3").id, {"isrc": ISRC}, version=1)
    with pytest.raises(Conflict) as refusal:
        await editing.update_track(ctx, a_track("track-2").id, {"isrc": ISRC}, version=1)

    assert refusal.value.details == {"field": "isrc"}
    with pytest.raises(Conflict):
        await editing.update_track(
            ctx, a_track("track-3").id, {}, version=2, album_id=an_album().id
        )


async def test_a_track_moves_to_albums_and_artists_of_its_owner_only(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    hidden = an_album("album-2", artist_id="artist-2", **HIDDEN)
    await keep(ctx, an_artist(), an_artist("artist-2", **HIDDEN), an_album(), hidden, a_track())
    await keep(as_viewer(ADMIN), an_artist("artist-3", owner_id="ada"))

    moved = await editing.update_track(
        ctx, a_track().id, {}, version=1, album_id=hidden.id, artist_id=hidden.artist_id
    )

    assert (moved.album_id, moved.artist_id, moved.version) == ("album-2", "artist-2", 2)
    shown = await as_viewer(BEN).loaders.media.album_by_id.load(hidden.id)
    assert shown is not None
    assert shown.is_public
    with pytest.raises(Forbidden):
        await editing.update_track(
            ctx, a_track().id, {}, version=2, artist_id=an_artist("artist-3").id
        )


async def test_works_are_found_by_a_new_name_of_their_artist_and_album(
    as_viewer, databases
) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, a_track())

    await editing.update_artist(ctx, an_artist().id, {"name": "Sóley"}, version=1)
    await editing.update_album(ctx, an_album().id, {"title": "Krómantík"}, version=1)
    (job,) = await jobs_of(databases, "media")
    assert (job.state, decode(job.payload, IndexNames).artist_id) == (JobState.QUEUED, "artist-1")
    for _twice in range(2):
        await renaming.index_names(ctx, an_artist().id)

    for words in ("soley", "kromantik"):
        found = await search(as_viewer(BEN), words, page_request(None, None))
        assert {"track-1", "album-1"} <= {each.id for each in found.nodes}
    told = await events_of(databases, "media")
    assert decode(told[0].payload, ArtistChanged).artist_name == "Sóley"


@given(st.text(max_size=20))
def test_any_release_date_is_kept_or_refused(text: str) -> None:
    try:
        kept = rules.checked_release_date(text, "releaseDate")
    except BadInput:
        return
    assert kept == rules.checked_release_date(kept, "releaseDate")
    assert kept[:4].isdigit()
