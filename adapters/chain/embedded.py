"""The embedded EVM as a process of its own: `python -m adapters.chain.embedded`."""

import argparse
import contextlib
import socket
import sqlite3
import sys
from pathlib import Path
from typing import Any

import msgspec
import orjson
import uvicorn
from eth_keys.datatypes import PrivateKey
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.chain.key_value_file import ChainFileLocked
from adapters.chain.keys import load_or_make_key
from adapters.chain.ledger import Ledger
from adapters.chain.rpc import RpcError, RpcMethods

BODY_BYTES_MAX = 1024 * 1024
BATCH_MAX = 100
CONNECTIONS_MAX = 64
CHAIN_FILE = "chain.db"
LOOPBACK_NAMES = ("127.0.0.1", "localhost", "::1")


def build_app(methods: RpcMethods) -> Starlette:
    """The HTTP surface: JSON-RPC 2.0 by POST, single or in a batch.

    A request is run to its end before the next begins. Nothing else lives in this
    process, and a chain has one writer.
    """

    async def answer(request: Request) -> Response:
        refusal = _refuse_browser(request)
        if refusal is not None:
            return refusal
        body = bytearray()
        async for chunk in request.stream():
            body += chunk
            if len(body) > BODY_BYTES_MAX:
                return Response("body too large\n", status_code=413)
        return _json(_answer_body(methods, bytes(body)))

    return Starlette(routes=[Route("/", answer, methods=["POST"])])


def main() -> None:
    """Serve the chain of a folder on loopback until told to stop."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, required=True, help="folder of the chain")
    arguments = parser.parse_args()

    listener = _listen(arguments.port)
    try:
        ledger = _open_ledger(arguments.data)
    except (OSError, ValueError, sqlite3.Error, ChainFileLocked) as refusal:
        sys.exit(f"The chain in {arguments.data} cannot be opened: {refusal}")
    config = uvicorn.Config(
        build_app(RpcMethods(ledger)),
        log_level="warning",
        access_log=False,
        lifespan="off",
        limit_concurrency=CONNECTIONS_MAX,
        timeout_graceful_shutdown=5,
    )
    with contextlib.closing(ledger):
        uvicorn.Server(config).run(sockets=[listener])


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(("127.0.0.1", port))
    except OSError as refusal:
        sys.exit(f"Port {port} for the embedded chain cannot be had: {refusal.strerror}")
    return listener


def _open_ledger(folder: Path) -> Ledger:
    folder.mkdir(parents=True, exist_ok=True)
    key = PrivateKey(load_or_make_key(folder))
    return Ledger(folder / CHAIN_FILE, funded=key.public_key.to_canonical_address())


def _refuse_browser(request: Request) -> Response | None:
    """Keep web pages out: they can reach loopback, but not with these headers."""
    name = request.url.hostname
    if name not in LOOPBACK_NAMES:
        return Response("this node serves loopback only\n", status_code=403)
    media_type = request.headers.get("content-type", "").partition(";")[0].strip()
    if media_type.lower() != "application/json":
        return Response("send application/json\n", status_code=415)
    return None


def _answer_body(methods: RpcMethods, body: bytes) -> object:
    try:
        given = orjson.loads(body)  # its depth has a bound: this process recurses far
    except orjson.JSONDecodeError:
        return _failure(None, RpcError(-32700, "parse error"))
    if not isinstance(given, list):
        return _answer_one(methods, given)
    if not 0 < len(given) <= BATCH_MAX:
        return _failure(None, RpcError(-32600, f"a batch has 1 to {BATCH_MAX} requests"))
    return [_answer_one(methods, single) for single in given]


def _answer_one(methods: RpcMethods, given: Any) -> dict[str, object]:
    if not isinstance(given, dict) or not isinstance(given.get("method"), str):
        return _failure(None, RpcError(-32600, "invalid request"))
    params = given.get("params") or []
    if not isinstance(params, list):
        return _failure(given.get("id"), RpcError(-32602, "params come as a list"))
    try:
        result = methods.run(given["method"], params)
    except RpcError as error:
        return _failure(given.get("id"), error)
    return {"jsonrpc": "2.0", "id": given.get("id"), "result": result}


def _failure(request_id: object, error: RpcError) -> dict[str, object]:
    told: dict[str, object] = {"code": error.code, "message": error.message}
    if error.data is not None:
        told["data"] = error.data
    return {"jsonrpc": "2.0", "id": request_id, "error": told}


def _json(content: object) -> Response:
    return Response(msgspec.json.encode(content), media_type="application/json")


if __name__ == "__main__":
    main()
