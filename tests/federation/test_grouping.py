"""Subscriptions that are run once for all who may be told the same."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from federation.engine import Engine, GraphQLRequest, Grouping
from federation.execute.grouping import WAITING_MAX, WOKEN_AT_ONCE
from federation.fetch.fetch import FetchRequest, FetchResult
from tests.federation.federated import compose_sources
from tests.patience import PATIENT, SECONDS_MAX, until

LINK = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])\n'
SOURCES = {
    "player": LINK
    + """
    type Query { nothing: Int }
    type Subscription { moved(session: ID): Session  noted: Session }
    type Session @key(fields: "id") { id: ID! position: Int viewer: String }
    """,
    "social": LINK + 'type Session @key(fields: "id") { id: ID! listeners: Int }',
}
SUPERGRAPH = compose_sources(SOURCES)
MOVED = "subscription M($session: ID) { moved(session: $session) { position viewer listeners } }"
NOTED = "subscription { noted { position } }"
PUBLIC = "subscription P { moved { position listeners } }"
PUBLIC_FIELDS = ("Subscription.moved", "Session.position", "Session.listeners")


@dataclass(frozen=True)
class Context:
    """Who asks: the same viewer may come by several sockets."""

    viewer: str = "anna"
    socket: int = 0


class Player:
    """A subgraph with one session: tells where it stands, then each change, until it ends."""

    def __init__(self) -> None:
        self.position = 0
        self.opened: list[Context] = []
        self.closed: list[Context] = []
        self.has_ended = False
        self.is_broken = False
        self._changes: set[asyncio.Event] = set()

    def move(self) -> None:
        """Go on by one."""
        self.position += 1
        self.wake()

    def wake(self) -> None:
        """Let all look who follow."""
        for change in self._changes:
            change.set()

    async def fetch(self, request: FetchRequest, context: Context) -> FetchResult:
        raise AssertionError

    async def subscribe(
        self, request: FetchRequest, context: Context
    ) -> AsyncIterator[FetchResult]:
        change = asyncio.Event()
        self._changes.add(change)
        self.opened.append(context)
        (field,) = [name for name in ("moved", "noted") if name in request.document]
        latest = -1
        try:
            while not self.has_ended:
                if self.is_broken:
                    raise OSError("gone")
                change.clear()
                if self.position > latest:
                    latest = self.position
                    session = {"id": "s", "position": latest, "viewer": context.viewer}
                    yield FetchResult(data={field: {"__typename": "Session", **session}})
                else:
                    await change.wait()
        finally:
            self._changes.discard(change)
            self.closed.append(context)


class Social:
    """Counts how often it is asked, and can be held."""

    def __init__(self) -> None:
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def fetch(self, request: FetchRequest, context: Context) -> FetchResult:
        self.asked += 1
        await self.gate.wait()
        answers = [{"listeners": 5} for _ in request.variables["representations"]]
        return FetchResult(data={"_entities": answers})

    def subscribe(self, request: FetchRequest, context: Context) -> AsyncIterator[FetchResult]:
        raise AssertionError


class Reader:
    """One socket: what it was told, and whether it reads."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.objects: list[Any] = []
        self.reads = asyncio.Event()
        self.reads.set()
        self.failure: BaseException | None = None
        self.task: asyncio.Task[None]

    @property
    def positions(self) -> list[int]:
        return [answer["moved"]["position"] for answer in self.answers]

    async def follow(self, engine: Engine, request: GraphQLRequest, context: Context) -> None:
        answers = engine.subscribe(request, context)
        try:
            async for answer in answers:
                self.answers.append(answer.data)
                self.objects.append(answer)
                await self.reads.wait()
        finally:
            await answers.aclose()

    async def leave(self) -> None:
        self.task.cancel()
        await asyncio.wait([self.task])


class Stage:
    """An engine and its readers."""

    def __init__(self, **grouping: Any) -> None:
        self.player, self.social = Player(), Social()
        given = {"states": ("moved",), "key": lambda context: context.viewer, **grouping}
        self.engine = Engine(
            SUPERGRAPH,
            {"player": self.player, "social": self.social},
            PATIENT,
            grouping=Grouping(**given),
        )
        self.readers: list[Reader] = []

    def follow(self, context: Context, document: str = MOVED, **variables: Any) -> Reader:
        """Open a subscription as somebody."""
        reader = Reader()
        request = GraphQLRequest(document=document, variables=variables)
        reader.task = asyncio.create_task(reader.follow(self.engine, request, context))
        self.readers.append(reader)
        return reader

    async def all_stand_at(self, position: int, *readers: Reader) -> None:
        """Wait until these were told of the position."""
        await until(
            lambda: all(reader.positions[-1:] == [position] for reader in (readers or self.readers))
        )


