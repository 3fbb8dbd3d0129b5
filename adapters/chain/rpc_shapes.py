"""Blocks, transactions, receipts and logs as JSON-RPC writes them."""

from collections.abc import Sequence
from typing import Any

import rlp  # type: ignore[import-untyped]
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak

EMPTY_UNCLES = keccak(rlp.encode([]))


def word(number: int) -> str:
    """A whole number as JSON-RPC writes it."""
    return hex(number)


def block_shape(block: Any, *, is_full: bool) -> dict[str, object]:
    """One block, with its transactions or only their hashes."""
    header = block.header
    places = range(len(block.transactions))
    transactions: list[object] = [
        transaction_shape(block, index) if is_full else _hex(block.transactions[index].hash)
        for index in places
    ]
    return {
        "number": word(header.block_number),
        "hash": _hex(header.hash),
        "parentHash": _hex(header.parent_hash),
        "nonce": _hex(header.nonce),
        "sha3Uncles": _hex(EMPTY_UNCLES),
        "logsBloom": _hex(int(header.bloom).to_bytes(256, "big")),
        "transactionsRoot": _hex(header.transaction_root),
        "stateRoot": _hex(header.state_root),
        "receiptsRoot": _hex(header.receipt_root),
        "withdrawalsRoot": _hex(header.withdrawals_root),
        "parentBeaconBlockRoot": _hex(header.parent_beacon_block_root),
        "miner": to_checksum_address(header.coinbase),
        "mixHash": _hex(header.mix_hash),
        "difficulty": word(header.difficulty),
        "extraData": _hex(header.extra_data),
        "size": word(len(rlp.encode(block))),
        "gasLimit": word(header.gas_limit),
        "gasUsed": word(header.gas_used),
        "blobGasUsed": word(header.blob_gas_used),
        "excessBlobGas": word(header.excess_blob_gas),
        "baseFeePerGas": word(header.base_fee_per_gas),
        "timestamp": word(header.timestamp),
        "transactions": transactions,
        "uncles": [],
        "withdrawals": [],
    }


def transaction_shape(block: Any, index: int) -> dict[str, object]:
    """One mined transaction."""
    transaction = block.transactions[index]
    kind = _kind(transaction)
    shape: dict[str, object] = {
        "type": word(kind),
        "chainId": word(transaction.chain_id),
        "hash": _hex(transaction.hash),
        "blockHash": _hex(block.header.hash),
        "blockNumber": word(block.header.block_number),
        "transactionIndex": word(index),
        "from": to_checksum_address(transaction.sender),
        "to": to_checksum_address(transaction.to) if transaction.to else None,
        "nonce": word(transaction.nonce),
        "gas": word(transaction.gas),
        "gasPrice": word(_gas_price(transaction, block.header)),
        "value": word(transaction.value),
        "input": _hex(transaction.data),
        "r": word(transaction.r),
        "s": word(transaction.s),
        "v": word(transaction.y_parity if kind else transaction.v),
    }
    if kind >= 2:
        shape["maxFeePerGas"] = word(transaction.max_fee_per_gas)
        shape["maxPriorityFeePerGas"] = word(transaction.max_priority_fee_per_gas)
    return shape


def receipt_shape(block: Any, receipts: Sequence[Any], index: int) -> dict[str, object]:
    """What one mined transaction did."""
    transaction, receipt = block.transactions[index], receipts[index]
    before = receipts[index - 1].gas_used if index else 0
    logs = log_shapes(block, receipts)
    created = None if transaction.to else _created(transaction)
    return {
        "type": word(_kind(transaction)),
        "transactionHash": _hex(transaction.hash),
        "transactionIndex": word(index),
        "blockHash": _hex(block.header.hash),
        "blockNumber": word(block.header.block_number),
        "from": to_checksum_address(transaction.sender),
        "to": to_checksum_address(transaction.to) if transaction.to else None,
        "contractAddress": created,
        "status": word(int.from_bytes(receipt.state_root, "big")),
        "gasUsed": word(receipt.gas_used - before),
        "cumulativeGasUsed": word(receipt.gas_used),
        "effectiveGasPrice": word(_gas_price(transaction, block.header)),
        "logsBloom": _hex(int(receipt.bloom).to_bytes(256, "big")),
        "logs": [log for log in logs if log["transactionIndex"] == word(index)],
    }


def log_shapes(
    block: Any,
    receipts: Sequence[Any],
    *,
    addresses: frozenset[bytes] | None = None,
    topics: Sequence[frozenset[bytes] | None] = (),
) -> list[dict[str, object]]:
    """The logs of one block that pass the filter, numbered within the block."""
    shapes: list[dict[str, object]] = []
    log_index = -1
    for index, receipt in enumerate(receipts):
        for log in receipt.logs:
            log_index += 1
            told = [int(topic).to_bytes(32, "big") for topic in log.topics]
            if addresses is not None and log.address not in addresses:
                continue
            if not _topics_pass(told, topics):
                continue
            shapes.append(
                {
                    "address": to_checksum_address(log.address),
                    "topics": [_hex(topic) for topic in told],
                    "data": _hex(log.data),
                    "blockNumber": word(block.header.block_number),
                    "blockHash": _hex(block.header.hash),
                    "transactionHash": _hex(block.transactions[index].hash),
                    "transactionIndex": word(index),
                    "logIndex": word(log_index),
                    "removed": False,
                }
            )
    return shapes


def _topics_pass(told: list[bytes], wanted: Sequence[frozenset[bytes] | None]) -> bool:
    if len(wanted) > len(told):
        return False
    return all(
        allowed is None or topic in allowed for topic, allowed in zip(told, wanted, strict=False)
    )


def _hex(value: bytes) -> str:
    return "0x" + bytes(value).hex()


def _kind(transaction: Any) -> int:
    return int(getattr(transaction, "type_id", 0) or 0)


def _gas_price(transaction: Any, header: Any) -> int:
    if _kind(transaction) < 2:
        return int(transaction.gas_price)
    tip = min(
        transaction.max_priority_fee_per_gas,
        transaction.max_fee_per_gas - header.base_fee_per_gas,
    )
    return int(header.base_fee_per_gas + tip)


def _created(transaction: Any) -> str:
    place = rlp.encode([transaction.sender, transaction.nonce])
    return to_checksum_address(keccak(place)[12:])
