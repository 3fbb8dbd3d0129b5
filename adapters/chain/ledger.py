"""The embedded chain itself: one block for each transaction, kept in a file."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any  # what py-evm gives has no types

from eth.chains.base import MiningChain
from eth.db.atomic import AtomicDB
from eth.exceptions import (
    CanonicalHeadNotFound,
    HeaderNotFound,
    Revert,
    TransactionNotFound,
    VMError,
)
from eth.vm.forks.cancun import CancunVM
from eth.vm.spoof import SpoofTransaction
from eth_utils.crypto import keccak
from eth_utils.exceptions import ValidationError

from adapters.chain.factory import FACTORY_ADDRESS, FACTORY_CODE
from adapters.chain.key_value_file import KeyValueFile

CHAIN_ID = 88884
GENESIS_TIMESTAMP = 1_767_225_600  # 2026-01-01; fixed, so that every genesis is alike
GENESIS_BALANCE_WEI = 10**24
BLOCK_GAS_MAX = 30_000_000
TRANSACTION_BYTES_MAX = 128 * 1024


class TransactionRefused(Exception):
    """A transaction that no block can take; the text follows what other nodes say."""


class CallReverted(Exception):
    """A call or estimate that the contract refused; `data` is what it returned."""

    def __init__(self, data: bytes) -> None:
        super().__init__("execution reverted")
        self.data = data


class _Chain(MiningChain):  # type: ignore[misc]
    chain_id = CHAIN_ID
    vm_configuration = ((0, CancunVM),)

    def create_header_from_parent(self, parent_header: Any, **header_params: Any) -> Any:
        """Keep the gas limit as it was at the start."""
        header_params["gas_limit"] = parent_header.gas_limit
        return super().create_header_from_parent(parent_header, **header_params)


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What a call or an estimate runs."""

    sender: bytes
    to: bytes
    data: bytes
    value: int = 0
    gas: int = BLOCK_GAS_MAX


