"""An engine whose supergraph can be replaced while requests run on the one before."""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Iterator, Mapping
from contextlib import aclosing, contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

from graphql import GraphQLSchema

from federation.engine import (
    Authorization,
    Engine,
    GraphQLRequest,
    GraphQLResponse,
    Observer,
    PlanCacheCounters,
)
from federation.execute.payloads import IncrementalPayload
from federation.limits import EngineLimits
from federation.supergraph.reader import read_supergraph
from federation.transport.http import HttpTransport
from federation.transport.transport import Transport
from web.observing.observed_engine import TransportObserver
from web.serving.http_server import settle_garbage

DRAIN_SECONDS_MAX = 60.0
"""Time that operations of a replaced supergraph have to end; then its subscriptions are ended."""

CHANGED = {
    "message": "The supergraph has changed; subscribe again.",
    "extensions": {"code": "SUPERGRAPH_CHANGED", "retryable": True},
}

_STRANGERS = Authorization()

KeepEntities = Callable[[str, Mapping[str, Transport]], Mapping[str, Transport]]
"""The transports of a supergraph, keeping what it says may be kept."""

MakeTransport = Callable[[str, str], HttpTransport]
"""A transport for a subgraph: name, address."""


@dataclass(eq=False, slots=True, kw_only=True)
class _Generation:
    """One supergraph in use."""

    engine: Engine
    transports: Mapping[str, HttpTransport]
    active: int = 0
    streams: set[asyncio.Task[None]] = field(default_factory=set)
    is_idle: asyncio.Event = field(default_factory=asyncio.Event)

    @contextmanager
    def lease(self) -> Iterator[Engine]:
        """Hold the engine: it is not closed before it is given back."""
        self.active += 1
        self.is_idle.clear()
        try:
            yield self.engine
        finally:
            self.active -= 1
            if self.active == 0:
                self.is_idle.set()


