"""A token asked for is minted once, wherever the worker stops."""

import asyncio
from collections.abc import Callable

import pytest
from sqlalchemy import update

from db.outbox import JobState
from db.rows import values_of
from db.tables.nft import chain_cursors, token_transfers
from db.tables.nft import tokens as token_rows
from db.tables.platform import jobs
from db.unit_of_work import UnitOfWork
from domain.nft.records import TokenState
from errors import ChainUnavailable, MintRefused, NonceTaken
from resolvers.nft.indexing import index_chain
from resolvers.nft.minting import settle_abandoned
from tests.conftest import ANNA
from tests.factories.nft import ALICE
from tests.fakes.chain import FakeChain
from tests.unit.resolvers.nft.conftest import mint, read_token

POINTS_MAX = 100


class Killed(BaseException):
    """The process ends here."""


class DyingAt:
    """Ends the process before or after the n-th thing that reaches outside."""

    def __init__(self, point: int) -> None:
        self._left = point

    def pass_point(self) -> None:
        """Die if this is the point."""
        if self._left == 0:
            raise Killed
        self._left -= 1

    def around(self, act: Callable[..., object]) -> Callable[..., object]:
        """The same act with a point before and one after."""
        if asyncio.iscoroutinefunction(act):

            async def awaited(*args: object, **kwargs: object) -> object:
                self.pass_point()
                result = await act(*args, **kwargs)
                self.pass_point()
                return result

            return awaited

        def called(*args: object, **kwargs: object) -> object:
            self.pass_point()
            result = act(*args, **kwargs)
            self.pass_point()
            return result

        return called


CHAIN_CALLS = (
    "ensure_contract",
    "next_nonce",
    "quote_mint",
    "sign_mint",
    "send",
    "receipt",
    "block_number",
    "logs",
)


async def test_a_token_asked_for_becomes_final(ask, as_viewer, chain, outside) -> None:
    token = await ask()

    await mint(as_viewer(ANNA), chain, token)

    final = await read_token(as_viewer(ANNA), token)
    assert (final.state, final.token_number, final.owner_address) == (TokenState.FINAL, 1, ALICE)
    assert (final.chain_id, final.contract) == (chain.chain_id, chain.contract)
    assert final.final_at == outside.clock.now()
    on_chain = await chain.read_token(1)
    assert (on_chain.uri, on_chain.royalty_bps) == (final.token_uri, 750)


async def test_wherever_the_worker_is_killed_one_token_is_minted(
    ask, as_viewer, outside, monkeypatch
) -> None:
    """Kill at every point in turn, run again, and count the tokens."""
    ctx = as_viewer(ANNA)
    chain = FakeChain()
    kills = 0

    for point in range(POINTS_MAX):
        token = await ask()
        try:
            with monkeypatch.context() as patched:
                dying = DyingAt(point)
                for name in CHAIN_CALLS:
                    patched.setattr(chain, name, dying.around(getattr(chain, name)))
                patched.setattr(outside.store, "put", dying.around(outside.store.put))
                patched.setattr(UnitOfWork, "commit", dying.around(UnitOfWork.commit))
                await mint(ctx, chain, token)
            is_killed = False
        except Killed:
            is_killed = True
            kills += 1
            await mint(ctx, chain, token)

        assert await chain.tokens_minted() == point + 1, f"killed at point {point}"
        assert (await read_token(ctx, token)).state is TokenState.FINAL
        if not is_killed:
            break

    assert kills == 26
    assert not is_killed


async def test_a_second_run_of_a_final_token_changes_nothing(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)
    final = await read_token(ctx, token)

    await mint(ctx, chain, token)

    assert await read_token(ctx, token) == final
    assert await chain.tokens_minted() == 1


async def test_a_database_that_forgot_a_mint_finds_it_again(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)
    async with ctx.databases.of("nft").engine.begin() as connection:
        await connection.execute(token_rows.update().values(**values_of(token)))
        await connection.execute(chain_cursors.delete())
        await connection.execute(token_transfers.delete())

    await mint(ctx, chain, token)

    found = await read_token(ctx, token)
    assert (found.state, found.token_number, found.owner_address) == (
        TokenState.FINAL,
        1,
        ALICE,
    )
    assert await chain.tokens_minted() == 1


