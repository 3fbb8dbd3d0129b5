"""Who finds, changes, keeps and removes which playlists."""

import asyncio

import pytest

from domain.ids import PlaylistId
from domain.media.playlists import rules
from domain.media.playlists.records import CollaboratorRole, PlaylistChangeKind, PlaylistPrivacy
from domain.media.playlists.rules import PlaylistDetails
from domain.messages.events import PlaylistChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Conflict, Forbidden, NotFound, TooLarge, Unauthenticated
from resolvers.media import playlist_items, playlist_log, playlists
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, a_viewer
from tests.factories.playlists import (
    PUBLIC,
    a_playlist,
    items_in,
    keep_numbered,
    keys,
    let_in,
    numbers_in,
)
from tests.unit.resolvers.media.outbox import events_of

CLEO, DAN = a_viewer("cleo"), a_viewer("dan")
ALL = page_request(100, None)


@pytest.fixture
async def anna(as_viewer):
    """Anna, with five public tracks about."""
    ctx = as_viewer(ANNA)
    await keep_numbered(ctx, 5)
    return ctx


@pytest.mark.parametrize(
    ("_case", "viewer", "privacy", "sees", "edits"),
    [
        ("nobody sees a private one", ANONYMOUS, "PRIVATE", False, Unauthenticated),
        ("nor does a stranger", DAN, "PRIVATE", False, NotFound),
        ("nor a moderator", MODERATOR, "PRIVATE", False, NotFound),
        ("an admin sees it", ADMIN, "PRIVATE", True, Forbidden),
        ("its viewer sees it", CLEO, "PRIVATE", True, Forbidden),
        ("its editor edits it", BEN, "PRIVATE", True, None),
        ("its owner edits it", ANNA, "PRIVATE", True, None),
        ("whoever knows an unlisted one sees it", ANONYMOUS, "UNLISTED", True, Unauthenticated),
        ("a stranger may not edit it", DAN, "UNLISTED", True, Forbidden),
        ("anyone sees a public one", ANONYMOUS, "PUBLIC", True, Unauthenticated),
        ("a stranger may not edit that either", DAN, "PUBLIC", True, Forbidden),
    ],
)
async def test_who_sees_and_who_edits(_case, viewer, privacy, sees, edits, anna, as_viewer) -> None:
    made = await a_playlist(anna, 0, privacy=PlaylistPrivacy(privacy))
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)
    await let_in(anna, as_viewer(CLEO), made.id, CollaboratorRole.VIEWER)
    ctx = as_viewer(viewer)
    (item,) = await items_in(as_viewer(ANNA), made.id)

    assert (await playlists.find_playlist(ctx, made.id) is not None) is sees
    for attempt in (
        playlist_items.add_to_playlist(ctx, made.id, keys(1)),
        playlist_items.move_in_playlist(ctx, made.id, [item.id], playlist_items.Place()),
        playlist_items.remove_from_playlist(ctx, made.id, [item.id]),
    ):
        if edits is None:
            await attempt
        else:
            with pytest.raises(edits):
                await attempt
    assert await numbers_in(as_viewer(ANNA), made.id) == ([1] if edits is None else [0])


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody", ANONYMOUS, Unauthenticated),
        ("a stranger", DAN, Forbidden),
        ("an editor", BEN, Forbidden),
        ("an admin", ADMIN, Forbidden),
    ],
)
async def test_only_its_owner_describes_and_removes_it(
    _case, viewer, refusal, anna, as_viewer
) -> None:
    made = await a_playlist(anna, privacy=PUBLIC)
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)

    with pytest.raises(refusal):
        await playlists.update_playlist(as_viewer(viewer), made.id, PlaylistDetails(title="Mine"))
    with pytest.raises(refusal):
        await playlists.delete_playlist(as_viewer(viewer), made.id)

    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert found.title == "Mornings"


async def test_editors_rest_while_it_is_not_collaborative(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)
    await playlists.update_playlist(anna, made.id, PlaylistDetails(is_collaborative=False))

    with pytest.raises(Forbidden):
        await playlist_items.add_to_playlist(as_viewer(BEN), made.id, keys(0))

    assert await numbers_in(as_viewer(BEN), made.id) == []


