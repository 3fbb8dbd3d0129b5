"""The chain client against real nodes: the embedded EVM, and anvil if installed."""

import asyncio
import hashlib
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.chain.client import ChainClient
from domain.nft.chain import (
    Chain,
    Fees,
    MintCall,
    Minted,
    Receipt,
    SignedTransaction,
    TokenOnChain,
    Transferred,
)
from errors import ChainUnavailable, MintRefused, NonceTaken
from tests.databases import skip_without
from tests.fakes.chain import FakeChain
from tests.integration.chain_nodes import ROOT, Node, anvil_node, embedded_node
from tests.patience import SECONDS_MAX, bound
from tests.ports import free_port

ANNA = "0x00000000000000000000000000000000000A11cE"
NOBODY = "0x0000000000000000000000000000000000000000"
ENOUGH = Fees(gas=600_000, fee_per_gas_max=10**10, priority_fee_per_gas=10**9)
START_SECONDS_MAX = 5.0
KILLS = 10


def a_mint(name: str, receiver: str = ANNA) -> MintCall:
    return MintCall(
        mint_key=hashlib.sha256(name.encode()).digest(),
        receiver=receiver,
        uri=f"ipfs://{name}",
        royalty_receiver=ANNA,
        royalty_bps=750,
    )


@pytest.fixture(scope="module", params=["fake", "embedded", "anvil"])
def node(request: pytest.FixtureRequest, tmp_path_factory) -> Iterator[Node | None]:
    """A node to talk to; None stands for the fake, which must behave the same."""
    node: Node | None = None
    if request.param == "embedded":
        node = embedded_node(tmp_path_factory.mktemp("chain"))
    elif request.param == "anvil":
        node = anvil_node()
        if node is None:
            skip_without("needs anvil: run npm install in contracts/")
    if node is not None:
        node.start()
    yield node
    if node is not None:
        node.kill()


@pytest.fixture
async def chain(node: Node | None) -> AsyncIterator[Chain]:
    if node is None:
        yield FakeChain()
        return
    chain = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    await chain.ensure_contract()
    yield chain
    await chain.close()


async def mined(chain: Chain, signed: SignedTransaction) -> Receipt:
    """Wait until a transaction is in a block."""
    async with asyncio.timeout(SECONDS_MAX):
        while (receipt := await chain.receipt(signed.hash)) is None:
            await asyncio.sleep(0.02)
    return receipt


async def mint(chain: Chain, call: MintCall) -> SignedTransaction:
    """Mint and see it mined."""
    signed = chain.sign_mint(
        call, nonce=await chain.next_nonce(), fees=await chain.quote_mint(call)
    )
    await chain.send(signed)
    await mined(chain, signed)
    return signed


async def test_a_minted_token_has_its_owner_uri_and_royalty(chain: Chain) -> None:
    call = a_mint("owner uri and royalty")

    signed = await mint(chain, call)

    receipt = await chain.receipt(signed.hash)
    assert receipt is not None
    assert receipt.is_success
    number = await chain.token_of(call.mint_key)
    assert number is not None
    assert await chain.read_token(number) == TokenOnChain(
        owner=ANNA, uri=call.uri, royalty_receiver=ANNA, royalty_bps=750
    )


async def test_a_key_mints_once_whatever_is_sent(chain: Chain) -> None:
    call = a_mint("once")
    await mint(chain, call)
    minted = await chain.tokens_minted()

    with pytest.raises(MintRefused):
        await chain.quote_mint(call)
    again = chain.sign_mint(call, nonce=await chain.next_nonce(), fees=ENOUGH)
    await chain.send(again)

    receipt = await mined(chain, again)
    assert not receipt.is_success
    assert await chain.tokens_minted() == minted


async def test_a_transaction_sent_twice_is_sent_once(chain: Chain) -> None:
    signed = await mint(chain, a_mint("twice"))
    minted = await chain.tokens_minted()

    await chain.send(signed)

    assert await chain.tokens_minted() == minted


async def test_a_nonce_of_another_transaction_is_told(chain: Chain) -> None:
    first = await mint(chain, a_mint("first with the nonce"))
    late = chain.sign_mint(a_mint("late"), nonce=first.nonce, fees=ENOUGH)

    with pytest.raises(NonceTaken):
        await chain.send(late)

    assert await chain.token_of(a_mint("late").mint_key) is None


async def test_the_same_mint_is_signed_to_the_same_bytes(chain: Chain) -> None:
    call = a_mint("same bytes")

    one = chain.sign_mint(call, nonce=7, fees=ENOUGH)
    two = chain.sign_mint(call, nonce=7, fees=ENOUGH)

    assert one == two


async def test_a_mint_is_told_in_the_logs(chain: Chain) -> None:
    call = a_mint("logs")
    before = await chain.block_number()
    signed = await mint(chain, call)

    logs = await chain.logs(before + 1, await chain.block_number())

    number = await chain.token_of(call.mint_key)
    transferred, minted = logs
    assert isinstance(transferred, Transferred)
    assert isinstance(minted, Minted)
    assert (transferred.sender, transferred.receiver) == (NOBODY, ANNA)
    assert (transferred.token_number, minted.token_number) == (number, number)
    assert minted.mint_key == call.mint_key
    assert transferred.place.transaction_hash == signed.hash
    assert transferred.place.log_index < minted.place.log_index


