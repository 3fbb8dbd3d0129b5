"""Categories that moderators make, and what stands in them."""

from collections.abc import Sequence
from dataclasses import replace

from db.repositories.media.labels import LabelRepository
from domain.ids import CategoryId, PlayableKey, new_id
from domain.media import labels as rules
from domain.media.labels import Category
from domain.media.records import Playable
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.labels import require_sort
from domain.text import checked_text
from errors import Conflict, NotFound
from loaders.media.labels import (
    CATEGORIES,
    PLAYABLES_OF_CATEGORY,
    PLAYABLES_OF_TAG,
    Shelved,
    Tagged,
)
from resolvers.context import RequestContext
from resolvers.media.cursors import place_by_name
from resolvers.media.playables import find_playables


async def list_categories(ctx: RequestContext, page: PageRequest) -> Page[Category]:
    """All categories, by name."""
    rows = await ctx.read("media").fetch(
        CATEGORIES, after=place_by_name(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda category: (category.name_key,))


async def list_category(
    ctx: RequestContext, category_id: CategoryId, page: PageRequest
) -> Page[Playable]:
    """What stands in a category and the viewer may see, the newest first."""
    rows = await ctx.read("media").fetch(
        PLAYABLES_OF_CATEGORY,
        category_id=category_id,
        before=before_text(page),
        limit=page.first + 1,
    )
    return await _seen(ctx, build_page(rows, page, lambda row: (row.playable,)))


async def list_tagged(ctx: RequestContext, tag: str, page: PageRequest) -> Page[Playable]:
    """What has a tag and the viewer may see, the newest first.

    Raises:
        BadInput: this is no tag.
    """
    _, key = rules.checked_name(tag, field="tag")
    rows = await ctx.read("media").fetch(
        PLAYABLES_OF_TAG, tag=key, before=before_text(page), limit=page.first + 1
    )
    return await _seen(ctx, build_page(rows, page, lambda row: (row.playable,)))


async def categories_of(ctx: RequestContext, playables: Sequence[Playable]) -> list[list[Category]]:
    """The categories of each."""
    loaders = ctx.loaders.media.labels
    shelves = await loaders.categories_by_playable.load_all(
        [str(each.playable) for each in playables]
    )
    ids = [row.category_id for rows in shelves for row in rows]
    found = iter(await loaders.category_by_id.load_all(ids))
    named = [[next(found) for _ in rows] for rows in shelves]
    return [[each for each in those if each is not None] for those in named]


async def create_category(ctx: RequestContext, name: str, description: str) -> Category:
    """Make a category. Twice is once: an equal one is given back.

    Raises:
        Unauthenticated, Forbidden: the viewer is no moderator.
        BadInput: a text is out of its bounds.
        Conflict: another one has the name, and says something else of itself.
    """
    require_sort(ctx.viewer)
    text, key = rules.checked_name(name)
    category = Category(
        id=CategoryId(new_id()),
        name=text,
        name_key=key,
        description=_description(description),
        created_at=ctx.clock.now(),
    )
    async with ctx.unit_of_work(LabelRepository) as uow:
        kept = await uow.rows.find_or_add_category(category)
        if (kept.name, kept.description) != (category.name, category.description):
            raise Conflict("Another category has this name: change that one.", field="name")
        await uow.commit()
    return kept


async def update_category(
    ctx: RequestContext, category_id: CategoryId, *, name: str | None, description: str | None
) -> Category:
    """Change a category; what is None stays. Twice is once.

    Raises:
        Unauthenticated, Forbidden: the viewer is no moderator.
        NotFound: there is no such category.
        BadInput: a text is out of its bounds.
        Conflict: another one has the name.
    """
    require_sort(ctx.viewer)
    async with ctx.unit_of_work(LabelRepository) as uow:
        category = await uow.rows.lock_category(category_id)
        if category is None:
            raise NotFound("There is no such category.", field="categoryId")
        if name is not None:
            text, key = rules.checked_name(name)
            other = await uow.rows.find_category(key)
            if other is not None and other.id != category_id:
                raise Conflict("Another category has this name.", field="name")
            category = replace(category, name=text, name_key=key)
        if description is not None:
            category = replace(category, description=_description(description))
        await uow.rows.save_category(category)
        await uow.commit()
    ctx.loaders.media.labels.category_by_id.clear(category_id)
    return category


async def _seen(ctx: RequestContext, page: Page[Shelved] | Page[Tagged]) -> Page[Playable]:
    found = await find_playables(ctx, [PlayableKey.parse(row.playable) for row in page.nodes])
    seen = {str(each.playable): each for each in found if each is not None}
    return page.map(lambda row: seen.get(row.playable))


def _description(text: str) -> str:
    return checked_text(text, field="description", chars_max=rules.DESCRIPTION_CHARS_MAX)
