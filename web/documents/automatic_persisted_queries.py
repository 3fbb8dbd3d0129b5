"""Automatic persisted queries: what a client sent once with its hash may be asked by the hash.

client ── hash ───────────▶ PersistedQueryNotFound
client ── hash and text ──▶ the answer; the text is kept
client ── hash ───────────▶ the answer
"""

import time
from collections import OrderedDict
from typing import Protocol, cast

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

CHARACTERS_MAX = 16 * 1024 * 1024
"""Of all texts that one process keeps."""
SHARED_DOCUMENTS_MAX = 100_000
"""Texts that all processes share; those kept first are forgotten first."""
SHARED_SECONDS = 24 * 60 * 60
"""How long a text is shared after somebody sent it."""
SOCKET_SECONDS_MAX = 0.5
"""Longest wait for Redis: a client that is told NotFound sends the text, which is no harm."""
NAMESPACE = "tutti:apq"

log = structlog.get_logger(__name__)


class AutomaticDocuments(Protocol):
    """Texts by the SHA-256 that clients sent with them."""

    async def find(self, digest: str) -> str | None:
        """The text, if somebody sent it not long ago."""
        ...

    async def keep(self, digest: str, document: str) -> None:
        """Keep a text that has this hash."""
        ...


class MemoryDocuments:
    """Texts of this process; the one that was not asked for longest is forgotten first."""

    def __init__(self, *, characters_max: int = CHARACTERS_MAX) -> None:
        self._characters_max = characters_max
        self._characters = 0
        self._documents: OrderedDict[str, str] = OrderedDict()

    async def find(self, digest: str) -> str | None:
        """The text, if it is still there."""
        document = self._documents.get(digest)
        if document is not None:
            self._documents.move_to_end(digest)
        return document

    async def keep(self, digest: str, document: str) -> None:
        """Keep a text; others make room for it."""
        if digest in self._documents or len(document) > self._characters_max:
            return
        self._documents[digest] = document
        self._characters += len(document)
        while self._characters > self._characters_max:
            _, forgotten = self._documents.popitem(last=False)
            self._characters -= len(forgotten)


class RedisDocuments:
    """Texts that all processes share; this one keeps those it has seen.

    Redis being away costs a client that sends its text again, and nothing else.
    """

    def __init__(
        self,
        url: str,
        *,
        documents_max: int = SHARED_DOCUMENTS_MAX,
        seconds: int = SHARED_SECONDS,
        namespace: str = NAMESPACE,
    ) -> None:
        self._near = MemoryDocuments()
        self._documents_max = documents_max
        self._seconds = seconds
        self._namespace = namespace
        self._order = f"{namespace}:order"
        self._client: Redis = Redis.from_url(
            url,
            decode_responses=True,
            socket_timeout=SOCKET_SECONDS_MAX,
            socket_connect_timeout=SOCKET_SECONDS_MAX,
        )

    async def find(self, digest: str) -> str | None:
        """The text, if any process still has it."""
        document = await self._near.find(digest)
        if document is None:
            try:
                document = cast("str | None", await self._client.get(self._key(digest)))
            except RedisError as error:
                log.warning("automatic_documents_away", error=str(error))
                return None
            if document is not None:
                await self._near.keep(digest, document)
        return document

    async def keep(self, digest: str, document: str) -> None:
        """Share a text; beyond the bound those go that were kept first."""
        if await self._near.find(digest) is not None:
            return
        await self._near.keep(digest, document)
        try:
            async with self._client.pipeline(transaction=False) as pipeline:
                pipeline.set(self._key(digest), document, ex=self._seconds)
                pipeline.zadd(self._order, {digest: time.time()})
                pipeline.zcard(self._order)
                pipeline.expire(self._order, self._seconds)
                count = (await pipeline.execute())[2]
            if count > self._documents_max:
                await self._forget(count - self._documents_max)
        except RedisError as error:
            log.warning("automatic_documents_away", error=str(error))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _forget(self, count: int) -> None:
        popped = await self._client.zpopmin(self._order, count)
        first = cast("list[tuple[str, float]]", popped)
        await self._client.delete(*(self._key(digest) for digest, _ in first))

    def _key(self, digest: str) -> str:
        return f"{self._namespace}:{digest}"
