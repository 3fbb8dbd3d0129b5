"""Key-encryption keys, by their ids: one is active, the older ones still open what they sealed."""

import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, Protocol

from errors import StorageUnavailable

KEY_BYTES: Final = 32
KEY_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
SUFFIX: Final = ".key"
STAMP: Final = "%Y%m%dT%H%M%SZ"


class KeyRing(Protocol):
    """Where the keys are."""

    def active(self) -> tuple[str, bytes]:
        """The id and the bytes of the key that new objects are sealed under."""
        ...

    def find(self, key_id: str) -> bytes:
        """A key by its id; raises StorageUnavailable where it is not here."""
        ...

    def renew(self, now: datetime, *, after: timedelta) -> bool:
        """Make a new active key where the present one is older; False where others do that."""
        ...


class GivenKeys:
    """Keys that an operator gives; they are renewed by giving another one."""

    def __init__(self, keys: Mapping[str, bytes], active: str) -> None:
        assert active in keys, active
        assert all(len(key) == KEY_BYTES for key in keys.values())
        self._keys = dict(keys)
        self._active = active

    def active(self) -> tuple[str, bytes]:
        """The id and the bytes of the key that new objects are sealed under."""
        return self._active, self._keys[self._active]

    def find(self, key_id: str) -> bytes:
        """A key by its id.

        Raises:
            StorageUnavailable: it was not given.
        """
        if key_id not in self._keys:
            raise StorageUnavailable(f"The storage key {key_id[:64]!r} is not among those given.")
        return self._keys[key_id]

    def renew(self, now: datetime, *, after: timedelta) -> bool:
        """Nothing: the operator does that."""
        del now, after
        return False


class KeysInFolder:
    """Keys in files of one machine, named by when they were made; the newest is active.

    All processes that share the folder see a new key at once.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[str, bytes] = {}
        self._seen: int | None = None

    def active(self) -> tuple[str, bytes]:
        """The newest key's id and bytes; the first is made here."""
        keys = self._read()
        if not keys:
            raise StorageUnavailable(f"There is no storage key in {self._folder}.")
        newest = max(keys)
        return newest, keys[newest]

    def find(self, key_id: str) -> bytes:
        """A key by its id.

        Raises:
            StorageUnavailable: its file is gone.
        """
        key = self._read().get(key_id)
        if key is None:  # it may have come within one tick of the file system's clock
            self._seen = None
            key = self._read().get(key_id)
        if key is None:
            raise StorageUnavailable(f"The storage key {key_id[:64]!r} is not in the data folder.")
        return key

    def renew(self, now: datetime, *, after: timedelta) -> bool:
        """Make a new key where there is none, or the newest is older."""
        keys = self._read()
        oldest_good = (now - after).strftime(STAMP)
        if keys and max(keys) > oldest_good:
            return False
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = self._folder / f".{secrets.token_hex(8)}"
        draft.touch(mode=0o600)
        draft.write_bytes(secrets.token_hex(KEY_BYTES).encode())
        try:
            (self._folder / f"{now.strftime(STAMP)}{SUFFIX}").hardlink_to(draft)
        except FileExistsError:
            return False  # another process was as quick
        finally:
            draft.unlink()
        return True

    def _read(self) -> dict[str, bytes]:
        """The keys, read anew when the folder has changed."""
        try:
            changed = self._folder.stat().st_mtime_ns
        except FileNotFoundError:
            return {}
        if changed != self._seen:
            files = self._folder.glob(f"*{SUFFIX}")
            self._keys = {file.stem: bytes.fromhex(file.read_text()) for file in files}
            self._seen = changed
        return self._keys
