"""Letting feeds and search follow what is played."""

from db.repositories.media.feeds import FeedRepository
from resolvers.context import UseCaseContext

PLAYS_MAX = 1_000
"""In one commit, so that nobody waits for long."""
BATCHES_MAX = 500
MOVES_MAX = 1_000
"""Among what search finds, in one run; those left over move in the next."""


async def rank_plays(ctx: UseCaseContext) -> int:
    """Score the plays that are new, move what became popular, and write the lists anew.

    How many plays it were. Each batch marks how far it came in its own commit; a crash between
    two costs at most that the lists are written once more.
    """
    scored = 0
    for _ in range(BATCHES_MAX):
        async with ctx.unit_of_work(FeedRepository) as uow:
            some = await uow.rows.score_plays(now=ctx.clock.now(), plays_max=PLAYS_MAX)
            await uow.commit()
        scored += some
        if some < PLAYS_MAX:
            break
    async with ctx.unit_of_work(FeedRepository) as uow:
        await uow.rows.move_entries(moves_max=MOVES_MAX)
        await uow.commit()
    async with ctx.unit_of_work(FeedRepository) as uow:
        await uow.rows.make_snapshot(now=ctx.clock.now())
        await uow.commit()
    return scored
