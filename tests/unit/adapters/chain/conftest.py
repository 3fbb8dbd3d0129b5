"""A ledger in a temporary folder, and an account that holds its ether."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from eth_account import Account

from adapters.chain.ledger import CHAIN_ID, Ledger

KEY = bytes([0x11]) * 32
RICH = Account.from_key(KEY)
RICH_ADDRESS = bytes.fromhex(RICH.address[2:])


def transfer(nonce: int, *, to: bytes = bytes([0xAA]) * 20, chain_id: int = CHAIN_ID) -> bytes:
    """A signed transfer of one wei."""
    signed = RICH.sign_transaction(
        {
            "type": 2,
            "chainId": chain_id,
            "nonce": nonce,
            "to": to,
            "value": 1,
            "gas": 21_000,
            "maxFeePerGas": 10**10,
            "maxPriorityFeePerGas": 10**9,
        }
    )
    return bytes(signed.raw_transaction)


@pytest.fixture
def chain_path(tmp_path: Path) -> Path:
    return tmp_path / "chain.db"


@pytest.fixture
def ledger(chain_path: Path) -> Iterator[Ledger]:
    ledger = Ledger(chain_path, funded=RICH_ADDRESS)
    yield ledger
    ledger.close()