async def test_what_was_never_minted_is_none(chain: Chain) -> None:
    assert await chain.token_of(bytes(32)) is None
    assert await chain.read_token(10**9) is None
    assert await chain.receipt("0x" + "00" * 32) is None


async def test_what_the_contract_refuses_is_refused_before_it_is_signed(tmp_path: Path) -> None:
    node = embedded_node(tmp_path)
    node.start()
    chain = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    await chain.ensure_contract()
    greedy = replace(a_mint("greedy"), royalty_bps=10_001)

    with pytest.raises(MintRefused):
        await chain.quote_mint(greedy)

    assert await chain.tokens_minted() == 0
    await chain.close()
    node.kill()


async def test_two_workers_deploy_one_contract(tmp_path: Path) -> None:
    node = embedded_node(tmp_path)
    node.start()
    one = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    two = ChainClient(node.url, chain_id=node.chain_id, key=node.key)

    addresses = await asyncio.gather(one.ensure_contract(), two.ensure_contract())

    assert addresses[0] == addresses[1]
    assert await one.ensure_contract() == addresses[0]
    assert await one.tokens_minted() == 0
    await one.close()
    await two.close()
    node.kill()


async def test_a_contract_deployed_by_hand_is_used_and_never_replaced(tmp_path: Path) -> None:
    node = embedded_node(tmp_path)
    node.start()
    ours = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    address = await ours.ensure_contract()
    named, wrong = (
        ChainClient(node.url, chain_id=node.chain_id, key=node.key, contract=contract)
        for contract in (address, ANNA)
    )

    assert await named.ensure_contract() == address
    with pytest.raises(ChainUnavailable, match="There is no contract at"):
        await wrong.ensure_contract()

    assert await ours.block_number() == 1
    for chain in (ours, named, wrong):
        await chain.close()
    node.kill()


async def test_a_node_that_is_away_or_another_chain_is_unavailable(tmp_path: Path) -> None:
    node = embedded_node(tmp_path)
    node.start()
    away = ChainClient(f"http://127.0.0.1:{free_port()}", chain_id=1, key=node.key)
    other = ChainClient(node.url, chain_id=1, key=node.key)

    for chain in (away, other):
        with pytest.raises(ChainUnavailable):
            await chain.block_number()
        with pytest.raises(ChainUnavailable):
            await chain.send(SignedTransaction(raw=b"\x02", hash="0x00", nonce=0))
        await chain.close()
    node.kill()


async def test_a_killed_node_has_every_token_once_and_no_other(tmp_path: Path) -> None:
    """Kill -9 the node while mints arrive; what got no answer is sent again."""
    node = embedded_node(tmp_path)
    node.start()
    chain = ChainClient(node.url, chain_id=node.chain_id, key=node.key)
    await chain.ensure_contract()
    nonce = await chain.next_nonce()
    answered: dict[str, str] = {}
    start_seconds: list[float] = []

    for kill in range(KILLS):
        killer = threading.Timer(0.03 + 0.017 * kill, node.kill)
        killer.start()
        while len(start_seconds) == kill:
            signed = chain.sign_mint(a_mint(f"mint {nonce}"), nonce=nonce, fees=ENOUGH)
            nonce += 1
            try:
                await chain.send(signed)
                receipt = await chain.receipt(signed.hash)
                assert receipt is not None
                answered[signed.hash] = receipt.block_hash
            except ChainUnavailable:
                killer.join()
                start_seconds.append(node.start())
                await chain.send(signed)

    asked = nonce - 1  # the first nonce deployed the contract
    assert asked >= KILLS
    assert await chain.tokens_minted() == asked
    assert len(answered) == asked - KILLS
    for transaction_hash, block_hash in answered.items():
        receipt = await chain.receipt(transaction_hash)
        assert receipt is not None
        assert (receipt.is_success, receipt.block_hash) == (True, block_hash)
    assert max(start_seconds) < bound(START_SECONDS_MAX)
    await chain.close()
    node.kill()


async def test_a_taken_port_and_a_taken_folder_are_told_in_a_line(tmp_path: Path) -> None:
    node = embedded_node(tmp_path)
    node.start()
    same_port = [*node.command[:-1], str(tmp_path / "other")]
    same_folder = [*node.command[:-3], str(free_port()), *node.command[-2:]]

    told = [
        subprocess.run(
            command, cwd=ROOT, capture_output=True, text=True, timeout=SECONDS_MAX, check=False
        )
        for command in (same_port, same_folder)
    ]

    assert [answer.returncode for answer in told] == [1, 1]
    assert "cannot be had: Address already in use" in told[0].stderr
    assert "another process" in told[1].stderr
    assert [answer.stderr.count("\n") for answer in told] == [1, 1]
    node.kill()
