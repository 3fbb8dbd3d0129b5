"""Items of playlists: their order under all edits, and pages that stay steady meanwhile."""

import asyncio
import random
from dataclasses import replace

import pytest

from db.idempotency import Attempt
from domain.ids import PlaylistItemId
from domain.media.playlists import order_keys, rules
from domain.media.playlists.records import CollaboratorRole
from domain.pages import PageRequest
from errors import AlreadyDone, BadInput, NotFound, TooLarge
from resolvers.media import playlist_covers, playlist_items, playlists
from resolvers.media.playlist_items import Place
from tests.conftest import ANNA, BEN, a_viewer
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.factories.playlists import (
    PUBLIC,
    a_playlist,
    items_in,
    keep_numbered,
    keys,
    let_in,
    numbers_in,
)

FIRST = Place(at_beginning=True)


@pytest.fixture
async def anna(as_viewer):
    """Anna, with twenty public tracks about."""
    ctx = as_viewer(ANNA)
    await keep_numbered(ctx, 20)
    return ctx


async def test_items_go_where_they_are_put(anna) -> None:
    made = await a_playlist(anna, 0, 1)
    first, second = await items_in(anna, made.id)

    await playlist_items.add_to_playlist(anna, made.id, keys(2, 3), Place(after=first.id))
    await playlist_items.add_to_playlist(anna, made.id, keys(4), FIRST)
    await playlist_items.add_to_playlist(anna, made.id, keys(5), Place(after=second.id))
    added = await playlist_items.add_to_playlist(anna, made.id, keys(6))

    assert await numbers_in(anna, made.id) == [4, 0, 2, 3, 1, 5, 6]
    assert (added.playlist.item_count, added.playlist.duration_ms) == (7, 7 * 180_000)


async def test_items_are_moved_as_a_block_in_the_order_named(anna) -> None:
    made = await a_playlist(anna, 0, 1, 2, 3, 4)
    ids = [item.id for item in await items_in(anna, made.id)]

    await playlist_items.move_in_playlist(anna, made.id, [ids[3], ids[0]], Place(after=ids[1]))
    assert await numbers_in(anna, made.id) == [1, 3, 0, 2, 4]
    await playlist_items.move_in_playlist(anna, made.id, [ids[4], ids[2]], FIRST)
    assert await numbers_in(anna, made.id) == [4, 2, 1, 3, 0]
    await playlist_items.move_in_playlist(anna, made.id, [ids[4]], Place())

    assert await numbers_in(anna, made.id) == [2, 1, 3, 0, 4]


async def test_repeating_a_move_or_a_removal_changes_nothing(anna) -> None:
    made = await a_playlist(anna, 0, 1, 2)
    ids = [item.id for item in await items_in(anna, made.id)]

    moves = [await playlist_items.move_in_playlist(anna, made.id, ids[:1], Place()) for _ in "ab"]
    removals = [await playlist_items.remove_from_playlist(anna, made.id, ids[:1]) for _ in "ab"]

    assert moves[0] == moves[1]
    assert removals[0] == removals[1]
    assert await numbers_in(anna, made.id) == [1, 2]


async def test_an_addition_with_an_idempotency_key_is_made_once(anna, as_viewer) -> None:
    made = await a_playlist(anna)
    once, again = (replace(as_viewer(ANNA), attempt=Attempt(key="one")) for _ in "ab")

    await playlist_items.add_to_playlist(once, made.id, keys(0))
    with pytest.raises(AlreadyDone):
        await playlist_items.add_to_playlist(again, made.id, keys(0))

    assert await numbers_in(anna, made.id) == [0]


async def test_what_is_put_behind_a_removed_item_is_not_lost(anna) -> None:
    made = await a_playlist(anna, 0, 1)
    first, second = await items_in(anna, made.id)
    await playlist_items.remove_from_playlist(anna, made.id, [first.id])

    await playlist_items.add_to_playlist(anna, made.id, keys(2), Place(after=first.id))
    await playlist_items.move_in_playlist(anna, made.id, [first.id, second.id], Place())

    assert await numbers_in(anna, made.id) == [2, 1]


async def test_a_playlist_without_duplicates_takes_each_once(anna) -> None:
    made = await a_playlist(anna, 0, 1, allows_duplicates=False)

    added = await playlist_items.add_to_playlist(anna, made.id, keys(1, 2, 2))
    again = await playlist_items.add_to_playlist(anna, made.id, keys(1, 2, 2))

    assert added.skipped == keys(1, 2)
    assert again.items == []
    assert await numbers_in(anna, made.id) == [0, 1, 2]


