"""Loaders read by key: order, batching and bounds are handled once.

               one tick                      the next
load_all [a b] ─┐
load_all [b c] ─┼─▶ batch {a b c} ─▶ one statement ─▶ each caller its values
load d         ─┘
"""

import asyncio
from collections.abc import Hashable, Mapping, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar

from aiodataloader import DataLoader, dispatch_queue
from aiodataloader import Loader as Asked

from db.read import Query, Read

BATCH_KEYS_MAX = 10_000

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")
ValueT = TypeVar("ValueT")
LoaderT = TypeVar("LoaderT", bound="_Loader[Any, Any]")


class _Callers(DataLoader[Sequence[KeyT], dict[KeyT, ValueT]]):
    """The library's loader, which begins a batch with one task in place of two."""

    cache = False

    def do_resolve_reject(
        self, key: Sequence[KeyT], future: "asyncio.Future[dict[KeyT, ValueT]]"
    ) -> None:
        """Queue what a caller asks for; the first sees to it that the queue is read."""
        self._queue.append(Asked(key=key, future=future))
        if len(self._queue) == 1:
            # After as many turns of the loop as in the library, so that nobody comes too late.
            self.loop.call_soon(self.loop.call_soon, dispatch_queue, self)


class _Reading(Generic[KeyT, ValueT]):
    """Keys that are being read for a caller, and for others that ask for the same."""

    __slots__ = ("found", "keys")

    def __init__(self, keys: list[KeyT], found: "asyncio.Future[dict[KeyT, ValueT]]") -> None:
        self.keys = set(keys)
        self.found = found


class _Loader(Generic[KeyT, ValueT]):
    """Reads each key once; whoever asks in the same tick shares a statement.

    The library batches what callers ask for, all keys of a caller as one: a future for each
    of a thousand keys would cost more than reading them.

    Subclasses name a query with a `keys` parameter and the field of its rows that is the key;
    other parameters of the query are fixed when the loader is made.
    """

    query: ClassVar[Query[Any]]
    key_name: ClassVar[str] = "id"

    def __init__(self, read: Read, **parameters: Any) -> None:
        self._loaded: dict[KeyT, ValueT] = {}
        self._underway: list[_Reading[KeyT, ValueT]] = []
        # Bound to the class alone: in a circle with its reader, the loader and all rows that it
        # keeps would wait for a garbage search.
        self._callers = _Callers[KeyT, ValueT](partial(self._read_batch, read, parameters))

    async def load(self, key: KeyT) -> ValueT:
        """The value of one key."""
        return (await self.load_all((key,)))[0]

    async def load_all(self, keys: Sequence[KeyT]) -> list[ValueT]:
        """A value for each key, in their order."""
        loaded = self._loaded
        missing = [key for key in keys if key not in loaded]
        if not missing:
            return [loaded[key] for key in keys]
        found = {key: loaded[key] for key in keys if key in loaded}
        for reading in self._readings(missing):
            # Shielded: a caller that is cancelled must not take the others' rows along.
            found |= await asyncio.shield(reading.found)
        return [found[key] for key in keys]

    def keep(self, values: Mapping[KeyT, ValueT]) -> None:
        """Take over what was read together with something else."""
        self._loaded.update(values)

    def clear(self, key: KeyT) -> None:
        """Read this key anew when it is asked for again: its row has changed."""
        self._loaded.pop(key, None)
        for reading in self._underway:
            reading.keys.discard(key)

    def _readings(self, missing: list[KeyT]) -> list[_Reading[KeyT, ValueT]]:
        """What brings these keys: readings under way, and one of this tick for the others."""
        readings = []
        for each in self._underway:
            others = [key for key in missing if key not in each.keys]
            if len(others) < len(missing):
                readings.append(each)
                missing = others
        if missing:
            reading = _Reading(missing, self._callers.load(missing))
            reading.found.add_done_callback(partial(self._keep, reading))
            self._underway.append(reading)
            readings.append(reading)
        return readings

    def _keep(
        self, reading: _Reading[KeyT, ValueT], done: "asyncio.Future[dict[KeyT, ValueT]]"
    ) -> None:
        """Keep what came; of keys cleared meanwhile, nothing."""
        self._underway.remove(reading)
        if not done.cancelled() and done.exception() is None:
            found = done.result()
            self._loaded.update((key, found[key]) for key in reading.keys)

    @classmethod
    async def _read_batch(
        cls, read: Read, parameters: dict[str, Any], asked: list[Sequence[KeyT]]
    ) -> list[dict[KeyT, ValueT]]:
        """Answer all callers of a tick with the same rows; each takes its own."""
        keys = list(dict.fromkeys(chain.from_iterable(asked)))
        found: dict[KeyT, ValueT] = {}
        for start in range(0, len(keys), BATCH_KEYS_MAX):
            some = keys[start : start + BATCH_KEYS_MAX]
            found |= cls._by_key(some, await read.fetch(cls.query, keys=some, **parameters))
        return [found] * len(asked)

    @classmethod
    def _by_key(cls, keys: list[KeyT], rows: list[Any]) -> dict[KeyT, ValueT]:
        raise NotImplementedError


class BatchLoader(_Loader[KeyT, RowT | None], Generic[KeyT, RowT]):
    """Loads one row for each key; a key without a row yields None."""

    @classmethod
    def _by_key(cls, keys: list[KeyT], rows: list[RowT]) -> dict[KeyT, RowT | None]:
        found: dict[KeyT, RowT | None] = dict.fromkeys(keys)
        found.update(zip(map(attrgetter(cls.key_name), rows), rows, strict=True))
        return found


class GroupLoader(_Loader[KeyT, list[RowT]], Generic[KeyT, RowT]):
    """Loads the rows that belong to each key, in the query's order; none is an empty list."""

    @classmethod
    def _by_key(cls, keys: list[KeyT], rows: list[RowT]) -> dict[KeyT, list[RowT]]:
        key_of = attrgetter(cls.key_name)
        found: dict[KeyT, list[RowT]] = {key: [] for key in keys}
        for row in rows:
            found[key_of(row)].append(row)
        return found


class PageLoaders:
    """Loaders of a request, among them some that are made with parameters."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pages: dict[Hashable, _Loader[Any, Any]] = {}

    def page(self, loader: type[LoaderT], **parameters: Any) -> LoaderT:
        """One loader for all that ask with the same parameters, so that they share a statement."""
        key = (loader, *parameters.values())
        if key not in self._pages:
            self._pages[key] = loader(self._read, **parameters)
        found = self._pages[key]
        assert isinstance(found, loader)
        return found
