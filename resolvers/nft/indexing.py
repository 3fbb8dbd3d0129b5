"""Follows the contract's logs into the tables, block by block, each log once."""

from collections.abc import Sequence

from db.read import fetch_one
from db.repositories.nft import NftRepository
from domain.nft.chain import Chain, Minted, Transferred
from domain.nft.records import TokenState, Transfer
from errors import ChainUnavailable
from loaders.nft import CURSOR
from resolvers.context import UseCaseContext

BLOCKS_PER_SLICE = 5_000
SLICES_MAX = 1_000
"""Slices of one run; the next run goes on."""


async def index_chain(ctx: UseCaseContext, chain: Chain, *, confirmations: int = 1) -> None:
    """Read all blocks that are deep enough and were not read before.

    A slice's logs and the cursor behind them commit together, so a crash repeats a slice
    or does not; the key of a log (chain, transaction, index) keeps repeats out.

    Raises:
        ChainUnavailable: the node is away, or its chain ends before what was indexed.
    """
    for _ in range(SLICES_MAX):
        cursor = await fetch_one(
            ctx.read("nft"), CURSOR, chain_id=chain.chain_id, contract=chain.contract
        )
        first = 0 if cursor is None else cursor.next_block
        head = await chain.block_number()  # asked last, so that it is not behind the cursor
        if head < first - 1:
            raise ChainUnavailable(f"The chain ends at block {head}, but {first - 1} was indexed.")
        last = head - (confirmations - 1)
        if last < first:
            return
        end = min(first + BLOCKS_PER_SLICE - 1, last)
        logs = await chain.logs(first, end)
        await _keep_slice(ctx, chain, logs, first=first, end=end)


async def _keep_slice(
    ctx: UseCaseContext,
    chain: Chain,
    logs: Sequence[Transferred | Minted],
    *,
    first: int,
    end: int,
) -> None:
    async with ctx.unit_of_work(NftRepository) as uow:
        if await uow.rows.lock_cursor(chain.chain_id, chain.contract) != first:
            return  # another indexer was faster
        # A mint logs its transfer first; we need the number before we can write the owner.
        for log in logs:
            if isinstance(log, Minted):
                await _keep_mint(uow.rows, chain, log, ctx)
        for log in logs:
            if isinstance(log, Transferred):
                await _keep_transfer(uow.rows, chain, log)
        await uow.rows.save_cursor(chain.chain_id, chain.contract, end + 1)
        await uow.commit()


async def _keep_mint(rows: NftRepository, chain: Chain, log: Minted, ctx: UseCaseContext) -> None:
    token = await rows.lock_token_by_mint_key(log.mint_key.hex())
    if token is None or token.state is TokenState.FINAL:
        return
    final = token.finish(log, chain_id=chain.chain_id, contract=chain.contract, now=ctx.clock.now())
    await rows.save_token(final)


async def _keep_transfer(rows: NftRepository, chain: Chain, log: Transferred) -> None:
    transfer = Transfer(
        chain_id=chain.chain_id,
        transaction_hash=log.place.transaction_hash,
        log_index=log.place.log_index,
        contract=chain.contract,
        token_number=log.token_number,
        block_number=log.place.block_number,
        sender=log.sender,
        receiver=log.receiver,
    )
    if await rows.add_transfer(transfer):
        await rows.set_owner(transfer)
