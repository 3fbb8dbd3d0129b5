"""The daily look at the keys that stored media are sealed under."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from adapters.storage.key_ring import KeysInFolder
from adapters.storage.local import LocalStore
from adapters.storage.rewrapping import Rewrapper
from adapters.storage.sealing import SealedStore
from resolvers.media.storage_keys import rotate_storage_keys

QUARTER = timedelta(days=90)


async def test_a_key_of_ninety_days_is_renewed_and_all_come_under_the_new_one(
    as_viewer, outside, tmp_path: Path
) -> None:
    ring = KeysInFolder(tmp_path / "keys")
    ring.renew(outside.clock.now(), after=QUARTER)
    store = SealedStore(LocalStore(tmp_path / "objects"), ring, outside.clock)
    await store.put("a/b.bin", b"content", "")
    ctx = as_viewer()
    rotation = Rewrapper(store, outside.clock, renew_after=QUARTER)
    ctx = replace(ctx, ports=replace(ctx.ports, store=store, key_rotation=rotation))
    first = ring.active()[0]

    assert await rotate_storage_keys(ctx) is not None
    assert ring.active()[0] == first
    outside.clock.advance(days=90)
    told = await rotate_storage_keys(ctx)

    assert told is not None
    assert (told.key_id, told.rewrapped) == (ring.active()[0], 1)
    assert told.key_id != first
    (tmp_path / "keys" / f"{first}.key").unlink()
    fresh = SealedStore(LocalStore(tmp_path / "objects"), ring, outside.clock)
    assert await fresh.get("a/b.bin") == b"content"


async def test_without_sealing_there_is_nothing_to_do(as_viewer) -> None:
    assert await rotate_storage_keys(as_viewer()) is None
