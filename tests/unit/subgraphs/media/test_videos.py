"""Channels and videos over GraphQL."""

from schema.ids import print_id
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.factories.videos import a_channel, a_video, keep_videos
from tests.unit.subgraphs.media.executing import run, run_to_code

VIDEO = print_id("Video", "video-1")
CHANNEL = print_id("Channel", "channel-1")
CREATE = """
mutation Create($input: CreateChannelInput!) {
  createChannel(input: $input) { channel { id handle name } problems { code field } }
}
"""
UPDATE = """
mutation Update($input: UpdateVideoInput!) {
  updateVideo(input: $input) { video { title tags language } problems { code field } }
}
"""
UNPUBLISH = """
mutation Unpublish($id: ID!) {
  unpublish(input: {playableId: $id}) {
    playable { __typename isPublic creator { __typename name } }
    problems { code }
  }
}
"""
SHOWN = """
query Shown($video: ID!) {
  video(id: $video) {
    id title durationMs state isPublic description tags isExplicit width height frameRate
    channel { id handle videos { nodes { id } } }
    creator { __typename name }
    coverUrl
    owner { id }
  }
  videos { nodes { id } }
  channelByHandle(handle: "@channel-1") { id name }
}
"""
ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    __typename
    ... on Playable { title creator { name } }
    ... on Channel { name }
  }
}
"""


async def test_a_video_tells_all_its_facts(as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_video(tags=["sea"]))

    data = await run(as_viewer(BEN), SHOWN, video=VIDEO)

    cover = data["video"].pop("coverUrl")
    assert cover.endswith("/hls/video-1/hash-video-1/thumbnails/640.jpg")
    assert data == {
        "video": {
            "id": VIDEO,
            "title": "Film video-1",
            "durationMs": 60_000,
            "state": "READY",
            "isPublic": True,
            "description": "",
            "tags": ["sea"],
            "isExplicit": False,
            "width": 1280,
            "height": 720,
            "frameRate": 25.0,
            "channel": {"id": CHANNEL, "handle": "channel-1", "videos": {"nodes": [{"id": VIDEO}]}},
            "creator": {"__typename": "Channel", "name": "Films of channel-1"},
            "owner": {"id": print_id("User", "anna")},
        },
        "videos": {"nodes": [{"id": VIDEO}]},
        "channelByHandle": {"id": CHANNEL, "name": "Films of channel-1"},
    }


async def test_a_video_is_mentioned_by_others_as_a_playable(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    await keep_videos(as_viewer(ANNA), a_channel(), a_video())
    mentions = [
        {"__typename": "Playable", "id": VIDEO},
        {"__typename": "Playable", "id": print_id("Track", "track-1")},
        {"__typename": "Video", "id": VIDEO},
        {"__typename": "Channel", "id": CHANNEL},
    ]

    data = await run(as_viewer(BEN), ENTITIES, representations=mentions)

    video = {
        "__typename": "Video",
        "title": "Film video-1",
        "creator": {"name": "Films of channel-1"},
    }
    assert data["_entities"] == [
        video,
        {"__typename": "Track", "title": "Song track-1", "creator": {"name": "The artist-1"}},
        video,
        {"__typename": "Channel", "name": "Films of channel-1"},
    ]


async def test_a_channel_is_made_and_a_taken_handle_is_a_problem(as_viewer) -> None:
    wanted = {"name": "Blue", "handle": "@Blue"}

    made = await run(as_viewer(ANNA), CREATE, input=wanted)
    refused = await run(as_viewer(ANNA), CREATE, input={**wanted, "name": "Red"})

    assert made["createChannel"]["channel"]["handle"] == "blue"
    assert refused["createChannel"] == {
        "channel": None,
        "problems": [{"code": "HANDLE_TAKEN", "field": "handle"}],
    }
    assert (await run_to_code(as_viewer(BEN), CREATE, input=wanted))[0] == "FORBIDDEN"


async def test_what_is_left_out_of_a_change_stays(as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_video(tags=["sea"], language="en"))

    data = await run(as_viewer(ANNA), UPDATE, input={"videoId": VIDEO, "title": "Waves"})
    refused = await run(as_viewer(ANNA), UPDATE, input={"videoId": VIDEO, "language": "x"})

    assert data["updateVideo"]["video"] == {"title": "Waves", "tags": ["sea"], "language": "en"}
    assert refused["updateVideo"]["problems"] == [{"code": "BAD_INPUT", "field": "language"}]


async def test_tracks_and_videos_are_taken_back_alike(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    await keep_videos(as_viewer(ANNA), a_channel(), a_video())

    video = await run(as_viewer(ANNA), UNPUBLISH, id=VIDEO)
    track = await run(as_viewer(ANNA), UNPUBLISH, id=print_id("Track", "track-1"))

    assert video["unpublish"]["playable"] == {
        "__typename": "Video",
        "isPublic": False,
        "creator": {"__typename": "Channel", "name": "Films of channel-1"},
    }
    assert track["unpublish"]["playable"]["creator"]["__typename"] == "Artist"
