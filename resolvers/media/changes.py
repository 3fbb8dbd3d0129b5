"""The feed of the public catalogue: what changed since, in order, for those who keep a copy.

Each thing stands in it once, with its newest change; a new change moves it to the end. So whoever
reads page after page meets every change, some things twice, and none too late: a page never loses
what stands behind its cursor.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.media.changes import CatalogChange
from domain.media.records import Album, Artist, Playable
from domain.media.videos import Channel
from domain.pages import Page, PageRequest, build_page
from errors import BadInput
from loaders.media.changes import CATALOG_CHANGES
from resolvers.context import RequestContext
from resolvers.media.catalogue_items import Item, find_items


@dataclass(frozen=True, slots=True, kw_only=True)
class CatalogUpdate:
    """A change, and what it left."""

    kind: str
    key: str
    sequence: int
    changed_at: datetime
    item: Item | None
    """As it is now; None for what was deleted or hidden."""

    @property
    def is_gone(self) -> bool:
        """Whether there is nothing to be seen: a tombstone."""
        return self.item is None


async def list_updates(ctx: RequestContext, page: PageRequest) -> Page[CatalogUpdate]:
    """What anyone may see and changed behind a place in the feed, in order.

    The same for whoever asks: drafts are in it for nobody.

    Raises:
        BadInput: the cursor belongs to another list.
    """
    rows = await ctx.read("media").fetch(CATALOG_CHANGES, since=_place(page), limit=page.first + 1)
    found = build_page(rows, page, lambda change: (change.sequence,))
    updates = iter(await _updates_of(ctx, found.nodes))
    return found.map(lambda _change: next(updates))


async def _updates_of(ctx: RequestContext, changes: Sequence[CatalogChange]) -> list[CatalogUpdate]:
    """Each change with what it left; what was hidden since is a tombstone already."""
    kept = [(each.kind, each.key) for each in changes if not each.is_gone]
    items = await find_items(ctx, kept)
    return [
        CatalogUpdate(
            kind=each.kind,
            key=each.key,
            sequence=each.sequence,
            changed_at=each.changed_at,
            item=_public(items.get((each.kind, each.key))),
        )
        for each in changes
    ]


def _public(item: Item | None) -> Item | None:
    """What anyone may see; the viewer may see more."""
    match item:
        case Artist() | Album() | Playable():
            return item if item.is_public else None
        case Channel() | None:
            return item


def _place(page: PageRequest) -> int:
    match page.after:
        case None:
            return 0
        case (int(sequence),) if sequence >= 0:
            return sequence
    raise BadInput("This cursor belongs to another list.", field="since")
