"""Gateways and workers as processes of their own, and how they are reached."""

import ctypes
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import httpx

from tests.e2e.house import example

ROOT = Path(__file__).parent.parent.parent
START_SECONDS_MAX = 120.0
STOP_SECONDS_MAX = 60.0
PR_CAPBSET_DROP = 24
CAP_DAC_OVERRIDE = 1
CAP_DAC_READ_SEARCH = 2
ADDRESS = re.compile(r"Tutti listens on (http://\S+)/graphql")


PATIENT = {"fetch_seconds_max": "30", "operation_seconds_max": "60"}
"""No test of a process is about these, and other tests keep the machine busy."""


def clean_environment(**settings: str) -> dict[str, str]:
    """Our environment without anybody's settings, and with these."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("TUTTI_") and name not in ("AI_TIMEOUT", "AI_MODEL_PATH")
    }
    given = {**PATIENT, **settings}
    return {**kept, **{f"TUTTI_{name.upper()}": value for name, value in given.items()}}


def run_gateway(
    *arguments: str, as_anybody: bool = False, seconds_max: float = 120.0, **settings: str
) -> tuple[int, str]:
    """Run a gateway that should end by itself; its exit code and what stderr says.

    `as_anybody`: file permissions hold for it even where the tests run as root.
    """
    done = subprocess.run(
        [sys.executable, "gateway.py", *arguments],
        cwd=ROOT,
        env=clean_environment(**settings),
        capture_output=True,
        text=True,
        timeout=seconds_max,
        check=False,
        preexec_fn=_obey_permissions if as_anybody and os.geteuid() == 0 else None,
    )
    return done.returncode, done.stderr


def _obey_permissions() -> None:
    """Give up root's right to write and read everywhere; it is lost at the next exec."""
    prctl = ctypes.CDLL(None).prctl
    for capability in (CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH):
        assert prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) == 0


class Process:
    """One process and all that it has printed."""

    def __init__(self, *command: str, environment: Mapping[str, str]) -> None:
        self.lines: list[str] = []
        self._process = subprocess.Popen(
            [sys.executable, *command],
            cwd=ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def output(self) -> str:
        """All that it has printed so far."""
        return "\n".join(self.lines)

    def kill(self) -> None:
        """End it without asking."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> int:
        """Ask it to end; its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(timeout=STOP_SECONDS_MAX)

    def end(self) -> None:
        """Make sure that it has ended, and close what we hold of it."""
        if self._process.poll() is None:
            try:
                self.stop()
            except subprocess.TimeoutExpired:
                self.kill()
        self._reader.join(timeout=STOP_SECONDS_MAX)
        assert self._process.stdout is not None
        self._process.stdout.close()

    def wait_for(self, condition: Callable[[], Any], seconds_max: float = 120.0) -> Any:
        """Poll until the condition holds; what it then gave."""
        deadline = time.monotonic() + seconds_max
        while True:
            found = condition()
            if found:
                return found
            assert self._process.poll() is None, f"it ended:\n{self.output}"
            assert time.monotonic() < deadline, f"not in time:\n{self.output}"
            time.sleep(0.05)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.lines.append(line.rstrip("\n"))


class Gateway(Process):
    """`python gateway.py` on a free port, ready to be asked."""

    def __init__(self, folder: Path, **settings: str) -> None:
        given = {"data_dir": str(folder), "port": "0", "demo": "false", **settings}
        super().__init__("gateway.py", environment=clean_environment(**given))
        try:
            self.url = self.wait_for(self._address, START_SECONDS_MAX)
            self.client = httpx.Client(base_url=self.url, timeout=60)
            self.wait_for(self._is_ready, START_SECONDS_MAX)
        except BaseException:
            self.end()
            raise

    def ask(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run an operation; the whole answer."""
        sent = dict(headers or {})
        if token is not None:
            sent["authorization"] = f"Bearer {token}"
        body = {"query": document, "variables": dict(variables or {})}
        answer: dict[str, Any] = self.client.post("/graphql", json=body, headers=sent).json()
        return answer

    def data(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        token: str | None = None,
    ) -> dict[str, Any]:
        """Run an operation that must succeed; its data."""
        answer = self.ask(document, variables, token=token)
        assert "errors" not in answer, (answer["errors"], self.output)
        data: dict[str, Any] = answer["data"]
        return data

    def log_in(self, email: str, password: str) -> str:
        """The access token of a new session."""
        data = self.data(example("login"), {"email": email, "password": password})
        token: str = data["login"]["accessToken"]
        return token

    def end(self) -> None:
        """End it, and our connections to it."""
        if hasattr(self, "client"):
            self.client.close()
        super().end()

    def _address(self) -> str | None:
        found = ADDRESS.search(self.output)
        return None if found is None else found.group(1)

    def _is_ready(self) -> bool:
        try:
            return self.client.get("/ready").status_code == httpx.codes.OK
        except httpx.TransportError:
            return False


class Worker(Process):
    """`python -m workers`, as the distributed profile runs it."""

    def __init__(self, folder: Path, **settings: str) -> None:
        given = {"data_dir": str(folder), "demo": "false", **settings}
        super().__init__("-m", "workers", environment=clean_environment(**given))