@asynccontextmanager
async def a_stage(**grouping: Any) -> AsyncIterator[Stage]:
    stage = Stage(**grouping)
    try:
        async with asyncio.timeout(SECONDS_MAX):
            yield stage
    finally:
        for reader in stage.readers:
            await reader.leave()
        stage.engine.close()
    assert len(stage.player.closed) == len(stage.player.opened), "every source is closed"


async def test_each_event_is_run_once_for_all_sockets_of_a_viewer() -> None:
    async with a_stage() as stage:
        for socket in range(20):
            stage.follow(Context(socket=socket))
        await stage.all_stand_at(0)
        for position in (1, 2):
            stage.player.move()
            await stage.all_stand_at(position)

        assert len(stage.player.opened) == 1
        assert stage.social.asked == 3
        first = stage.readers[0]
        assert first.positions == [0, 1, 2]
        for reader in stage.readers:
            assert all(a is b for a, b in zip(reader.objects, first.objects, strict=True))


async def test_another_viewer_document_or_variable_is_another_group() -> None:
    async with a_stage() as stage:
        stage.follow(Context("anna"))
        stage.follow(Context("ben"))
        stage.follow(Context("anna"), session="1")
        stage.follow(Context("anna"), session="2")
        stage.follow(Context("anna"), MOVED.replace("listeners", "n: listeners"))
        await stage.all_stand_at(0)

        assert len(stage.player.opened) == 5
        viewers = [reader.answers[0]["moved"]["viewer"] for reader in stage.readers]
        assert viewers == ["anna", "ben", "anna", "anna", "anna"]


@pytest.mark.parametrize(
    ("_case", "document", "grouping"),
    [
        ("a field that tells of what happened", NOTED, {}),
        ("a context that is shared with nobody", MOVED, {"key": lambda _context: None}),
        ("public, but for one field", MOVED, {"key": lambda _: None, "public": PUBLIC_FIELDS}),
    ],
)
async def test_these_run_alone(_case, document, grouping) -> None:
    async with a_stage(**grouping) as stage:
        for _ in range(3):
            stage.follow(Context(), document)
        await until(lambda: all(reader.answers for reader in stage.readers))

        assert len(stage.player.opened) == 3


async def test_what_is_public_is_run_once_for_all_viewers() -> None:
    async with a_stage(public=PUBLIC_FIELDS) as stage:
        for viewer in ("anna", "ben", "mara"):
            stage.follow(Context(viewer), PUBLIC)
        await stage.all_stand_at(0)

        assert len(stage.player.opened) == 1
        assert stage.social.asked == 1


async def test_who_comes_late_is_told_the_state_first_and_then_each_change_once() -> None:
    async with a_stage() as stage:
        early = stage.follow(Context(socket=1))
        await stage.all_stand_at(0)
        stage.player.move()
        await stage.all_stand_at(1)

        late = stage.follow(Context(socket=2))
        await stage.all_stand_at(1)
        asked = stage.social.asked
        stage.player.move()
        await stage.all_stand_at(2)

        assert late.positions == [1, 2]
        assert early.positions == [0, 1, 2]
        assert [context.socket for context in stage.player.opened] == [1, 2]
        assert [context.socket for context in stage.player.closed] == [2]
        assert asked == 3, "one for each change, one for the late one's own state"
        assert stage.social.asked == 4
        assert late.objects[-1] is early.objects[-1]


async def test_who_comes_while_an_event_runs_is_never_told_an_older_state() -> None:
    async with a_stage() as stage:
        early = stage.follow(Context(socket=1))
        await stage.all_stand_at(0)
        stage.social.gate.clear()
        stage.player.move()
        await until(lambda: stage.social.asked == 2)

        late = stage.follow(Context(socket=2))
        await until(lambda: stage.social.asked == 3)
        stage.social.gate.set()
        await stage.all_stand_at(1)
        stage.player.move()
        await stage.all_stand_at(2)

        assert early.positions == [0, 1, 2]
        assert late.positions == [1, 2]


async def test_a_slow_reader_holds_nobody_and_goes_on_with_the_present_state() -> None:
    async with a_stage() as stage:
        slow, quick = stage.follow(Context(socket=1)), stage.follow(Context(socket=2))
        slow.reads.clear()
        await stage.all_stand_at(0)
        moves = WAITING_MAX + 10
        for position in range(1, moves + 1):
            stage.player.move()
            await stage.all_stand_at(position, quick)
        slow.reads.set()
        await stage.all_stand_at(moves)
        stage.player.move()
        await stage.all_stand_at(moves + 1)

        assert quick.positions == list(range(moves + 2))
        assert slow.positions == [0, moves, moves + 1]
        assert slow.objects[-1] is quick.objects[-1]


