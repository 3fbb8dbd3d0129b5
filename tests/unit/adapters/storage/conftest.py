"""The stores that the contract runs against."""

from pathlib import Path

import pytest

from adapters.storage.key_ring import GivenKeys
from adapters.storage.local import LocalStore
from adapters.storage.s3 import S3Store
from adapters.storage.sealing import SealedStore
from adapters.storage.store import ByteStore
from domain.clock import SystemClock
from domain.ports import ObjectStore


@pytest.fixture
def keys() -> GivenKeys:
    return GivenKeys({"first": b"k" * 32}, "first")


@pytest.fixture(params=["local", "s3"])
def inner(request: pytest.FixtureRequest, tmp_path: Path) -> ByteStore:
    """A store that others are built on: a disk, and a bucket whose server checks signatures."""
    if request.param == "local":
        return LocalStore(tmp_path / "objects")
    return S3Store(request.getfixturevalue("s3_address"))


@pytest.fixture(params=["plain", "sealed"])
def store(request: pytest.FixtureRequest, inner: ByteStore, keys: GivenKeys) -> ObjectStore:
    """Each of them, and the same sealed."""
    return inner if request.param == "plain" else SealedStore(inner, keys, SystemClock())
