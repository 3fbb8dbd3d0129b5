"""What listeners do, kept once; private sessions leave no trace."""

from db.repositories.ai import AiRepository
from domain.ai.records import Action, Behaviour
from domain.ai.rules import apply_behaviour, recount
from domain.ids import PlayableKey
from domain.messages.events import PlayableLiked, PlayCounted
from domain.pages import instant_cursor
from resolvers.context import UseCaseContext


async def keep_play(ctx: UseCaseContext, event: PlayCounted) -> None:
    """Note a counted play."""
    if event.is_private:
        return
    await _keep(
        ctx,
        Behaviour(
            id=f"play:{event.play_id}",
            user_id=event.user_id,
            playable=str(PlayableKey(event.kind, event.track_id)),
            action=Action.PLAYED,
            at=event.played_at,
        ),
    )


async def keep_like(ctx: UseCaseContext, event: PlayableLiked) -> None:
    """Note a like, or that it was taken back."""
    playable = str(PlayableKey(event.kind, event.playable_id))
    await _keep(
        ctx,
        Behaviour(
            id=f"like:{event.user_id}:{playable}:{instant_cursor(event.at)}:{event.is_liked:d}",
            user_id=event.user_id,
            playable=playable,
            action=Action.LIKED if event.is_liked else Action.UNLIKED,
            at=event.at,
        ),
    )


async def _keep(ctx: UseCaseContext, behaviour: Behaviour) -> None:
    """Note a deed and add it up; the second time it is told, nothing changes."""
    async with ctx.unit_of_work(AiRepository) as uow:
        if not await uow.rows.add_behaviour(behaviour):
            return
        # Always the playable first, so that two deeds never wait for each other.
        playable = await uow.rows.lock_playable(behaviour.playable)
        before = await uow.rows.lock_taste(behaviour.user_id, behaviour.playable, behaviour.at)
        after = apply_behaviour(before, behaviour)
        await uow.rows.save_taste(after)
        await uow.rows.save_counters(recount(playable, before, after))
        await uow.commit()