class SupergraphEngine:
    """What the front runs operations on (`RunsOperations`); the newest supergraph counts."""

    def __init__(
        self,
        make_transport: MakeTransport,
        limits: EngineLimits,
        *,
        urls: Mapping[str, str] | None = None,
        drain_seconds_max: float = DRAIN_SECONDS_MAX,
        authorization: Authorization = _STRANGERS,
        observing: TransportObserver | None = None,
        observer: Observer | None = None,
        keeping: KeepEntities | None = None,
    ) -> None:
        self._make_transport = make_transport
        self._limits = limits
        self._urls = dict(urls or {})
        self._drain_seconds_max = drain_seconds_max
        self._authorization = authorization
        self._observing = observing or TransportObserver(None, None)
        self._observer = observer
        self._keeping = keeping
        self._current: _Generation | None = None
        self._names: list[str] = []
        self._uses: Counter[HttpTransport] = Counter()
        self._draining: set[asyncio.Task[None]] = set()

    @property
    def is_loaded(self) -> bool:
        """Whether there is a supergraph."""
        return self._current is not None

    @property
    def api_schema(self) -> GraphQLSchema:
        """What clients see."""
        return self._get().engine.api_schema

    @property
    def unconnected(self) -> list[str]:
        """Subgraphs without an address."""
        known = () if self._current is None else self._current.transports
        return sorted(name for name in self._names if name not in known)

    async def load(self, sdl: str) -> None:
        """Go over to another supergraph; operations that run end on theirs.

        Raises:
            FederationError: it is none that can be served; the one before stays.
            ValueError: an address in it is none; the one before stays.
        """
        before = self._current
        known = {} if before is None else dict(before.transports)
        made, names = await asyncio.to_thread(self._build, sdl, known)
        self._current, self._names = made, names
        self._uses.update(made.transports.values())
        if before is not None:
            draining = asyncio.create_task(self._drain(before))
            self._draining.add(draining)
            draining.add_done_callback(self._draining.discard)

    async def close(self) -> None:
        """End the subscriptions and close all connections."""
        for task in tuple(self._draining):
            task.cancel()
        await asyncio.gather(*self._draining, return_exceptions=True)
        if self._current is not None:
            await self._end(self._current)
            self._current = None

    async def operation_kind(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription; raises RequestError as `Engine.operation_kind`."""
        with self._get().lease() as engine:
            return await engine.operation_kind(request)

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        """Run a query or mutation."""
        with self._get().lease() as engine:
            response = await engine.execute(request, context)
        response.caching = None  # a header that is passed on may decide it: no cache knows of that
        return response

    async def execute_incrementally(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[IncrementalPayload, None]:
        """Run a query or mutation; what it defers comes in payloads after the first."""
        with self._get().lease() as engine:
            async with aclosing(engine.execute_incrementally(request, context)) as payloads:
                async for payload in payloads:
                    yield payload

    async def subscribe(
        self, request: GraphQLRequest, context: Any
    ) -> AsyncGenerator[GraphQLResponse, None]:
        """Run a subscription; it ends when its supergraph was replaced some time ago."""
        generation = self._get()
        events: asyncio.Queue[GraphQLResponse | None] = asyncio.Queue(maxsize=1)
        with generation.lease() as engine:
            pumping = asyncio.create_task(_pump(engine, request, context, events))
            pumping.add_done_callback(lambda _: _wake_reader(events))
            generation.streams.add(pumping)
            try:
                while (event := await _next_event(events, pumping)) is not None:
                    yield event
                if pumping.cancelled():
                    yield GraphQLResponse(errors=[dict(CHANGED)], has_data=False)
            finally:
                generation.streams.discard(pumping)
                pumping.cancel()
                with suppress(asyncio.CancelledError):
                    await pumping

    def explain(self, document: str, phase: str, operation_name: str | None) -> str:
        """Show one phase of planning; as `Engine.explain`."""
        return self._get().engine.explain(document, phase, operation_name)

    def describe_plan(self, document: str, operation_name: str | None) -> dict[str, Any]:
        """Show the plan as JSON values; as `Engine.describe_plan`."""
        return self._get().engine.describe_plan(document, operation_name)

    @property
    def plan_cache(self) -> PlanCacheCounters:
        """Counters of the plan cache, which begin anew with another supergraph."""
        return self._get().engine.plan_cache

    def _get(self) -> _Generation:
        assert self._current is not None, "a supergraph was loaded before anything is served"
        return self._current

    def _build(self, sdl: str, known: Mapping[str, HttpTransport]) -> tuple[_Generation, list[str]]:
        """Read and build in a thread; addresses that stay keep their connections."""
        subgraphs = read_supergraph(sdl).subgraphs
        urls = {name: self._urls.get(name, each.url) for name, each in subgraphs.items()}
        transports = {
            name: known[name]
            if name in known and known[name].url == url
            else self._make_transport(name, url)
            for name, url in urls.items()
            if url
        }
        used: Mapping[str, Transport] = self._observing.around(transports)
        engine = Engine(
            sdl,
            used if self._keeping is None else self._keeping(sdl, used),
            self._limits,
            after_planning=settle_garbage,
            authorization=self._authorization,
            observer=self._observer,
        )
        return _Generation(engine=engine, transports=transports), list(subgraphs)

    async def _drain(self, generation: _Generation) -> None:
        """Wait for the end of what runs, but not forever."""
        try:
            if generation.active > 0:
                async with asyncio.timeout(self._drain_seconds_max):
                    await generation.is_idle.wait()
        except TimeoutError:
            pass
        finally:
            await self._end(generation)

    async def _end(self, generation: _Generation) -> None:
        for stream in tuple(generation.streams):
            stream.cancel()
        generation.engine.close()
        self._uses.subtract(generation.transports.values())
        for transport in generation.transports.values():
            if self._uses[transport] == 0:
                del self._uses[transport]
                await transport.close()


async def _pump(
    engine: Engine,
    request: GraphQLRequest,
    context: Any,
    events: asyncio.Queue[GraphQLResponse | None],
) -> None:
    async with aclosing(engine.subscribe(request, context)) as answers:
        async for answer in answers:
            await events.put(answer)


async def _next_event(
    events: asyncio.Queue[GraphQLResponse | None], pumping: asyncio.Task[None]
) -> GraphQLResponse | None:
    """The next answer; None when there will be none.

    Raises:
        Exception: what the subscription ended with.
    """
    event = None
    if not pumping.done() or not events.empty():
        event = await events.get()
    if event is None and not pumping.cancelled():
        pumping.result()
    return event


def _wake_reader(events: asyncio.Queue[GraphQLResponse | None]) -> None:
    """Tell a reader that waits; one that has still something to read looks by itself."""
    if events.empty():
        events.put_nowait(None)
