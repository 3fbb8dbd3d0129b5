"""What only a store in a bucket has to get right."""

import asyncio
import re
import secrets
import socket
import struct
from dataclasses import replace
from pathlib import Path

import pytest

from adapters.storage.buckets import make_bucket
from adapters.storage.key_ring import GivenKeys
from adapters.storage.s3 import DELETE_TRIES, BucketAddress, S3Store
from adapters.storage.sealing import SealedStore
from domain.clock import SystemClock
from errors import StorageUnavailable
from tests.s3_server import s3_server

RESET_ON_CLOSE = struct.pack("ii", 1, 0)


async def test_a_wrong_secret_is_a_fault_of_the_store(s3_address: BucketAddress) -> None:
    store = S3Store(replace(s3_address, secret_access_key="wrong"))

    with pytest.raises(StorageUnavailable):
        await store.put("a.bin", b"x", "application/octet-stream")


async def test_a_bucket_that_does_not_answer_is_a_fault_of_the_store() -> None:
    address = BucketAddress(
        bucket="media",
        endpoint="http://127.0.0.1:1",
        access_key_id="a",
        secret_access_key="b",
        retries_max=0,
    )

    with pytest.raises(StorageUnavailable):
        await S3Store(address).stat("a.bin")


@pytest.mark.parametrize("broken", [1, 2, 3])
async def test_a_removal_whose_connection_broke_is_sent_again_twice(broken: int) -> None:
    asked = 0

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        await reader.readexactly(int(length[1]) if length else 0)
        if asked <= broken:
            link: socket.socket = writer.get_extra_info("socket")
            link.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
        else:
            body = b"<DeleteResult><Deleted><Key>a.bin</Key></Deleted></DeleteResult>"
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n" % len(body))
            writer.write(b"Connection: close\r\n\r\n" + body)
            await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        store = S3Store(
            BucketAddress(
                bucket="media",
                endpoint=f"http://127.0.0.1:{port}",
                access_key_id="a",
                secret_access_key="b",
            )
        )
        if broken < DELETE_TRIES:
            await store.delete("a.bin")
        else:
            with pytest.raises(StorageUnavailable):
                await store.delete("a.bin")

    assert asked == min(broken + 1, DELETE_TRIES)


async def test_a_missing_bucket_is_made_and_made_again_without_harm(
    s3_address: BucketAddress,
) -> None:
    fresh = replace(s3_address, bucket="fresh")

    for _ in range(2):
        make_bucket(fresh)

    await S3Store(fresh).put("a.bin", b"x", "application/octet-stream")
    assert await S3Store(fresh).get("a.bin") == b"x"


def test_a_bucket_cannot_be_made_with_a_wrong_secret(s3_address: BucketAddress) -> None:
    with pytest.raises(StorageUnavailable):
        make_bucket(replace(s3_address, bucket="other", secret_access_key="wrong"))


@pytest.mark.parametrize("is_sealed", [False, True])
async def test_a_server_that_dies_in_mid_read_is_told_and_nothing_is_made_up(
    is_sealed: bool, tmp_path: Path, keys: GivenKeys
) -> None:
    data = secrets.token_bytes(64 * 1024 * 1024)
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(data)
    (tmp_path / "buckets").mkdir()
    with s3_server(tmp_path / "buckets") as (address, server):
        inner = S3Store(replace(address, retries_max=0))
        store = SealedStore(inner, keys, SystemClock()) if is_sealed else inner
        await store.put_file("a.bin", source, "application/octet-stream")
        stream = store.open_range("a.bin", 0, len(data))
        seen = [await anext(stream)]

        server.kill()
        server.wait(60)

        with pytest.raises(StorageUnavailable):
            seen += [piece async for piece in stream]
        with pytest.raises(StorageUnavailable):
            await store.fetch_to("a.bin", target)
        with pytest.raises(StorageUnavailable):
            await store.stat("a.bin")
    assert data.startswith(b"".join(seen))
    assert sorted(file.name for file in tmp_path.iterdir() if file.is_file()) == ["in"]
