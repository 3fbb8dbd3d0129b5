"""What comes next in a session: entries with names of their own, changed by name.

    history                  now       upcoming
    ───●────●────●────────►  ▶ ─────►  ●────●────●───
       oldest    just heard               first   last

Two devices may change it at once: each change names entries, never places, and is applied to
whatever the queue is by then, so that all end with the same queue and only what somebody
removed is gone.
"""

import random
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from domain.ids import PlayableKey, PlaybackSessionId
from errors import BadInput, TooLarge

ENTRIES_MAX: Final = 500
HISTORY_MAX: Final = 500
OPERATIONS_MAX: Final = 200
"""Operations remembered, so that a repetition of one of them does nothing."""
SEED_MAX: Final = 2**31 - 1


class RepeatMode(StrEnum):
    """What comes behind the end."""

    OFF = "OFF"
    ONE = "ONE"
    ALL = "ALL"


class QueuePlace(StrEnum):
    """Where in the queue something goes."""

    NEXT = "NEXT"
    LAST = "LAST"
    AFTER = "AFTER"


class QueueEntry(NamedTuple):
    """One place in a queue."""

    id: str
    playable: str
    """What it is: its kind and id."""
    since: int
    """The session's sequence when it was added."""

    @property
    def key(self) -> PlayableKey:
        """What it is."""
        return PlayableKey.parse(self.playable)


