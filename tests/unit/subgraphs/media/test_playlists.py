"""Playlists as clients ask for them, live and not."""

import asyncio
from contextlib import aclosing

import pytest

from db.read import StatementCount
from domain.messages import channels
from domain.viewer import ANONYMOUS
from resolvers.media import playlist_items, playlists
from schema.ids import print_id, split_id
from subgraphs.media.definition import MEDIA
from tests.conftest import ANNA, BEN
from tests.factories.playlists import PUBLIC, a_playlist, keep_numbered, keys
from tests.patience import SECONDS_MAX, until
from tests.unit.subgraphs.media.executing import follow, run, run_to_code


def mutation(input_type: str, name: str) -> str:
    return f"mutation M($input: {input_type}!) {{ {name}(input: $input) {{ {PLAYLIST} }} }}"


PLAYLIST = """playlist {
  id title privacy itemCount durationMs version canEdit followerCount isFollowed coverUrls
  items(first: 10) { nodes { id playable { title } addedBy { id } } }
} problems { code field }"""
CREATE = mutation("CreatePlaylistInput", "createPlaylist")
UPDATE = mutation("UpdatePlaylistInput", "updatePlaylist")
ADD = """mutation M($input: AddToPlaylistInput!) { addToPlaylist(input: $input) {
  items { id } skippedIds playlist { itemCount } problems { code field } } }"""
MOVE = mutation("MoveInPlaylistInput", "moveInPlaylist")
REMOVE = mutation("RemoveFromPlaylistInput", "removeFromPlaylist")
FOLLOW = mutation("FollowPlaylistInput", "followPlaylist")
DELETE = "mutation M($input: DeletePlaylistInput!) { deletePlaylist(input: $input) { deletedId } }"
INVITE = """mutation M($input: InviteToPlaylistInput!) { inviteToPlaylist(input: $input) {
  invitation { id role playlistId } token problems { code field } } }"""
ACCEPT = f"""mutation M($input: AcceptPlaylistInvitationInput!) {{
  acceptPlaylistInvitation(input: $input) {{ {PLAYLIST} }} }}"""
CHANGES = """query C($id: ID!) { playlist(id: $id) {
  changes(first: 10) { nodes { id version kind user { id } playables { title } } }
  collaborators { role user { id } } viewerRole } }"""
CHANGED = """subscription S($id: ID!) { playlistChanged(id: $id) {
  playlist { version itemCount } changes { kind user { id } playables { title } } } }"""
PAGE = """query P($first: Int!) { playlists(first: $first) { nodes {
  title owner { id } coverUrls isFollowed viewerRole canEdit collaborators { role }
  changes(first: 2) { nodes { kind } }
  items(first: 3) { nodes { playable { title ... on Track { artist { name } } } } } } } }"""


@pytest.fixture
async def anna(as_viewer):
    ctx = as_viewer(ANNA)
    await keep_numbered(ctx, 5)
    return ctx


def track(number: int) -> str:
    return print_id("Track", f"track-{number}")


async def test_a_playlist_is_made_filled_and_put_in_order(anna) -> None:
    made = (await run(anna, CREATE, input={"title": "Mornings"}))["createPlaylist"]["playlist"]
    playlist = {"playlistId": made["id"]}
    added = await run(anna, ADD, input={**playlist, "playableIds": [track(0), track(1), track(2)]})
    first, _second, third = (item["id"] for item in added["addToPlaylist"]["items"])
    await run(anna, MOVE, input={**playlist, "itemIds": [third], "afterItemId": first})
    left = await run(anna, REMOVE, input={**playlist, "itemIds": [first]})

    assert (made["privacy"], made["canEdit"], made["itemCount"]) == ("PRIVATE", True, 0)
    found = left["removeFromPlaylist"]["playlist"]
    titles = [item["playable"]["title"] for item in found["items"]["nodes"]]
    assert titles == ["Song track-2", "Song track-1"]
    assert (found["itemCount"], found["durationMs"], found["version"]) == (2, 360_000, 4)


async def test_an_update_can_give_and_take_the_cover(anna) -> None:
    made = (await run(anna, CREATE, input={"title": "Mornings"}))["createPlaylist"]["playlist"]
    change = {"playlistId": made["id"]}

    worn = await run(anna, UPDATE, input={**change, "coverPlayableId": track(1), "title": "New"})
    bare = await run(anna, UPDATE, input={**change, "coverPlayableId": None})

    assert len(worn["updatePlaylist"]["playlist"]["coverUrls"]) == 1
    assert bare["updatePlaylist"]["playlist"]["coverUrls"] == []
    assert bare["updatePlaylist"]["playlist"]["title"] == "New"


