"""Downloads as clients see them."""

from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep_tracks
from tests.unit.subgraphs.media.executing import run, track_id

REGISTER = """
mutation { registerDevice(input: {installId: "install-phone", name: "Phone", kind: PHONE}) {
  device { id }
} }
"""
DOWNLOAD = """
mutation($track: ID!, $device: ID!) {
  download(input: {playableId: $track, deviceId: $device}) {
    download { id version expiresAt playableId deviceId }
    url
    problems { code field }
  }
}
"""
REMOVE = """
mutation($id: ID!) {
  removeDownload(input: {downloadId: $id}) { download { id removedAt } problems { code } }
}
"""
CHANGES = """
query($device: ID!, $since: String) {
  offlineChanges(deviceId: $device, since: $since) {
    changes { kind download { playableId } playable { title } }
    next
    hasMore
  }
}
"""


async def test_a_client_downloads_syncs_and_removes(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    registered = await run(as_viewer(BEN), REGISTER)
    device = registered["registerDevice"]["device"]["id"]
    track = track_id()

    downloaded = await run(as_viewer(BEN), DOWNLOAD, track=track, device=device)
    licence = downloaded["download"]["download"]
    synced = await run(as_viewer(BEN), CHANGES, device=device)
    removed = await run(as_viewer(BEN), REMOVE, id=licence["id"])
    after = await run(
        as_viewer(BEN), CHANGES, device=device, since=synced["offlineChanges"]["next"]
    )

    assert downloaded["download"]["problems"] == []
    assert (licence["playableId"], licence["deviceId"]) == (track, device)
    assert synced["offlineChanges"]["changes"] == [
        {"kind": "KEPT", "download": {"playableId": track}, "playable": {"title": a_track().title}}
    ]
    assert removed["removeDownload"]["download"]["removedAt"] is not None
    assert [each["kind"] for each in after["offlineChanges"]["changes"]] == ["REMOVED"]
    assert after["offlineChanges"]["hasMore"] is False