Entries = tuple[QueueEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayQueue:
    """What comes next in a session, and what came before."""

    session_id: PlaybackSessionId
    upcoming: Entries
    """In the order in which they will play."""
    history: Entries
    """Played before what plays now, the oldest first."""
    repeat: RepeatMode
    shuffle_seed: int | None
    """What the order was drawn with; None when nobody shuffled."""
    unshuffled: tuple[str, ...]
    """While it is shuffled: the names of entries in the order before."""
    operations: tuple[str, ...]
    """Names of the last changes, as clients called them."""


def with_operation(queue: PlayQueue, operation_id: str | None) -> PlayQueue:
    """Remember a change by the name that the client gave it."""
    if operation_id is None:
        return queue
    return replace(queue, operations=(*queue.operations, operation_id)[-OPERATIONS_MAX:])


def add(
    queue: PlayQueue, entries: Sequence[QueueEntry], place: QueuePlace, after: str | None = None
) -> PlayQueue:
    """Add entries together, in their order; behind an entry that is gone they come last.

    Raises:
        TooLarge: the queue would be too long.
    """
    if len(queue.upcoming) + len(entries) > ENTRIES_MAX:
        raise TooLarge(f"A queue has {ENTRIES_MAX} entries at most.", field="playableIds")
    at = _place_in([each.id for each in queue.upcoming], place, after)
    upcoming = (*queue.upcoming[:at], *entries, *queue.upcoming[at:])
    names = queue.unshuffled
    if queue.shuffle_seed is not None:
        at = _place_in(names, place, after)
        names = (*names[:at], *(each.id for each in entries), *names[at:])
    return replace(queue, upcoming=upcoming, unshuffled=names)


def move(
    queue: PlayQueue, entry_ids: Sequence[str], place: QueuePlace, after: str | None = None
) -> PlayQueue:
    """Put entries elsewhere, together and in the order named; those that are gone stay gone."""
    by_id = {each.id: each for each in queue.upcoming}
    moved = [by_id[each] for each in dict.fromkeys(entry_ids) if each in by_id]
    if not moved or (place is QueuePlace.AFTER and after in entry_ids):
        return queue
    names = {each.id for each in moved}
    rest = tuple(each for each in queue.upcoming if each.id not in names)
    at = _place_in([each.id for each in rest], place, after)
    return replace(queue, upcoming=(*rest[:at], *moved, *rest[at:]))


def remove(queue: PlayQueue, entry_ids: Collection[str]) -> PlayQueue:
    """Take entries out; those that are gone already are none."""
    return replace(
        queue,
        upcoming=tuple(each for each in queue.upcoming if each.id not in entry_ids),
        unshuffled=tuple(each for each in queue.unshuffled if each not in entry_ids),
    )


def clear(queue: PlayQueue, seen_sequence: int) -> PlayQueue:
    """Take out all that whoever clears has seen; what another device added since then stays."""
    return remove(queue, {each.id for each in queue.upcoming if each.since <= seen_sequence})


def shuffle(queue: PlayQueue, seed: int) -> PlayQueue:
    """Draw another order; the same seed over the same entries draws the same."""
    whole = unshuffle(queue)
    names = tuple(each.id for each in whole.upcoming)
    drawn = sorted(whole.upcoming, key=lambda each: random.Random(f"{seed}:{each.id}").random())  # noqa: S311  (no secret)
    return replace(whole, upcoming=tuple(drawn), shuffle_seed=seed, unshuffled=names)


def unshuffle(queue: PlayQueue) -> PlayQueue:
    """Bring what is still to come back into the order before it was shuffled."""
    if queue.shuffle_seed is None:
        return queue
    places = {name: place for place, name in enumerate(queue.unshuffled)}
    upcoming = sorted(queue.upcoming, key=lambda each: places.get(each.id, ENTRIES_MAX))
    return replace(queue, upcoming=tuple(upcoming), shuffle_seed=None, unshuffled=())


def advance(
    queue: PlayQueue, now: QueueEntry, heard: Collection[str], *, is_at_end: bool
) -> tuple[PlayQueue, QueueEntry | None]:
    """Go on to the next entry that can be `heard`; None behind the last one.

    Repeating one goes on with the same only when it was played to its end: who skips wants the
    next. Repeating all, what was played comes again once nothing else does.
    """
    if queue.repeat is RepeatMode.ONE and is_at_end and now.playable in heard:
        return queue, now
    played = (*queue.history, now)
    found = _first_heard(queue.upcoming, heard)
    if found is not None:
        return _taken(queue, found, queue.upcoming, played), queue.upcoming[found]
    found = _first_heard(played, heard) if queue.repeat is RepeatMode.ALL else None
    if found is not None:
        return _taken(queue, found, played, ()), played[found]
    return queue, None


def go_back(
    queue: PlayQueue, now: QueueEntry, heard: Collection[str]
) -> tuple[PlayQueue, QueueEntry]:
    """Go back to what was played before; at the beginning what plays begins anew."""
    for place in reversed(range(len(queue.history))):
        entry = queue.history[place]
        if entry.playable in heard:
            upcoming = (now, *queue.upcoming)[:ENTRIES_MAX]
            return replace(queue, history=queue.history[:place], upcoming=upcoming), entry
    return queue, now


def peek(queue: PlayQueue, now: QueueEntry, heard: Collection[str]) -> QueueEntry | None:
    """What comes when this has played to its end; None when nothing does."""
    return advance(queue, now, heard, is_at_end=True)[1]


def names_of(queue: PlayQueue) -> set[str]:
    """What all is in it or was played: kinds and ids."""
    return {each.playable for each in (*queue.upcoming, *queue.history)}


def checked_place(place: QueuePlace, after: str | None) -> None:
    """Refuse a place behind nothing, and an entry where none is asked for.

    Raises:
        BadInput: the one does not fit the other.
    """
    if (place is QueuePlace.AFTER) != (after is not None):
        raise BadInput(
            "The place AFTER needs an entry in afterEntryId; other places take none.",
            field="afterEntryId",
        )


def _taken(queue: PlayQueue, found: int, source: Entries, played: Entries) -> PlayQueue:
    """The queue without the entry that plays now, and without those passed over before it."""
    rest = source[found + 1 :]
    kept = {each.id for each in rest}
    return replace(
        queue,
        upcoming=rest[:ENTRIES_MAX],
        history=played[-HISTORY_MAX:],
        unshuffled=tuple(each for each in queue.unshuffled if each in kept),
    )


def _first_heard(entries: Iterable[QueueEntry], heard: Collection[str]) -> int | None:
    return next((place for place, each in enumerate(entries) if each.playable in heard), None)


def _place_in(names: Sequence[str], place: QueuePlace, after: str | None) -> int:
    """Where that place is now; behind an entry that is gone is the end."""
    match place:
        case QueuePlace.NEXT:
            return 0
        case QueuePlace.AFTER if after in names:
            return names.index(after) + 1
    return len(names)