@pytest.mark.parametrize(
    ("_case", "numbers", "refusal"),
    [
        ("nothing", [], BadInput),
        ("too much at once", [0] * 501, TooLarge),
        ("what is not there", [0, 77], NotFound),
    ],
)
async def test_a_bad_addition_changes_nothing(_case, numbers, refusal, anna) -> None:
    made = await a_playlist(anna, 0)

    with pytest.raises(refusal):
        await playlist_items.add_to_playlist(anna, made.id, keys(*numbers))

    assert await numbers_in(anna, made.id) == [0]


async def test_bad_moves_and_removals_change_nothing(anna) -> None:
    made = await a_playlist(anna, 0)

    for ids in ([], [PlaylistItemId("x")] * 501):
        with pytest.raises((BadInput, TooLarge)):
            await playlist_items.move_in_playlist(anna, made.id, ids, Place())
        with pytest.raises((BadInput, TooLarge)):
            await playlist_items.remove_from_playlist(anna, made.id, ids)

    assert await numbers_in(anna, made.id) == [0]


async def test_a_full_playlist_takes_no_more(anna, monkeypatch) -> None:
    monkeypatch.setattr(rules, "ITEMS_MAX", 3)
    made = await a_playlist(anna, 0, 1)

    with pytest.raises(TooLarge):
        await playlist_items.add_to_playlist(anna, made.id, keys(2, 3))

    assert await numbers_in(anna, made.id) == [0, 1]


async def test_anothers_draft_cannot_be_added(anna, as_viewer) -> None:
    await keep_tracks(anna, a_draft("track-90"))
    made = await a_playlist(as_viewer(BEN))

    with pytest.raises(NotFound):
        await playlist_items.add_to_playlist(as_viewer(BEN), made.id, keys(90))


async def test_what_the_viewer_may_not_see_is_a_gap_that_tells_nothing(anna, as_viewer) -> None:
    await keep_tracks(anna, a_track("track-90", published_at=None))
    made = await a_playlist(anna, 0, 90, privacy=PUBLIC)
    items = await items_in(anna, made.id)

    seen = await playlist_items.playables_of(as_viewer(BEN), items)
    own = await playlist_items.playables_of(as_viewer(ANNA), items)

    assert [each and each.id for each in seen] == ["track-0", None]
    assert [each and each.id for each in own] == ["track-0", "track-90"]


async def test_a_playlist_wears_its_own_cover_or_those_of_its_first_items(anna, as_viewer) -> None:
    plain = await a_playlist(anna, 0, 1)
    details = rules.PlaylistDetails(cover_playable="Track:track-3")
    own = await playlists.update_playlist(anna, (await a_playlist(anna)).id, details)
    empty = await a_playlist(anna)

    found = await playlist_covers.cover_urls_of(as_viewer(BEN), [plain, own, empty])

    assert [len(urls) for urls in found] == [1, 1, 0]


async def test_everyone_adds_at_once_and_nothing_is_lost(anna, as_viewer) -> None:
    made = await a_playlist(anna, 0)
    anchor = (await items_in(anna, made.id))[0]
    people = [as_viewer(a_viewer(name)) for name in ("ben", "cleo", "dan")]
    for each in people:
        await let_in(anna, each, made.id, CollaboratorRole.EDITOR)
    places = (Place(), FIRST, Place(after=anchor.id))

    await asyncio.gather(
        *(
            playlist_items.add_to_playlist(each, made.id, keys(number), places[number % 3])
            for place, each in enumerate([anna, *people])
            for number in range(place * 4 + 1, place * 4 + 5)
        )
    )

    assert sorted(await numbers_in(anna, made.id)) == list(range(17))
    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert (found.item_count, found.duration_ms) == (17, 17 * 180_000)
    assert found.version == made.version + 3 + 16


async def test_edits_of_several_people_at_once_converge(anna, as_viewer) -> None:
    made = await a_playlist(anna, *range(10))
    await let_in(anna, as_viewer(BEN), made.id, CollaboratorRole.EDITOR)
    ids = [item.id for item in await items_in(anna, made.id)]
    rng = random.Random(7)

    async def edit(viewer, number: int) -> None:
        ctx, item = as_viewer(viewer), rng.choice(ids[2:])
        place = rng.choice([Place(), FIRST, Place(after=rng.choice(ids))])
        match number % 3:
            case 0:
                await playlist_items.add_to_playlist(ctx, made.id, keys(10 + number), place)
            case 1:
                await playlist_items.move_in_playlist(ctx, made.id, [item], place)
            case _:
                await playlist_items.remove_from_playlist(ctx, made.id, [ids[number % 2]])

    await asyncio.gather(*(edit((ANNA, BEN)[n % 2], n) for n in range(10)))

    seen = [await numbers_in(as_viewer(viewer), made.id) for viewer in (ANNA, BEN)]
    assert seen[0] == seen[1]
    assert sorted(seen[0]) == sorted([*range(2, 10), 10, 13, 16, 19])
    found = await playlists.find_playlist(as_viewer(ANNA), made.id)
    assert found is not None
    assert found.item_count == len(seen[0])


