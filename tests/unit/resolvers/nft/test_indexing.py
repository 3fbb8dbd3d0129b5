"""The tables follow the contract's logs, each log once."""

import asyncio

import pytest
from sqlalchemy import func, select

from db.tables.nft import chain_cursors, token_transfers
from domain.ids import TokenId
from domain.nft.chain import MintCall
from errors import ChainUnavailable
from resolvers.nft.indexing import index_chain
from tests.conftest import ANNA
from tests.factories.nft import ALICE, BOB
from tests.fakes.chain import FakeChain
from tests.unit.resolvers.nft.conftest import mint, read_token


async def count_transfers(ctx) -> int:
    async with ctx.databases.of("nft").engine.connect() as connection:
        counted = await connection.execute(select(func.count()).select_from(token_transfers))
        return int(counted.scalar_one())


async def next_block(ctx) -> int:
    async with ctx.databases.of("nft").engine.connect() as connection:
        return int((await connection.execute(select(chain_cursors.c.next_block))).scalar_one())


async def test_a_transfer_moves_the_owner(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)
    chain.transfer(1, BOB)

    await index_chain(ctx, chain)

    assert (await read_token(ctx, token)).owner_address == BOB
    assert await count_transfers(ctx) == 2


async def test_indexing_again_keeps_each_log_once(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    await mint(ctx, chain, await ask())
    chain.transfer(1, BOB)

    await asyncio.gather(*(index_chain(ctx, chain) for _ in range(4)))

    assert await count_transfers(ctx) == 2
    assert await next_block(ctx) == 3


async def test_a_log_read_twice_is_kept_once(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)
    final = await read_token(ctx, token)
    async with ctx.databases.of("nft").engine.begin() as connection:
        await connection.execute(chain_cursors.update().values(next_block=0))

    await index_chain(ctx, chain)

    assert await count_transfers(ctx) == 1
    assert await read_token(ctx, token) == final


async def test_a_token_that_is_not_ours_is_let_be(as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    stranger = MintCall(
        mint_key=bytes(32), receiver=ALICE, uri="ipfs://x", royalty_receiver=BOB, royalty_bps=0
    )
    fees = await chain.quote_mint(stranger)
    await chain.send(chain.sign_mint(stranger, nonce=0, fees=fees))

    await index_chain(ctx, chain)

    assert await count_transfers(ctx) == 1
    assert await ctx.loaders.nft.token_by_id.load(TokenId("any")) is None


async def test_a_chain_that_ends_before_what_was_indexed_is_told(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    await mint(ctx, chain, await ask())
    another = FakeChain()

    with pytest.raises(ChainUnavailable, match="ends at block 0, but 1 was indexed"):
        await index_chain(ctx, another)

    assert await next_block(ctx) == 2
