"""Starts and kills chain nodes for tests: the embedded one, and anvil if installed."""

import os
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from adapters.chain.keys import load_or_make_key
from adapters.chain.ledger import CHAIN_ID
from tests.ports import free_port

ROOT = Path(__file__).parents[2]
ANVIL_CHAIN_ID = 31_337
ANVIL_KEY = bytes.fromhex("ac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80")
"""The first account of every anvil; worthless anywhere else."""
START_SECONDS_MAX = 60.0


@dataclass
class Node:
    """A chain node in a process of its own."""

    command: list[str]
    port: int
    chain_id: int
    key: bytes
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> float:
        """Start it; give the seconds until it answered."""
        before = time.monotonic()
        self.process = subprocess.Popen(self.command, cwd=ROOT, stdout=subprocess.DEVNULL)
        while time.monotonic() - before < START_SECONDS_MAX:
            if self.answers():
                return time.monotonic() - before
            time.sleep(0.02)
        raise TimeoutError(f"{self.command[0]} did not answer")

    def answers(self) -> bool:
        body = {"jsonrpc": "2.0", "id": 1, "method": "eth_blockNumber", "params": []}
        try:
            return httpx.post(self.url, json=body, timeout=2.0).status_code == 200
        except httpx.TransportError:
            return False

    def kill(self) -> None:
        """End it without a chance to tidy up."""
        assert self.process is not None
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=60)


def embedded_node(folder: Path) -> Node:
    port = free_port()
    command = [sys.executable, "-m", "adapters.chain.embedded"]
    command += ["--port", str(port), "--data", str(folder)]
    return Node(command, port, CHAIN_ID, load_or_make_key(folder))


def anvil_node() -> Node | None:
    """A node of foundry, or None where it is not installed."""
    packaged = ROOT / "contracts/node_modules/@foundry-rs/anvil-linux-amd64/bin/anvil"
    binary = str(packaged) if packaged.exists() else shutil.which("anvil")
    if binary is None:
        return None
    port = free_port()
    command = [binary, "--silent", "--port", str(port), "--chain-id", str(ANVIL_CHAIN_ID)]
    return Node(command, port, ANVIL_CHAIN_ID, ANVIL_KEY)
