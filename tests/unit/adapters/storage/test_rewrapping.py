"""Key rotation: data keys come under the newest key, whatever else goes on meanwhile."""

import asyncio
import secrets
from datetime import timedelta
from pathlib import Path

import pytest

from adapters.storage import rewrapping
from adapters.storage.buckets import make_bucket
from adapters.storage.key_ring import GivenKeys
from adapters.storage.local import LocalStore
from adapters.storage.rewrapping import STATE_KEY, Rewrapper
from adapters.storage.s3 import BucketAddress, S3Store
from adapters.storage.sealing import SealedStore
from adapters.storage.store import ByteStore
from domain.clock import SystemClock
from errors import StorageUnavailable
from tests.fakes.clock import FakeClock

BYTES = "application/octet-stream"
QUARTER = timedelta(days=90)
OLD, NEW = b"o" * 32, b"n" * 32
BEFORE = GivenKeys({"old": OLD}, "old")
BETWEEN = GivenKeys({"old": OLD, "new": NEW}, "new")
AFTER = GivenKeys({"new": NEW}, "new")


@pytest.fixture(params=["local", "s3"])
def inner(request: pytest.FixtureRequest, tmp_path: Path) -> ByteStore:
    """A store of this test's own: a rotation looks at all of it."""
    if request.param == "local":
        return LocalStore(tmp_path / "objects")
    address: BucketAddress = request.getfixturevalue("s3_address")
    own = BucketAddress(
        bucket=f"b{secrets.token_hex(6)}",
        endpoint=address.endpoint,
        access_key_id=address.access_key_id,
        secret_access_key=address.secret_access_key,
    )
    make_bucket(own)
    return S3Store(own)


def sealed_under(inner: ByteStore, ring: GivenKeys) -> SealedStore:
    return SealedStore(inner, ring, SystemClock())


def rewrapper(inner: ByteStore, ring: GivenKeys = BETWEEN, clock=None) -> Rewrapper:
    clock = clock or SystemClock()
    return Rewrapper(sealed_under(inner, ring), clock, renew_after=QUARTER)


async def put_some(store: SealedStore, count: int) -> dict[str, bytes]:
    contents = {f"hls/{n % 7}/{n}.m4s": secrets.token_bytes(n * 7_001) for n in range(count)}
    for key, content in contents.items():
        await store.put(key, content, BYTES)
    return contents


async def raw_bodies(inner: ByteStore) -> dict[str, bytes]:
    keys = [key async for key in inner.list("hls/") if "==" not in key]
    return {key: await inner.get(key) for key in keys}


async def test_after_a_rotation_the_older_key_is_needed_no_more(inner: ByteStore) -> None:
    contents = await put_some(sealed_under(inner, BEFORE), 20)
    bodies = await raw_bodies(inner)

    told = await rewrapper(inner).rotate()

    assert (told.key_id, told.rewrapped, told.current, told.damaged) == ("new", 20, 0, 0)
    assert await raw_bodies(inner) == bodies
    reader = sealed_under(inner, AFTER)
    assert {key: await reader.get(key) for key in contents} == contents
    with pytest.raises(StorageUnavailable):
        await sealed_under(inner, BEFORE).get("hls/1/1.m4s")


async def test_meanwhile_the_older_objects_are_read(inner: ByteStore) -> None:
    contents = await put_some(sealed_under(inner, BEFORE), 3)

    reader = sealed_under(inner, BETWEEN)
    await reader.put("hls/9/new.m4s", b"new", BYTES)

    assert {key: await reader.get(key) for key in contents} == contents
    assert await sealed_under(inner, AFTER).get("hls/9/new.m4s") == b"new"


