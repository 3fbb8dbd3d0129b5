"""The private key of the development minter, kept in the chain's folder."""

import os
import secrets
from pathlib import Path

KEY_FILE = "minter.key"


def load_or_make_key(folder: Path) -> bytes:
    """Give the folder's key, making it at first use.

    The node and its clients may ask at the same moment: the first to link its file
    in place wins, and all read that one. Only the owner may read it.
    """
    path = folder / KEY_FILE
    if not path.exists():
        _make_key(path)
    key = bytes.fromhex(path.read_text(encoding="ascii").strip())
    if len(key) != 32:
        raise ValueError(f"{path} holds no private key of 32 bytes")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}.{secrets.token_hex(4)}.draft")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_bytes(32).hex() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()
