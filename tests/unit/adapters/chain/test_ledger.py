"""The embedded chain keeps what it accepted and refuses what no block can take."""

import sqlite3
from pathlib import Path

import pytest
from eth_utils.crypto import keccak

from adapters.chain.factory import FACTORY_ADDRESS
from adapters.chain.key_value_file import ChainFileLocked
from adapters.chain.ledger import Call, CallReverted, Ledger, TransactionRefused
from tests.unit.adapters.chain.conftest import RICH_ADDRESS, transfer

ANSWER_42 = bytes.fromhex("602a5f5260205ff3")
"""Code that returns 42 as a word."""
INIT_42 = bytes.fromhex("67") + ANSWER_42 + bytes.fromhex("5f5260086018f3")
"""Init code that leaves the code above."""


def test_a_reopened_chain_has_the_same_blocks(chain_path: Path) -> None:
    ledger = Ledger(chain_path, funded=RICH_ADDRESS)
    sent = [ledger.send(transfer(nonce)) for nonce in range(3)]
    hashes = [ledger.header(number).hash for number in range(4)]
    ledger.close()

    reopened = Ledger(chain_path, funded=RICH_ADDRESS)

    assert [reopened.header(number).hash for number in range(4)] == hashes
    assert [reopened.transaction_index(each) for each in sent] == [(1, 0), (2, 0), (3, 0)]
    assert reopened.state(3).get_nonce(RICH_ADDRESS) == 3
    reopened.close()


def test_every_genesis_is_alike(tmp_path: Path) -> None:
    one = Ledger(tmp_path / "one.db", funded=RICH_ADDRESS)
    two = Ledger(tmp_path / "two.db", funded=RICH_ADDRESS)

    hashes = {one.head().hash, two.head().hash}

    assert len(hashes) == 1
    one.close()
    two.close()


def test_a_chain_has_one_node_at_a_time(ledger: Ledger, chain_path: Path) -> None:
    with pytest.raises(ChainFileLocked):
        Ledger(chain_path, funded=RICH_ADDRESS)

    assert ledger.send(transfer(0)) is not None


@pytest.mark.parametrize(
    ("_case", "raw", "words"),
    [
        ("one that was mined", transfer(0), "already known"),
        ("another with a mined nonce", transfer(0, to=bytes(20)), "nonce too low"),
        ("one with a gap before it", transfer(2), "nonce too high"),
        ("one for another chain", transfer(1, chain_id=1), "invalid chain id for signer"),
        ("noise", b"\x02noise", "invalid transaction"),
        ("nothing", b"", "transaction size out of bounds"),
        ("too much", bytes(200_000), "transaction size out of bounds"),
    ],
)
def test_a_transaction_is_refused(_case: str, raw: bytes, words: str, ledger: Ledger) -> None:
    ledger.send(transfer(0))

    with pytest.raises(TransactionRefused, match=words):
        ledger.send(raw)

    assert ledger.head().block_number == 1


def test_after_a_refusal_the_next_transaction_is_mined(ledger: Ledger) -> None:
    poor = bytes([0xBB]) * 20
    with pytest.raises(TransactionRefused):
        ledger.send(transfer(5))

    ledger.send(transfer(0, to=poor))

    assert ledger.head().block_number == 1
    assert ledger.state(1).get_balance(poor) == 1


def test_a_failed_write_leaves_the_chain_where_it_was(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(ledger._chain, "mine_block", full)
        with pytest.raises(sqlite3.OperationalError):
            ledger.send(transfer(0))
    ledger.send(transfer(0))

    assert ledger.head().block_number == 1
    assert ledger.state(1).get_nonce(RICH_ADDRESS) == 1


def test_the_factory_deploys_where_create2_says(ledger: Ledger) -> None:
    salt = bytes(31) + b"\x07"
    expected = keccak(b"\xff" + FACTORY_ADDRESS + salt + keccak(INIT_42))[12:]
    call = Call(sender=RICH_ADDRESS, to=FACTORY_ADDRESS, data=salt + INIT_42)

    address = ledger.call(call, 0)

    assert address == expected


def test_the_factory_reverts_when_the_init_code_does(ledger: Ledger) -> None:
    revert = bytes(32) + bytes.fromhex("5f5ffd")
    call = Call(sender=RICH_ADDRESS, to=FACTORY_ADDRESS, data=revert)

    with pytest.raises(CallReverted):
        ledger.call(call, 0)


def test_a_call_keeps_nothing(ledger: Ledger) -> None:
    before = ledger.head().hash
    call = Call(sender=RICH_ADDRESS, to=FACTORY_ADDRESS, data=bytes(32) + INIT_42)

    address = ledger.call(call, 0)

    assert ledger.head().hash == before
    assert ledger.state(0).get_code(address) == b""
