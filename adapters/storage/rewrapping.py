"""Brings data keys under the active key-encryption key; the objects themselves are not touched."""

import asyncio
import logging
import tempfile
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import msgspec

from adapters.storage.seal_format import (
    HEADER,
    Header,
    envelope_key_id,
    is_sealed,
    parse_header,
    unwrap,
    wrap,
)
from adapters.storage.sealing import OPAQUE, SealedStore
from adapters.storage.store import BESIDE
from domain.clock import Clock
from domain.ports import Rewrapped
from errors import NotFound, ObjectCorrupt

log = logging.getLogger(__name__)

PAGE: Final = 500
AT_ONCE: Final = 16
ORPHAN_AGE: Final = timedelta(days=1)
"""An envelope is stored shortly before its object; one without that is left over after a day."""
STATE_KEY: Final = "_seal/rotation.json"
STATE_TYPE: Final = "application/json"


class RotationState(msgspec.Struct, frozen=True):
    """How far the store is under a key; kept in it, so that a stopped run goes on from there."""

    key_id: str
    after: str = ""
    is_done: bool = False


class Rewrapper:
    """`domain.ports.KeyRotation` over a sealed store."""

    def __init__(self, store: SealedStore, clock: Clock, *, renew_after: timedelta) -> None:
        self._store = store
        self._clock = clock
        self._renew_after = renew_after

    async def rotate(self, *, is_from_start: bool = False) -> Rewrapped:
        """Renew the active key where it is old, then bring all data keys under it.

        Goes on where a run for the same key was stopped, and does nothing where one is done;
        `is_from_start` looks at everything again, before an older key is taken away.

        Raises:
            StorageUnavailable: the store does not answer; what was done stays done.
        """
        now = self._clock.now()
        await asyncio.to_thread(self._store.keys.renew, now, after=self._renew_after)
        key_id, _ = self._store.keys.active()
        state = await self._state()
        if state is None or state.key_id != key_id or is_from_start:
            state = RotationState(key_id)
        told = Rewrapped(key_id=key_id)
        if state.is_done:
            return told
        is_done = False
        while not is_done:
            page = await self._page(state.after)
            told = told.plus(await self._rewrap_all(page))
            is_done = len(page) < PAGE
            state = RotationState(key_id, page[-1] if page else state.after, is_done)
            await self._store.inner.put(STATE_KEY, msgspec.json.encode(state), STATE_TYPE)
        log.info("data keys are under %s: %s", key_id, told)
        return told

    async def seal_plain(self) -> int:
        """Seal what lies there as it was before anything was sealed; answers how many.

        Nothing else may write these keys meanwhile: what is written would be put back.
        """
        sealed, after = 0, ""
        while page := await self._page(after):
            for key in page:
                sealed += await self._seal_if_plain(key)
            after = page[-1]
        return sealed

    async def _state(self) -> RotationState | None:
        try:
            return msgspec.json.decode(await self._store.inner.get(STATE_KEY), type=RotationState)
        except (NotFound, msgspec.DecodeError):
            return None

    async def _page(self, after: str) -> list[str]:
        page: list[str] = []
        async for key in self._store.inner.list_after(after):
            page.append(key)
            if len(page) == PAGE:
                break
        return page

    async def _rewrap_all(self, keys: Sequence[str]) -> Rewrapped:
        """The envelopes among these keys, some side by side."""
        envelopes = [key for key in keys if BESIDE.search(key)]
        told = Rewrapped(key_id="")
        for first in range(0, len(envelopes), AT_ONCE):
            some = envelopes[first : first + AT_ONCE]
            for each in await asyncio.gather(*(self._rewrap(key) for key in some)):
                told = told.plus(each)
        return told

    async def _rewrap(self, envelope_key: str) -> Rewrapped:
        """One envelope; written for one write of an object, it can cross no other."""
        inner = self._store.inner
        key = BESIDE.sub("", envelope_key)
        try:
            envelope = await inner.get(envelope_key)
            active_id, active = self._store.keys.active()
            former_id = envelope_key_id(envelope)
            if former_id == active_id:
                return Rewrapped(key_id="", current=1)
            header = await self._header_of(key)
            if header is None or header.envelope_key(key) != envelope_key:
                return await self._remove_orphan(envelope_key)
            secret = unwrap(envelope, key, header, wrapping_key=self._store.keys.find(former_id))
            renewed = wrap(secret, key, header, key_id=active_id, wrapping_key=active)
            await inner.put(envelope_key, renewed, OPAQUE)
            if await self._header_of(key) != header:  # it was replaced, and the envelope removed
                await inner.delete(envelope_key)
        except NotFound:
            return Rewrapped(key_id="")
        except ObjectCorrupt:
            log.exception("the key of a stored object is damaged: %s", key)
            return Rewrapped(key_id="", damaged=1)
        return Rewrapped(key_id="", rewrapped=1)

    async def _header_of(self, key: str) -> Header | None:
        try:
            return parse_header(await self._start_of(key))
        except NotFound:
            return None

    async def _start_of(self, key: str) -> bytes:
        stream = self._store.inner.open_range(key, 0, HEADER.size)
        return b"".join([piece async for piece in stream])

    async def _remove_orphan(self, envelope_key: str) -> Rewrapped:
        found = await self._store.inner.stat(envelope_key)
        if found is None or self._clock.now() - found.modified < ORPHAN_AGE:
            return Rewrapped(key_id="")
        await self._store.inner.delete(envelope_key)
        return Rewrapped(key_id="", removed=1)

    async def _seal_if_plain(self, key: str) -> int:
        if BESIDE.search(key) or key == STATE_KEY or is_sealed(await self._start_of(key)):
            return 0
        with tempfile.TemporaryDirectory() as folder:
            plain = Path(folder) / "plain"
            await self._store.inner.fetch_to(key, plain)
            await self._store.put_file(key, plain, OPAQUE)
        return 1
