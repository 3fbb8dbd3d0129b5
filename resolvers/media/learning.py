"""What search learns in the background: the words of what was indexed."""

from db.repositories.media.catalogue import MediaRepository
from resolvers.context import UseCaseContext

ENTRIES_MAX = 500
"""In one commit, so that nobody waits for long."""
BATCHES_MAX = 200
"""In one run; what is left is learned in the next."""


async def learn_words(ctx: UseCaseContext) -> int:
    """Take the words of new entries into the vocabulary; how many entries it were.

    Each batch counts its entries in the commit that marks them, so a crash doubles nothing.
    """
    learned = 0
    for _ in range(BATCHES_MAX):
        async with ctx.unit_of_work(MediaRepository) as uow:
            some = await uow.rows.learn_words(entries_max=ENTRIES_MAX)
            await uow.commit()
        learned += some
        if some < ENTRIES_MAX:
            break
    return learned
