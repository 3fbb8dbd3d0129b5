"""The JSON-RPC methods of the embedded chain: parameters in, hex words out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.chain.ledger import (
    BLOCK_GAS_MAX,
    CHAIN_ID,
    Call,
    CallReverted,
    Ledger,
    TransactionRefused,
)
from adapters.chain.rpc_shapes import (
    block_shape,
    log_shapes,
    receipt_shape,
    transaction_shape,
    word,
)

BLOCKS_OF_LOGS_MAX = 10_000
LOGS_MAX = 10_000
FEE_HISTORY_BLOCKS_MAX = 1_024
PRIORITY_FEE_WEI = 10**9

Params = Sequence[Any]  # JSON of unknown form, checked method by method


class RpcError(Exception):
    """An answer that is an error, with the code other nodes give it."""

    def __init__(self, code: int, message: str, data: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data


class RpcMethods:
    """Looks a method up and runs it on the ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._methods: Mapping[str, Callable[[Params], object]] = {
            "eth_blockNumber": lambda _: word(self._head_number()),
            "eth_call": self._call,
            "eth_chainId": lambda _: word(CHAIN_ID),
            "eth_estimateGas": self._estimate_gas,
            "eth_feeHistory": self._fee_history,
            "eth_gasPrice": lambda _: word(ledger.base_fee() + PRIORITY_FEE_WEI),
            "eth_getBalance": self._balance,
            "eth_getBlockByHash": self._block_by_hash,
            "eth_getBlockByNumber": self._block_by_number,
            "eth_getCode": self._code,
            "eth_getLogs": self._logs,
            "eth_getTransactionByHash": self._transaction,
            "eth_getTransactionCount": self._transaction_count,
            "eth_getTransactionReceipt": self._receipt,
            "eth_maxPriorityFeePerGas": lambda _: word(PRIORITY_FEE_WEI),
            "eth_sendRawTransaction": self._send,
            "eth_syncing": lambda _: False,
            "net_version": lambda _: str(CHAIN_ID),
            "web3_clientVersion": lambda _: "Tutti/embedded/py-evm",
        }

    def run(self, method: str, params: Params) -> object:
        """Answer one request.

        Raises:
            RpcError: no such method, unfit parameters, or a refusal by the chain.
        """
        handler = self._methods.get(method)
        if handler is None:
            raise RpcError(-32601, f"the method {method} does not exist")
        try:
            return handler(params)
        except TransactionRefused as refusal:
            raise RpcError(-32000, str(refusal)) from refusal
        except CallReverted as refusal:
            raise RpcError(3, str(refusal), "0x" + refusal.data.hex()) from refusal
        except (IndexError, KeyError, TypeError, ValueError) as unfit:
            raise RpcError(-32602, f"invalid params: {unfit}") from unfit

    def _head_number(self) -> int:
        return int(self._ledger.head().block_number)

    def _number(self, tag: object) -> int:
        """The block that a tag or a number names; a block to come is refused."""
        if tag in (None, "latest", "pending", "safe", "finalized"):
            return self._head_number()
        if tag == "earliest":
            return 0
        if not isinstance(tag, str):
            raise ValueError("a block is named by a tag or a hex number")
        number = int(tag, 16)
        if not 0 <= number <= self._head_number():
            raise RpcError(-32000, "header not found")
        return number

    def _state(self, params: Params, place: int) -> Any:
        return self._ledger.state(self._number(_at(params, place)))

    def _balance(self, params: Params) -> str:
        return word(self._state(params, 1).get_balance(_address(params[0])))

    def _code(self, params: Params) -> str:
        code: bytes = self._state(params, 1).get_code(_address(params[0]))
        return "0x" + code.hex()

    def _transaction_count(self, params: Params) -> str:
        return word(self._state(params, 1).get_nonce(_address(params[0])))

    def _call(self, params: Params) -> str:
        output = self._ledger.call(_call(params[0]), self._number(_at(params, 1)))
        return "0x" + output.hex()

    def _estimate_gas(self, params: Params) -> str:
        call = _call(params[0])
        return word(self._ledger.estimate_gas(call, self._number(_at(params, 1))))

    def _send(self, params: Params) -> str:
        return "0x" + self._ledger.send(_bytes(params[0])).hex()

    def _fee_history(self, params: Params) -> dict[str, object]:
        count = min(_whole(params[0]), FEE_HISTORY_BLOCKS_MAX)
        newest = self._number(_at(params, 1))
        oldest = max(0, newest - count + 1)
        headers = [self._ledger.header(n) for n in range(oldest, newest + 1)]
        fees = [word(header.base_fee_per_gas) for header in headers]
        rewards = [[word(PRIORITY_FEE_WEI) for _ in _at(params, 2) or []] for _ in headers]
        return {
            "oldestBlock": word(oldest),
            "baseFeePerGas": [*fees, word(self._ledger.base_fee())],
            "gasUsedRatio": [header.gas_used / header.gas_limit for header in headers],
            "reward": rewards,
        }

    def _block_by_number(self, params: Params) -> dict[str, object] | None:
        try:
            number = self._number(params[0])
        except RpcError:
            return None
        return block_shape(self._ledger.block(number), is_full=bool(_at(params, 1)))

    def _block_by_hash(self, params: Params) -> dict[str, object] | None:
        block = self._ledger.block_by_hash(_bytes(params[0]))
        return None if block is None else block_shape(block, is_full=bool(_at(params, 1)))

    def _transaction(self, params: Params) -> dict[str, object] | None:
        place = self._ledger.transaction_index(_bytes(params[0]))
        if place is None:
            return None
        number, index = place
        return transaction_shape(self._ledger.block(number), index)

    def _receipt(self, params: Params) -> dict[str, object] | None:
        place = self._ledger.transaction_index(_bytes(params[0]))
        if place is None:
            return None
        number, index = place
        block = self._ledger.block(number)
        return receipt_shape(block, self._ledger.receipts(number), index)

    def _logs(self, params: Params) -> list[dict[str, object]]:
        wanted = _object(params[0])
        first = self._number(wanted.get("fromBlock"))
        last = self._number(wanted.get("toBlock"))
        if last - first >= BLOCKS_OF_LOGS_MAX:
            raise RpcError(-32005, f"more than {BLOCKS_OF_LOGS_MAX} blocks asked for")
        addresses = _address_filter(wanted.get("address"))
        topics = [_topic_filter(topic) for topic in wanted.get("topics") or ()]
        found: list[dict[str, object]] = []
        for number in range(first, last + 1):
            receipts = self._ledger.receipts(number)
            if receipts:
                block = self._ledger.block(number)
                found += log_shapes(block, receipts, addresses=addresses, topics=topics)
            if len(found) > LOGS_MAX:
                raise RpcError(-32005, f"more than {LOGS_MAX} logs found")
        return found


