"""A film from its upload to its last byte, over the public API alone and real processes."""

import re
from pathlib import Path
from typing import Any

import pytest

from domain.viewer import Role
from tests.e2e.processes import Gateway
from tests.e2e.site import PASSWORD, Site
from tests.unit.adapters.transcode.films import a_film_with_subtitles, run

CHANNEL = """
mutation { createChannel(input: {name: "Mara", handle: "@mara"}) { channel { id } } }
"""
UPLOAD = """
mutation Upload($input: UploadVideoInput!) {
  uploadVideo(input: $input) { video { id state } uploadUrl problems { code } }
}
"""
PUBLISH = """
mutation Publish($id: ID!) { publishVideo(input: {videoId: $id}) { problems { code } } }
"""
SHOWN = """
query Shown($id: ID!) {
  node(id: $id) {
    ... on Video {
      state progress failure title durationMs
      likeCount comments(first: 1) { nodes { id } } tokens(first: 1) { nodes { id } }
      similar(first: 1) { score } analysis { model } split { version }
      creator { __typename name }
      stream(quality: P720) { url adaptiveUrl quality width height }
      renditions { name codecs }
      thumbnails { width url webpUrl }
      storyboardUrl
      subtitles { name language url }
    }
  }
}
"""
URI = re.compile(r'URI="([^"]+)"')


async def join(site: Site, gateway: Gateway) -> str:
    await site.add_account("mara", Role.CREATOR)
    return gateway.log_in("mara@tutti.example", PASSWORD)


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_film_is_uploaded_and_watched(site: Site, tmp_path: Path) -> None:
    film = a_film_with_subtitles(tmp_path / "sea.mkv", "eng")
    gateway = site.gateway()
    token = await join(site, gateway)

    video_id = send(gateway, token, film, "sea.mkv")
    published = gateway.data(PUBLISH, {"id": video_id}, token=token)
    video = wait_for_end(gateway, token, video_id)

    assert published["publishVideo"]["problems"] == []
    assert (video["state"], video["progress"], video["failure"]) == ("READY", 1.0, None)
    seen = gateway.wait_for(lambda: liked(gateway, video_id))  # by anybody
    assert seen["title"] == "sea"
    assert seen["creator"] == {"__typename": "Channel", "name": "Mara"}
    assert seen["comments"] == {"nodes": []}
    assert (seen["tokens"], seen["similar"], seen["split"]) == ({"nodes": []}, [], None)
    assert (seen["stream"]["quality"], seen["stream"]["width"]) == ("P240", 320)
    assert follow(gateway, seen["stream"]["adaptiveUrl"]) >= 6
    assert follow(gateway, seen["stream"]["url"]) >= 6
    assert seen["renditions"][0]["codecs"].startswith("avc1.64")
    board = fetch(gateway, seen["storyboardUrl"]).text
    assert "0.jpg#xywh=0,0,160,120" in board
    assert fetch(gateway, seen["storyboardUrl"].replace("index.vtt", "0.jpg")).content[:2] == (
        b"\xff\xd8"
    )
    assert fetch(gateway, seen["thumbnails"][0]["webpUrl"]).headers["content-type"] == "image/webp"
    (subtitles,) = seen["subtitles"]
    assert (subtitles["name"], subtitles["language"]) == ("English", "en")
    assert "Hello, sea." in fetch(gateway, subtitles["url"]).text


@pytest.mark.parametrize("profile", ["embedded"])
async def test_a_song_called_a_film_fails_and_says_what_to_do(site: Site, tmp_path: Path) -> None:
    song = tmp_path / "song.mp4"
    run("-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac", str(song))
    gateway = site.gateway()
    token = await join(site, gateway)

    video = wait_for_end(gateway, token, send(gateway, token, song, "song.mp4"))

    assert (video["state"], video["stream"]) == ("FAILED", None)
    assert video["failure"].endswith("Upload it as a track.")


def liked(gateway: Gateway, video_id: str) -> dict[str, Any] | None:
    """The video as anybody sees it, once social has heard of it."""
    video: dict[str, Any] = gateway.data(SHOWN, {"id": video_id})["node"]
    return video if video["likeCount"] == 0 else None


def send(gateway: Gateway, token: str, film: Path, name: str) -> str:
    """Upload a film to a new channel; the video's id."""
    channel = gateway.data(CHANNEL, token=token)["createChannel"]["channel"]["id"]
    said = {"channelId": channel, "fileName": name, "sizeBytes": film.stat().st_size}
    upload = gateway.data(UPLOAD, {"input": said}, token=token)["uploadVideo"]
    assert upload["problems"] == []
    sent = gateway.client.put(upload["uploadUrl"], content=film.read_bytes())
    assert (sent.status_code, sent.json()["videoId"]) == (202, upload["video"]["id"])
    video_id: str = upload["video"]["id"]
    return video_id


def wait_for_end(gateway: Gateway, token: str, video_id: str) -> dict[str, Any]:
    """The video as its owner sees it when all work on it has ended."""

    def ended() -> dict[str, Any] | None:
        video: dict[str, Any] = gateway.data(SHOWN, {"id": video_id}, token=token)["node"]
        return video if video["state"] in {"READY", "FAILED"} else None

    found: dict[str, Any] = gateway.wait_for(ended)
    return found


def fetch(gateway: Gateway, url: str) -> Any:
    """What stands at an address; something must."""
    answer = gateway.client.get(url)
    assert answer.status_code == 200, url
    return answer


def follow(gateway: Gateway, playlist: str) -> int:
    """Fetch all that a playlist names, and all that is named there; how many files that are."""
    folder = playlist.rpartition("/")[0]
    lines = fetch(gateway, playlist).text.splitlines()
    assert lines[0] == "#EXTM3U"
    named = [uri for line in lines for uri in URI.findall(line)]
    named += [line for line in lines if line and not line.startswith("#")]
    count = 0
    for uri in named:
        url = f"{folder}/{uri}"
        count += 1
        if uri.endswith(".m3u8"):
            count += follow(gateway, url)
        else:
            fetch(gateway, url)
    return count
