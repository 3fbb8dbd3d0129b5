"""What an import finds, and what an export shows to whom."""

import pytest

from domain.media.playlist_files.records import PlaylistFormat
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, NotFound, Unauthenticated
from resolvers.media import playlist_files, playlists
from resolvers.media.playlist_files import MatchedBy
from schema.ids import print_id
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.playlists import PUBLIC, a_playlist, numbers_in
from tests.unit.subgraphs.media.executing import run

RECORDING = "b1a9c0e9-d987-4042-ae91-78d6a3267d69"
M3U = f"""#EXTM3U
#PLAYLIST:From elsewhere
#EXTINF:180,Somebody - Something
urn:tutti:Track:track-0
#EXTINF:180,x - y
#EXTID:isrc:GB-AYE-06-01498
a.mp3
#EXTINF:180,The artist 1 - SONG track-2!
b.mp3
#EXTINF:180,Who - Knows
https://musicbrainz.org/recording/{RECORDING}
#EXTINF:180,Nobody - Nothing
urn:tutti:Track:hidden
"""
IMPORT = """mutation I($input: ImportPlaylistInput!) { importPlaylist(input: $input) {
  matchedCount playlist { title itemCount } entries { number matchedBy playable { title } }
  problems { code field } } }"""
FILE = "query F($id: ID!, $format: PlaylistFormat!) { playlistFile(id: $id, format: $format) }"


@pytest.fixture
async def anna(as_viewer):
    ctx = as_viewer(ANNA)
    await keep_tracks(
        ctx,
        a_track("track-0"),
        a_track("track-1", isrc="GBAYE0601498"),
        a_track("track-2"),
        a_track("track-3", music_brainz_recording_id=RECORDING),
        a_track("hidden", published_at=None),
    )
    return ctx


async def test_entries_are_found_one_way_or_another_and_the_rest_is_told(anna, as_viewer) -> None:
    done = await playlist_files.import_playlist(as_viewer(BEN), PlaylistFormat.M3U, M3U)

    assert [each.matched_by for each in done.entries] == [
        MatchedBy.ID,
        MatchedBy.ISRC,
        MatchedBy.ARTIST_AND_TITLE,
        MatchedBy.MUSIC_BRAINZ_ID,
        None,
    ]
    assert await numbers_in(as_viewer(BEN), done.playlist.id) == [0, 1, 2, 3]
    assert (done.playlist.title, done.playlist.item_count) == ("From elsewhere", 4)
    assert done.playlist.duration_ms == 4 * 180_000


@pytest.mark.parametrize("form", list(PlaylistFormat))
async def test_what_is_exported_is_imported_again(form, anna, as_viewer) -> None:
    made = await a_playlist(anna, 2, 0, 1, 3, 0, privacy=PUBLIC)

    text = await playlist_files.export_playlist(as_viewer(BEN), made.id, form)
    done = await playlist_files.import_playlist(as_viewer(BEN), form, text, title="Again")

    assert await numbers_in(as_viewer(BEN), done.playlist.id) == [2, 0, 1, 3, 0]
    assert "isrc:GBAYE0601498" in text


async def test_an_export_shows_what_the_viewer_may_see_and_nothing_else(anna, as_viewer) -> None:
    made = await a_playlist(anna, 0, privacy=PUBLIC)
    await keep_tracks(anna, a_track("track-9", title="Secret", published_at=None))
    other = await a_playlist(anna, 0, 9, privacy=PUBLIC)
    private = await a_playlist(anna, 0)
    form = PlaylistFormat.XSPF

    assert "Secret" not in await playlist_files.export_playlist(as_viewer(BEN), other.id, form)
    assert "Secret" in await playlist_files.export_playlist(as_viewer(ANNA), other.id, form)
    with pytest.raises(NotFound):
        await playlist_files.export_playlist(as_viewer(BEN), private.id, form)
    assert made.id != other.id


@pytest.mark.parametrize(
    ("_case", "viewer", "text", "refusal"),
    [
        ("nobody", ANONYMOUS, M3U, Unauthenticated),
        ("an empty file", BEN, "", BadInput),
        ("no title", BEN, "a.mp3", BadInput),
    ],
)
async def test_a_bad_import_makes_no_playlist(
    _case, viewer, text, refusal, anna, as_viewer
) -> None:
    with pytest.raises(refusal):
        await playlist_files.import_playlist(as_viewer(viewer), PlaylistFormat.M3U, text)

    assert (await playlists.list_my_playlists(as_viewer(BEN), page_request(9, None))).nodes == []


async def test_clients_import_and_export(anna, as_viewer) -> None:
    told = {"format": "M3U", "text": M3U, "title": "Mine"}
    done = (await run(as_viewer(BEN), IMPORT, input=told))["importPlaylist"]
    refused = await run(as_viewer(BEN), IMPORT, input={"format": "XSPF", "text": "<x/>"})
    made = await a_playlist(anna, 0, privacy=PUBLIC)

    gid = print_id("Playlist", made.id)
    file = await run(as_viewer(BEN), FILE, id=gid, format="M3U")

    assert (done["matchedCount"], done["playlist"]) == (4, {"title": "Mine", "itemCount": 4})
    assert done["entries"][4] == {"number": 5, "matchedBy": None, "playable": None}
    assert refused["importPlaylist"]["problems"] == [{"code": "BAD_INPUT", "field": "text"}]
    assert "urn:tutti:Track:track-0" in file["playlistFile"]
