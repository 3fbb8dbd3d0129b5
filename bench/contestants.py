"""Who takes part: our servers, Strawberry's, hand-written ones, and the gateways of others."""

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.contest import Contestant
from bench.peers import apollo, hive, install_peers
from bench.processes import ROOT, Command, Server, Servers, python_server
from bench.schemas.subgraphs import NAMES, compose_supergraph

FOLDER = ROOT / "var" / "bench"
NO_DEADLINE = ("--fetch-seconds-max", "60")
"""Others have none, and work that is given up would not be measured."""
Started = tuple[Server, Sequence[Server]]


def in_one_process(name: str) -> Contestant:
    """A role of `bench.servers` that has nothing behind it."""
    return Contestant(
        name=name, start=lambda servers: (servers.start(python_server(name, name)), ())
    )


TUTTI = in_one_process("tutti")
TUTTI_PLAIN = in_one_process("tutti-plain")
TUTTI_MONOLITH = in_one_process("tutti-monolith")
MONOLITH = in_one_process("monolith")
ROUTE = in_one_process("route")
BYTES = in_one_process("bytes")


def _gateway(name: str, role: str, command: Callable[[Path], Command]) -> Contestant:
    """A gateway in a process of its own, with the four subgraphs as servers behind it."""

    def start(servers: Servers) -> Started:
        behind = [
            servers.start(python_server(f"{role} {subgraph}", role, subgraph)) for subgraph in NAMES
        ]
        return servers.start(command(_write_supergraph(role, behind))), behind

    return Contestant(name=name, start=start)


def _write_supergraph(role: str, subgraphs: Sequence[Server]) -> Path:
    """The supergraph with the addresses of these servers; composed by us, read by all."""
    urls = {
        name: f"http://127.0.0.1:{server.port}/graphql"
        for name, server in zip(NAMES, subgraphs, strict=True)
    }
    FOLDER.mkdir(parents=True, exist_ok=True)
    path = FOLDER / f"{role}-{os.getpid()}.graphql"
    path.write_text(compose_supergraph(urls))
    return path


def _tutti(name: str, supergraph: Path) -> Command:
    """Our gateway as anyone would start it before subgraphs that are not ours."""
    serve = [sys.executable, "gateway.py", "serve", "--port", "{port}", *NO_DEADLINE]
    return Command(name=name, arguments=[*serve, "--supergraph", str(supergraph)])


def _peer(command: Callable[[Path], Command]) -> Callable[[Path], Command]:
    def installed(supergraph: Path) -> Command:
        install_peers()
        return command(supergraph)

    return installed


REMOTE = _gateway("tutti-remote", "subgraph", lambda file: _tutti("tutti-remote", file))
REMOTE_BATCHED = _gateway(
    "tutti-remote-batched", "batched-subgraph", lambda file: _tutti("tutti-remote-batched", file)
)
APOLLO = _gateway("apollo", "subgraph", _peer(apollo))
HIVE_JS = _gateway("hive-js", "subgraph", _peer(lambda file: hive(file, is_rust=False)))
HIVE_RUST = _gateway("hive-rust", "subgraph", _peer(lambda file: hive(file, is_rust=True)))