async def test_a_rotation_that_was_stopped_goes_on_where_it_was(
    inner: ByteStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rewrapping, "PAGE", 6)
    contents = await put_some(sealed_under(inner, BEFORE), 20)
    stopped = rewrapper(inner)
    asked = 0
    honest = stopped._page

    async def page(after: str) -> list[str]:
        nonlocal asked
        asked += 1
        if asked == 4:
            raise StorageUnavailable("The server died.")
        return await honest(after)

    monkeypatch.setattr(stopped, "_page", page)
    with pytest.raises(StorageUnavailable):
        await stopped.rotate()

    told = await rewrapper(inner).rotate()

    assert 0 < told.rewrapped < 20
    assert told.current == 0
    reader = sealed_under(inner, AFTER)
    assert {key: await reader.get(key) for key in contents} == contents


async def test_a_rotation_that_is_done_is_not_done_again_unless_told_to(inner: ByteStore) -> None:
    await put_some(sealed_under(inner, BEFORE), 3)
    await rewrapper(inner).rotate()
    await sealed_under(inner, BEFORE).put("hls/1/late.m4s", b"late", BYTES)

    assert (await rewrapper(inner).rotate()).rewrapped == 0

    told = await rewrapper(inner).rotate(is_from_start=True)
    assert (told.rewrapped, told.current) == (1, 3)


async def test_writes_during_a_rotation_are_not_lost(inner: ByteStore) -> None:
    await put_some(sealed_under(inner, BEFORE), 20)
    writer = sealed_under(inner, BETWEEN)
    newest: dict[str, bytes] = {}

    async def write() -> None:
        for turn in range(3):
            for n in range(20):
                key = f"hls/{n % 7}/{n}.m4s"
                newest[key] = f"{turn} {n}".encode()
                await writer.put(key, newest[key], BYTES)

    async with asyncio.TaskGroup() as group:
        group.create_task(write())
        group.create_task(rewrapper(inner).rotate())
        group.create_task(rewrapper(inner).rotate())

    await rewrapper(inner).rotate(is_from_start=True)
    reader = sealed_under(inner, AFTER)
    assert {key: await reader.get(key) for key in newest} == newest


async def test_keys_of_writes_that_never_came_are_removed_after_a_day(inner: ByteStore) -> None:
    store = sealed_under(inner, BEFORE)
    await store.put("hls/1/a.m4s", b"a", BYTES)
    [envelope] = [key async for key in inner.list("hls/") if "==" in key]
    left_over = envelope.rpartition("==")[0] + "==" + "0" * 32
    await inner.put(left_over, await inner.get(envelope), BYTES)
    later = FakeClock()
    later.advance(days=(SystemClock().now() - later.now()).days + 2)

    assert (await rewrapper(inner).rotate()).removed == 0
    told = await rewrapper(inner, clock=later).rotate(is_from_start=True)

    assert told.removed == 1
    assert await inner.stat(left_over) is None
    assert await sealed_under(inner, AFTER).get("hls/1/a.m4s") == b"a"


async def test_a_damaged_key_is_told_and_stops_nothing(inner: ByteStore) -> None:
    contents = await put_some(sealed_under(inner, BEFORE), 4)
    [envelope] = [key async for key in inner.list("hls/2/") if "==" in key]
    raw = await inner.get(envelope)
    await inner.put(envelope, raw[:-1] + bytes([raw[-1] ^ 1]), BYTES)

    told = await rewrapper(inner).rotate()

    assert (told.rewrapped, told.damaged) == (3, 1)
    assert await sealed_under(inner, AFTER).get("hls/3/3.m4s") == contents["hls/3/3.m4s"]


async def test_what_lies_there_plain_is_sealed_when_asked(inner: ByteStore) -> None:
    await inner.put("hls/1/plain.m4s", b"plain", BYTES)
    await inner.put(STATE_KEY, b"{}", BYTES)
    await sealed_under(inner, AFTER).put("hls/1/sealed.m4s", b"sealed", BYTES)

    sealed = await rewrapper(inner, AFTER).seal_plain()

    assert sealed == 1
    reader = sealed_under(inner, AFTER)
    assert await reader.get("hls/1/plain.m4s") == b"plain"
    assert await reader.get("hls/1/sealed.m4s") == b"sealed"
    assert await rewrapper(inner, AFTER).seal_plain() == 0
