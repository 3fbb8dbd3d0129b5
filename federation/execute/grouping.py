"""Runs a subscription once for all who may be told the same."""

import asyncio
import json
from collections import OrderedDict, deque
from collections.abc import AsyncGenerator, Callable, Collection, Hashable, Iterator
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from federation.execute.response import GraphQLResponse
from federation.execute.subscribe import Subscription, answer_event, follow, open_events
from federation.operation.model import Field, SelectionSet

WAITING_MAX = 64
"""Answers that wait for one slow reader before it is told the present state instead."""
WOKEN_AT_ONCE = 100
"""Readers that are woken in one turn of the loop: so many write their answers in a few ms."""


def never_grouped(_context: Any) -> None:
    """Tell that a context may be shared with nobody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """Which subscriptions are run once for all who may be told the same.

    Two are grouped when document, operation, variables and override labels are equal, and either
    the keys of their contexts are, or all that they select is public. A grouped event is run in
    the context of whoever came first, so what has a key may be used after that one left.
    """

    states: Collection[str] = ()
    """Root fields that tell a state: first as it stands, then each change. An answer of theirs
    may be left out for a newer one; fields that tell of what happened are never grouped."""
    key: Callable[[Any], Hashable | None] = never_grouped
    """All that resolvers may read of a context, as one value; None: shared with nobody. `Any`
    because the engine does not read contexts."""
    public: Collection[str] = ()
    """Fields, as `Track.title`, that are the same whoever asks."""

    def find_key(self, subscription: Subscription) -> Hashable | None:
        """What equal subscriptions have in common; None where it must run alone."""
        root = subscription.plan.operation.root
        if subscription.is_explained or any(each.name not in self.states for each in root.fields):
            return None
        is_public = all(name in self.public for name in _selected(root))
        reader = None if is_public else self.key(subscription.context)
        if reader is None and not is_public:
            return None
        # The plan stands for document, operation and labels; a group keeps it, and so its id.
        variables = json.dumps(subscription.variables, sort_keys=True)
        return id(subscription.plan), is_public, reader, variables


class Groups:
    """All groups of an engine, by what their members have in common."""

    def __init__(self, grouping: Grouping) -> None:
        self._grouping = grouping
        self._groups: dict[Hashable, _Group] = {}

    def follow(self, subscription: Subscription) -> AsyncGenerator[GraphQLResponse, None]:
        """The answers of a subscription, alone or with all who may be told the same."""
        key = self._grouping.find_key(subscription)
        return follow(subscription) if key is None else self._follow(key, subscription)

    async def _follow(
        self, key: Hashable, subscription: Subscription
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """The answers of the group with this key, which is opened where there is none.

        Who comes late, or reads so slowly that answers had to go, reads the state on its own
        until it is the group's.
        """
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = _Group(subscription, lambda: self._forget(key))
        member = group.join()
        try:
            while True:
                if member.is_behind:
                    async with aclosing(_catch_up(group, member, subscription)) as answers:
                        async for answer in answers:
                            yield answer
                    if member.is_behind:
                        return  # its own events ended first
                told = group.next_for(member)
                if told is not None:
                    yield told
                elif group.is_over and not member.is_behind:
                    group.raise_failure()
                    return
                elif not member.is_behind:
                    await group.wait(member)
        finally:
            await group.leave(member)

    def _forget(self, key: Hashable) -> None:
        del self._groups[key]


@dataclass(slots=True, eq=False)
class _Member:
    """One reader of a group."""

    position: int
    """How many of the group's answers it was told, or need not be told."""
    is_behind: bool
    """Whether it must read the state before it is told of changes."""


