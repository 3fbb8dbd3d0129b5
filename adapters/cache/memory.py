"""Answers of one process, within a number of bytes.

Each tag has a number. An entry is good as long as its tags have the numbers that they had before it
was read; to purge a tag is to forget its number, and the next is new. So a purge takes the same
time however much it makes old, nothing is searched, and what was being read meanwhile is not kept.
"""

import re
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from itertools import count
from typing import Final, NamedTuple

from adapters.cache.store import Entry, Found, Lookup

BYTES_MAX: Final = 32 * 1024 * 1024
VALUE_BYTES_MAX: Final = 1024 * 1024
TAGS_MAX: Final = 100_000
ENTRY_BYTES: Final = 400
"""What an entry weighs beside its key and value."""


class _Kept(NamedTuple):
    value: bytes
    stamp: bytes
    ends_at: float
    weight: int


class MemoryCache:
    """The entry, or the tag, that was not asked for longest goes first."""

    def __init__(
        self,
        *,
        bytes_max: int = BYTES_MAX,
        value_bytes_max: int = VALUE_BYTES_MAX,
        tags_max: int = TAGS_MAX,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._bytes_max = bytes_max
        self._value_bytes_max = value_bytes_max
        self._tags_max = tags_max
        self._now = now
        self._entries: OrderedDict[str, _Kept] = OrderedDict()
        self._tags: OrderedDict[str, bytes] = OrderedDict()
        self._numbers = count(1)
        self._weight = 0

    def __len__(self) -> int:
        return len(self._entries)

    @property
    def weight(self) -> int:
        """Bytes that are taken."""
        return self._weight

    async def find(self, lookups: Sequence[Lookup]) -> list[Found]:
        """Look for several at once."""
        return [self._find(each) for each in lookups]

    async def keep(self, entries: Sequence[Entry]) -> None:
        """Keep values; others make room for them."""
        for each in entries:
            if each.stamp and each.seconds > 0 and len(each.value) <= self._value_bytes_max:
                self._keep(each)

    async def purge(self, tags: Iterable[str]) -> None:
        """Forget whatever has one of these tags."""
        for tag in tags:
            self._tags.pop(tag, None)

    async def purge_matching(self, pattern: str) -> None:
        """Forget whatever has a tag like this."""
        wanted = re.compile(".*".join(map(re.escape, pattern.split("*"))), re.DOTALL)
        await self.purge([tag for tag in self._tags if wanted.fullmatch(tag)])

    async def purge_all(self) -> None:
        """Forget everything."""
        self._tags.clear()
        self._entries.clear()
        self._weight = 0

    async def close(self) -> None:
        """Nothing is held."""

    def _find(self, lookup: Lookup) -> Found:
        stamp = b"".join([self._number_of(tag) for tag in lookup.tags]) or b"-"
        kept = self._entries.get(lookup.key)
        if kept is None:
            return Found(None, stamp)
        if kept.stamp != stamp or kept.ends_at <= self._now():
            self._forget(lookup.key)
            return Found(None, stamp)
        self._entries.move_to_end(lookup.key)
        return Found(kept.value, stamp)

    def _number_of(self, tag: str) -> bytes:
        number = self._tags.get(tag)
        if number is None:
            number = self._tags[tag] = next(self._numbers).to_bytes(8, "big")
            if len(self._tags) > self._tags_max:
                self._tags.popitem(last=False)
        else:
            self._tags.move_to_end(tag)
        return number

    def _keep(self, entry: Entry) -> None:
        self._forget(entry.key)
        weight = ENTRY_BYTES + len(entry.key) + len(entry.value) + len(entry.stamp)
        ends_at = self._now() + entry.seconds
        self._entries[entry.key] = _Kept(entry.value, entry.stamp, ends_at, weight)
        self._weight += weight
        while self._weight > self._bytes_max:
            self._forget(next(iter(self._entries)))

    def _forget(self, key: str) -> None:
        kept = self._entries.pop(key, None)
        if kept is not None:
            self._weight -= kept.weight
