"""`TUTTI_WORKERS=2`: two gateways on one port, which share what is live and survive a kill."""

import os
import signal
import socket
from contextlib import AsyncExitStack, suppress
from pathlib import Path

import httpx
import pytest

from tests.e2e.house import example
from tests.e2e.processes import Gateway, run_gateway
from tests.e2e.site import PASSWORD, Site
from tests.e2e.streams import FOLLOW, NextEvent
from tests.e2e.test_processes import MOVES, furnish, start_playing

pytestmark = pytest.mark.slow

ESTABLISHED = "01"
FOLLOWERS_MAX = 64
"""The kernel deals connections out by chance: so many that all fall to one process never come."""


def children_of(pid: int, word: str) -> list[int]:
    """The processes it has started whose command has this word."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [
        int(child)
        for child in children
        if word in Path(f"/proc/{child}/cmdline").read_text().split("\0")
    ]


def gateways_of(parent: Gateway) -> list[int]:
    return children_of(parent.pid, "--as-one-of-several")


def connections_of(pid: int, port: int) -> int:
    """How many connections to the port a process has accepted."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    inodes = {row[9] for row in rows if row[3] == ESTABLISHED and row[1].endswith(f":{port:04X}")}
    found = 0
    for each in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed just now
            found += os.readlink(each).removeprefix("socket:[").removesuffix("]") in inodes
    return found


def has_started(parent: Gateway, times: int) -> bool:
    return parent.output.count("Tutti listens on") == times


async def test_a_killed_gateway_comes_back_and_requests_go_on(site: Site) -> None:
    await furnish(site)
    parent = site.gateway(workers="2")
    parent.wait_for(lambda: has_started(parent, 2))
    first, second = gateways_of(parent)
    parent.client.close()

    os.kill(first, signal.SIGKILL)
    parent.wait_for(lambda: first not in gateways_of(parent))
    answers = [httpx.get(f"{parent.url}/ready", timeout=30).status_code for _ in range(20)]
    parent.wait_for(lambda: has_started(parent, 3))
    again = gateways_of(parent)

    assert answers == [200] * 20
    assert second in again
    assert len(again) == 2
    assert len(children_of(parent.pid, "workers")) == (1 if site.is_embedded else 0)
    assert parent.stop() == 0


async def test_what_one_gateway_changes_all_of_them_tell_live(site: Site) -> None:
    await site.add_account("ben")
    await furnish(site)
    parent = site.gateway(workers="2")
    parent.wait_for(lambda: has_started(parent, 2))
    token = parent.log_in("ben@tutti.example", PASSWORD)
    session = {"sessionId": start_playing(parent, token)}
    port = httpx.URL(parent.url).port
    before = {pid: connections_of(pid, port) for pid in gateways_of(parent)}

    async with AsyncExitStack() as stack:
        followers: list[NextEvent] = []
        while any(connections_of(pid, port) == before[pid] for pid in before):
            assert len(followers) < FOLLOWERS_MAX
            follower = FOLLOW["sse"](parent.url, MOVES, session, token)
            followers.append(await stack.enter_async_context(follower))
            await followers[-1]()
        parent.data(example("pause"), session, token=token)
        told = [await next_event() for next_event in followers]

    assert [each["data"]["playbackMoved"]["state"] for each in told] == ["PAUSED"] * len(told)
    assert len(told) >= len(before) == 2


@pytest.mark.parametrize("workers", ["0", "65", "many"])
def test_a_number_of_gateways_that_cannot_be_is_told_in_one_line(
    workers: str, tmp_path: Path
) -> None:
    code, stderr = run_gateway(data_dir=str(tmp_path), port="0", workers=workers)

    assert code == 1
    assert stderr.startswith("TUTTI_WORKERS: ")
    assert len(stderr.splitlines()) == 1


def test_a_taken_port_is_not_shared_with_strangers(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])

        code, stderr = run_gateway(data_dir=str(tmp_path), port=port, workers="2")

    assert code == 1
    assert stderr.startswith(f"Tutti cannot start: port {port} on 127.0.0.1 cannot be had")
    assert len(stderr.splitlines()) == 1
