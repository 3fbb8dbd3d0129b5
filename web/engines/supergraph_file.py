"""Watches a supergraph file: what is written there is served soon after."""

import asyncio
import hashlib
from pathlib import Path

import structlog

from federation.errors import FederationError
from web.engines.supergraph_engine import SupergraphEngine

POLL_SECONDS = 1.0
SUPERGRAPH_BYTES_MAX = 64 * 1024 * 1024

log = structlog.get_logger(__name__)


class SupergraphFileError(Exception):
    """The file cannot be used; the message says why in one line."""


class SupergraphFile:
    """A file, and the engine that serves what it says.

    A file that cannot be used changes nothing; that is told in one line of the log.
    """

    def __init__(
        self, path: Path, engine: SupergraphEngine, *, poll_seconds: float = POLL_SECONDS
    ) -> None:
        self._path = path
        self._engine = engine
        self._poll_seconds = poll_seconds
        self._asked = asyncio.Event()
        self._seen: tuple[int, int, int] | None = None
        self._digest = b""

    def reload_now(self) -> None:
        """Look at once; may be called by a signal."""
        self._seen = None
        self._asked.set()

    async def load(self) -> None:
        """Read the file and go over to it.

        Raises:
            SupergraphFileError: it cannot be used.
        """
        self._seen = _stamp(self._path)
        text = await asyncio.to_thread(_read, self._path)
        digest = hashlib.sha256(text.encode()).digest()
        if digest == self._digest:
            return
        try:
            await self._engine.load(text)
        except FederationError as error:
            reason = f"{error.code}: {error.message}".partition("\n")[0]
            raise SupergraphFileError(f"{self._path}: {reason}") from error
        except Exception as error:
            reason = str(error).partition("\n")[0]
            raise SupergraphFileError(
                f"{self._path}: it is no supergraph that can be served ({reason})"
            ) from error
        self._digest = digest
        for name in self._engine.unconnected:
            log.warning("subgraph_without_address", subgraph=name)

    async def watch(self) -> None:
        """Load again whenever the file changes, until cancelled."""
        while True:
            try:
                async with asyncio.timeout(self._poll_seconds):
                    await self._asked.wait()
            except TimeoutError:
                pass
            self._asked.clear()
            if _stamp(self._path) == self._seen:
                continue
            before = self._digest
            try:
                await self.load()
            except SupergraphFileError as error:
                log.error("supergraph_refused", reason=str(error), kept="the one before")
            else:
                if self._digest != before:
                    log.info("supergraph_loaded", file=str(self._path))


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes whenever a file is written or replaced; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            content = file.read(SUPERGRAPH_BYTES_MAX + 1)
        if len(content) > SUPERGRAPH_BYTES_MAX:
            raise SupergraphFileError(f"{path}: larger than {SUPERGRAPH_BYTES_MAX} bytes")
        return content.decode()
    except OSError as error:
        raise SupergraphFileError(f"{path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SupergraphFileError(f"{path}: not UTF-8") from error
