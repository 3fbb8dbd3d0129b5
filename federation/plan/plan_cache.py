"""A bounded memory for what is expensive to make, with the least recently used going first."""

from collections import OrderedDict
from collections.abc import Hashable
from threading import Lock
from typing import Generic, TypeVar

ValueT = TypeVar("ValueT")


class PlanCache(Generic[ValueT]):
    """Keeps at most `entries_max` values that together weigh at most `weight_max`.

    Counts hits and misses; threads may share it.
    """

    def __init__(self, entries_max: int, weight_max: int) -> None:
        self._entries: OrderedDict[Hashable, tuple[ValueT, int]] = OrderedDict()
        self._entries_max = entries_max
        self._weight_max = weight_max
        self._weight = 0
        self._lock = Lock()
        self.hits = 0
        self.misses = 0

    def __len__(self) -> int:
        return len(self._entries)

    def find(self, key: Hashable) -> ValueT | None:
        """The value of a key, if it is still there."""
        with self._lock:
            entry = self._entries.get(key)
            if entry is None:
                self.misses += 1
                return None
            self.hits += 1
            self._entries.move_to_end(key)
            return entry[0]

    def drop(self, key: Hashable) -> None:
        """Forget a value, if it is there."""
        with self._lock:
            _, weight = self._entries.pop(key, (None, 0))
            self._weight -= weight

    def keep(self, key: Hashable, value: ValueT, weight: int) -> None:
        """Remember a value; the oldest go when there is no room, unless it is too heavy itself."""
        if self._entries_max == 0 or weight > self._weight_max:
            return
        with self._lock:
            _, before = self._entries.pop(key, (None, 0))
            self._entries[key] = (value, weight)
            self._weight += weight - before
            while len(self._entries) > self._entries_max or self._weight > self._weight_max:
                _, (_, freed) = self._entries.popitem(last=False)
                self._weight -= freed
