"""The stores that the contract runs against."""

from pathlib import Path

import pytest

from adapters.storage.local import LocalStore
from adapters.storage.s3 import S3Store


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore | S3Store:
    if request.param == "local":
        return LocalStore(tmp_path / "objects")
    return S3Store(request.getfixturevalue("s3_address"))