def _at(params: Params, place: int) -> Any:
    return params[place] if len(params) > place else None


def _bytes(text: object) -> bytes:
    if not isinstance(text, str) or not text.startswith("0x"):
        raise ValueError("bytes are written as 0x and hex digits")
    return bytes.fromhex(text[2:])


def _address(text: object) -> bytes:
    address = _bytes(text)
    if len(address) != 20:
        raise ValueError("an address has 20 bytes")
    return address


def _whole(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, str)):
        raise ValueError("a number is written as hex")
    return value if isinstance(value, int) else int(value, 16)


def _object(value: object) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("an object is wanted here")
    return value


def _call(given: object) -> Call:
    wanted = _object(given)
    data = wanted.get("data") or wanted.get("input") or "0x"
    to = wanted.get("to")
    return Call(
        sender=_address(wanted["from"]) if wanted.get("from") else bytes(20),
        to=_address(to) if to else b"",
        data=_bytes(data),
        value=_whole(wanted.get("value") or 0),
        gas=min(_whole(wanted.get("gas") or BLOCK_GAS_MAX), BLOCK_GAS_MAX),
    )


def _address_filter(wanted: object) -> frozenset[bytes] | None:
    if wanted is None:
        return None
    given = wanted if isinstance(wanted, list) else [wanted]
    return frozenset(_address(address) for address in given)


def _topic_filter(wanted: object) -> frozenset[bytes] | None:
    if wanted is None:
        return None
    given = wanted if isinstance(wanted, list) else [wanted]
    return frozenset(_bytes(topic) for topic in given)