@pytest.mark.parametrize("seed", range(6))
async def test_random_edits_give_what_a_plain_list_gives(seed, anna, monkeypatch) -> None:
    """Also where all order keys are renewed now and then."""
    leave_little_room(monkeypatch)
    rng = random.Random(seed)
    made = await a_playlist(anna, 0, 1, 2)
    model = [item.id for item in await items_in(anna, made.id)]

    for _ in range(25):
        anchor = rng.choice([None, *model]) if model else None
        place = Place(after=anchor, at_beginning=anchor is None and rng.random() < 0.5)
        match rng.choice(["add", "add", "move", "remove"]) if model else "add":
            case "add":
                named = keys(*(rng.randrange(20) for _ in range(rng.randint(1, 3))))
                done = await playlist_items.add_to_playlist(anna, made.id, named, place)
                put(model, [item.id for item in done.items], place)
            case "move":
                moved = rng.sample(model, min(len(model), rng.randint(1, 3)))
                await playlist_items.move_in_playlist(anna, made.id, moved, place)
                rest = [each for each in model if each not in moved]
                model = put(rest, moved, place)
            case "remove":
                gone = rng.sample(model, min(len(model), 2))
                await playlist_items.remove_from_playlist(anna, made.id, gone)
                model = [each for each in model if each not in gone]

    assert [item.id for item in await items_in(anna, made.id, first=4)] == model


def leave_little_room(monkeypatch) -> None:
    """Make keys run out after one or two additions to a gap."""
    monkeypatch.setattr(order_keys, "KEY_CHARS_MAX", order_keys.WHOLE_DIGITS)
    monkeypatch.setattr(order_keys, "STEP", 4)


def put(model: list, new: list, place: Place) -> list:
    """The same in a plain list."""
    where = len(model)
    if place.at_beginning:
        where = 0
    elif place.after in model:
        where = model.index(place.after) + 1
    model[where:where] = new
    return model


async def test_pages_hold_what_nobody_touches_exactly_once(anna) -> None:
    made = await a_playlist(anna, *range(12))
    ids = [item.id for item in await items_in(anna, made.id)]

    seen, after = [], None
    for number in range(4):
        anna.forget_loaded()
        playlist = await playlists.find_playlist(anna, made.id)
        (page,) = await playlist_items.list_items(
            anna, [playlist], PageRequest(first=3, after=after)
        )
        seen += [item.id for item in page.nodes]
        after = page.sort_key(page.rows[-1])
        if number == 0:  # the page's last item, one seen and one to come go elsewhere
            await playlist_items.move_in_playlist(anna, made.id, [ids[2]], FIRST)
            await playlist_items.move_in_playlist(anna, made.id, [ids[1]], Place())
            await playlist_items.remove_from_playlist(anna, made.id, [ids[5]])
            await playlist_items.add_to_playlist(anna, made.id, keys(15), FIRST)

    untouched = [each for n, each in enumerate(ids) if n not in (1, 2, 5)]
    assert [each for each in seen if each in untouched] == untouched[: len(seen)]
    assert len(set(seen) & set(untouched)) == len([s for s in seen if s in untouched])


async def test_a_page_goes_on_after_all_order_keys_were_renewed(anna, monkeypatch) -> None:
    leave_little_room(monkeypatch)
    made = await a_playlist(anna, *range(6))
    playlist = await playlists.find_playlist(anna, made.id)
    (page,) = await playlist_items.list_items(anna, [playlist], PageRequest(first=3))
    after = page.sort_key(page.rows[-1])

    for number in range(10, 14):  # each needs a gap that is not there
        anchor = page.nodes[0]
        await playlist_items.add_to_playlist(anna, made.id, keys(number), Place(after=anchor.id))

    anna.forget_loaded()
    renewed = await playlists.find_playlist(anna, made.id)
    assert renewed is not None
    assert renewed.order_epoch > made.order_epoch
    (rest,) = await playlist_items.list_items(anna, [renewed], PageRequest(first=10, after=after))
    assert [item.playable for item in rest.nodes] == [f"Track:track-{n}" for n in (3, 4, 5)]
