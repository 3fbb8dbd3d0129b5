"""Finding what stands in the catalogue under the names that the trade gives it."""

from domain.media.identifiers import Identifier
from domain.pages import Page, PageRequest, before_text, build_page
from loaders.media.identifiers import NAMED
from resolvers.context import RequestContext
from resolvers.media.catalogue_items import Item, find_items


async def find_named_items(
    ctx: RequestContext, identifier: Identifier, page: PageRequest
) -> Page[Item]:
    """What the viewer may see that has this identifier, the newest first."""
    rows = await ctx.read("media").fetch(
        NAMED[identifier.kind],
        value=identifier.value,
        **ctx.viewer.sight._asdict(),
        before=before_text(page),
        limit=page.first + 1,
    )
    found = build_page(rows, page, lambda row: (row.key,))
    items = await find_items(ctx, [(row.kind, row.key) for row in found.nodes])
    return found.map(lambda row: items.get((row.kind, row.key)))
