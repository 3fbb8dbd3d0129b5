"""A Redis of a test's own, on a free port, to be stopped, lost and started again."""

import shutil
import socket
import subprocess
import time
from contextlib import closing
from pathlib import Path

from tests.ports import free_port

START_SECONDS_MAX = 60


def redis_binary() -> str | None:
    """Where redis-server is, if this machine has it."""
    return shutil.which("redis-server")


class RedisServer:
    """Started by `start`; `stop(forget=False)` keeps the data in an append-only file.

    Unless it flushes `always`, it may lose what it took last when its machine dies.
    """

    def __init__(self, folder: Path, *, flushes: str = "always") -> None:
        self._flushes = flushes
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = redis_binary()
        assert binary is not None
        self._folder.mkdir(parents=True, exist_ok=True)
        options = [
            "--port",
            str(self.port),
            "--bind",
            "127.0.0.1",
            "--dir",
            str(self._folder),
        ]
        options += ["--appendonly", "yes", "--appendfsync", self._flushes, "--save", ""]
        self._process = subprocess.Popen([binary, *options], stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._answers():
            assert time.monotonic() < deadline, "redis-server did not start"
            time.sleep(0.02)

    def stop(self, *, forget: bool = False) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if forget:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _answers(self) -> bool:
        try:
            with closing(socket.create_connection(("127.0.0.1", self.port), 0.2)) as probe:
                probe.sendall(b"PING\r\n")
                return probe.recv(16).startswith(b"+PONG")
        except OSError:
            return False
