"""Sealed objects: nothing of them can be read where they lie, and no change goes unnoticed."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from blake3 import blake3
from hypothesis import given
from hypothesis import strategies as st

from adapters.storage.key_ring import GivenKeys
from adapters.storage.seal_format import (
    HEADER,
    TAG_BYTES,
    ChunkCipher,
    Header,
    Secret,
    parse_header,
    unwrap,
    wrap,
)
from adapters.storage.sealing import SealedStore
from adapters.storage.store import ByteStore, InvalidKey
from domain.clock import SystemClock
from errors import NotFound, ObjectCorrupt, StorageUnavailable

BYTES = "application/octet-stream"
CHUNK = 64 * 1024
SEALED_CHUNK = CHUNK + TAG_BYTES
DATA = secrets.token_bytes(3 * CHUNK + 100)
MOMENT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def sealed(inner: ByteStore, keys: GivenKeys) -> SealedStore:
    return SealedStore(inner, keys, SystemClock())


@pytest.fixture
def folder() -> str:
    return f"t{secrets.token_hex(6)}/"


async def read(store: SealedStore, key: str, start: int, end: int) -> bytes:
    return b"".join([piece async for piece in store.open_range(key, start, end)])


async def read_into(seen: list[bytes], pieces: AsyncIterator[bytes]) -> None:
    async for piece in pieces:
        seen.append(piece)  # noqa: PERF401 - what came before a failure counts


async def keys_in(inner: ByteStore, folder: str) -> list[str]:
    return sorted([key async for key in inner.list(folder)])


async def test_nothing_of_the_content_lies_in_the_store(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    text = b"You will not find me. " * 10_000
    await sealed.put(f"{folder}a.bin", text, BYTES)

    stored = [await inner.get(key) for key in await keys_in(inner, folder)]

    assert len(stored) == 2
    for raw in stored:
        assert b"find me" not in raw
        assert blake3(text).digest() not in raw
        assert b"k" * 32 not in raw


async def test_equal_contents_are_sealed_differently(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    for name in ("a.bin", "b.bin"):
        await sealed.put(folder + name, DATA, BYTES)
    first, second = await inner.get(f"{folder}a.bin"), await inner.get(f"{folder}b.bin")

    assert first[HEADER.size :][:64] != second[HEADER.size :][:64]
    tags = [await sealed.stat(folder + name) for name in ("a.bin", "b.bin")]
    assert tags[0] is not None
    assert tags[1] is not None
    assert tags[0].etag == tags[1].etag == blake3(DATA).hexdigest()[:32]


async def test_a_range_reads_the_chunks_it_touches_and_no_others(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    spans: list[tuple[int, int]] = []
    honest = inner.open_range

    def watched(key: str, start: int, end: int):
        spans.append((start, end))
        return honest(key, start, end)

    inner.open_range = watched  # type: ignore[method-assign]

    assert await read(sealed, key, CHUNK + 5, CHUNK + 10) == DATA[CHUNK + 5 : CHUNK + 10]
    body = HEADER.size + SEALED_CHUNK
    assert spans == [(0, HEADER.size), (body, body + SEALED_CHUNK)]


async def test_replacing_leaves_no_key_of_before(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    for content in (b"one", b"two", DATA):
        await sealed.put(f"{folder}a.bin", content, BYTES)
    assert len(await keys_in(inner, folder)) == 2

    await sealed.delete(f"{folder}a.bin")

    assert await keys_in(inner, folder) == []


def flip(at: int) -> Callable[[bytes], bytes]:
    def change(raw: bytes) -> bytes:
        place = at if at >= 0 else len(raw) + at
        return raw[:place] + bytes([raw[place] ^ 1]) + raw[place + 1 :]

    return change


def swap_chunks(raw: bytes) -> bytes:
    first, second = HEADER.size, HEADER.size + SEALED_CHUNK
    third = second + SEALED_CHUNK
    return raw[:first] + raw[second:third] + raw[first:second] + raw[third:]


DAMAGES = [
    ("a bit of the magic", flip(3)),
    ("a bit of the chunk size", flip(8)),
    ("a bit of the size", flip(16)),
    ("a bit of the write id", flip(20)),
    ("a bit of the time", flip(40)),
    ("a bit of the content", flip(HEADER.size + 10)),
    ("a bit of a tag", flip(HEADER.size + CHUNK + 3)),
    ("the last bit", flip(-1)),
    ("the last byte is gone", lambda raw: raw[:-1]),
    ("the last chunk is gone", lambda raw: raw[: HEADER.size + 3 * SEALED_CHUNK]),
    ("two chunks are gone", lambda raw: raw[: HEADER.size + SEALED_CHUNK]),
    ("all but the header is gone", lambda raw: raw[: HEADER.size]),
    ("half of the header is left", lambda raw: raw[:20]),
    ("nothing is left", lambda raw: b""),
    ("two chunks in another order", swap_chunks),
    ("something else altogether", lambda raw: b"#EXTM3U\n" * 100),
]


@pytest.mark.parametrize(("_case", "damage"), DAMAGES)
async def test_what_was_damaged_is_noticed_and_not_given_out(
    _case: str, damage, inner: ByteStore, sealed: SealedStore, folder: str,
    tmp_path: Path,
) -> None:  # fmt: skip
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    await inner.put(key, damage(await inner.get(key)), BYTES)

    with pytest.raises(ObjectCorrupt):
        await sealed.get(key)
    with pytest.raises(ObjectCorrupt):
        await sealed.fetch_to(key, tmp_path / "out")

    assert not (tmp_path / "out").exists()
    assert sealed.damaged == 2


async def test_every_single_bit_counts(inner: ByteStore, sealed: SealedStore, folder: str) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, b"abc", BYTES)
    raw = await inner.get(key)

    for place in range(len(raw)):
        await inner.put(key, flip(place)(raw), BYTES)
        with pytest.raises(ObjectCorrupt):
            await sealed.get(key)


async def test_of_a_damaged_object_the_good_parts_are_read_by_themselves(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    damaged = flip(HEADER.size + SEALED_CHUNK + 10)(await inner.get(key))
    await inner.put(key, damaged, BYTES)

    assert await read(sealed, key, 0, CHUNK) == DATA[:CHUNK]
    assert sealed.damaged == 0
    with pytest.raises(ObjectCorrupt):
        await read(sealed, key, CHUNK, CHUNK + 1)
    assert sealed.damaged == 1


async def test_what_comes_before_the_damage_is_true(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    await inner.put(key, flip(-1)(await inner.get(key)), BYTES)
    seen: list[bytes] = []

    with pytest.raises(ObjectCorrupt):
        await read_into(seen, sealed.open_range(key, 0, len(DATA)))

    assert sum(map(len, seen)) < len(DATA)
    assert DATA.startswith(b"".join(seen))


async def test_one_object_does_not_pass_for_another(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    for name in ("a.bin", "b.bin"):
        await sealed.put(folder + name, name.encode() * 30_000, BYTES)
    [body, envelope] = [
        (key, await inner.get(key)) for key in await keys_in(inner, f"{folder}") if "a.bin" in key
    ]

    await inner.put(f"{folder}b.bin", body[1], BYTES)
    await inner.put(envelope[0].replace("a.bin", "b.bin"), envelope[1], BYTES)

    with pytest.raises(ObjectCorrupt):
        await sealed.get(f"{folder}b.bin")
    with pytest.raises(ObjectCorrupt):
        await sealed.stat(f"{folder}b.bin")


@pytest.mark.parametrize("place", [2, 9, 16, -1, -40])
async def test_a_damaged_key_opens_nothing(
    place: int, inner: ByteStore, keys: GivenKeys, folder: str
) -> None:
    key = f"{folder}a.bin"
    await SealedStore(inner, keys, SystemClock()).put(key, DATA, BYTES)
    [envelope] = [each for each in await keys_in(inner, folder) if "==" in each]
    await inner.put(envelope, flip(place)(await inner.get(envelope)), BYTES)

    with pytest.raises((ObjectCorrupt, StorageUnavailable)):
        await SealedStore(inner, keys, SystemClock()).get(key)


async def test_without_its_key_an_object_is_damaged(
    inner: ByteStore, keys: GivenKeys, folder: str
) -> None:
    key = f"{folder}a.bin"
    await SealedStore(inner, keys, SystemClock()).put(key, DATA, BYTES)
    [envelope] = [each for each in await keys_in(inner, folder) if "==" in each]
    await inner.delete(envelope)

    with pytest.raises(ObjectCorrupt):
        await SealedStore(inner, keys, SystemClock()).stat(key)


async def test_a_key_that_is_not_on_the_ring_is_a_fault_of_ours(
    inner: ByteStore, keys: GivenKeys, folder: str
) -> None:
    await SealedStore(inner, keys, SystemClock()).put(f"{folder}a.bin", DATA, BYTES)
    others = GivenKeys({"other": b"o" * 32}, "other")

    with pytest.raises(StorageUnavailable, match="first"):
        await SealedStore(inner, others, SystemClock()).get(f"{folder}a.bin")


async def test_what_was_never_sealed_is_read_only_where_that_is_let_pass(
    inner: ByteStore, keys: GivenKeys, sealed: SealedStore, folder: str, tmp_path: Path
) -> None:
    lenient = SealedStore(inner, keys, SystemClock(), plain_readable=True)
    for name, content in (("a.jpg", b"plain" * 100), ("b.jpg", b"x")):
        key = folder + name
        await inner.put(key, content, "image/jpeg")

        with pytest.raises(ObjectCorrupt):
            await sealed.get(key)
        assert await lenient.get(key) == content
        assert await read(lenient, key, 0, 1) == content[:1]
        assert (await lenient.stat(key)) == (await inner.stat(key))
        await lenient.fetch_to(key, tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == content


async def test_the_store_keeps_its_own_keys_to_itself(sealed: SealedStore, folder: str) -> None:
    own = f"{folder}a.bin=={'0' * 32}"

    with pytest.raises(InvalidKey):
        await sealed.put(own, b"", BYTES)
    with pytest.raises(InvalidKey):
        await sealed.get(own)


async def test_an_object_that_goes_while_it_is_read_is_gone_and_not_damaged(
    inner: ByteStore, sealed: SealedStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    assert await sealed.stat(key) is not None
    await inner.delete_prefix(folder)

    with pytest.raises(NotFound):
        await read(sealed, key, 0, 10)
    assert sealed.damaged == 0


async def test_an_object_that_is_replaced_elsewhere_while_it_is_read_is_not_damaged(
    inner: ByteStore, keys: GivenKeys, sealed: SealedStore, folder: str
) -> None:
    key = f"{folder}a.bin"
    await sealed.put(key, DATA, BYTES)
    assert await sealed.stat(key) is not None
    await SealedStore(inner, keys, SystemClock()).put(key, b"new", BYTES)

    with pytest.raises(StorageUnavailable):
        await read(sealed, key, 0, 10)

    assert sealed.damaged == 0
    assert await read(sealed, key, 0, 3) == b"new"


@given(size=st.integers(0, 70), exponent=st.integers(1, 6), data=st.data())
def test_chunks_open_where_they_were_sealed_and_nowhere_else(
    size: int, exponent: int, data: st.DataObject
) -> None:
    content = data.draw(st.binary(min_size=size, max_size=size))
    header = Header(1 << exponent, size, b"w" * 16, MOMENT)
    secret = Secret(b"d" * 32, blake3(content).digest())
    cipher = ChunkCipher(secret, "a/b", header)

    sealed = header.print() + cipher.seal_all(0, content)

    assert parse_header(sealed) == header
    assert len(sealed) == header.span_of(0, header.chunks - 1)[1]
    spans = [header.span_of(number, number) for number in range(header.chunks)]
    opened = [cipher.open(n, sealed[slice(*span)]) for n, span in enumerate(spans)]
    assert b"".join(opened) == content
    others = (
        ChunkCipher(secret, "a/c", header),
        ChunkCipher(secret, "a/b", replace(header, size=size + 1)),
        ChunkCipher(secret, "a/b", replace(header, write_id=b"x" * 16)),
        ChunkCipher(Secret(b"e" * 32, b""), "a/b", header),
    )
    for other in others:
        with pytest.raises(ObjectCorrupt):
            other.open(0, sealed[slice(*spans[0])])
    if header.chunks > 1:
        with pytest.raises(ObjectCorrupt):
            cipher.open(1, sealed[slice(*spans[0])])


def test_an_envelope_opens_for_its_own_object_only() -> None:
    header = Header(CHUNK, 5, b"w" * 16, MOMENT)
    secret = Secret(b"d" * 32, b"h" * 32)
    envelope = wrap(secret, "a/b", header, key_id="2026-03", wrapping_key=b"k" * 32)

    assert unwrap(envelope, "a/b", header, wrapping_key=b"k" * 32) == secret
    for key, other, wrapping_key in (
        ("a/c", header, b"k" * 32),
        ("a/b", replace(header, size=6), b"k" * 32),
        ("a/b", header, b"j" * 32),
    ):
        with pytest.raises(ObjectCorrupt):
            unwrap(envelope, key, other, wrapping_key=wrapping_key)


def test_a_secret_does_not_print_itself() -> None:
    assert "d" * 32 not in repr(Secret(b"d" * 32, b"h" * 32))
