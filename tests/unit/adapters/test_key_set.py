"""Key sets: rotation, and how seldom they are read whatever is asked for."""

import asyncio
import json
from typing import Any

import pytest

from adapters.identity import key_set
from adapters.identity.key_set import KeySet, parse_key_set, reading_of
from errors import IdentityUnavailable
from tests.fakes.issuer import Issuer


class Clock:
    """Stands still until it is set."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def a_key_set(issuer: Issuer) -> tuple[KeySet, Clock]:
    clock = Clock()
    return KeySet(issuer.read, clock=clock), clock


async def test_keys_are_read_once_and_kept() -> None:
    issuer = Issuer()
    keys, clock = a_key_set(issuer)

    found = await asyncio.gather(*(keys.find("key-1", "ES256") for _ in range(50)))
    clock.now += key_set.AGE_SECONDS_MAX / 2
    again = await keys.find("key-1", "ES256")

    assert None not in (*found, again)
    assert issuer.reads == 1


async def test_a_new_key_is_found_by_one_reading() -> None:
    issuer = Issuer()
    keys, clock = a_key_set(issuer)
    await keys.find("key-1", "ES256")
    issuer.rotate("key-2")
    clock.now += key_set.PAUSE_SECONDS

    found = await asyncio.gather(*(keys.find("key-2", "ES256") for _ in range(50)))

    assert None not in found
    assert issuer.reads == 2


async def test_a_flood_of_unknown_keys_causes_no_flood_of_readings() -> None:
    issuer = Issuer()
    keys, clock = a_key_set(issuer)

    for second in range(300):
        clock.now += 0.1
        flood = [keys.find(f"made-up-{second}-{each}", "ES256") for each in range(10)]
        assert await asyncio.gather(*flood) == [None] * 10

    assert issuer.reads <= 1 + 30 // key_set.PAUSE_SECONDS
    assert await keys.find("key-1", "ES256") is not None


async def test_a_key_that_was_withdrawn_counts_no_longer_once_the_set_is_old() -> None:
    issuer = Issuer()
    keys, clock = a_key_set(issuer)
    await keys.find("key-1", "ES256")
    issuer.rotate("key-2", keep=0)
    clock.now += key_set.AGE_SECONDS_MAX + 1

    await keys.find("key-1", "ES256")
    assert keys._reading is not None
    await keys._reading

    assert await keys.find("key-1", "ES256") is None


async def test_keys_outlive_a_short_break_of_the_issuer_and_no_long_one() -> None:
    issuer = Issuer()
    keys, clock = a_key_set(issuer)
    await keys.find("key-1", "ES256")
    issuer.is_down = True

    clock.now += key_set.AGE_SECONDS_MAX + 1
    assert await keys.find("key-1", "ES256") is not None
    clock.now += key_set.STALE_SECONDS_MAX
    with pytest.raises(IdentityUnavailable):
        await keys.find("key-1", "ES256")


async def test_an_issuer_that_is_down_is_left_alone_for_a_while() -> None:
    issuer = Issuer()
    issuer.is_down = True
    keys, clock = a_key_set(issuer)

    for _ in range(20):
        with pytest.raises(IdentityUnavailable):
            await keys.find("key-1", "ES256")
    issuer.is_down = False
    clock.now += key_set.PAUSE_SECONDS

    assert await keys.find("key-1", "ES256") is not None
    assert issuer.reads == 2


async def test_who_leaves_takes_no_reading_away_from_others() -> None:
    issuer = Issuer()
    keys, _ = a_key_set(issuer)
    leaving = asyncio.create_task(keys.find("key-1", "ES256"))
    staying = asyncio.create_task(keys.find("key-1", "ES256"))
    await asyncio.sleep(0)

    leaving.cancel()

    assert await staying is not None
    assert issuer.reads == 1


@pytest.mark.parametrize(
    "change",
    [{"use": "enc"}, {"alg": "ES384"}, {"kty": "oct"}, {"x": "AAAA"}, {"crv": "P-521"}],
    ids=["for encryption", "for another algorithm", "a secret", "no point", "another curve"],
)
async def test_a_key_that_does_not_fit_is_not_found(change: dict[str, Any]) -> None:
    issuer = Issuer()

    async def read() -> bytes:
        told = json.loads(issuer.key_set)
        told["keys"][0].update(change)
        return json.dumps(told).encode()

    assert await KeySet(read).find("key-1", "ES256") is None


@pytest.mark.parametrize(
    "text",
    [b"<html>", b"[]", b"{}", b'{"keys": 1}', json.dumps({"keys": [{}] * 101}).encode()],
    ids=["a page", "a list", "no keys", "keys that are none", "too many keys"],
)
async def test_what_is_no_key_set_changes_nothing(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        parse_key_set(text)


@pytest.mark.parametrize(
    ("url", "is_good"),
    [
        ("https://issuer.example/keys", True),
        ("http://127.0.0.1:9/keys", True),
        ("http://issuer.example/keys", False),
        ("ftp://issuer.example/keys", False),
        ("https:///keys", False),
        ("file:///etc/passwd", False),
    ],
)
def test_keys_are_read_over_https_or_from_this_machine(url: str, is_good: bool) -> None:
    if is_good:
        assert callable(reading_of(url))
    else:
        with pytest.raises(ValueError, match="no https address"):
            reading_of(url)
