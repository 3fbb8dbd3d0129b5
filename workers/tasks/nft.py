"""Tasks of the nft domain."""

from adapters.ipfs.cid import cid_of
from domain.messages.commands import IndexChain, MintToken
from domain.messages.events import TrackChanged
from domain.nft.records import MintableTrack
from resolvers.nft import indexing, minting, tokens
from workers.context import WorkerContext
from workers.registry import handles, on


@on(TrackChanged, name="nft.keep_track")
async def keep_track(event: TrackChanged, ctx: WorkerContext) -> None:
    """Keep what nft needs to know of a track; an older version changes nothing."""
    await tokens.keep_track(
        ctx,
        MintableTrack(
            track_id=event.track_id,
            artist_id=event.artist_id,
            owner_id=event.owner_id,
            title=event.title,
            state=event.state,
            is_public=event.is_public,
            duration_ms=event.duration_ms,
            version=event.version,
        ),
    )


@handles(MintToken, queue="chain", attempts_max=40, seconds_max=120)
async def mint_token(command: MintToken, ctx: WorkerContext) -> None:
    """Bring a token onto the chain.

    Safe to run twice: every state is written before the step it allows, and the contract
    mints once for the token's key.
    """
    await minting.mint_token(
        ctx,
        ctx.tools.chain,
        command.token_id,
        cid_of=cid_of,
        confirmations=ctx.tools.chain_confirmations,
        progress=ctx.progress,
    )


@handles(IndexChain, queue="chain", attempts_max=3, seconds_max=300)
async def index_chain(_command: IndexChain, ctx: WorkerContext) -> None:
    """Settle what minting jobs left behind, and read new blocks into the tables.

    Safe to run twice: each log is kept once, behind a cursor in the same commit, and to send a
    transaction twice is to send it once.
    """
    await minting.settle_abandoned(ctx, ctx.tools.chain)
    await indexing.index_chain(ctx, ctx.tools.chain, confirmations=ctx.tools.chain_confirmations)
