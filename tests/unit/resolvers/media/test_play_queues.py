"""Queues of sessions, changed from several devices at once."""

import asyncio
import random

import pytest

from domain.media.play_queue import QueuePlace, RepeatMode
from domain.viewer import ANONYMOUS
from errors import BadInput, NotFound, TooLarge, TrackNotReady, Unauthenticated
from resolvers.media import play_queues, playback
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.factories.playback import track_key

LAST, NEXT, AFTER = QueuePlace.LAST, QueuePlace.NEXT, QueuePlace.AFTER


@pytest.fixture
async def session(as_viewer):
    await keep_tracks(
        as_viewer(ANNA), *(a_track(f"track-{n}") for n in range(1, 6)), a_draft("draft-1")
    )
    queue = [track_key("track-2"), track_key("track-3")]
    return await playback.start_playback(
        as_viewer(BEN), track_key("track-1"), is_private=False, queue=queue
    )


async def queue_of(ctx, session) -> list[str]:
    (entries,) = await play_queues.upcoming_of(ctx, [session])
    return [f"{each.id}={each.playable.removeprefix('Track:')}" for each in entries]


async def add(ctx, session, operation: str, *keys: str, place=LAST, after=None):
    return await play_queues.add_to_queue(
        ctx,
        session.id,
        [track_key(key) for key in keys],
        operation_id=operation,
        place=place,
        after=after,
    )


async def test_entries_keep_the_names_that_their_operation_gave_them(as_viewer, session) -> None:
    ctx = as_viewer(BEN)

    await add(ctx, session, "tab-1-op-1", "track-4", "track-5", place=AFTER, after="~1.1")
    await play_queues.move_in_queue(
        ctx, session.id, ["tab-1-op-1.2"], operation_id="tab-1-op-2", place=NEXT
    )
    moved = await play_queues.remove_from_queue(
        ctx, session.id, ["~1.2", "gone"], operation_id="tab-1-op-3"
    )

    assert moved.sequence == 4
    assert await queue_of(ctx, session) == [
        "tab-1-op-1.2=track-5",
        "~1.1=track-2",
        "tab-1-op-1.1=track-4",
    ]


async def test_a_repeated_operation_changes_nothing_and_is_told_to_nobody(
    as_viewer, session, outside
) -> None:
    ctx = as_viewer(BEN)
    first = await add(ctx, session, "operation-1", "track-4")
    await play_queues.remove_from_queue(
        ctx, session.id, ["operation-1.1"], operation_id="operation-2"
    )
    outside.live.published.clear()

    again = await add(as_viewer(BEN), session, "operation-1", "track-4")

    assert (first.sequence, again.sequence) == (2, 3)
    assert await queue_of(as_viewer(BEN), session) == ["~1.1=track-2", "~1.2=track-3"]
    assert outside.live.published == []


async def test_two_devices_at_once_end_with_the_same_queue_and_all_that_was_added(
    as_viewer, session
) -> None:
    draw = random.Random(7)

    async def edit(device: str) -> None:
        for number in range(8):
            ctx, operation = as_viewer(BEN), f"{device}-operation-{number}"
            if number % 3 == 2:
                await play_queues.move_in_queue(
                    ctx,
                    session.id,
                    [f"{device}-operation-{number - 1}.1", "~1.1"],
                    operation_id=operation,
                    place=draw.choice([NEXT, LAST]),
                )
            else:
                await add(ctx, session, operation, "track-4", place=draw.choice([NEXT, LAST]))
            if number == 4:
                await play_queues.remove_from_queue(
                    ctx, session.id, [f"{operation}.1"], operation_id=f"{operation}-removed"
                )

    await asyncio.gather(edit("phone"), edit("laptop"))

    seen = [await queue_of(as_viewer(BEN), session) for _device in range(2)]
    added = {
        f"{device}-operation-{number}.1=track-4"
        for device in ("phone", "laptop")
        for number in (0, 1, 3, 6, 7)
    }
    assert seen[0] == seen[1]
    assert sorted(seen[0]) == sorted({*added, "~1.1=track-2", "~1.2=track-3"})
    now = await playback.find_session(as_viewer(BEN), session.id)
    assert now.sequence == 1 + 2 * 9


async def test_whoever_clears_takes_nothing_that_they_have_not_seen(as_viewer, session) -> None:
    ctx = as_viewer(BEN)
    await add(ctx, session, "operation-1", "track-4")

    await play_queues.clear_queue(
        ctx, session.id, seen_sequence=session.sequence, operation_id="operation-2"
    )

    assert await queue_of(ctx, session) == ["operation-1.1=track-4"]


