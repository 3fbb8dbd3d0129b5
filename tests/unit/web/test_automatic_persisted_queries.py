"""Texts that clients send with their hashes: kept in memory, or shared in Redis, within bounds."""

import os
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.users.manifests import hash_of
from tests.databases import REDIS_URL, skip_without
from tests.ports import free_port
from web.documents.automatic_persisted_queries import MemoryDocuments, RedisDocuments

NAMESPACE = f"tutti:test:{os.getpid()}:apq"
TEXTS = [f"query Number{number} {{ hello }}" for number in range(4)]
HASHES = [hash_of(text) for text in TEXTS]


@pytest.fixture
async def redis() -> AsyncIterator[Redis]:
    """The server, without anything of these tests in it."""
    client = Redis.from_url(REDIS_URL)
    try:
        await client.ping()
    except (RedisError, OSError) as error:
        await client.aclose()
        skip_without(f"Redis does not answer: {error}")
    yield client
    async for key in client.scan_iter(f"{NAMESPACE}*"):
        await client.delete(key)
    await client.aclose()


@pytest.fixture
async def process(redis) -> AsyncIterator[object]:
    """Opens what one gateway process has; another process shares it through Redis alone."""
    opened: list[RedisDocuments] = []

    def open_one(**bounds: int) -> RedisDocuments:
        opened.append(RedisDocuments(REDIS_URL, namespace=NAMESPACE, **bounds))
        return opened[-1]

    yield open_one
    for each in opened:
        await each.close()


async def test_the_text_not_asked_for_longest_makes_room() -> None:
    documents = MemoryDocuments(characters_max=2 * len(TEXTS[0]))
    await documents.keep(HASHES[0], TEXTS[0])
    await documents.keep(HASHES[1], TEXTS[1])
    await documents.find(HASHES[0])

    await documents.keep(HASHES[2], TEXTS[2])

    kept = [await documents.find(digest) for digest in HASHES[:3]]
    assert kept == [TEXTS[0], None, TEXTS[2]]


async def test_a_text_larger_than_the_room_is_not_kept() -> None:
    documents = MemoryDocuments(characters_max=len(TEXTS[0]))
    await documents.keep(HASHES[0], TEXTS[0])

    await documents.keep("long", TEXTS[0] + " ")

    assert await documents.find("long") is None
    assert await documents.find(HASHES[0]) == TEXTS[0]


async def test_keeping_a_text_twice_takes_no_more_room() -> None:
    documents = MemoryDocuments(characters_max=2 * len(TEXTS[0]))
    for _ in range(3):
        await documents.keep(HASHES[0], TEXTS[0])

    await documents.keep(HASHES[1], TEXTS[1])

    assert await documents.find(HASHES[0]) == TEXTS[0]


async def test_what_one_process_is_sent_another_finds(process, redis) -> None:
    await process().keep(HASHES[0], TEXTS[0])

    found = await process().find(HASHES[0])

    assert found == TEXTS[0]
    assert 0 < await redis.ttl(f"{NAMESPACE}:{HASHES[0]}") <= 24 * 60 * 60


async def test_what_a_process_has_found_it_does_not_ask_for_again(process, redis) -> None:
    await process().keep(HASHES[0], TEXTS[0])
    other = process()
    await other.find(HASHES[0])

    await redis.delete(f"{NAMESPACE}:{HASHES[0]}")

    assert await other.find(HASHES[0]) == TEXTS[0]


async def test_texts_kept_first_are_forgotten_first(process) -> None:
    sender = process(documents_max=2)
    for digest, text in zip(HASHES, TEXTS, strict=True):
        await sender.keep(digest, text)

    reader = process()
    found = [await reader.find(digest) for digest in HASHES]

    assert found == [None, None, TEXTS[2], TEXTS[3]]


async def test_without_redis_a_process_has_its_own_texts() -> None:
    documents = RedisDocuments(f"redis://127.0.0.1:{free_port()}/0")

    missing = await documents.find(HASHES[0])
    await documents.keep(HASHES[0], TEXTS[0])
    found = await documents.find(HASHES[0])
    await documents.close()

    assert (missing, found) == (None, TEXTS[0])
