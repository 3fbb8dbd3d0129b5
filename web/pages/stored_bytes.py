"""A response whose body is read from the object store while it is being sent."""

import contextlib
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.ports import ObjectStore
from errors import NotFound
from web.pages.media_errors import REFUSALS, answer_to

AHEAD_BYTES_MAX: Final = 1024 * 1024
"""Read before the head is sent, all of a segment: what is damaged or gone is answered as that."""


class StoredBytes(Response):
    """Bytes of an object; those that cannot be had are an answer, or the end of the connection."""

    def __init__(
        self,
        store: ObjectStore,
        key: str,
        span: tuple[int, int],
        *,
        status: int,
        headers: Mapping[str, str],
    ) -> None:
        self.status_code = status
        self.background = None
        self.init_headers(headers)
        self._chunks = store.open_range(key, *span)
        self._bytes = span[1] - span[0]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send head and body; the file is closed however the client leaves."""
        async with contextlib.aclosing(self._chunks) as chunks:  # type: ignore[type-var]
            try:
                ahead = await _read_ahead(chunks, self._bytes)
            except REFUSALS as error:
                await answer_to(error)(scope, receive, send)
                return
            await send(
                {
                    "type": "http.response.start",
                    "status": self.status_code,
                    "headers": self.raw_headers,
                }
            )
            for chunk in ahead:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            async for chunk in chunks:
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _read_ahead(chunks: AsyncIterator[bytes], expected: int) -> Sequence[bytes]:
    """The first pieces, or all of them; what ends too soon is gone."""
    ahead: list[bytes] = []
    size = 0
    async for chunk in chunks:
        ahead.append(chunk)
        size += len(chunk)
        if size >= AHEAD_BYTES_MAX:
            return ahead
    if size < expected:
        raise NotFound("There is no such file any more.")
    return ahead