async def test_a_shuffled_queue_can_be_put_back(as_viewer, session) -> None:
    ctx = as_viewer(BEN)
    await add(ctx, session, "operation-1", "track-4", "track-5", "track-1")
    before = await queue_of(ctx, session)

    await play_queues.shuffle_queue(
        ctx, session.id, is_shuffled=True, seed=4, operation_id="operation-2"
    )
    drawn = await queue_of(ctx, session)
    (kept,) = await play_queues.queues_of(ctx, [session])
    await play_queues.shuffle_queue(
        ctx, session.id, is_shuffled=False, seed=None, operation_id="operation-3"
    )

    assert (sorted(drawn), drawn == before, kept.shuffle_seed) == (sorted(before), False, 4)
    assert await queue_of(ctx, session) == before


async def test_previous_goes_back_and_repeat_all_begins_anew(as_viewer, session) -> None:
    ctx = as_viewer(BEN)
    await play_queues.set_repeat(ctx, session.id, repeat=RepeatMode.ALL)

    turns = [await play_queues.play_next(ctx, session.id) for _turn in range(3)]
    played = [each.playable for each in (session, *turns)]
    (next_up,) = await play_queues.next_of(ctx, [await playback.find_my_playback(ctx)])
    back = await play_queues.play_previous(ctx, session.id)

    assert played == [f"Track:track-{number}" for number in (1, 2, 3, 1)]
    assert next_up.playable == "Track:track-2"
    assert (back.playable, back.start_number) == ("Track:track-1", 5)


async def test_two_devices_that_reach_the_end_go_on_once(as_viewer, session) -> None:
    moves = await asyncio.gather(
        *(
            play_queues.play_next(
                as_viewer(BEN), session.id, from_entry_id=session.entry_id, position_ms=0
            )
            for _device in range(2)
        )
    )

    assert {move.playable for move in moves} == {"Track:track-2"}
    assert await queue_of(as_viewer(BEN), session) == ["~1.2=track-3"]


@pytest.mark.parametrize(
    ("_case", "change", "refusal"),
    [
        ("nobody's operation", {"operation": "short"}, BadInput),
        ("a place without its entry", {"place": AFTER}, BadInput),
        ("an entry without its place", {"after": "~1.1"}, BadInput),
        ("a foreign draft", {"keys": ["draft-1"]}, NotFound),
        ("more than a queue holds", {"keys": ["track-4"] * 501}, TooLarge),
        ("more than fits beside what is there", {"keys": ["track-4"] * 499}, TooLarge),
    ],
)
async def test_a_refused_change_leaves_the_queue_alone(
    _case, change, refusal, as_viewer, session, outside
) -> None:
    outside.live.published.clear()
    asked = {"operation": "operation-1", "keys": ["track-4"], "place": LAST, "after": None}
    asked |= change

    with pytest.raises(refusal):
        await add(
            as_viewer(BEN),
            session,
            asked["operation"],
            *asked["keys"],
            place=asked["place"],
            after=asked["after"],
        )

    assert await queue_of(as_viewer(BEN), session) == ["~1.1=track-2", "~1.2=track-3"]
    assert outside.live.published == []


async def test_a_draft_of_one_s_own_cannot_be_queued_yet(as_viewer, session) -> None:
    mine = await playback.start_playback(as_viewer(ANNA), track_key(), is_private=False)

    with pytest.raises(TrackNotReady):
        await add(as_viewer(ANNA), mine, "operation-1", "draft-1")


@pytest.mark.parametrize(
    ("viewer", "refusal"), [(ANONYMOUS, Unauthenticated), (ANNA, NotFound), (ADMIN, NotFound)]
)
async def test_a_queue_is_its_listeners_own(viewer, refusal, as_viewer, session) -> None:
    ctx, key, name = as_viewer(viewer), session.id, "operation-1"

    for change in (
        add(ctx, session, name, "track-4"),
        play_queues.move_in_queue(ctx, key, ["~1.1"], operation_id=name, place=LAST),
        play_queues.remove_from_queue(ctx, key, ["~1.1"], operation_id=name),
        play_queues.clear_queue(ctx, key, seen_sequence=9, operation_id=name),
        play_queues.shuffle_queue(ctx, key, is_shuffled=True, seed=1, operation_id=name),
        play_queues.set_repeat(ctx, key, repeat=RepeatMode.ALL),
        play_queues.set_queue(ctx, key, []),
        play_queues.play_next(ctx, key),
        play_queues.play_previous(ctx, key),
    ):
        with pytest.raises(refusal):
            await change

    assert await playback.find_session(as_viewer(BEN), key) == session
    assert await queue_of(as_viewer(BEN), session) == ["~1.1=track-2", "~1.2=track-3"]
