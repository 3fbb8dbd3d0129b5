"""Tutti in processes of its own, which a test may kill."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.ports import free_port

ROOT = Path(__file__).parent.parent.parent
START_SECONDS_MAX = 60.0
POLL_SECONDS = 0.05


@dataclass
class Process:
    """One process and how to start it again."""

    name: str
    command: list[str]
    environment: dict[str, str]
    log: Path
    running: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; its output is kept."""
        with self.log.open("ab") as output:
            self.running = subprocess.Popen(
                self.command, cwd=ROOT, env=self.environment, stdout=output, stderr=output
            )

    def kill(self) -> None:
        """End it without a word of warning."""
        assert self.running is not None
        self.running.send_signal(signal.SIGKILL)
        self.running.wait(10)

    def stop(self) -> None:
        """Ask it to end, and make it."""
        if self.running is None or self.running.poll() is not None:
            return
        self.running.terminate()
        try:
            self.running.wait(30)
        except subprocess.TimeoutExpired:
            self.running.kill()
            self.running.wait(10)


@dataclass
class Deployment:
    """The processes of one profile over one data folder."""

    folder: Path
    environment: dict[str, str]
    port: int
    processes: dict[str, Process] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """Where the gateway answers."""
        return f"http://127.0.0.1:{self.port}"

    def add(self, name: str, *command: str, **environment: str) -> Process:
        """Describe a process of this deployment."""
        process = Process(
            name=name,
            command=[sys.executable, *command],
            environment={**os.environ, **self.environment, **environment},
            log=self.folder / f"{name}.log",
        )
        self.processes[name] = process
        return process

    def kill(self, name: str) -> None:
        """kill -9 a process, wherever it hangs, and see that it is started again."""
        if name in self.processes:
            self.processes[name].kill()
            self.processes[name].start()
            return
        os.kill(self.find_child(name), signal.SIGKILL)  # its supervisor starts it again

    def find_child(self, name: str) -> int:
        """The process id of one of the gateway's children."""
        marks = {
            "worker": "workers",
            "evm": "adapters.chain.embedded",
            "model": "adapters.ml.serve",
        }
        gateway = self.processes["gateway"].running
        assert gateway is not None
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            for pid in _children_of(gateway.pid):
                if marks[name] in _command_of(pid):
                    return pid
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"no child {name} of {gateway.pid}: {self.logs()}")

    def wait_ready(self) -> None:
        """Wait until the gateway says that it is ready."""
        deadline = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < deadline:
            try:
                if httpx.get(f"{self.url}/ready", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(POLL_SECONDS)
        raise AssertionError(f"not ready in time: {self.logs()}")

    def logs(self) -> str:
        """The ends of all logs, for the eyes of whoever reads a failure."""
        return "\n".join(
            f"--- {each.name}\n{each.log.read_text(errors='replace')[-3000:]}"
            for each in self.processes.values()
            if each.log.exists()
        )


@contextmanager
def deployed(profile: str, folder: Path, settings: Mapping[str, str]) -> Iterator[Deployment]:
    """Start a profile's processes, and stop them at the end.

    embedded      gateway (which supervises worker, EVM and model)
    distributed   gateway · worker · EVM as the JSON-RPC node
    """
    port = free_port()
    environment = {
        "TUTTI_DATA_DIR": str(folder / "data"),
        "TUTTI_PORT": str(port),
        "TUTTI_DEMO": "false",
        **settings,
    }
    deployment = Deployment(folder=folder, environment=environment, port=port)
    if profile == "distributed":
        node = free_port()
        environment["TUTTI_CHAIN_RPC_URL"] = f"http://127.0.0.1:{node}"
        chain = str(folder / "data" / "chain")
        deployment.add("evm", "-m", "adapters.chain.embedded", "--port", str(node), "--data", chain)
        deployment.add("worker", "-m", "workers")
    deployment.add("gateway", "gateway.py")
    subprocess.run(
        [sys.executable, "gateway.py", "migrate"],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
    )
    try:
        for process in deployment.processes.values():
            process.start()
        deployment.wait_ready()
        yield deployment
    finally:
        for process in reversed(deployment.processes.values()):
            process.stop()


@dataclass
class Api:
    """A client of the deployment that goes on trying while the gateway is away."""

    deployment: Deployment
    token: str = ""

    def log_in(self, email: str, password: str) -> None:
        """Act as an account from now on."""
        document = (ROOT / "examples" / "operations" / "login.graphql").read_text()
        data = self.ask(document, email=email, password=password)
        self.token = data["login"]["accessToken"]

    def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Run an operation that must succeed; repeated under one key until it is answered."""
        key = f"{random.getrandbits(128):032x}"
        headers = {"idempotency-key": key, "authorization": f"Bearer {self.token}"}
        if not self.token:
            del headers["authorization"]
        body = {"query": document, "variables": variables}
        deadline = time.monotonic() + START_SECONDS_MAX * 2
        last = ""
        while time.monotonic() < deadline:
            try:
                answer = httpx.post(
                    f"{self.deployment.url}/graphql", json=body, headers=headers, timeout=15
                ).json()
            except (httpx.HTTPError, json.JSONDecodeError) as error:
                last = repr(error)
            else:
                if "errors" not in answer:
                    return dict(answer["data"])
                last = json.dumps(answer["errors"])[:2000]
            time.sleep(POLL_SECONDS * 4)
        raise AssertionError(f"{last}\n{self.deployment.logs()}")


def _children_of(parent: int) -> list[int]:
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parts = status.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(parts[1]) == parent and parts[0] != "Z":
            found.append(int(status.parent.name))
    return found


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""
