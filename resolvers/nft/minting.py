"""Brings a token onto the chain; may be stopped anywhere and run again."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import replace

from db.read import fetch_one
from db.repositories.nft import NftRepository
from domain.ids import TokenId
from domain.nft.chain import Chain, Fees, Receipt, SignedTransaction
from domain.nft.records import Token, TokenState
from domain.nft.rules import mint_call_of
from errors import ChainUnavailable, MintRefused, NonceTaken, NotFound
from loaders.nft import ABANDONED, TOKEN_BY_ID, UNMINED_UP_TO
from resolvers.context import UseCaseContext
from resolvers.nft.indexing import index_chain
from resolvers.nft.metadata import CidOf, store_metadata

SIGNINGS_MAX = 5
"""Times one attempt signs anew because its nonce went to another transaction."""
UNMINED_MAX = 100
MINING_SECONDS_MAX = 60.0
POLL_SECONDS_MIN = 0.05
POLL_SECONDS_MAX = 2.0

GIVEN_UP = "The chain could not be reached in time; ask for the token again."

SayProgress = Callable[[float], Awaitable[None]]


async def mint_token(
    ctx: UseCaseContext,
    chain: Chain,
    token_id: TokenId,
    *,
    cid_of: CidOf,
    confirmations: int = 1,
    progress: SayProgress,
    mining_seconds_max: float = MINING_SECONDS_MAX,
) -> None:
    """Sign, send, see it mined, index it.

    Each state is written before the step it allows. A second run finds the signed bytes
    and sends the same transaction; and should two ever be signed, the contract mints once
    for the token's key.

    Raises:
        ChainUnavailable: the node is away or does not mine; run it again later.
        MintRefused: the contract will not; the token is FAILED.
        NonceTaken: the minter's account is used by others at the same time.
    """
    await chain.ensure_contract()
    for _ in range(SIGNINGS_MAX):
        token = await _get_token(ctx, token_id)
        if token.state is TokenState.PREPARED:
            token = await _sign(ctx, chain, token, cid_of)
            await progress(0.25)
        if token.state is not TokenState.SENT:
            break
        try:
            await _send(ctx, chain, token)
        except NonceTaken:
            await _prepare_anew(ctx, chain, token)
            continue
        await progress(0.5)
        receipt = await _wait_mined(chain, token, mining_seconds_max)
        await _note_receipt(ctx, chain, token, receipt)
        break
    else:
        raise NonceTaken("Others use the minter's account at the same time.")
    await progress(0.75)
    await index_chain(ctx, chain, confirmations=confirmations)


async def settle_abandoned(ctx: UseCaseContext, chain: Chain) -> None:
    """Bring tokens to an end whose jobs gave up, or died with every worker that tried.

    What was never signed FAILED. What was signed is sent again until it is in a block: it may
    have been sent, and all later nonces of the minter wait behind it.

    Raises:
        ChainUnavailable: the node is away; run it again later.
    """
    for token in await ctx.read("nft").fetch(ABANDONED, limit=UNMINED_MAX):
        if token.state is TokenState.PREPARED:
            await _give_up(ctx, token)
            continue
        try:
            await chain.send(_transaction_of(token))
        except NonceTaken:
            await _prepare_anew(ctx, chain, token)
            continue
        assert token.transaction_hash is not None
        receipt = await chain.receipt(token.transaction_hash)
        if receipt is not None:
            with contextlib.suppress(MintRefused):  # the token says so now
                await _note_receipt(ctx, chain, token, receipt)


async def _give_up(ctx: UseCaseContext, token: Token) -> None:
    async with ctx.unit_of_work(NftRepository) as uow:
        locked = await uow.rows.lock_token(token.id)
        assert locked is not None
        if locked.state is TokenState.PREPARED:
            await uow.rows.save_token(locked.fail(ChainUnavailable.code, GIVEN_UP))
            await uow.commit()


async def _get_token(ctx: UseCaseContext, token_id: TokenId) -> Token:
    token = await fetch_one(ctx.read("nft"), TOKEN_BY_ID, id=token_id)
    if token is None:
        raise NotFound(f"There is no token {token_id}.")
    if token.state is TokenState.FAILED:
        raise MintRefused(token.failure or "The token failed before.")
    return token


async def _sign(ctx: UseCaseContext, chain: Chain, token: Token, cid_of: CidOf) -> Token:
    """Fix all that the transaction says, and keep it; nothing is sent yet."""
    described = await store_metadata(ctx, token, cid_of)
    receiver = token.receiver or chain.sender
    ready = replace(
        described,
        receiver=receiver,
        royalty_receiver=token.royalty_receiver or receiver,
        contract=chain.contract,
    )
    try:
        fees = await chain.quote_mint(mint_call_of(ready))
    except MintRefused as refusal:
        return await _settle_refusal(ctx, chain, token, refusal)
    return await _keep_signed(ctx, chain, ready, fees, await chain.next_nonce())


async def _keep_signed(
    ctx: UseCaseContext, chain: Chain, ready: Token, fees: Fees, node_nonce: int
) -> Token:
    async with ctx.unit_of_work(NftRepository) as uow:
        locked = await uow.rows.lock_token(ready.id)
        assert locked is not None
        if locked.state is not TokenState.PREPARED:
            return locked  # another worker was faster
        promised = await uow.rows.lock_next_nonce(chain.chain_id, chain.sender)
        nonce = max(promised, node_nonce)
        signed = chain.sign_mint(mint_call_of(ready), nonce=nonce, fees=fees)
        sent = ready.sign(signed, chain_id=chain.chain_id, sender=chain.sender)
        await uow.rows.save_next_nonce(chain.chain_id, chain.sender, nonce + 1)
        await uow.rows.save_token(sent)
        await uow.commit()
    return sent


async def _send(ctx: UseCaseContext, chain: Chain, token: Token) -> None:
    """Send the token's transaction, behind all that go before it.

    The node takes nonces in order. One that was signed and whose worker died would hold
    up all later ones, so each sends the others' too: to send twice is to send once.
    """
    waiting = await ctx.read("nft").fetch(
        UNMINED_UP_TO,
        chain_id=token.chain_id,
        sender=token.sender,
        nonce=token.nonce,
        limit=UNMINED_MAX,
    )
    for other in waiting:
        if other.id == token.id:
            break
        try:
            await chain.send(_transaction_of(other))
        except NonceTaken:
            continue  # its own job signs it anew
    await chain.send(_transaction_of(token))


async def _wait_mined(chain: Chain, token: Token, seconds_max: float) -> Receipt:
    assert token.transaction_hash is not None
    pause = POLL_SECONDS_MIN
    try:
        async with asyncio.timeout(seconds_max):
            while True:
                receipt = await chain.receipt(token.transaction_hash)
                if receipt is not None:
                    return receipt
                await asyncio.sleep(pause)
                pause = min(pause * 2, POLL_SECONDS_MAX)
    except TimeoutError as late:
        raise ChainUnavailable(f"Transaction {token.transaction_hash} is not mined yet.") from late


async def _note_receipt(ctx: UseCaseContext, chain: Chain, token: Token, receipt: Receipt) -> None:
    if not receipt.is_success:
        await _settle_refusal(ctx, chain, token, MintRefused("The contract reverted the mint."))
        return
    async with ctx.unit_of_work(NftRepository) as uow:
        locked = await uow.rows.lock_token(token.id)
        assert locked is not None
        if locked.state is TokenState.SENT:
            await uow.rows.save_token(locked.mine(receipt.block_number))
            await uow.commit()


async def _prepare_anew(ctx: UseCaseContext, chain: Chain, token: Token) -> None:
    """The nonce went to another transaction: drop ours, unless the key was minted."""
    if await chain.token_of(bytes.fromhex(token.mint_key)) is not None:
        return  # the indexer finds it
    async with ctx.unit_of_work(NftRepository) as uow:
        locked = await uow.rows.lock_token(token.id)
        assert locked is not None
        if locked.state is TokenState.SENT and locked.nonce == token.nonce:
            await uow.rows.save_token(locked.prepare_anew())
            await uow.commit()


async def _settle_refusal(
    ctx: UseCaseContext, chain: Chain, token: Token, refusal: MintRefused
) -> Token:
    """A refusal is final, unless it says that the key was minted already.

    Raises:
        MintRefused: the token is FAILED.
    """
    if await chain.token_of(bytes.fromhex(token.mint_key)) is not None:
        return await _get_token(ctx, token.id)
    async with ctx.unit_of_work(NftRepository) as uow:
        locked = await uow.rows.lock_token(token.id)
        assert locked is not None
        if locked.state in (TokenState.PREPARED, TokenState.SENT):
            await uow.rows.save_token(locked.fail(refusal.code, refusal.message))
            await uow.commit()
    raise refusal


def _transaction_of(token: Token) -> SignedTransaction:
    assert token.transaction_raw is not None
    assert token.transaction_hash is not None
    assert token.nonce is not None
    return SignedTransaction(
        raw=token.transaction_raw, hash=token.transaction_hash, nonce=token.nonce
    )
