"""A dead process of this machine is known by its name."""

import os
import subprocess
import sys

import pytest

from tests.unit.workers.conftest import LEASE
from tests.unit.workers.messages import Paint, send
from workers.job_rows import JobRows
from workers.processes import is_surely_dead, name_process
from workers.registry import Registry
from workers.relay import Relay

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
def dead_name() -> str:
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return name_process().replace(f":{os.getpid()}:", f":{ended.pid}:")


def test_a_live_process_is_not_dead() -> None:
    assert is_surely_dead(f"{name_process()}/claim") is False


def test_a_process_that_is_gone_is_dead(dead_name: str) -> None:
    assert is_surely_dead(f"{dead_name}/claim") is True


@pytest.mark.parametrize("name", ["otherhost:1:aaaa/claim", "no process at all", ""])
def test_of_processes_elsewhere_nothing_is_known(name: str) -> None:
    assert is_surely_dead(name) is False


def test_two_names_of_one_process_differ() -> None:
    assert name_process() != name_process()


async def test_a_dead_workers_job_waits_again_before_its_lease_ends(
    databases, clock, dead_name, job_row
) -> None:
    dead = JobRows(databases.of("media"), clock, process=dead_name, lease=LEASE)
    alive = JobRows(databases.of("media"), clock, process=name_process(), lease=LEASE)
    lost = await send(dead, clock, Paint())
    await dead.claim("media")
    held = await send(alive, clock, Paint())
    await alive.claim("media")

    await Relay(databases, [alive], Registry(), clock).step()

    assert (await job_row(lost))["state"] == "queued"
    assert (await job_row(held))["state"] == "running"
