"""Payloads of deferred operations, put together as a client does."""

from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from federation.execute.payloads import IncrementalPayload


def merge_payloads(payloads: Iterable[IncrementalPayload]) -> Any:
    """All data; checks on the way that ids and `has_next` are used as they should be."""
    data: Any = None
    open_ids: set[str] = set()
    may_go_on = True
    for number, payload in enumerate(payloads):
        assert may_go_on
        assert payload.is_initial == (number == 0)
        if payload.is_initial:
            data = deepcopy(payload.data)
        open_ids |= {each.id for each in payload.pending}
        for item in payload.incremental:
            assert item.id in open_ids
            target = data
            for segment in item.path:
                target = target[segment]
            merge(target, item.data)
        for each in payload.completed:
            open_ids.remove(each.id)
        may_go_on = payload.has_next
    assert not may_go_on
    assert not open_ids
    return data


def merge(target: Any, source: Any) -> None:
    """Add what was delivered; nothing is delivered twice."""
    for key, value in source.items():
        assert key not in target, f"{key} was delivered twice"
        target[key] = deepcopy(value)


def contains(whole: Any, part: Any) -> bool:
    """Whether everything of a part is in the whole."""
    if isinstance(part, dict) and isinstance(whole, dict):
        return all(key in whole and contains(whole[key], each) for key, each in part.items())
    if isinstance(part, list) and isinstance(whole, list):
        return len(part) == len(whole) and all(map(contains, whole, part))
    return bool(part == whole)
