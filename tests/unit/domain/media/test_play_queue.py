"""Queues: entries keep their names, and changes of two devices meet."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.media import play_queue as queues
from domain.media.play_queue import PlayQueue, QueueEntry, QueuePlace, RepeatMode
from errors import BadInput, TooLarge
from tests.factories.playback import a_queue, entries

NEXT, LAST, AFTER = QueuePlace.NEXT, QueuePlace.LAST, QueuePlace.AFTER
NOW = QueueEntry("now", "Track:now", 1)


def names(queue: PlayQueue) -> list[str]:
    return [each.id for each in queue.upcoming]


def heard(queue: PlayQueue) -> set[str]:
    return {*queues.names_of(queue), NOW.playable}


@pytest.mark.parametrize(
    ("place", "after", "found"),
    [
        (NEXT, None, "x y a b c"),
        (LAST, None, "a b c x y"),
        (AFTER, "a", "a x y b c"),
        (AFTER, "c", "a b c x y"),
        (AFTER, "gone", "a b c x y"),
    ],
)
def test_entries_are_added_where_they_are_asked_for(place, after, found) -> None:
    queue = queues.add(a_queue("a", "b", "c"), entries("x", "y"), place, after)

    assert names(queue) == found.split()


@pytest.mark.parametrize(
    ("moved", "place", "after", "found"),
    [
        (["c"], NEXT, None, "c a b d"),
        (["a"], LAST, None, "b c d a"),
        (["d", "b"], AFTER, "a", "a d b c"),
        (["a", "gone"], AFTER, "c", "b c a d"),
        (["gone"], NEXT, None, "a b c d"),
        (["a"], AFTER, "a", "a b c d"),
        (["a"], AFTER, "gone", "b c d a"),
    ],
)
def test_entries_are_moved_by_name(moved, place, after, found) -> None:
    queue = queues.move(a_queue("a", "b", "c", "d"), moved, place, after)

    assert names(queue) == found.split()


def test_what_was_added_after_the_look_of_whoever_clears_stays() -> None:
    queue = queues.add(a_queue("a", "b"), entries("new", since=7), LAST)

    assert names(queues.clear(queue, seen_sequence=6)) == ["new"]


def test_a_queue_has_an_end() -> None:
    full = a_queue(*(str(number) for number in range(queues.ENTRIES_MAX)))

    with pytest.raises(TooLarge):
        queues.add(full, entries("x"), LAST)


@pytest.mark.parametrize(("place", "after"), [(AFTER, None), (NEXT, "a"), (LAST, "a")])
def test_a_place_and_its_entry_go_together(place, after) -> None:
    with pytest.raises(BadInput) as refusal:
        queues.checked_place(place, after)

    assert refusal.value.details == {"field": "afterEntryId"}


def test_the_same_seed_draws_the_same_order_and_it_can_be_taken_back() -> None:
    queue = a_queue(*"abcdefgh")

    drawn = queues.shuffle(queue, 5)

    assert sorted(names(drawn)) == names(queue)
    assert names(drawn) != names(queue)
    assert queues.shuffle(queue, 5) == drawn
    assert names(queues.shuffle(drawn, 6)) != names(drawn)
    assert queues.unshuffle(drawn) == queue


def test_what_is_added_to_a_shuffled_queue_has_a_place_in_the_other_order() -> None:
    drawn = queues.shuffle(a_queue("a", "b", "c"), 1)
    drawn = queues.add(drawn, entries("first"), NEXT)
    drawn = queues.add(drawn, entries("behind-a"), AFTER, "a")

    assert names(drawn)[0] == "first"
    assert names(queues.unshuffle(drawn)) == ["first", "a", "behind-a", "b", "c"]


def test_a_queue_goes_on_past_what_cannot_be_heard_and_back_again() -> None:
    queue = a_queue("a", "b", "c")
    can_hear = {"Track:now", "Track:b", "Track:c"}

    on, entry = queues.advance(queue, NOW, can_hear, is_at_end=True)
    back, before = queues.go_back(on, entry, can_hear)

    assert entry.id == "b"
    assert (names(on), [each.id for each in on.history]) == (["c"], ["now"])
    assert before == NOW
    assert (names(back), back.history) == (["b", "c"], ())
    assert queues.go_back(a_queue(), NOW, can_hear) == (a_queue(), NOW)


@pytest.mark.parametrize(
    ("_case", "repeat", "is_at_end", "found"),
    [
        ("nothing comes behind the last", RepeatMode.OFF, True, None),
        ("one that was played to its end comes again", RepeatMode.ONE, True, "now"),
        ("who skips it wants the next", RepeatMode.ONE, False, None),
        ("all come again from the first", RepeatMode.ALL, True, "a"),
    ],
)
def test_what_comes_behind_the_end(_case, repeat, is_at_end, found) -> None:
    queue = a_queue(history=entries("a", "b"), repeat=repeat)

    on, entry = queues.advance(queue, NOW, heard(queue), is_at_end=is_at_end)

    assert (entry and entry.id) == found
    assert queues.peek(queue, NOW, heard(queue)) == entry or not is_at_end
    if found == "a":
        assert (names(on), on.history) == (["b", "now"], ())


Change = tuple[str, str, tuple[str, ...], str | None]

IDS = st.sampled_from([f"{client}{number}" for client in "pq" for number in range(6)])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.sampled_from(["NEXT", "LAST", "AFTER"]), st.just(()), IDS),
        st.tuples(
            st.just("move"),
            st.sampled_from(["NEXT", "LAST", "AFTER"]),
            st.lists(IDS, max_size=3).map(tuple),
            IDS,
        ),
        st.tuples(
            st.just("remove"), st.just("LAST"), st.lists(IDS, max_size=2).map(tuple), st.none()
        ),
        st.tuples(st.just("shuffle"), st.just("LAST"), st.just(()), st.none()),
        st.tuples(st.just("unshuffle"), st.just("LAST"), st.just(()), st.none()),
    ),
    max_size=6,
)


@given(mine=CHANGES, theirs=CHANGES, order=st.randoms(use_true_random=False))
def test_however_two_devices_interleave_nothing_is_lost_that_nobody_removed(
    mine: list[Change], theirs: list[Change], order: random.Random
) -> None:
    start = a_queue("p0", "q0")
    streams = {"p": list(enumerate(mine, 1)), "q": list(enumerate(theirs, 1))}
    log: list[tuple[str, int, Change]] = []
    while streams["p"] or streams["q"]:
        client = order.choice([name for name in streams if streams[name]])
        number, change = streams[client].pop(0)
        log.append((client, number, change))

    first, second = start, start
    present = {"p0", "q0"}
    for client, number, change in log:
        name = f"{client}{number}"
        first, second = apply(first, name, change), apply(second, name, change)
        # A repetition, as after a lost answer, is known by its name and changes nothing.
        second = apply(second, name, change)
        match change:
            case ("add", _, _, _):
                present.add(name)
            case ("remove", _, gone, _):
                present -= set(gone)

    assert first == second
    assert sorted(names(first)) == sorted(present)
    assert sorted(names(queues.unshuffle(first))) == sorted(present)


def apply(queue: PlayQueue, name: str, change: Change) -> PlayQueue:
    """As the use case does it: a change with a name that is known is none."""
    if name in queue.operations:
        return queue
    kind, place, ids, anchor = change
    after = anchor if place == "AFTER" else None
    match kind:
        case "add":
            changed = queues.add(queue, entries(name), QueuePlace(place), after)
        case "move":
            changed = queues.move(queue, ids, QueuePlace(place), after)
        case "remove":
            changed = queues.remove(queue, set(ids))
        case "shuffle":
            changed = queues.shuffle(queue, len(queue.operations))
        case _:
            changed = queues.unshuffle(queue)
    return queues.with_operation(changed, name)