@pytest.mark.parametrize(
    ("_case", "details", "refusal"),
    [
        ("no title", {"title": " "}, BadInput),
        ("a long title", {"title": "x" * 201}, BadInput),
        ("a NUL", {"title": "a\x00b"}, BadInput),
        ("a long description", {"title": "x", "description": "x" * 5_001}, BadInput),
    ],
)
async def test_bad_details_change_nothing(_case, details, refusal, anna, as_viewer) -> None:
    made = await a_playlist(anna)

    with pytest.raises(refusal):
        await playlists.create_playlist(anna, PlaylistDetails(**details))
    with pytest.raises(refusal):
        await playlists.update_playlist(anna, made.id, PlaylistDetails(**details))

    assert (await playlists.list_my_playlists(as_viewer(ANNA), ALL)).nodes == [made]


async def test_nobody_has_more_playlists_than_one_may(anna, monkeypatch) -> None:
    monkeypatch.setattr(rules, "PLAYLISTS_OF_OWNER_MAX", 1)
    await a_playlist(anna)

    with pytest.raises(TooLarge):
        await a_playlist(anna)


async def test_saying_the_same_again_changes_nothing(anna, databases) -> None:
    made = await a_playlist(anna)
    details = PlaylistDetails(title="Evenings", privacy=PUBLIC)

    once = await playlists.update_playlist(anna, made.id, details)
    twice = await playlists.update_playlist(anna, made.id, details)

    assert once == twice
    assert once.version == made.version + 1
    named = [row.name for row in await events_of(databases, "media")]
    assert named.count(PlaylistChanged.name) == 2


async def test_lists_hold_what_belongs_into_them(anna, as_viewer) -> None:
    private = await a_playlist(anna, title="Private")
    unlisted = await a_playlist(anna, title="Unlisted", privacy=PlaylistPrivacy.UNLISTED)
    public = await a_playlist(anna, title="Public", privacy=PUBLIC)
    await let_in(anna, as_viewer(BEN), private.id, CollaboratorRole.VIEWER)

    async def titles(list_some, viewer) -> list[str]:
        return [each.title for each in (await list_some(as_viewer(viewer), ALL)).nodes]

    assert await titles(playlists.list_public_playlists, ANONYMOUS) == ["Public"]
    assert await titles(playlists.list_my_playlists, ANNA) == ["Public", "Unlisted", "Private"]
    assert await titles(playlists.list_my_playlists, BEN) == []
    assert await titles(playlists.list_shared_playlists, BEN) == ["Private"]
    assert unlisted.id < public.id


async def test_a_removed_playlist_is_gone_with_all_that_belonged_to_it(
    anna, as_viewer, databases
) -> None:
    made = await a_playlist(anna, 0, 1, privacy=PUBLIC)
    await playlists.follow_playlist(as_viewer(BEN), made.id)

    await playlists.delete_playlist(as_viewer(ANNA), made.id)

    assert await playlists.find_playlist(as_viewer(ANNA), made.id) is None
    assert (await playlists.list_followed_playlists(as_viewer(BEN), ALL)).nodes == []
    last = (await events_of(databases, "media"))[-1]
    assert last.name == PlaylistChanged.name
    with pytest.raises(NotFound):
        await playlists.delete_playlist(as_viewer(ANNA), made.id)


async def test_followers_are_counted_exactly_however_many_come_and_go_at_once(
    anna, as_viewer
) -> None:
    made = await a_playlist(anna, privacy=PUBLIC)
    people = [as_viewer(a_viewer(f"fan-{number}")) for number in range(8)]

    await asyncio.gather(*(playlists.follow_playlist(each, made.id) for each in people * 2))
    await asyncio.gather(*(playlists.unfollow_playlist(each, made.id) for each in people[:3] * 2))

    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert found.follower_count == 5
    assert found.version == made.version
    kept = await playlists.list_followed_playlists(people[4], ALL)
    assert [each.id for each in kept.nodes] == [made.id]
    assert await playlists.are_followed_by_viewer(people[0], [made.id]) == [False]


async def test_a_playlist_that_was_hidden_is_kept_but_not_shown(anna, as_viewer) -> None:
    made = await a_playlist(anna, privacy=PUBLIC)
    await playlists.follow_playlist(as_viewer(BEN), made.id)
    private = PlaylistDetails(privacy=PlaylistPrivacy.PRIVATE)
    await playlists.update_playlist(as_viewer(ANNA), made.id, private)

    assert (await playlists.list_followed_playlists(as_viewer(BEN), ALL)).nodes == []
    with pytest.raises(NotFound):
        await playlists.follow_playlist(as_viewer(CLEO), made.id)
    await playlists.unfollow_playlist(as_viewer(BEN), made.id)

    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert found.follower_count == 0