async def test_a_crowd_is_told_a_part_of_it_in_each_turn_of_the_loop() -> None:
    crowd = 3 * WOKEN_AT_ONCE
    async with a_stage() as stage:
        for socket in range(crowd):
            stage.follow(Context(socket=socket))
        await stage.all_stand_at(0)
        stage.player.move()
        told, told_in_turns = crowd, []
        while told < 2 * crowd:
            await asyncio.sleep(0)
            before, told = told, sum(len(reader.answers) for reader in stage.readers)
            told_in_turns.append(told - before)

    assert 0 < max(told_in_turns) <= WOKEN_AT_ONCE
    assert all(reader.positions == [0, 1] for reader in stage.readers)


async def test_the_source_closes_with_the_last_reader_and_not_before() -> None:
    async with a_stage() as stage:
        first, second = stage.follow(Context(socket=1)), stage.follow(Context(socket=2))
        await stage.all_stand_at(0)

        await first.leave()
        assert stage.player.closed == []
        stage.player.move()
        await stage.all_stand_at(1, second)
        await second.leave()

        assert len(stage.player.closed) == 1
        again = stage.follow(Context(socket=3))
        await stage.all_stand_at(1, again)
        assert len(stage.player.opened) == 2


async def test_the_end_of_the_source_is_the_end_for_all() -> None:
    async with a_stage() as stage:
        readers = [stage.follow(Context(socket=socket)) for socket in range(3)]
        await stage.all_stand_at(0)
        stage.player.has_ended = True
        stage.player.wake()
        await asyncio.wait([reader.task for reader in readers])

        assert [reader.positions for reader in readers] == [[0]] * 3


async def test_a_source_that_breaks_tells_all_and_ends_all() -> None:
    async with a_stage() as stage:
        readers = [stage.follow(Context(socket=socket)) for socket in range(3)]
        await stage.all_stand_at(0)
        stage.player.is_broken = True
        stage.player.wake()
        await asyncio.wait([reader.task for reader in readers])

        for reader in readers:
            assert reader.answers[-1] == {"moved": None}
            (error,) = reader.objects[-1].errors
            assert error["extensions"]["code"] == "SUBGRAPH_UNAVAILABLE"


async def test_a_bug_in_the_group_is_raised_for_each_member(monkeypatch) -> None:
    async with a_stage() as stage:
        readers = [stage.follow(Context(socket=socket)) for socket in range(3)]
        await stage.all_stand_at(0)

        def fail(*_: object) -> None:
            raise ZeroDivisionError

        monkeypatch.setattr("federation.execute.subscribe.merge_answer", fail)
        stage.player.move()
        await asyncio.wait([reader.task for reader in readers])

        assert [type(reader.task.exception()) for reader in readers] == [ZeroDivisionError] * 3


@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("join"), st.sampled_from(["anna", "ben", "mara"])),
            st.tuples(st.just("leave"), st.integers(0, 20)),
            st.tuples(st.just("stop reading"), st.integers(0, 20)),
            st.tuples(st.just("read on"), st.integers(0, 20)),
            st.tuples(st.just("move"), st.integers(1, 3)),
            st.tuples(st.just("turn"), st.integers(0, 5)),
        ),
        max_size=25,
    )
)
def test_nobody_hears_what_is_another_viewers_nor_anything_older(steps) -> None:
    asyncio.run(_play(steps))


async def _play(steps: list[tuple[str, Any]]) -> None:
    """Whoever reads to the end stands where the session stands, and never went back."""
    async with a_stage() as stage:
        viewers: dict[Reader, str] = {}
        for action, given_value in steps:
            present = [reader for reader in stage.readers if not reader.task.done()]
            reader = present[given_value % len(present)] if _names_one(action, present) else None
            if action == "join":
                viewers[stage.follow(Context(given_value))] = given_value
            elif action == "leave" and reader:
                await reader.leave()
            elif action == "stop reading" and reader:
                reader.reads.clear()
            elif action == "read on" and reader:
                reader.reads.set()
            elif action == "move":
                for _ in range(given_value):
                    stage.player.move()
            for _ in range(given_value if action == "turn" else 0):
                await asyncio.sleep(0)
        present = [reader for reader in stage.readers if not reader.task.done()]
        for reader in present:
            reader.reads.set()
        if present:
            await stage.all_stand_at(stage.player.position, *present)

        for reader, viewer in viewers.items():
            assert Counter(each["moved"]["viewer"] for each in reader.answers).keys() <= {viewer}
            assert reader.positions == sorted(set(reader.positions))


def _names_one(action: str, present: list[Reader]) -> bool:
    return bool(present) and action in ("leave", "stop reading", "read on")
