"""Names by which caches in front of us are told to forget answers."""

import re
from collections.abc import Iterable
from typing import Any

BYTES_MAX = 1_000
"""Of all keys of one answer. They are told twice, and some proxies refuse 4 KB of headers."""
_NAME = re.compile(r"[A-Za-z0-9_.:=-]{1,200}")


def surrogate_keys(tags: Iterable[str], data: Any) -> str:
    """The tags of an answer and the ids that it shows, apart by spaces.

    Ids are what stands under the key `id`. Where they are too many there are none: what is named
    by its type is then still named; too many types are not. `Any`: response data.
    """
    names = dict.fromkeys(tags)
    room = BYTES_MAX - sum(len(name) + 1 for name in names)
    if room < 0:
        return ""
    ids: dict[str, None] = {}
    left = [data]
    while left:
        value = left.pop()
        if isinstance(value, list):
            left.extend(value)
        elif isinstance(value, dict):
            found = value.get("id")
            if isinstance(found, str) and found not in ids and _NAME.fullmatch(found):
                ids[found] = None
                room -= len(found) + 1
                if room < 0:
                    return " ".join(names)
            left.extend([each for each in value.values() if isinstance(each, (dict, list))])
    return " ".join([*names, *ids])