async def test_the_change_log_says_who_did_what(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)
    added = await playlist_items.add_to_playlist(as_viewer(BEN), made.id, keys(0, 1))
    await playlist_items.remove_from_playlist(as_viewer(ANNA), made.id, [added.items[0].id])
    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None

    (page,) = await playlist_log.list_changes(as_viewer(ANNA), [found], page_request(3, None))
    (hidden,) = await playlist_log.list_changes(as_viewer(DAN), [found], ALL)

    assert page is not None
    assert [(each.user_id, each.kind, each.playables) for each in page.nodes] == [
        ("anna", PlaylistChangeKind.ITEMS_REMOVED, ["Track:track-0"]),
        ("ben", PlaylistChangeKind.ITEMS_ADDED, ["Track:track-0", "Track:track-1"]),
        ("ben", PlaylistChangeKind.COLLABORATOR_JOINED, []),
    ]
    assert page.has_next_page
    assert hidden is None


async def test_the_change_log_keeps_the_newest_entries(anna, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(rules, "CHANGES_KEPT_MAX", 3)
    made = await a_playlist(anna)
    for number in range(4):
        await playlist_items.add_to_playlist(anna, made.id, keys(number))
    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None

    (page,) = await playlist_log.list_changes(as_viewer(ANNA), [found], ALL)

    assert page is not None
    assert [each.playables for each in page.nodes] == [[f"Track:track-{n}"] for n in (3, 2, 1)]


async def newest_change(ctx, playlist_id):
    found = await playlists.find_playlist(ctx, playlist_id)
    (page,) = await playlist_log.list_changes(ctx, [found], page_request(1, None))
    return page.nodes[0]


async def test_what_was_removed_comes_back_where_it_stood(anna, as_viewer) -> None:
    made = await a_playlist(anna, 0, 1, 2, 3)
    before = await items_in(as_viewer(ANNA), made.id)
    await playlist_items.remove_from_playlist(anna, made.id, [before[1].id, before[2].id])
    change = await newest_change(as_viewer(ANNA), made.id)

    once = await playlist_log.revert_change(as_viewer(ANNA), made.id, change.id)
    twice = await playlist_log.revert_change(as_viewer(ANNA), made.id, change.id)

    assert await items_in(as_viewer(ANNA), made.id) == before
    assert once == twice
    assert (once.item_count, once.duration_ms) == (4, 4 * 180_000)


async def test_moves_additions_and_details_are_taken_back(anna, as_viewer) -> None:
    made = await a_playlist(anna, 0, 1, 2)
    items = await items_in(as_viewer(ANNA), made.id)
    first = playlist_items.Place(at_beginning=True)
    await playlist_items.move_in_playlist(anna, made.id, [items[2].id], first)
    moved = await newest_change(as_viewer(ANNA), made.id)
    await playlist_items.add_to_playlist(anna, made.id, keys(4))
    added = await newest_change(as_viewer(ANNA), made.id)
    await playlists.update_playlist(anna, made.id, PlaylistDetails(title="Other", privacy=PUBLIC))
    renamed = await newest_change(as_viewer(ANNA), made.id)
    assert await numbers_in(as_viewer(ANNA), made.id) == [2, 0, 1, 4]

    for change in (moved, added, renamed):
        await playlist_log.revert_change(as_viewer(ANNA), made.id, change.id)

    assert await numbers_in(as_viewer(ANNA), made.id) == [0, 1, 2]
    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert (found.title, found.privacy) == ("Mornings", PlaylistPrivacy.PRIVATE)


async def test_not_everything_is_taken_back_and_not_by_everyone(anna, as_viewer) -> None:
    made = await a_playlist(anna, privacy=PUBLIC)
    created = await newest_change(as_viewer(ANNA), made.id)
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)
    await playlists.update_playlist(anna, made.id, PlaylistDetails(title="Other"))
    renamed = await newest_change(as_viewer(ANNA), made.id)
    other = await a_playlist(anna)

    with pytest.raises(Conflict):
        await playlist_log.revert_change(anna, made.id, created.id)
    with pytest.raises(NotFound):
        await playlist_log.revert_change(anna, other.id, renamed.id)
    with pytest.raises(Forbidden):
        await playlist_log.revert_change(as_viewer(BEN), made.id, renamed.id)
    with pytest.raises(Forbidden):
        await playlist_log.revert_change(as_viewer(DAN), made.id, renamed.id)
    with pytest.raises(NotFound):
        await playlist_log.revert_change(anna, PlaylistId("none"), renamed.id)
