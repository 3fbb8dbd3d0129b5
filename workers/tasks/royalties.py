"""Tasks of the royalties domain."""

from domain.messages.events import PlayCounted, TrackChanged, UserRegistered
from resolvers.royalties import accrual
from workers.context import WorkerContext
from workers.registry import on


@on(TrackChanged, name="royalties.keep_track")
async def keep_track(event: TrackChanged, ctx: WorkerContext) -> None:
    """Keep whose a track is; an older version changes nothing."""
    await accrual.keep_track(ctx, event)


@on(UserRegistered, name="royalties.keep_payee")
async def keep_payee(event: UserRegistered, ctx: WorkerContext) -> None:
    """Keep who can be paid."""
    await accrual.keep_payee(ctx, event)


@on(PlayCounted, name="royalties.accrue_play")
async def accrue_play(event: PlayCounted, ctx: WorkerContext) -> None:
    """Post what a play earns; a play is kept, and so paid, once."""
    await accrual.accrue_play(ctx, event)
