"""The cursors of lists that are sorted by something else than age."""

from dataclasses import dataclass, replace

from domain.media.search_places import NUMBER_MAX as PLACE_MAX
from domain.pages import PageRequest, SortKey
from errors import BadInput

NUMBER_MAX = 2**31 - 1
NOT_YET = -1
"""Before every number."""


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


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchPlace:
    """Where a search goes on."""

    generation: int | None = None
    """Of the places in which the walk of pages began; None on its first page."""
    tier: int = 0
    number: int = NOT_YET
    mended: str | None = None
    """The spelling that the walk looks for, in place of what was asked."""

    def in_generation(self, now: int) -> "SearchPlace":
        """The same in the generation that it is read in: of older ones nothing is kept."""
        kept = self.generation is not None and self.generation in (now - 1, now)
        return self if kept else replace(self, generation=now)

    def with_spelling(self, mended: str) -> "SearchPlace":
        """The same for another spelling."""
        return replace(self, mended=mended)

    def after(self, tier: int) -> int:
        """Behind which number to go on in a tier; those before ours are used up."""
        if tier == self.tier:
            return self.number
        return PLACE_MAX if tier < self.tier else NOT_YET

    def behind(self, tier: int, number: int) -> SortKey:
        """The cursor of a hit."""
        assert self.generation is not None, "a hit was read in a generation"
        mended = () if self.mended is None else (self.mended,)
        return (self.generation, tier, number, *mended)


def place_among_hits(page: PageRequest) -> SearchPlace:
    """Where a search goes on.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return SearchPlace()
        case (int(generation), int(tier), int(number), *mended) if (
            _fit(generation, tier) and 0 <= number < PLACE_MAX and len(mended) <= 1
        ):
            spelling = next((each for each in mended if isinstance(each, str)), None)
            return SearchPlace(generation=generation, tier=tier, number=number, mended=spelling)
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


def place_by_name(page: PageRequest) -> str:
    """Where a list by name goes on.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match page.after:
        case None:
            return ""
        case (str(key),):
            return key
    raise BadInput("This cursor belongs to another list.", field="after")


def _fit(*numbers: int) -> bool:
    """Whether a column of 32 bits can be compared with them."""
    return all(0 <= number <= NUMBER_MAX for number in numbers)
