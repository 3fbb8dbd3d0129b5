"""The Range header (RFC 9110, 14.2), as far as files are served in ranges: one at a time."""

import re

RANGE = re.compile(r"^bytes=([0-9]{0,18})-([0-9]{0,18})$")
UNSATISFIABLE = (-1, -1)


def span_of(wanted: str, size: int) -> tuple[int, int] | None:
    """Read one range; None for several or for nonsense, which mean the whole file.

    Players and download managers ask for one at a time; several at once are how servers are
    made to send much more than they hold, and a server may always send all instead.

    bytes=2-5 → (2, 6)    bytes=2- → (2, size)    bytes=-3 → (size - 3, size)
    """
    match = RANGE.match(wanted.replace(" ", "").lower())
    if match is None or match[1] == match[2] == "":
        return None
    if match[1] == "":
        length = int(match[2])
        return (max(0, size - length), size) if length and size else UNSATISFIABLE
    first = int(match[1])
    last = min(int(match[2]), size - 1) if match[2] else size - 1
    if match[2] and int(match[2]) < first:
        return None
    return (first, last + 1) if first < size else UNSATISFIABLE
