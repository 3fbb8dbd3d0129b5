"""Slices of long lists: forward only, by keyset cursor."""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import msgspec

from errors import BadInput

PAGE_SIZE_DEFAULT = 20
PAGE_SIZE_MAX = 100
CURSOR_CHARS_MAX = 512
CURSOR_NUMBER_MAX = 2**53
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

ItemT = TypeVar("ItemT")
OtherT = TypeVar("OtherT")
CursorValue = str | int
SortKey = tuple[CursorValue, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PageRequest:
    """Which slice is asked for."""

    first: int = PAGE_SIZE_DEFAULT
    after: SortKey | None = None
    """Sort key of the last row seen; None starts at the beginning."""


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Whether and where the list goes on (Relay connections)."""

    has_next_page: bool
    end_cursor: str | None
    start_cursor: str | None
    has_previous_page: bool


@dataclass(frozen=True, slots=True)
class Edge(Generic[ItemT]):
    """One item and its place in the list."""

    node: ItemT
    cursor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Page(Generic[ItemT]):
    """A slice with a place for each of its items; cursors are made when they are asked for."""

    nodes: list[ItemT]
    rows: Sequence[Any]
    """What each item was made of, and stands in its place by: the items themselves, most often."""
    sort_key: Callable[[Any], SortKey]
    has_next_page: bool
    has_previous_page: bool

    @property
    def edges(self) -> list[Edge[ItemT]]:
        """The items with their cursors."""
        return [
            Edge(node, print_cursor(self.sort_key(row)))
            for node, row in zip(self.nodes, self.rows, strict=True)
        ]

    @property
    def page_info(self) -> PageInfo:
        """Whether and where the list goes on."""
        return PageInfo(
            has_next_page=self.has_next_page,
            end_cursor=print_cursor(self.sort_key(self.rows[-1])) if self.rows else None,
            start_cursor=print_cursor(self.sort_key(self.rows[0])) if self.rows else None,
            has_previous_page=self.has_previous_page,
        )

    def map(self, change: Callable[[ItemT], OtherT | None]) -> "Page[OtherT]":
        """The same places with other items; a place that gets None is left out."""
        changed = [
            (other, row)
            for node, row in zip(self.nodes, self.rows, strict=True)
            if (other := change(node)) is not None
        ]
        return Page(
            nodes=[other for other, _ in changed],
            rows=[row for _, row in changed],
            sort_key=self.sort_key,
            has_next_page=self.has_next_page,
            has_previous_page=self.has_previous_page,
        )


def page_request(first: int | None, after: str | None) -> PageRequest:
    """Check what a client asked for.

    Raises:
        BadInput: `first` is out of bounds, or `after` is not a cursor of ours.
    """
    size = PAGE_SIZE_DEFAULT if first is None else first
    if not 1 <= size <= PAGE_SIZE_MAX:
        raise BadInput(f"first must be from 1 to {PAGE_SIZE_MAX}, not {size}.", field="first")
    return PageRequest(first=size, after=None if after is None else parse_cursor(after))


def build_page(
    rows: Sequence[ItemT],
    request: PageRequest,
    sort_key: Callable[[ItemT], SortKey],
) -> Page[ItemT]:
    """Make a page of `first + 1` rows read (the extra one tells whether more follow)."""
    kept = list(rows[: request.first])
    return Page(
        nodes=kept,
        rows=kept,
        sort_key=sort_key,
        has_next_page=len(rows) > request.first,
        has_previous_page=request.after is not None,
    )


def print_cursor(sort_key: SortKey) -> str:
    """Sort key to opaque text."""
    return base64.urlsafe_b64encode(msgspec.json.encode(sort_key)).decode().rstrip("=")


def parse_cursor(text: str) -> SortKey:
    """Opaque text to sort key.

    Raises:
        BadInput: the text was not made by us.
    """
    try:
        if len(text) > CURSOR_CHARS_MAX:
            raise ValueError
        raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        values = msgspec.json.decode(raw, type=tuple[CursorValue, ...])
        if any(not _is_storable(value) for value in values):
            raise ValueError
        return values
    except (ValueError, binascii.Error, msgspec.MsgspecError):
        raise BadInput(
            "after is not a cursor of this list; pass pageInfo.endCursor as it came.",
            field="after",
        ) from None


def _is_storable(value: CursorValue) -> bool:
    """Whether both databases take it as a parameter."""
    return "\x00" not in value if isinstance(value, str) else abs(value) < CURSOR_NUMBER_MAX


LAST_TEXT = "zzzz"
"""Sorts behind every id, in any collation: where a list that runs backwards begins."""

LAST_INSTANT = datetime(9999, 1, 1, tzinfo=UTC)
"""Sorts behind every instant."""


def instant_cursor(instant: datetime) -> int:
    """An instant as a cursor value: whole microseconds since 1970."""
    return (instant - EPOCH) // timedelta(microseconds=1)


def before_instant(request: PageRequest) -> tuple[datetime, str]:
    """Where a newest-first list goes on: the (instant, text) of the last row seen.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match request.after:
        case None:
            return LAST_INSTANT, LAST_TEXT
        case (int(micros), str(text)):
            return min(EPOCH + timedelta(microseconds=abs(micros)), LAST_INSTANT), text
        case _:
            raise BadInput("This cursor belongs to another list.", field="after")


def before_text(request: PageRequest) -> str:
    """Where a list that runs backwards by id goes on.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match request.after:
        case None:
            return LAST_TEXT
        case (str(text),):
            return text
        case _:
            raise BadInput("This cursor belongs to another list.", field="after")


def after_text(request: PageRequest) -> str:
    """Where a list that runs forward by id goes on; before every id at its beginning.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    match request.after:
        case None:
            return ""
        case (str(text),):
            return text
        case _:
            raise BadInput("This cursor belongs to another list.", field="after")
