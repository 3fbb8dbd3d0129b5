"""The catalogue as a creator's client edits it."""

from schema.ids import print_id
from tests.conftest import ANNA, BEN
from tests.factories.media import a_draft, a_track, keep, keep_tracks
from tests.unit.subgraphs.media.executing import run, run_to_code, track_id

CREATE = """
mutation Create($name: String!, $id: String) {
  createArtist(input: {name: $name, musicBrainzId: $id}) {
    artist { id name version musicBrainzId } problems { code field message }
  }
}
"""
CREATE_ALBUM = """
mutation CreateAlbum($artist: ID!, $upc: String) {
  createAlbum(input: {artistId: $artist, title: "First", upc: $upc, releaseDate: "2026-01"}) {
    album { title upc releaseDate version artist { id } } problems { code field }
  }
}
"""
UPDATE = """
mutation Update($input: UpdateTrackInput!) {
  updateTrack(input: $input) {
    track { title isrc year language isExplicit version } problems { code field message }
  }
}
"""
DELETE = """
mutation Delete($id: ID!) {
  deleteTrack(input: {trackId: $id}) { deletedId problems { code } }
}
"""
FIND = """
query Find($identifier: CatalogueIdentifierInput!, $first: Int, $after: String) {
  catalogueItems(identifier: $identifier, first: $first, after: $after) {
    nodes { __typename ... on Track { id } ... on Album { title } ... on Artist { name } }
    pageInfo { endCursor hasNextPage }
  }
}
"""
ISRC = "GBAYE0601498"
MBID = "b10bbbfc-cf9e-42e0-be17-e2c3e1d2600d"


async def test_an_artist_and_an_album_are_made_without_any_file(as_viewer) -> None:
    made = (await run(as_viewer(ANNA), CREATE, name="Sóley", id=MBID))["createArtist"]
    album = await run(
        as_viewer(ANNA), CREATE_ALBUM, artist=made["artist"]["id"], upc="0-36000-29145-2"
    )

    assert made["artist"] | {"id": ""} == {
        "id": "",
        "name": "Sóley",
        "version": 1,
        "musicBrainzId": MBID,
    }
    assert album["createAlbum"]["album"] == {
        "title": "First",
        "upc": "036000291452",
        "releaseDate": "2026-01",
        "version": 1,
        "artist": {"id": made["artist"]["id"]},
    }


async def test_what_is_wrong_is_told_with_its_field_and_how_to_mend_it(as_viewer) -> None:
    refused = (await run(as_viewer(ANNA), CREATE, name="A", id="x"))["createArtist"]

    assert refused["artist"] is None
    (problem,) = refused["problems"]
    assert (problem["code"], problem["field"]) == ("BAD_IDENTIFIER", "musicBrainzId")
    assert "musicbrainz.org" in problem["message"]


async def test_what_is_left_out_stays_and_null_takes_away(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(year=1997, isrc=ISRC))
    change = {"trackId": track_id(), "version": 1, "title": "New", "isrc": None, "language": "is"}

    data = await run(as_viewer(ANNA), UPDATE, input=change)
    stale = await run(as_viewer(ANNA), UPDATE, input=change | {"title": "Newer"})

    assert data["updateTrack"]["track"] == {
        "title": "New",
        "isrc": None,
        "year": 1997,
        "language": "is",
        "isExplicit": False,
        "version": 2,
    }
    assert [each["code"] for each in stale["updateTrack"]["problems"]] == ["CONFLICT"]


async def test_a_deleted_track_is_gone_for_its_owner_too(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    for _twice in range(2):
        data = await run(as_viewer(ANNA), DELETE, id=track_id())
        assert data["deleteTrack"] == {"deletedId": track_id(), "problems": []}

    node = "query Node($id: ID!) { node(id: $id) { id } }"
    assert (await run(as_viewer(ANNA), node, id=track_id()))["node"] is None
    assert (await run_to_code(as_viewer(BEN), DELETE, id=track_id()))[0] == "NOT_FOUND"


async def test_items_are_found_by_their_identifiers_page_by_page(as_viewer) -> None:
    tracks = [a_track(f"track-{n}", isrc=ISRC) for n in range(3)]
    await keep_tracks(as_viewer(ANNA), *tracks, a_draft("track-9", isrc=ISRC))
    asked = {"identifier": {"isrc": "gb-aye-06-01498"}, "first": 2}

    first = (await run(as_viewer(BEN), FIND, **asked))["catalogueItems"]
    after = first["pageInfo"]["endCursor"]
    rest = (await run(as_viewer(BEN), FIND, **asked, after=after))["catalogueItems"]
    mine = (await run(as_viewer(ANNA), FIND, **asked))["catalogueItems"]

    keys = [print_id("Track", f"track-{n}") for n in (2, 1, 0)]
    assert [each["id"] for each in first["nodes"] + rest["nodes"]] == keys
    assert (first["pageInfo"]["hasNextPage"], rest["pageInfo"]["hasNextPage"]) == (True, False)
    assert mine["nodes"][0]["id"] == print_id("Track", "track-9")


async def test_a_music_brainz_id_finds_whatever_has_it(as_viewer) -> None:
    both = {"music_brainz_recording_id": MBID, "music_brainz_work_id": MBID}
    await keep_tracks(as_viewer(ANNA), a_track(**both))
    await run(as_viewer(ANNA), CREATE, name="Sóley", id=MBID)
    await keep(as_viewer(ANNA))

    found = await run(as_viewer(ANNA), FIND, identifier={"musicBrainzId": MBID.upper()})

    names = sorted(each["__typename"] for each in found["catalogueItems"]["nodes"])
    assert names == ["Artist", "Track"]


async def test_an_identifier_that_is_none_is_refused(as_viewer) -> None:
    for identifier, code in (
        ({"isrc": "x"}, "BAD_IDENTIFIER"),
        ({}, "BAD_INPUT"),
        ({"isrc": ISRC, "upc": "036000291452"}, "BAD_INPUT"),
    ):
        assert (await run_to_code(as_viewer(), FIND, identifier=identifier))[0] == code
