"""The JSON-RPC surface of the embedded chain: words, errors and who is let in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.chain.embedded import BODY_BYTES_MAX, build_app
from adapters.chain.ledger import Ledger
from adapters.chain.rpc import RpcMethods
from tests.unit.adapters.chain.conftest import RICH, transfer


@pytest.fixture
async def node(ledger: Ledger) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(build_app(RpcMethods(ledger)))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as node:
        yield node


async def ask(node: httpx.AsyncClient, method: str, *params: object) -> dict[str, object]:
    """Ask one thing; give the whole answer."""
    body = {"jsonrpc": "2.0", "id": 7, "method": method, "params": list(params)}
    answer = await node.post("/", json=body)
    assert answer.status_code == 200
    return answer.json()


async def test_a_sent_transaction_is_mined_at_once(node: httpx.AsyncClient) -> None:
    raw = "0x" + transfer(0).hex()

    sent = await ask(node, "eth_sendRawTransaction", raw)
    receipt = (await ask(node, "eth_getTransactionReceipt", sent["result"]))["result"]
    found = (await ask(node, "eth_getTransactionByHash", sent["result"]))["result"]

    assert (receipt["status"], receipt["blockNumber"], receipt["gasUsed"]) == (
        "0x1",
        "0x1",
        "0x5208",
    )
    assert (found["from"], found["nonce"], found["value"]) == (RICH.address, "0x0", "0x1")
    assert (await ask(node, "eth_blockNumber"))["result"] == "0x1"
    assert (await ask(node, "eth_getTransactionCount", RICH.address, "latest"))["result"] == "0x1"


@pytest.mark.parametrize(
    ("_case", "method", "params", "code"),
    [
        ("an unknown method", "eth_sendTransaction", [], -32601),
        ("a missing parameter", "eth_getBalance", [], -32602),
        ("an address of 3 bytes", "eth_getBalance", ["0x010203"], -32602),
        ("a word that is no hex", "eth_getBalance", ["0x" + "00" * 20, "zz"], -32602),
        ("a block to come", "eth_getBalance", ["0x" + "00" * 20, "0x63"], -32000),
        ("noise for a transaction", "eth_sendRawTransaction", ["0x02ff"], -32000),
        ("a filter that is a number", "eth_getLogs", [5], -32602),
    ],
)
async def test_an_unfit_request_is_told_its_code(
    _case: str, method: str, params: list[object], code: int, node: httpx.AsyncClient
) -> None:
    answer = await ask(node, method, *params)

    assert answer["error"]["code"] == code
    assert answer["id"] == 7


async def test_what_is_not_there_is_null(node: httpx.AsyncClient) -> None:
    nowhere = "0x" + "00" * 32

    answers = [
        (await ask(node, "eth_getTransactionReceipt", nowhere))["result"],
        (await ask(node, "eth_getTransactionByHash", nowhere))["result"],
        (await ask(node, "eth_getBlockByHash", nowhere, False))["result"],
        (await ask(node, "eth_getBlockByNumber", "0x63", False))["result"],
    ]

    assert answers == [None, None, None, None]


async def test_a_batch_is_answered_in_order(node: httpx.AsyncClient) -> None:
    batch = [
        {"jsonrpc": "2.0", "id": 1, "method": "eth_chainId"},
        {"jsonrpc": "2.0", "id": 2, "method": "nothing"},
        5,
    ]

    answers = (await node.post("/", json=batch)).json()

    assert answers[0] == {"jsonrpc": "2.0", "id": 1, "result": "0x15b34"}
    assert [answer["id"] for answer in answers] == [1, 2, None]
    assert [answer["error"]["code"] for answer in answers[1:]] == [-32601, -32600]


@pytest.mark.parametrize(
    ("_case", "body", "code"),
    [
        ("no JSON", b"{", -32700),
        ("an empty batch", b"[]", -32600),
        ("a batch of 101", b"[" + b",".join([b"1"] * 101) + b"]", -32600),
        ("a bare number", b"5", -32600),
        ("params as a string", b'{"method": "eth_chainId", "params": "x"}', -32602),
    ],
)
async def test_a_body_of_the_wrong_form_is_refused(
    _case: str, body: bytes, code: int, node: httpx.AsyncClient
) -> None:
    answer = await node.post("/", content=body, headers={"content-type": "application/json"})

    assert answer.json()["error"]["code"] == code


@pytest.mark.parametrize(
    ("_case", "headers", "size", "status"),
    [
        ("a page of the web by another name", {"host": "evil.example"}, 2, 403),
        ("a form of a web page", {"content-type": "text/plain"}, 2, 415),
        ("a body over the bound", {}, BODY_BYTES_MAX + 1, 413),
    ],
)
async def test_strangers_are_kept_out(
    _case: str, headers: dict[str, str], size: int, status: int, node: httpx.AsyncClient
) -> None:
    sent = {"content-type": "application/json", **headers}

    answer = await node.post("/", content=b" " * size, headers=sent)

    assert answer.status_code == status
