"""A bounded memory of what was used last."""

from collections import OrderedDict
from typing import Generic, TypeVar

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")


class Recent(Generic[KeyT, ValueT]):
    """Values by key; the one that was not used for longest makes room."""

    def __init__(self, entries_max: int) -> None:
        self._entries: OrderedDict[KeyT, ValueT] = OrderedDict()
        self._entries_max = entries_max

    def get(self, key: KeyT) -> ValueT | None:
        """The value, if it is still there."""
        found = self._entries.get(key)
        if found is not None:
            self._entries.move_to_end(key)
        return found

    def keep(self, key: KeyT, value: ValueT) -> None:
        """Remember it as the one used last."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        if len(self._entries) > self._entries_max:
            self._entries.popitem(last=False)

    def drop(self, key: KeyT) -> None:
        """Forget one."""
        self._entries.pop(key, None)

    def clear(self) -> None:
        """Forget all."""
        self._entries.clear()
