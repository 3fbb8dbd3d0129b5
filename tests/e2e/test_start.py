"""Starting: what is wrong is told in one line, and what is right comes up quickly."""

import socket
import subprocess
import sys
import time
from pathlib import Path

import httpx
import pytest

from tests.e2e.house import example
from tests.e2e.processes import ROOT, Gateway, clean_environment, run_gateway
from tests.patience import SECONDS_MAX, bound

READY_SECONDS_MAX = 20.0
"""5 s is what we promise on a quiet machine; tests share theirs."""
DEMO_SECONDS_MAX = 300.0
"""60 s is what we promise on a quiet machine."""

pytestmark = pytest.mark.slow


def one_line(stderr: str) -> str:
    """What stderr says; it must be one line."""
    lines = stderr.splitlines()
    assert len(lines) == 1, stderr
    return lines[0]


def test_a_taken_port_is_told_in_one_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        code, stderr = run_gateway(data_dir=str(tmp_path), port=port, demo="false")

    assert code == 1
    assert one_line(stderr).startswith(f"Tutti cannot start: port {port} on 127.0.0.1 cannot be")
    assert "TUTTI_PORT" in stderr


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"redis_url": "redis://127.0.0.1:6379"}, "two profiles only"),
        ({"database_url": "postgresql+asyncpg://127.0.0.1/x"}, "two profiles only"),
        ({"database_url": "mysql://127.0.0.1/x"}, "all SQLite or all PostgreSQL"),
        ({"environment": "production"}, "TUTTI_URL_SIGNING_KEY and TUTTI_STORAGE__KEYS (or"),
        ({"port": "99999"}, "TUTTI_PORT"),
        ({"url_signing_key": "short"}, "TUTTI_URL_SIGNING_KEY has 32 characters or more"),
    ],
)
def test_wrong_settings_are_told_in_one_line(
    tmp_path: Path, settings: dict[str, str], words: str
) -> None:
    given = {"data_dir": str(tmp_path / "var"), "port": "0", **settings}

    code, stderr = run_gateway(**given)

    assert code == 1
    assert words in one_line(stderr)
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize("arguments", [(), ("migrate",)])
def test_a_folder_that_cannot_be_written_is_told_in_one_line(
    tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    file = tmp_path / "file"
    file.write_text("in the way")

    code, stderr = run_gateway(*arguments, data_dir=str(file / "var"), port="0", demo="false")

    assert code == 1
    assert one_line(stderr).startswith("Tutti cannot start: ")
    assert str(file / "var") in stderr


@pytest.mark.parametrize("arguments", [(), ("migrate",)])
def test_a_read_only_folder_is_told_in_one_line(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    folder = tmp_path / "var"
    folder.mkdir(mode=0o500)

    code, stderr = run_gateway(
        *arguments, data_dir=str(folder), port="0", demo="false", as_anybody=True
    )

    assert code == 1
    assert one_line(stderr) == (
        f"Tutti cannot start: the data folder {folder} cannot be written; "
        "set TUTTI_DATA_DIR to another"
    )


def test_a_worker_says_what_it_misses(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "workers"],
        cwd=ROOT,
        env=clean_environment(data_dir=str(tmp_path)),
        capture_output=True,
        text=True,
        timeout=SECONDS_MAX,
        check=False,
    )

    assert done.returncode == 1
    assert "python gateway.py migrate" in one_line(done.stderr)


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory):
    """A first `make run` of the demo, and how long it took to be ready."""
    began = time.monotonic()
    gateway = Gateway(tmp_path_factory.mktemp("demo"), demo="true")
    yield gateway, time.monotonic() - began
    gateway.end()


def test_the_gateway_is_soon_ready(demo: tuple[Gateway, float]) -> None:
    gateway, seconds = demo

    assert seconds < bound(READY_SECONDS_MAX)
    assert gateway.client.get("/health").json() == {"status": "ok"}
    assert gateway.client.get("/ready").json()["status"] == "ready"


def test_the_home_page_never_fails_and_is_full_in_the_end(demo: tuple[Gateway, float]) -> None:
    gateway, _ = demo

    def has_failed_or_is_ready() -> bool:
        answer = gateway.ask(example("home"))
        assert "errors" not in answer, answer
        time.sleep(0.2)
        return "demo ready" in gateway.output

    gateway.wait_for(has_failed_or_is_ready, DEMO_SECONDS_MAX)
    token = gateway.log_in("demo@tutti.example", "tutti-demo")
    home = gateway.wait_for(lambda: full_home(gateway, token), DEMO_SECONDS_MAX)

    assert len(home["tracks"]["nodes"]) == 10
    assert home["me"]["email"] == "demo@tutti.example"
    assert len(home["recommendations"]["items"]) == 5


def full_home(gateway: Gateway, token: str) -> dict[str, object] | None:
    """The home page, once each domain has something to show on it."""
    home = gateway.data(example("home"), token=token)
    tracks = home["tracks"]["nodes"]
    is_full = (
        any(track["tokens"]["nodes"] for track in tracks)
        and any(track["similar"] for track in tracks)
        and any(track["likeCount"] for track in tracks)
        and any(track["comments"]["nodes"] for track in tracks)
        and home["recommendations"]["items"]
        and home["royaltyPerThousandPlays"]
    )
    return home if is_full else None


def test_every_example_runs_against_the_demo(demo: tuple[Gateway, float]) -> None:
    gateway, _ = demo
    gateway.wait_for(lambda: "demo ready" in gateway.output, DEMO_SECONDS_MAX)

    done = subprocess.run(
        [sys.executable, "-m", "devtools.smoke", "--url", gateway.url],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
    assert "FAILED" not in done.stdout


def test_what_the_demo_streams_can_be_played(demo: tuple[Gateway, float]) -> None:
    gateway, _ = demo
    gateway.wait_for(lambda: "demo ready" in gateway.output, DEMO_SECONDS_MAX)
    track = gateway.data(example("home"))["tracks"]["nodes"][0]

    stream = gateway.data(example("stream"), {"id": track["id"]})["track"]["stream"]
    playlist = gateway.client.get(stream["url"])
    segment = next(line for line in playlist.text.splitlines() if not line.startswith("#"))
    part = httpx.get(httpx.URL(stream["url"]).join(segment), headers={"range": "bytes=0-99"})

    assert playlist.headers["content-type"] == "application/vnd.apple.mpegurl"
    assert playlist.text.startswith("#EXTM3U")
    assert part.status_code == httpx.codes.PARTIAL_CONTENT
    assert len(part.content) == 100
