"""The cursors of lists that are sorted by something else than age."""

from domain.pages import PageRequest
from errors import BadInput

NUMBER_MAX = 2**31 - 1


def place_on_album(page: PageRequest) -> tuple[int, int, str]:
    """Where an album's list goes on, by disc, number and id.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return -1, -1, ""
        case (int(disc), int(number), str(key)) if _fit(disc, number):
            return disc, number, key
    raise BadInput("This cursor belongs to another list.", field="after")


def place_among_hits(page: PageRequest) -> tuple[int, int]:
    """Where a search goes on, by rank and number of the entry.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return -1, 0
        case (int(rank), int(number)) if _fit(rank, number):
            return rank, number
    raise BadInput("This cursor belongs to another list.", field="after")


def place_in_playlist(page: PageRequest) -> tuple[int, str, str]:
    """Where a playlist's items go on: the epoch of its order keys, the key, the item's id.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return 0, "", ""
        case (int(epoch), str(order_key), str(key)) if _fit(epoch):
            return epoch, order_key, key
    raise BadInput("This cursor belongs to another list.", field="after")


def version_before(page: PageRequest) -> int:
    """Where a list goes on that runs backwards by version.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return NUMBER_MAX
        case (int(version),) if _fit(version):
            return version
    raise BadInput("This cursor belongs to another list.", field="after")


def _fit(*numbers: int) -> bool:
    """Whether a column of 32 bits can be compared with them."""
    return all(0 <= number <= NUMBER_MAX for number in numbers)
