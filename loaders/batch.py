"""Loaders read by key: order, batching and bounds are handled once.

               one tick                      the next
load_all [a b] ─┐
load_all [b c] ─┼─▶ batch {a b c} ─▶ one statement ─▶ each caller its values
load d         ─┘
"""

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from functools import partial
from itertools import chain
from operator import attrgetter
from typing import Any, ClassVar, Generic, TypeVar

from aiodataloader import DataLoader

from db.read import Query, Read

BATCH_KEYS_MAX = 10_000

KeyT = TypeVar("KeyT", bound=Hashable)
RowT = TypeVar("RowT")
ValueT = TypeVar("ValueT")


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
        self._read = read
        self._parameters = parameters
        self._loaded: dict[KeyT, ValueT] = {}
        self._coming: dict[KeyT, asyncio.Future[dict[KeyT, ValueT]]] = {}
        self._callers: DataLoader[Sequence[KeyT], dict[KeyT, ValueT]] = DataLoader(
            self._read_batch, cache=False
        )

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
            found |= await asyncio.shield(reading)
        return [found[key] for key in keys]

    def clear(self, key: KeyT) -> None:
        """Read this key anew when it is asked for again: its row has changed."""
        self._loaded.pop(key, None)
        self._coming.pop(key, None)

    def _readings(self, missing: list[KeyT]) -> Iterable["asyncio.Future[dict[KeyT, ValueT]]"]:
        """What brings these keys: the reading of this tick, and those under way."""
        coming = self._coming
        readings: dict[asyncio.Future[dict[KeyT, ValueT]], None] = {}
        new: list[KeyT] = []
        for key in missing:
            reading = coming.get(key)
            if reading is None:
                if not new:
                    mine = self._callers.load(new)  # which is filled before it is read
                    mine.add_done_callback(partial(self._keep, new))
                new.append(key)
                reading = coming[key] = mine
            readings[reading] = None
        return readings

    def _keep(self, keys: list[KeyT], reading: "asyncio.Future[dict[KeyT, ValueT]]") -> None:
        """Keep what came; of keys cleared meanwhile, nothing."""
        is_there = not reading.cancelled() and reading.exception() is None
        found = reading.result() if is_there else {}
        for key in keys:
            if self._coming.get(key) is reading:
                del self._coming[key]
                if is_there:
                    self._loaded[key] = found[key]

    async def _read_batch(self, asked: list[Sequence[KeyT]]) -> list[dict[KeyT, ValueT]]:
        """Answer all callers of a tick with the same rows; each takes its own."""
        keys = list(dict.fromkeys(chain.from_iterable(asked)))
        found: dict[KeyT, ValueT] = {}
        for start in range(0, len(keys), BATCH_KEYS_MAX):
            some = keys[start : start + BATCH_KEYS_MAX]
            rows = await self._read.fetch(self.query, keys=some, **self._parameters)
            found |= self._by_key(some, rows)
        return [found] * len(asked)

    def _by_key(self, keys: list[KeyT], rows: list[Any]) -> dict[KeyT, ValueT]:
        raise NotImplementedError


class BatchLoader(_Loader[KeyT, RowT | None], Generic[KeyT, RowT]):
    """Loads one row for each key; a key without a row yields None."""

    def _by_key(self, keys: list[KeyT], rows: list[RowT]) -> dict[KeyT, RowT | None]:
        key_of = attrgetter(self.key_name)
        found: dict[KeyT, RowT | None] = dict.fromkeys(keys)
        for row in rows:
            found[key_of(row)] = row
        return found


class GroupLoader(_Loader[KeyT, list[RowT]], Generic[KeyT, RowT]):
    """Loads the rows that belong to each key, in the query's order; none is an empty list."""

    def _by_key(self, keys: list[KeyT], rows: list[RowT]) -> dict[KeyT, list[RowT]]:
        key_of = attrgetter(self.key_name)
        found: dict[KeyT, list[RowT]] = {key: [] for key in keys}
        for row in rows:
            found[key_of(row)].append(row)
        return found
