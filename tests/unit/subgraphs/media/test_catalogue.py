"""The catalogue as a client asks for it."""

import pytest

from domain.media.records import PlayableState
from schema.ids import print_id
from subgraphs.media.definition import MEDIA
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep, keep_tracks
from tests.unit.resolvers.media.outbox import events_of, jobs_of
from tests.unit.subgraphs.media.executing import run, run_to_code, track_id

TRACK = """
query Track($id: ID!) {
  track(id: $id) {
    __typename id title durationMs coverUrl state isPublic publishedAt isrc codec sampleRate
    loudnessLufs waveform progress failureCode
    owner { __typename id }
    artist { id name }
    album { id title releaseDate tracks { nodes { id } } }
    stream(quality: MEDIUM) { url adaptiveUrl kilobits expiresAt }
  }
}
"""
NODE = """
query Node($id: ID!) {
  node(id: $id) {
    __typename id
    ... on Playable { title creator { name } }
    ... on Album { title }
    ... on Artist { name }
  }
}
"""
ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Track { title }
    ... on Album { title }
    ... on Artist { name }
    ... on Job { name }
  }
}
"""
PUBLISH = """
mutation Publish($id: ID!) {
  publishTrack(input: {trackId: $id}) { track { isPublic } problems { code field } }
}
"""
UPLOAD = """
mutation Upload($input: UploadTrackInput!) {
  uploadTrack(input: $input) {
    track { state title album { title } }
    uploadUrl
    problems { code field }
  }
}
"""
IMPORT = """
mutation Import($folder: String!) {
  importFolder(input: {folder: $folder}) { job { name state progress } problems { code field } }
}
"""


async def test_a_track_tells_all_its_facts(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())

    data = await run(as_viewer(BEN), TRACK, id=track_id())

    folder = "http://tutti.test/media/1769864400.signed/hls/track-1/hash-track-1"
    assert data["track"] == {
        "__typename": "Track",
        "id": track_id(),
        "title": "Song track-1",
        "durationMs": 180_000,
        "coverUrl": "http://tutti.test/media/1769990400.signed/covers/album-1/0abc.jpg",
        "state": "READY",
        "isPublic": True,
        "publishedAt": "2026-01-01T00:00:00Z",
        "isrc": None,
        "codec": "flac",
        "sampleRate": 44_100,
        "loudnessLufs": -14.0,
        "waveform": [0, 128, 255],
        "progress": 1.0,
        "failureCode": None,
        "owner": {"__typename": "User", "id": print_id("User", "anna")},
        "artist": {"id": print_id("Artist", "artist-1"), "name": "The artist-1"},
        "album": {
            "id": print_id("Album", "album-1"),
            "title": "Songs of album-1",
            "releaseDate": "2025-05-01",
            "tracks": {"nodes": [{"id": track_id()}]},
        },
        "stream": {
            "url": f"{folder}/medium/index.m3u8",
            "adaptiveUrl": f"{folder}/master.m3u8",
            "kilobits": 128,
            "expiresAt": "2026-01-31T13:00:00Z",
        },
    }


@pytest.mark.parametrize(
    ("type_name", "key", "node"),
    [
        ("Track", "track-1", {"title": "Song track-1", "creator": {"name": "The artist-1"}}),
        ("Album", "album-1", {"title": "Songs of album-1"}),
        ("Artist", "artist-1", {"name": "The artist-1"}),
        ("User", "anna", {}),
        ("Token", "any", {}),
        ("Comment", "any", {}),
    ],
)
async def test_a_node_is_found_by_its_id(type_name, key, node, as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    id_ = print_id(type_name, key)

    data = await run(as_viewer(BEN), NODE, id=id_)

    assert data == {"node": {"__typename": type_name, "id": id_, **node}}


@pytest.mark.parametrize(
    ("type_name", "key"),
    [
        ("Track", "none"),
        ("Track", "draft-1"),
        ("Album", "none"),
        ("Artist", "none"),
        ("Job", "media.none"),
        ("Job", "none"),
        ("PlaybackSession", "none"),
        ("Elephant", "1"),
        ("_Service", "1"),
    ],
)
async def test_there_is_no_node_that_the_viewer_may_not_see(type_name, key, as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_draft("draft-1"))

    assert await run(as_viewer(BEN), NODE, id=print_id(type_name, key)) == {"node": None}


@pytest.mark.parametrize(
    ("field", "id_"),
    [
        ("node", "garbage!"),
        ("node", ""),
        ("node", print_id("Track", "a\x00b")),
        ("track", print_id("Album", "album-1")),
        ("album", print_id("Track", "track-1")),
        ("artist", "x" * 300),
        ("job", print_id("Track", "track-1")),
        ("playbackSession", print_id("Job", "media.1")),
    ],
)
async def test_an_id_of_another_type_is_bad_input(field, id_, as_viewer) -> None:
    document = f"query Q($id: ID!) {{ {field}(id: $id) {{ __typename }} }}"

    assert await run_to_code(as_viewer(BEN), document, id=id_) == ("BAD_INPUT", {field: None})


@pytest.mark.parametrize("arguments", ['after: "garbage"', "first: 0", "first: 101", "first: -1"])
@pytest.mark.parametrize("field", ["tracks", "myTracks", "search"])
async def test_a_page_out_of_bounds_is_bad_input(field, arguments, as_viewer) -> None:
    text = 'text: "a", ' if field == "search" else ""
    document = f"{{ {field}({text}{arguments}) {{ pageInfo {{ hasNextPage }} }} }}"

    assert await run_to_code(as_viewer(BEN), document) == ("BAD_INPUT", {field: None})


async def test_references_answer_in_order_under_the_same_rules(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(), a_draft("draft-1"))
    references = [
        {"__typename": "Artist", "id": print_id("Artist", "artist-1")},
        {"__typename": "Track", "id": track_id("draft-1")},
        {"__typename": "Playable", "id": track_id()},
        {"__typename": "Album", "id": print_id("Album", "album-1")},
        {"__typename": "Job", "id": print_id("Job", "media.none")},
    ]

    stranger = await run(as_viewer(BEN), ENTITIES, representations=references)
    owner = await run(as_viewer(ANNA), ENTITIES, representations=references)

    assert stranger["_entities"] == [
        {"__typename": "Artist", "name": "The artist-1"},
        None,
        {"__typename": "Track", "title": "Song track-1"},
        {"__typename": "Album", "title": "Songs of album-1"},
        None,
    ]
    assert owner["_entities"][1] == {"__typename": "Track", "title": "Song draft-1"}


async def test_an_artist_has_pages_of_albums_and_tracks(as_viewer) -> None:
    await keep(as_viewer(ANNA), an_artist(), an_album(), an_album("album-2"), an_album("album-3"))
    await keep(as_viewer(ANNA), a_track(), a_track("track-2"), a_draft("track-3"))
    document = """
    query Artist($id: ID!, $after: String) {
      artist(id: $id) {
        albums(first: 2, after: $after) { nodes { title } pageInfo { hasNextPage endCursor } }
        tracks(first: 1) { edges { node { title } } pageInfo { hasNextPage } }
      }
    }
    """
    artist = print_id("Artist", "artist-1")

    first = (await run(as_viewer(BEN), document, id=artist))["artist"]
    cursor = first["albums"]["pageInfo"]["endCursor"]
    second = (await run(as_viewer(BEN), document, id=artist, after=cursor))["artist"]

    titles = [album["title"] for album in first["albums"]["nodes"] + second["albums"]["nodes"]]
    assert titles == ["Songs of album-3", "Songs of album-2", "Songs of album-1"]
    assert second["albums"]["pageInfo"]["hasNextPage"] is False
    assert first["tracks"] == {
        "edges": [{"node": {"title": "Song track-2"}}],
        "pageInfo": {"hasNextPage": True},
    }


async def test_search_answers_with_what_it_found(as_viewer) -> None:
    await keep(as_viewer(ANNA), an_artist(name="Blå"), an_album(title="Blå bølger"), a_track())
    document = """
    { search(text: "bla") { nodes { __typename ... on Artist { name } ... on Album { title } } } }
    """

    data = await run(as_viewer(BEN), document)

    assert data["search"]["nodes"] == [
        {"__typename": "Artist", "name": "Blå"},
        {"__typename": "Album", "title": "Blå bølger"},
        {"__typename": "Track"},
    ]


async def test_a_5_gb_claim_is_a_problem_and_makes_nothing(as_viewer, databases) -> None:
    claim = {"fileName": "a.flac", "sizeBytes": 5 * 1024**3}

    data = await run(as_viewer(ANNA), UPLOAD, input=claim)

    assert data["uploadTrack"] == {
        "track": None,
        "uploadUrl": None,
        "problems": [{"code": "TOO_LARGE", "field": "sizeBytes"}],
    }
    assert await events_of(databases, "media") == []


async def test_an_upload_begins_with_a_draft(as_viewer) -> None:
    file = {"fileName": "a.flac", "sizeBytes": 1_000, "title": "Air", "albumTitle": "Elements"}

    upload = (await run(as_viewer(ANNA), UPLOAD, input=file))["uploadTrack"]

    assert upload["track"] == {
        "state": "AWAITING_FILE",
        "title": "Air",
        "album": {"title": "Elements"},
    }
    assert upload["uploadUrl"].startswith("http://tutti.test/media/uploads/")
    assert upload["problems"] == []


@pytest.mark.parametrize("size", ["1.5", "true", '"12"', "1e40"])
async def test_a_size_that_is_no_whole_number_is_refused(size, as_viewer) -> None:
    document = f"""
    mutation {{
      uploadTrack(input: {{fileName: "a", sizeBytes: {size}}}) {{ problems {{ code }} }}
    }}
    """

    result = await MEDIA.schema.execute(document, context_value=as_viewer(ANNA))

    assert result.data is None
    assert "ByteCount" in result.errors[0].message or "whole number" in result.errors[0].message


async def test_a_listener_may_not_upload(as_viewer, databases) -> None:
    file = {"fileName": "a.flac", "sizeBytes": 1_000}

    told = await run_to_code(as_viewer(BEN), UPLOAD, input=file)

    assert told == ("FORBIDDEN", {"uploadTrack": None})
    assert await events_of(databases, "media") == []


async def test_a_foreign_draft_cannot_be_published(as_viewer, databases) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(published_at=None))

    told = await run_to_code(as_viewer(BEN), PUBLISH, id=track_id())

    assert told == ("NOT_FOUND", {"publishTrack": None})
    assert await events_of(databases, "media") == []


async def test_a_failed_track_is_no_release_until_it_is_mended(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track(state=PlayableState.FAILED, published_at=None))
    retry = """
    mutation Retry($id: ID!) {
      retryProcessing(input: {playableId: $id}) {
        playable { state progress job { state } } job { id state name } problems { code }
      }
    }
    """

    refused = await run(as_viewer(ANNA), PUBLISH, id=track_id())
    retried = (await run(as_viewer(ANNA), retry, id=track_id()))["retryProcessing"]
    twice = (await run(as_viewer(ANNA), retry, id=track_id()))["retryProcessing"]
    published = await run(as_viewer(ANNA), PUBLISH, id=track_id())

    assert refused["publishTrack"]["problems"] == [{"code": "TRACK_NOT_READY", "field": "id"}]
    assert retried["playable"] == {"state": "UPLOADED", "progress": 0.0, "job": {"state": "QUEUED"}}
    assert retried["job"]["name"] == "media.process_playable.v1"
    assert twice == retried
    assert published["publishTrack"] == {"track": {"isPublic": False}, "problems": []}


async def test_a_ready_track_is_processed_anew_for_its_owner(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    reprocess = """
    mutation Reprocess($id: ID!) {
      reprocess(input: {playableId: $id}) {
        playable { title } job { name state step } problems { code field }
      }
    }
    """
    followed = "query Track($id: ID!) { track(id: $id) { state progress job { state } } }"

    asked = (await run(as_viewer(ANNA), reprocess, id=track_id()))["reprocess"]
    twice = (await run(as_viewer(ANNA), reprocess, id=track_id()))["reprocess"]
    seen_by_owner = (await run(as_viewer(ANNA), followed, id=track_id()))["track"]
    seen_by_others = (await run(as_viewer(BEN), followed, id=track_id()))["track"]
    refused = await run_to_code(as_viewer(BEN), reprocess, id=track_id())
    no_id = (await run(as_viewer(ANNA), reprocess, id=print_id("Album", "a")))["reprocess"]

    job = {"name": "media.process_playable.v1", "state": "QUEUED", "step": None}
    assert asked == {"playable": {"title": "Song track-1"}, "job": job, "problems": []}
    assert twice == asked
    assert seen_by_owner == {"state": "READY", "progress": 1.0, "job": {"state": "QUEUED"}}
    assert seen_by_others == {"state": "READY", "progress": 1.0, "job": None}
    assert refused[0] == "FORBIDDEN"
    assert no_id["problems"] == [{"code": "BAD_INPUT", "field": "playableId"}]


@pytest.mark.parametrize("viewer", [ANNA, BEN, MODERATOR], ids=["creator", "listener", "moderator"])
async def test_only_admins_import_folders(viewer, as_viewer, databases, tmp_path) -> None:
    told = await run_to_code(as_viewer(viewer), IMPORT, folder=str(tmp_path))

    assert told == ("FORBIDDEN", {"importFolder": None})
    assert await jobs_of(databases, "media") == []


async def test_a_folder_outside_the_allowed_places_is_a_problem(as_viewer, databases) -> None:
    data = await run(as_viewer(ADMIN), IMPORT, folder="/etc")

    assert data["importFolder"] == {
        "job": None,
        "problems": [{"code": "BAD_INPUT", "field": "folder"}],
    }
    assert await jobs_of(databases, "media") == []