class Ledger:
    """Takes signed transactions and answers about what they did.

    Each accepted transaction is mined at once, in one file transaction with the state
    it leaves: whoever was told a hash finds it mined after any crash.
    """

    def __init__(self, path: Path, *, funded: bytes) -> None:
        """Open the chain of `path`, or start one in which `funded` holds all the ether."""
        self._file = KeyValueFile(path)
        self._store = AtomicDB(self._file)
        try:
            self._chain = _Chain(self._store)
        except CanonicalHeadNotFound:
            with self._file.transaction():
                self._chain = _start_chain(self._store, funded)

    def close(self) -> None:
        """Release the chain's file."""
        self._file.close()

    def head(self) -> Any:
        """The header of the newest block."""
        return self._chain.get_canonical_head()

    def header(self, number: int) -> Any:
        """The header of one block, or None."""
        try:
            return self._chain.get_canonical_block_header_by_number(number)
        except HeaderNotFound:
            return None

    def block(self, number: int) -> Any:
        """One whole block, or None."""
        header = self.header(number)
        return None if header is None else self._chain.get_block_by_header(header)

    def block_by_hash(self, block_hash: bytes) -> Any:
        """One whole block, or None."""
        try:
            header = self._chain.get_block_header_by_hash(block_hash)
        except HeaderNotFound:
            return None
        return self._chain.get_block_by_header(header)

    def receipts(self, number: int) -> Any:
        """The receipts of one block, in order."""
        return self.block(number).get_receipts(self._chain.chaindb)

    def transaction_index(self, transaction_hash: bytes) -> tuple[int, int] | None:
        """Block number and place of a transaction, or None."""
        try:
            number, index = self._chain.get_canonical_transaction_index(transaction_hash)
        except TransactionNotFound:
            return None
        return int(number), int(index)

    def state(self, number: int) -> Any:
        """The accounts as they were after one block."""
        return self._chain.get_vm(self.header(number)).state

    def base_fee(self) -> int:
        """The base fee of the block to come."""
        return int(self._chain.header.base_fee_per_gas)

    def send(self, raw: bytes) -> bytes:
        """Mine one signed transaction; give its hash.

        Raises:
            TransactionRefused: it is broken, known, or not next in its sender's order.
        """
        transaction = self._decode(raw)
        if self.transaction_index(transaction.hash) is not None:
            raise TransactionRefused("already known")
        self._check_nonce(transaction)
        header = self._chain.header
        moment = max(int(time.time()), self.head().timestamp + 1)
        try:
            with self._file.transaction():
                self._chain.header = header.copy(timestamp=moment)
                self._chain.apply_transaction(transaction)
                self._chain.mine_block(mix_hash=keccak(self.head().hash))
        except ValidationError as refusal:
            self._chain.header = header
            raise TransactionRefused(str(refusal)) from refusal
        except BaseException:
            self._chain.header = header
            raise
        return bytes(transaction.hash)

    def call(self, call: Call, number: int) -> bytes:
        """What a call would return on top of one block; nothing is kept.

        Raises:
            CallReverted: the contract refused.
        """
        computation = self._execute(call, number)
        return bytes(computation.output)

    def estimate_gas(self, call: Call, number: int) -> int:
        """Gas that will do: what a run takes and a tenth more.

        The tenth covers the 64th that each nested call leaves behind.

        Raises:
            CallReverted: the contract refused.
        """
        computation = self._execute(call, number)
        used = call.gas - int(computation.get_gas_remaining())
        return min(used + used // 10, BLOCK_GAS_MAX)

    def _execute(self, call: Call, number: int) -> Any:
        vm = self._chain.get_vm(self.header(number))
        unsigned = vm.create_unsigned_transaction(
            nonce=vm.state.get_nonce(call.sender),
            gas_price=0,
            gas=min(call.gas, BLOCK_GAS_MAX),
            to=call.to,
            value=call.value,
            data=call.data,
        )
        with vm.in_costless_state() as state:
            computation = state.costless_execute_transaction(
                SpoofTransaction(unsigned, from_=call.sender)
            )
        try:
            computation.raise_if_error()
        except Revert as revert:
            raise CallReverted(bytes(revert.args[0]) if revert.args else b"") from revert
        except VMError as failure:
            raise CallReverted(b"") from failure
        return computation

    def _decode(self, raw: bytes) -> Any:
        if not 0 < len(raw) <= TRANSACTION_BYTES_MAX:
            raise TransactionRefused("transaction size out of bounds")
        try:
            transaction = self._chain.get_vm().get_transaction_builder().decode(raw)
            transaction.validate()
        except Exception as refusal:  # the decoder fails in many ways
            raise TransactionRefused(f"invalid transaction: {refusal}") from refusal
        if transaction.chain_id != CHAIN_ID:
            raise TransactionRefused("invalid chain id for signer")
        return transaction

    def _check_nonce(self, transaction: Any) -> None:
        expected = self._chain.get_vm().state.get_nonce(transaction.sender)
        if transaction.nonce < expected:
            raise TransactionRefused("nonce too low")
        if transaction.nonce > expected:
            raise TransactionRefused("nonce too high")


def _start_chain(store: AtomicDB, funded: bytes) -> _Chain:
    accounts = {
        funded: {"balance": GENESIS_BALANCE_WEI, "nonce": 0, "code": b"", "storage": {}},
        FACTORY_ADDRESS: {
            "balance": 0,
            "nonce": 1,
            "code": FACTORY_CODE,
            "storage": {},
        },
    }
    params = {
        "coinbase": bytes(20),
        "difficulty": 0,
        "extra_data": b"",
        "gas_limit": BLOCK_GAS_MAX,
        "mix_hash": bytes(32),
        "nonce": bytes(8),
        "timestamp": GENESIS_TIMESTAMP,
    }
    chain: _Chain = _Chain.from_genesis(store, params, accounts)
    return chain
