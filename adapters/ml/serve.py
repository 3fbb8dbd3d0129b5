"""The model process: answers rankings on a Unix socket from the artefact on disk.

    python -m adapters.ml.serve --model var/models/recommender.bin --socket var/model.sock

It picks up a new artefact by itself, keeps the last good one when a new one is damaged,
and ends when the process that started it has gone.
"""

import argparse
import asyncio
import os
import signal
from pathlib import Path

import structlog

from adapters.ml.artefact import UnreadableArtefact, read_artefact
from adapters.ml.models import (
    RankReply,
    RankRequest,
    read_frame,
    short_socket_path,
    write_frame,
)
from adapters.ml.ranking import Ranker

CONNECTIONS_MAX = 128
REQUEST_SECONDS_MAX = 10.0
PARENT_CHECK_SECONDS = 1.0

log = structlog.get_logger()


class ModelFile:
    """The artefact at a path, read again whenever the file is another one."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._stamp: tuple[int, int, int] | None = None
        self._ranker: Ranker | None = None

    def ranker(self) -> Ranker | None:
        """The newest whole model; None while there is no file, or none was ever whole."""
        try:
            stat = self._path.stat()
        except OSError:
            self._stamp = self._ranker = None
            return None
        stamp = (stat.st_ino, stat.st_mtime_ns, stat.st_size)
        if stamp != self._stamp:
            self._stamp = stamp
            self._load()
        return self._ranker

    def _load(self) -> None:
        try:
            self._ranker = Ranker(read_artefact(self._path))
        except (OSError, UnreadableArtefact) as error:
            log.warning("model_refused", path=str(self._path), reason=str(error))
        else:
            log.info("model_loaded", model=self._ranker.version)


class ModelServer:
    """Answers ranking requests, one after the other on each connection."""

    def __init__(self, model: ModelFile) -> None:
        self._model = model
        self._open = 0

    async def serve(self, socket_path: Path) -> asyncio.Server:
        """Listen on a socket that only this user can reach."""
        before = os.umask(0o177)
        try:
            with short_socket_path(socket_path) as path:
                return await asyncio.start_unix_server(self._converse, path)
        finally:
            os.umask(before)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._open >= CONNECTIONS_MAX:
            writer.close()
            return
        self._open += 1
        try:
            while True:
                async with asyncio.timeout(REQUEST_SECONDS_MAX):
                    request = await read_frame(reader, RankRequest)
                    await write_frame(writer, self._answer(request))
        except (OSError, EOFError, TimeoutError, ValueError):
            pass  # gone, idle or talking nonsense: the connection ends, nothing else
        finally:
            self._open -= 1
            writer.close()

    def _answer(self, request: RankRequest) -> RankReply:
        ranker = self._model.ranker()
        if ranker is None:
            return RankReply(refusal="no model has been trained")
        items = ranker.recommend(request.history, request.count)
        return RankReply(model=ranker.version, items=items)


async def serve_until_stopped(model_path: Path, socket_path: Path) -> None:
    """Serve until SIGTERM, SIGINT, or the parent's end."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    model = ModelFile(model_path)
    model.ranker()
    server = await ModelServer(model).serve(socket_path)
    async with server:
        await _stopped_or_orphaned(stopped)


async def _stopped_or_orphaned(stopped: asyncio.Event) -> None:
    parent = os.getppid()
    while os.getppid() == parent:
        try:
            async with asyncio.timeout(PARENT_CHECK_SECONDS):
                await stopped.wait()
        except TimeoutError:
            continue
        return


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(prog="python -m adapters.ml.serve")
    parser.add_argument("--model", type=Path, required=True, help="the trained artefact")
    parser.add_argument("--socket", type=Path, required=True, help="where to listen")
    arguments = parser.parse_args()
    arguments.socket.unlink(missing_ok=True)
    asyncio.run(serve_until_stopped(arguments.model, arguments.socket))


if __name__ == "__main__":
    main()