async def test_refusals_are_data_and_missing_things_are_errors(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    ids = {"playlistId": print_id("Playlist", made.id)}

    refused = await run(anna, CREATE, input={"title": ""})
    nothing = await run(anna, ADD, input={**ids, "playableIds": []})
    code, _ = await run_to_code(as_viewer(BEN), ADD, input={**ids, "playableIds": [track(0)]})
    nobody, _ = await run_to_code(as_viewer(ANONYMOUS), CREATE, input={"title": "x"})

    assert refused["createPlaylist"]["problems"] == [{"code": "BAD_INPUT", "field": "title"}]
    assert nothing["addToPlaylist"]["problems"][0]["field"] == "playableIds"
    assert code == "NOT_FOUND"
    assert nobody == "UNAUTHENTICATED"


async def test_a_stranger_sees_gaps_and_neither_log_nor_people(anna, as_viewer) -> None:
    made = await a_playlist(anna, 0, privacy=PUBLIC)

    seen = await run(as_viewer(BEN), CHANGES, id=print_id("Playlist", made.id))

    assert seen == {"playlist": {"changes": None, "collaborators": None, "viewerRole": None}}


async def test_somebody_is_invited_by_link_and_edits(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    gid = print_id("Playlist", made.id)
    link = (await run(anna, INVITE, input={"playlistId": gid}))["inviteToPlaylist"]

    joined = await run(as_viewer(BEN), ACCEPT, input={"token": link["token"]})
    await run(as_viewer(BEN), ADD, input={"playlistId": gid, "playableIds": [track(3)]})
    told = await run(as_viewer(ANNA), CHANGES, id=gid)

    assert joined["acceptPlaylistInvitation"]["playlist"]["canEdit"]
    newest = told["playlist"]["changes"]["nodes"][0]
    assert (newest["kind"], split_id(newest["user"]["id"])[1]) == ("ITEMS_ADDED", "ben")
    assert newest["playables"] == [{"title": "Song track-3"}]
    assert told["playlist"]["collaborators"][0]["role"] == "EDITOR"


async def test_following_and_deleting(anna, as_viewer) -> None:
    made = await a_playlist(anna, privacy=PUBLIC)
    ids = {"playlistId": print_id("Playlist", made.id)}

    kept = (await run(as_viewer(BEN), FOLLOW, input=ids))["followPlaylist"]["playlist"]
    gone = await run(as_viewer(ANNA), DELETE, input=ids)

    assert (kept["followerCount"], kept["isFollowed"]) == (1, True)
    assert gone["deletePlaylist"]["deletedId"] == ids["playlistId"]


async def test_two_who_look_see_each_others_edits_live(anna, as_viewer, outside) -> None:
    made = await a_playlist(anna, 0)
    channel = channels.playlist(made.id)
    told: list[dict] = []

    async def look() -> None:
        nonlocal told
        async with aclosing(
            follow(as_viewer(ANNA), CHANGED, id=print_id("Playlist", made.id))
        ) as f:
            async for event in f:
                told += [event["playlistChanged"]]

    async with asyncio.timeout(SECONDS_MAX):
        looking = asyncio.create_task(look())
        await outside.live.wait_for_reader(channel)
        await playlist_items.add_to_playlist(as_viewer(ANNA), made.id, keys(1))
        await playlist_items.add_to_playlist(as_viewer(ANNA), made.id, keys(2))
        await outside.live.publish(channel, b"1")
        await outside.live.publish(channel, b"2")
        await until(lambda: len(told) == 2)
        await playlists.delete_playlist(as_viewer(ANNA), made.id)
        await outside.live.publish(channel, b"3")
        await looking

    assert [each["playlist"]["itemCount"] for each in told] == [1, 3]
    assert [change["playables"] for change in told[1]["changes"]] == [
        [{"title": "Song track-1"}],
        [{"title": "Song track-2"}],
    ]


async def test_what_one_may_not_see_cannot_be_followed_live(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    events = await MEDIA.schema.subscribe(
        CHANGED, {"id": print_id("Playlist", made.id)}, context_value=as_viewer(BEN)
    )

    first = await anext(events)

    assert first.errors[0].original_error.code == "NOT_FOUND"


async def test_a_page_of_playlists_costs_the_same_statements_however_long(anna, as_viewer) -> None:
    for number in range(12):
        await a_playlist(anna, number % 5, (number + 1) % 5, privacy=PUBLIC)

    counts = []
    for first in (2, 12):
        before = StatementCount.total
        await run(as_viewer(BEN), PAGE, first=first)
        counts.append(StatementCount.total - before)

    assert counts[0] == counts[1]
    assert counts[0] <= 10
