"""Tracks that may be minted, a chain, and a way to mint."""

from collections.abc import Awaitable, Callable

import pytest

from adapters.ipfs.cid import cid_of
from db.read import fetch_one
from domain.nft.records import MintableTrack, Token
from loaders.nft import TOKEN_BY_ID
from resolvers.context import UseCaseContext
from resolvers.nft import minting, tokens
from tests.conftest import ANNA
from tests.factories.nft import ALICE, a_track
from tests.fakes.chain import FakeChain


@pytest.fixture
def chain() -> FakeChain:
    return FakeChain()


@pytest.fixture
async def track(as_viewer) -> MintableTrack:
    track = a_track()
    await tokens.keep_track(as_viewer(ANNA), track)
    return track


@pytest.fixture
def ask(as_viewer, track) -> Callable[..., Awaitable[Token]]:
    """Asks for a token of the track: `await ask()`."""

    async def asked(**changes: object) -> Token:
        terms = {"receiver": ALICE, "royalty_bps": 750} | changes
        return (await tokens.mint_track(as_viewer(ANNA), track.track_id, **terms)).token

    return asked


async def mint(ctx: UseCaseContext, chain: FakeChain, token: Token, **changes: object) -> None:
    """What the worker does."""

    async def ignore(_fraction: float) -> None:
        pass

    bounds = {"mining_seconds_max": 0.2} | changes
    await minting.mint_token(ctx, chain, token.id, cid_of=cid_of, progress=ignore, **bounds)


async def read_token(ctx: UseCaseContext, token: Token) -> Token:
    """The token as the tables have it."""
    found = await fetch_one(ctx.read("nft"), TOKEN_BY_ID, id=token.id)
    assert found is not None
    return found