async def test_many_workers_at_once_mint_what_was_asked_for(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    asked = [await ask() for _ in range(8)]

    await asyncio.gather(*(mint(ctx, chain, token) for token in asked * 2))

    final = [await read_token(ctx, token) for token in asked]
    assert {token.state for token in final} == {TokenState.FINAL}
    assert sorted(token.token_number for token in final) == list(range(1, 9))
    assert await chain.tokens_minted() == 8


async def test_while_the_node_is_away_nothing_is_signed(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    chain.is_away = True

    with pytest.raises(ChainUnavailable):
        await mint(ctx, chain, token)

    assert await read_token(ctx, token) == token


async def test_a_transaction_that_is_not_mined_in_time_is_sent_again(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    chain.is_mining = False
    with pytest.raises(ChainUnavailable):
        await mint(ctx, chain, token)
    sent = await read_token(ctx, token)

    chain.mine()
    await mint(ctx, chain, token)

    final = await read_token(ctx, token)
    assert sent.state is TokenState.SENT
    assert final.transaction_hash == sent.transaction_hash
    assert final.state is TokenState.FINAL
    assert await chain.tokens_minted() == 1


async def test_a_signed_transaction_whose_worker_died_holds_up_nobody(
    ask, as_viewer, chain, monkeypatch
) -> None:
    ctx = as_viewer(ANNA)
    first, second = await ask(), await ask()
    with monkeypatch.context() as patched:
        patched.setattr(chain, "send", DyingAt(0).around(chain.send))
        with pytest.raises(Killed):
            await mint(ctx, chain, first)

    await mint(ctx, chain, second)

    states = [(await read_token(ctx, token)).state for token in (first, second)]
    assert states == [TokenState.FINAL, TokenState.FINAL]
    assert await chain.tokens_minted() == 2


async def give_up_jobs(databases) -> None:
    async with databases.of("nft").engine.begin() as connection:
        await connection.execute(update(jobs).values(state=JobState.DEAD.value))


async def test_a_token_whose_job_gave_up_before_it_was_signed_is_failed(
    ask, as_viewer, chain, databases
) -> None:
    ctx = as_viewer(ANNA)
    token, waiting = await ask(), await ask()

    await settle_abandoned(ctx, chain)
    before = await read_token(ctx, token)
    await give_up_jobs(databases)
    await settle_abandoned(ctx, chain)
    after = await read_token(ctx, token)

    assert before.state is TokenState.PREPARED, "its job may still bring it onto the chain"
    assert (after.state, after.failure_code) == (TokenState.FAILED, "CHAIN_UNAVAILABLE")
    assert (await read_token(ctx, waiting)).state is TokenState.FAILED
    assert await chain.tokens_minted() == 0


async def test_a_signed_token_whose_job_gave_up_is_sent_until_it_is_final(
    ask, as_viewer, chain, databases, monkeypatch
) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    with monkeypatch.context() as patched:
        patched.setattr(chain, "send", DyingAt(0).around(chain.send))
        with pytest.raises(Killed):
            await mint(ctx, chain, token)
    await give_up_jobs(databases)

    chain.is_mining = False
    await settle_abandoned(ctx, chain)
    sent = await read_token(ctx, token)
    chain.mine()
    await settle_abandoned(ctx, chain)
    mined = await read_token(ctx, token)
    await index_chain(ctx, chain)

    assert [sent.state, mined.state] == [TokenState.SENT, TokenState.MINED]
    assert (await read_token(ctx, token)).state is TokenState.FINAL
    assert await chain.tokens_minted() == 1


async def test_an_abandoned_token_whose_nonce_went_to_another_is_failed(
    ask, as_viewer, chain, databases, monkeypatch
) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    with monkeypatch.context() as patched:
        patched.setattr(chain, "send", DyingAt(0).around(chain.send))
        with pytest.raises(Killed):
            await mint(ctx, chain, token)
    chain.take_nonce()
    await give_up_jobs(databases)

    await settle_abandoned(ctx, chain)
    await settle_abandoned(ctx, chain)

    assert (await read_token(ctx, token)).state is TokenState.FAILED
    assert await chain.tokens_minted() == 0


async def test_a_nonce_that_went_to_another_is_replaced(ask, as_viewer, chain, monkeypatch) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    with monkeypatch.context() as patched:
        patched.setattr(chain, "send", DyingAt(0).around(chain.send))
        with pytest.raises(Killed):
            await mint(ctx, chain, token)
    chain.take_nonce()

    await mint(ctx, chain, token)

    final = await read_token(ctx, token)
    assert (final.state, final.nonce) == (TokenState.FINAL, 1)
    assert await chain.tokens_minted() == 1


async def test_an_account_that_others_use_all_the_time_is_told(
    ask, as_viewer, chain, monkeypatch
) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()

    async def taken(_transaction: object) -> None:
        raise NonceTaken("taken")

    monkeypatch.setattr(chain, "send", taken)

    with pytest.raises(NonceTaken):
        await mint(ctx, chain, token)

    assert (await read_token(ctx, token)).state is TokenState.PREPARED
    assert await chain.tokens_minted() == 0


async def test_a_mint_that_the_contract_refuses_is_failed(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    chain.refusal = "No minter."

    for _ in range(2):
        with pytest.raises(MintRefused, match="No minter"):
            await mint(ctx, chain, token)

    failed = await read_token(ctx, token)
    assert (failed.state, failed.failure_code, failed.failure) == (
        TokenState.FAILED,
        "MINT_REFUSED",
        "No minter.",
    )
    assert await chain.tokens_minted() == 0


async def test_a_mint_that_reverts_in_its_block_is_failed(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    chain.is_broken = True

    with pytest.raises(MintRefused):
        await mint(ctx, chain, token)

    assert (await read_token(ctx, token)).state is TokenState.FAILED
    assert await chain.tokens_minted() == 0


async def test_without_a_receiver_the_minter_keeps_it(ask, as_viewer, chain) -> None:
    ctx = as_viewer(ANNA)
    token = await ask(receiver=None)

    await mint(ctx, chain, token)

    final = await read_token(ctx, token)
    assert (final.owner_address, final.royalty_receiver) == (chain.sender, chain.sender)


async def test_a_token_without_enough_confirmations_is_mined_not_final(
    ask, as_viewer, chain
) -> None:
    ctx = as_viewer(ANNA)
    first, second = await ask(), await ask()

    await mint(ctx, chain, first, confirmations=2)
    before = await read_token(ctx, first)
    await mint(ctx, chain, second, confirmations=2)

    assert (before.state, before.owner_address) == (TokenState.MINED, None)
    assert (await read_token(ctx, first)).state is TokenState.FINAL
    assert (await read_token(ctx, second)).state is TokenState.MINED
