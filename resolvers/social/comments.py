"""Comments under anything that can be played."""

from collections.abc import Sequence
from dataclasses import replace

from db.repositories.social import SocialRepository
from domain.ids import CommentId, PlayableKey, new_id
from domain.messages.events import CommentsChanged
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.social import (
    require_comment_author,
    require_may_delete,
    require_visible_playable,
)
from domain.social.records import COMMENT_CHARS_MAX, Comment
from domain.text import checked_text
from errors import NotFound
from resolvers.context import RequestContext
from resolvers.social.projections import are_hidden, find_stats


async def add_comment(ctx: RequestContext, key: PlayableKey, *, body: str) -> Comment:
    """Write a comment.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: there is no such thing for this viewer.
        BadInput: the text is empty or too long.
    """
    comment = Comment(
        id=CommentId(new_id()),
        playable=str(key),
        author_id=ctx.viewer.require_user_id(),
        body=_checked_body(body),
        created_at=ctx.clock.now(),
        edited_at=None,
        deleted_at=None,
    )
    async with ctx.unit_of_work(SocialRepository) as uow:
        require_visible_playable(ctx.viewer, await uow.rows.find_playable(key))
        await uow.rows.add_comment(comment)
        await uow.publish(_changed(comment))
        await uow.commit()
    ctx.loaders.social.playable_stats_by_key.clear(str(key))
    return comment


async def edit_comment(ctx: RequestContext, comment_id: CommentId, *, body: str) -> Comment:
    """Change one's own comment.

    Raises:
        NotFound: there is no such comment.
        Forbidden: somebody else wrote it.
        BadInput: the text is empty or too long.
    """
    text = _checked_body(body)
    async with ctx.unit_of_work(SocialRepository) as uow:
        comment = _found(await uow.rows.lock_comment(comment_id))
        require_comment_author(ctx.viewer, comment)
        edited = replace(comment, body=text, edited_at=ctx.clock.now())
        await uow.rows.save_comment(edited)
        await uow.publish(_changed(edited))
        await uow.commit()
    ctx.loaders.social.comment_by_id.clear(comment_id)
    return edited


async def delete_comment(ctx: RequestContext, comment_id: CommentId) -> None:
    """Take a comment away; its row stays for moderation.

    Raises:
        NotFound: there is no such comment.
        Forbidden: the viewer is neither its author nor a moderator.
    """
    async with ctx.unit_of_work(SocialRepository) as uow:
        comment = _found(await uow.rows.lock_comment(comment_id))
        require_may_delete(ctx.viewer, comment)
        await uow.rows.save_comment(replace(comment, deleted_at=ctx.clock.now()))
        await uow.publish(_changed(comment))
        await uow.commit()
    ctx.loaders.social.comment_by_id.clear(comment_id)
    ctx.loaders.social.playable_stats_by_key.clear(comment.playable)


async def find_comment(ctx: RequestContext, comment_id: CommentId) -> Comment | None:
    """A comment that is not deleted; None also where the viewer may not see what it is about."""
    return (await find_comments(ctx, [comment_id]))[0]


async def find_comments(
    ctx: RequestContext, comment_ids: Sequence[CommentId]
) -> list[Comment | None]:
    """Comments by their ids, each as `find_comment`."""
    found = await ctx.loaders.social.comment_by_id.load_all(comment_ids)
    there = [comment for comment in found if comment is not None]
    hidden = await are_hidden(ctx, [comment.playable for comment in there])
    seen = {each.id: each for each, is_hidden in zip(there, hidden, strict=True) if not is_hidden}
    return [seen.get(comment_id) for comment_id in comment_ids]


async def count_comments(ctx: RequestContext, keys: Sequence[PlayableKey]) -> list[int | None]:
    """How many comments each has; None for what the viewer may not see."""
    return [None if stats is None else stats.comment_count for stats in await find_stats(ctx, keys)]


async def list_comments(
    ctx: RequestContext, keys: Sequence[PlayableKey], page: PageRequest
) -> list[Page[Comment] | None]:
    """The comments of each, newest first; None for what the viewer may not see."""
    playables = [str(key) for key in keys]
    hidden = await are_hidden(ctx, playables)
    if all(hidden):
        return [None] * len(keys)
    loader = ctx.loaders.social.comments_by_playable(before=before_text(page), limit=page.first + 1)
    seen = [each for each, is_hidden in zip(playables, hidden, strict=True) if not is_hidden]
    found = iter(await loader.load_all(seen))
    return [
        None if is_hidden else build_page(next(found), page, lambda comment: (comment.id,))
        for is_hidden in hidden
    ]


def _checked_body(body: str) -> str:
    return checked_text(body, field="body", chars_min=1, chars_max=COMMENT_CHARS_MAX)


def _changed(comment: Comment) -> CommentsChanged:
    return CommentsChanged(comment_id=comment.id, playable=comment.playable)


def _found(comment: Comment | None) -> Comment:
    if comment is None:
        raise NotFound("There is no such comment.", field="commentId")
    return comment