class _Group:
    """One running subscription, what it told last, and its readers."""

    def __init__(self, subscription: Subscription, forget: Callable[[], None]) -> None:
        self.is_over = False
        self._told: deque[GraphQLResponse] = deque(maxlen=WAITING_MAX)
        self._count = 0
        self._failure: Exception | None = None
        self._members: set[_Member] = set()
        self._asleep: OrderedDict[_Member, asyncio.Future[None]] = OrderedDict()
        self._is_waking = False
        self._forget = forget
        self._running = asyncio.create_task(self._run(subscription), name="subscription-group")

    def join(self) -> _Member:
        """A new reader; behind, where the others were told something already."""
        member = _Member(position=self._count, is_behind=self._count > 0)
        self._members.add(member)
        return member

    def next_for(self, member: _Member) -> GraphQLResponse | None:
        """What a reader is to be told next; None where that is nothing, or it fell behind."""
        waiting = self._count - member.position
        if waiting > len(self._told):
            member.is_behind = True
        if waiting == 0 or member.is_behind:
            return None
        member.position += 1
        return self._told[-waiting]

    async def wait(self, member: _Member) -> None:
        """Wait until there is something to read, or nothing more."""
        woken = self._asleep[member] = asyncio.get_running_loop().create_future()
        try:
            await woken
        finally:
            self._asleep.pop(member, None)

    async def leave(self, member: _Member) -> None:
        """Go; the last one closes the source."""
        self._members.discard(member)
        if not self._members:
            self._end()
            self._running.cancel()
            await asyncio.wait([self._running])

    def has_caught_up(self, member: _Member, answer: GraphQLResponse) -> bool:
        """Whether this is the state that the others know; if so, changes are told from here."""
        if self.is_over or not self._told:
            return False
        latest = self._told[-1]
        if latest.data != answer.data or latest.errors != answer.errors:
            return False
        member.position, member.is_behind = self._count, False
        return True

    def raise_failure(self) -> None:
        """Raise what ended the group, where it did not end well."""
        if self._failure is not None:
            raise self._failure

    async def _run(self, subscription: Subscription) -> None:
        try:
            async with aclosing(follow(subscription)) as answers:
                async for answer in answers:
                    self._told.append(answer)
                    self._count += 1
                    self._wake()
        except Exception as failure:  # noqa: BLE001 -- raised again for each member
            self._failure = failure
        finally:
            self._end()

    def _end(self) -> None:
        """Take no new members, and let those that are there read to the end."""
        if not self.is_over:
            self.is_over = True
            self._forget()
            self._wake()

    def _wake(self) -> None:
        """Begin to wake all who sleep, unless that goes on already."""
        if not self._is_waking:
            self._is_waking = True
            self._wake_some()

    def _wake_some(self) -> None:
        """Wake some in each turn of the loop, so that a crowd holds up nobody else.

        Who fell asleep first knows least: if it knows all, so do those behind it.
        """
        for _ in range(WOKEN_AT_ONCE):
            first = next(iter(self._asleep), None)
            if first is None or (first.position == self._count and not self.is_over):
                self._is_waking = False
                return
            woken = self._asleep.pop(first)
            if not woken.done():
                woken.set_result(None)
        asyncio.get_running_loop().call_soon(self._wake_some)


async def _catch_up(
    group: _Group, member: _Member, subscription: Subscription
) -> AsyncGenerator[GraphQLResponse, None]:
    """Answer events of its own until the group told the same; what follows comes from there.

        group   … 4   5       6         own   5 | 6 is the group's to tell
        group   … 4       5   6         own   5, and 5 again is the group's: known by then

    Nothing is waited for between the comparison and the joining, so no change falls between.
    """
    told: GraphQLResponse | None = None
    async with aclosing(open_events(subscription)) as events:
        async for event in events:
            if told is not None and group.has_caught_up(member, told):
                return  # this event is the group's to tell
            told = await answer_event(subscription, event)
            if group.has_caught_up(member, told):
                break
            yield told
    if told is not None and not member.is_behind:
        yield told


def _selected(selections: SelectionSet) -> Iterator[str]:
    """The fields of a selection set and of all below, as `Type.field`."""
    for field in selections.fields:
        yield from _named(selections.type_name, field)
    for variant in selections.variants:
        for field in variant.fields:
            yield from _named(variant.type_name, field)


def _named(type_name: str, field: Field) -> Iterator[str]:
    if field.name != "__typename":
        yield f"{type_name}.{field.name}"
    if field.selections is not None:
        yield from _selected(field.selections)
