"""Smart playlists as clients ask for them."""

import pytest

from domain.viewer import ANONYMOUS
from schema.ids import print_id
from subgraphs.media.definition import MEDIA
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep, keep_tracks
from tests.factories.playlists import a_playlist
from tests.unit.subgraphs.media.executing import run, run_to_code

PLAYLIST = """playlist { id isSmart itemCount durationMs version rules canEdit
  items(first: 2) { nodes { id playable { title } } pageInfo { hasNextPage endCursor } } }
  problems { code field }"""
CREATE = f"""mutation C($input: CreateSmartPlaylistInput!) {{
  createSmartPlaylist(input: $input) {{ {PLAYLIST} }} }}"""
SET = f"""mutation S($input: SetPlaylistRulesInput!) {{
  setPlaylistRules(input: $input) {{ {PLAYLIST} }} }}"""
ADD = """mutation A($input: AddToPlaylistInput!) { addToPlaylist(input: $input) {
  problems { code } } }"""
NEXT = """query N($id: ID!, $after: String!) { playlist(id: $id) {
  items(first: 9, after: $after) { nodes { playable { title } } } } }"""
JAZZ = {"rule": {"genre": ["jazz"]}, "sort": "TITLE", "isDescending": False}


@pytest.fixture
async def anna(as_viewer):
    ctx = as_viewer(ANNA)
    jazz = {"genre": "Jazz", "title": "Blue"}
    await keep_tracks(ctx, *(a_track(f"track-{n}", **jazz) for n in range(5)))
    await keep(ctx, a_track("rock", genre="Rock"), a_track("hidden", published_at=None, **jazz))
    await keep(ctx, a_draft("draft-1", **jazz))
    return ctx


async def make(ctx, rules=None, **more):
    told = {"title": "Blue hour", "privacy": "PUBLIC", "rules": rules or JAZZ, **more}
    return (await run(ctx, CREATE, input=told))["createSmartPlaylist"]


async def test_rules_say_what_is_in_it_for_whoever_looks(anna, as_viewer) -> None:
    made = (await make(anna))["playlist"]
    page = made["items"]["pageInfo"]

    rest = await run(as_viewer(BEN), NEXT, id=made["id"], after=page["endCursor"])

    assert (made["isSmart"], made["itemCount"], made["durationMs"]) == (True, 5, 5 * 180_000)
    assert '"genre"' in made["rules"]
    assert page["hasNextPage"]
    assert [len(made["items"]["nodes"]), len(rest["playlist"]["items"]["nodes"])] == [2, 3]


async def test_other_rules_find_something_else_and_the_same_change_nothing(anna) -> None:
    made = (await make(anna))["playlist"]
    rock = {"rule": {"not": {"any": [{"genre": ["JAZZ"]}, {"playCount": {"least": 1}}]}}}
    told = {"playlistId": made["id"], "rules": rock}

    once = (await run(anna, SET, input=told))["setPlaylistRules"]["playlist"]
    twice = (await run(anna, SET, input=told))["setPlaylistRules"]["playlist"]

    assert [node["playable"]["title"] for node in once["items"]["nodes"]] == ["Song rock"]
    assert once["version"] == twice["version"] == made["version"] + 1


@pytest.mark.parametrize(
    ("viewer", "code"),
    [(ANONYMOUS, "UNAUTHENTICATED"), (BEN, "FORBIDDEN"), (ADMIN, "FORBIDDEN")],
)
async def test_only_its_owner_changes_the_rules(viewer, code, anna, as_viewer) -> None:
    made = (await make(anna))["playlist"]

    found, _ = await run_to_code(
        as_viewer(viewer), SET, input={"playlistId": made["id"], "rules": JAZZ}
    )

    assert found == code


async def test_what_rules_say_is_not_put_there_by_hand_and_the_other_way_round(anna) -> None:
    made = (await make(anna))["playlist"]
    plain = await a_playlist(anna)
    track = print_id("Track", "track-0")

    added = await run(anna, ADD, input={"playlistId": made["id"], "playableIds": [track]})
    ruled = await run(
        anna, SET, input={"playlistId": print_id("Playlist", plain.id), "rules": JAZZ}
    )

    assert added["addToPlaylist"]["problems"] == [{"code": "CONFLICT"}]
    assert ruled["setPlaylistRules"]["problems"][0]["code"] == "CONFLICT"


def nested(depth: int) -> dict:
    return {"explicit": True} if depth == 1 else {"not": nested(depth - 1)}


@pytest.mark.parametrize(
    ("_case", "rules", "code"),
    [
        ("no genre", {"rule": {"genre": []}}, "BAD_INPUT"),
        ("a NUL", {"rule": {"genre": ["a\x00"]}}, "BAD_INPUT"),
        ("no bound", {"rule": {"year": {}}}, "BAD_INPUT"),
        ("a negative bound", {"rule": {"year": {"least": -1}}}, "BAD_INPUT"),
        ("no days", {"rule": {"addedWithinDays": 0}}, "BAD_INPUT"),
        ("no artist", {"rule": {"artistIds": ["x"]}}, "BAD_INPUT"),
        ("no items", {**JAZZ, "limit": 0}, "BAD_INPUT"),
        ("too many items", {**JAZZ, "limit": 501}, "BAD_INPUT"),
        ("too deep", {"rule": nested(6)}, "TOO_LARGE"),
        ("too many rules", {"rule": {"all": [{"explicit": True}] * 50}}, "TOO_LARGE"),
    ],
)
async def test_bad_rules_make_no_playlist(_case, rules, code, anna) -> None:
    made = await make(anna, rules)

    assert made["playlist"] is None
    assert made["problems"][0]["code"] == code


async def test_nothing_is_no_rule(anna) -> None:
    told = {"title": "x", "rules": {"rule": {"genre": None}}}

    done = await MEDIA.schema.execute(CREATE, {"input": told}, context_value=anna)

    assert done.errors is not None
    assert "must be non-null" in done.errors[0].message
