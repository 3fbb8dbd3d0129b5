"""Starts the servers that are measured, and reads what processor time they took."""

import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import IO, Self

ROOT = Path(__file__).parent.parent
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
START_SECONDS_MAX = 60.0
STOP_SECONDS_MAX = 10.0


class CannotStart(Exception):
    """A server did not come up; the message says what it said last."""


@dataclass(frozen=True, kw_only=True)
class Command:
    """A server to start; `{port}` in an argument stands for its port."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = ROOT


def python_server(name: str, *role: str) -> Command:
    """A server of `bench.servers`."""
    return Command(
        name=name, arguments=(sys.executable, "-m", "bench.servers", *role, "--port", "{port}")
    )


@dataclass(eq=False, kw_only=True)
class Server:
    """A process that answers on a port of this machine."""

    name: str
    port: int
    process: subprocess.Popen[bytes]
    log: IO[bytes]

    def wait_until_open(self) -> None:
        """Wait for its port.

        Raises:
            CannotStart: it ended, or takes too long.
        """
        ends_at = time.monotonic() + START_SECONDS_MAX
        while time.monotonic() < ends_at and self.process.poll() is None:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.05)
        raise CannotStart(f"{self.name} did not come up: {self._last_words()}")

    def cpu_seconds(self) -> float:
        """Processor time of the process and all it started, in user and system mode."""
        return sum(_cpu_seconds(pid) for pid in _family(self.process.pid))

    def resident_bytes(self) -> int:
        """Memory of the process and all it started that is in use now."""
        return sum(_resident_bytes(pid) for pid in _family(self.process.pid))

    def stop(self) -> None:
        """End it, politely at first."""
        self.process.terminate()
        try:
            self.process.wait(STOP_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def how_it_is(self) -> str:
        """Whether it runs still, or what it said last."""
        code = self.process.poll()
        return "it runs" if code is None else f"it ended with {code}: {self._last_words()}"

    def _last_words(self) -> str:
        self.log.seek(0)
        lines = self.log.read().decode(errors="replace").strip().splitlines()
        return lines[-1] if lines else "it said nothing"


class Servers:
    """The servers of a run: each is started once, and all are stopped at the end."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self._running: dict[str, Server] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _type: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def start(self, command: Command, port: int | None = None) -> Server:
        """Start a server, or find the one that runs already.

        Raises:
            CannotStart: it does not come up.
        """
        known = self._running.get(command.name)
        if known is not None:
            return known
        port = free_port() if port is None else port
        log = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        process = subprocess.Popen(
            [each.replace("{port}", str(port)) for each in command.arguments],
            cwd=command.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **command.environment},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        server = Server(name=command.name, port=port, process=process, log=log)
        self._stack.callback(server.stop)
        server.wait_until_open()
        self._running[command.name] = server
        return server


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def stat_of(pid: int) -> list[str]:
    """What stands after the name in a process's status; empty when it has just ended."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return []


def _family(pid: int) -> list[int]:
    """A process and its descendants."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdecimal() and (fields := stat_of(int(folder.name))):
            children.setdefault(int(fields[1]), []).append(int(folder.name))
    found = [pid]
    for each in found:
        found.extend(children.get(each, ()))
    return found


def _cpu_seconds(pid: int) -> float:
    fields = stat_of(pid)
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_SECOND if fields else 0.0


def _resident_bytes(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
