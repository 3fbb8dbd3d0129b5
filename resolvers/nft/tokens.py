"""Asking for a token, and reading tokens from the indexed tables."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.repositories.nft import NftRepository
from domain.ids import JobKey, TokenId, TrackId, new_id
from domain.messages.commands import MintToken
from domain.nft.records import MintableTrack, Token, TokenState
from domain.nft.rules import (
    TOKENS_PER_TRACK_MAX,
    checked_address,
    checked_royalty,
    mint_key_of,
)
from domain.pages import Page, PageRequest, after_text, before_text, build_page
from domain.policies.nft import may_see_token, require_mint
from errors import EditionFull, TrackNotReady
from loaders.nft import TOKENS_OF_CREATOR
from resolvers.context import RequestContext, UseCaseContext


@dataclass(frozen=True, slots=True, kw_only=True)
class MintAsked:
    """A token that a worker will mint."""

    token: Token
    job: JobKey


async def mint_track(
    ctx: RequestContext,
    track_id: TrackId,
    *,
    receiver: str | None = None,
    royalty_receiver: str | None = None,
    royalty_bps: int,
) -> MintAsked:
    """Ask for a token of a track; a worker brings it onto the chain.

    Without a receiver the platform's minter keeps the token in custody.

    Raises:
        NotFound: no such track for this viewer.
        Forbidden: it is not theirs, or they are no creator.
        BadInput: an address or the royalty is out of its form.
        TrackNotReady: the track has no finished audio.
        EditionFull: the track has all the tokens it may have.
    """
    creator_id = ctx.viewer.require_user_id()
    owner = None if receiver is None else checked_address(receiver, field="receiver")
    payee = (
        owner
        if royalty_receiver is None
        else checked_address(royalty_receiver, field="royaltyReceiver")
    )
    bps = checked_royalty(royalty_bps)
    async with ctx.unit_of_work(NftRepository) as uow:
        track = require_mint(ctx.viewer, await uow.rows.lock_track(track_id))
        if not track.is_ready:
            raise TrackNotReady("This track is not ready yet.", field="trackId")
        if await uow.rows.count_tokens(track_id) >= TOKENS_PER_TRACK_MAX:
            raise EditionFull(
                f"A track has at most {TOKENS_PER_TRACK_MAX} tokens.", field="trackId"
            )
        token_id = TokenId(new_id())
        job_id = await uow.send(MintToken(token_id=token_id), owner_id=creator_id)
        token = Token(
            id=token_id,
            track_id=track_id,
            creator_id=creator_id,
            state=TokenState.PREPARED,
            mint_key=mint_key_of(token_id),
            title=track.title,
            artist_id=track.artist_id,
            duration_ms=track.duration_ms,
            receiver=owner,
            royalty_receiver=payee,
            royalty_bps=bps,
            job_id=job_id,
            created_at=ctx.clock.now(),
        )
        await uow.rows.add_token(token)
        await uow.commit()
    return MintAsked(token=token, job=JobKey(job_id))


async def find_token(ctx: RequestContext, token_id: TokenId) -> Token | None:
    """A token that the viewer may see."""
    return (await find_tokens(ctx, [token_id]))[0]


async def find_tokens(ctx: RequestContext, token_ids: Sequence[TokenId]) -> list[Token | None]:
    """Tokens by their ids, each as `find_token`."""
    found = await ctx.loaders.nft.token_by_id.load_all(token_ids)
    return [each if each and may_see_token(ctx.viewer, each) else None for each in found]


async def list_my_tokens(ctx: RequestContext, page: PageRequest) -> Page[Token] | None:
    """The tokens that the viewer asked for, the newest first, in every state.

    None when nobody is logged in.
    """
    if ctx.viewer.user_id is None:
        return None
    rows = await ctx.read("nft").fetch(
        TOKENS_OF_CREATOR,
        creator_id=ctx.viewer.user_id,
        before=before_text(page),
        limit=page.first + 1,
    )
    return build_page(rows, page, lambda token: (token.id,))


async def list_tokens_of_tracks(
    ctx: RequestContext, track_ids: Sequence[TrackId], page: PageRequest
) -> list[Page[Token]]:
    """The tokens of each track that stand on the chain, the oldest first."""
    loader = ctx.loaders.nft.final_tokens_by_track_id(limit=page.first + 1, after=after_text(page))
    found = await loader.load_all(track_ids)
    return [build_page(rows, page, lambda token: (token.id,)) for rows in found]


async def keep_track(ctx: UseCaseContext, track: MintableTrack) -> None:
    """Keep what media says of a track; an older version changes nothing."""
    async with ctx.unit_of_work(NftRepository) as uow:
        await uow.rows.keep_track(track)
        await uow.commit()
