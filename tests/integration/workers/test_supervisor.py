"""Children are kept running, and none outlives its supervisor."""

import asyncio
import io
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import until
from workers.supervisor import Child, Supervisor

SLEEPER = "import time; print('hello', flush=True); time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('deaf', flush=True); time.sleep(600)"
)
WITH_GRANDCHILD = (
    "import subprocess, sys, time;"
    "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "print('grandchild', p.pid, flush=True); time.sleep(600)"
)


def python(program: str, name: str = "one", **options: object) -> Child:
    return Child(name=name, command=[sys.executable, "-c", program], **options)


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


async def test_a_child_is_started_and_its_lines_bear_its_name() -> None:
    output = io.StringIO()

    async with Supervisor([python(SLEEPER)], output=output) as supervisor:
        await until(lambda: "hello" in output.getvalue())
        pid = supervisor.pid("one")

    assert output.getvalue() == "[one] hello\n"
    assert not is_alive(pid)


async def test_a_killed_child_is_started_again() -> None:
    output = io.StringIO()
    async with Supervisor([python(SLEEPER)], output=output) as supervisor:
        await until(lambda: output.getvalue().count("hello") == 1)
        first = supervisor.pid("one")

        os.kill(first, signal.SIGKILL)
        await until(lambda: output.getvalue().count("hello") == 2)

        assert supervisor.pid("one") != first
        assert supervisor.restarts == {"one": 1}
    assert "[one] ended with signal SIGKILL and is started again\n" in output.getvalue()


async def test_what_a_dead_child_leaves_behind_is_ended() -> None:
    output = io.StringIO()
    async with Supervisor([python(WITH_GRANDCHILD)], output=output) as supervisor:
        await until(lambda: "grandchild" in output.getvalue())
        grandchild = int(output.getvalue().split()[2])

        os.kill(supervisor.pid("one"), signal.SIGKILL)

        await until(lambda: not is_alive(grandchild))


async def test_a_child_that_does_not_listen_is_killed_in_the_end() -> None:
    output = io.StringIO()
    supervisor = Supervisor([python(STUBBORN)], output=output, stop_seconds=0.3)
    async with supervisor:
        await until(lambda: "deaf" in output.getvalue())
        pid = supervisor.pid("one")

    assert not is_alive(pid)


async def test_a_child_that_cannot_be_started_is_told_and_tried_again() -> None:
    output = io.StringIO()
    missing = Child(name="one", command=["/no/such/program"])

    async with Supervisor([missing], output=output) as supervisor:
        await until(lambda: supervisor.restarts["one"] >= 1)

    assert output.getvalue().startswith("[one] cannot be started: ")


@pytest.mark.parametrize(("code", "restarts"), [(0, 0), (1, 1)])
async def test_a_child_with_an_end_is_started_again_only_when_it_failed(
    code: int, restarts: int
) -> None:
    output = io.StringIO()
    program = f"import sys; print('ran', flush=True); sys.exit({code})"
    async with Supervisor([python(program, is_done_once=True)], output=output) as supervisor:
        await until(lambda: output.getvalue().count("ran") == restarts + 1)
        await asyncio.sleep(0.5)

        assert min(supervisor.restarts["one"], 1) == restarts


async def test_an_endless_line_comes_in_pieces() -> None:
    output = io.StringIO()
    program = "import sys; sys.stdout.write('x' * 50_000); sys.stdout.flush()"

    async with Supervisor([python(program, is_done_once=True)], output=output):
        await until(lambda: output.getvalue().count("x") == 50_000)

    assert output.getvalue().count("[one] ") > 1


@pytest.mark.skipif(sys.platform != "linux", reason="asks the kernel of Linux")
async def test_children_die_with_a_supervisor_that_is_killed(tmp_path: Path) -> None:
    program = (
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        "from workers.supervisor import Child, Supervisor\n"
        "async def main():\n"
        "    child = Child(name='one', command=[sys.executable, '-c', sys.argv[1]])\n"
        "    async with Supervisor([child]) as supervisor:\n"
        "        while supervisor.pid('one') is None:\n"
        "            await asyncio.sleep(0.01)\n"
        "        await asyncio.sleep(0.3)\n"
        "        Path(sys.argv[2]).write_text(str(supervisor.pid('one')))\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n"
    )
    note = tmp_path / "pid"
    parent = subprocess.Popen([sys.executable, "-c", program, SLEEPER, str(note)])
    await until(lambda: note.exists() and note.read_text())
    child = int(note.read_text())
    assert is_alive(child)

    parent.kill()
    parent.wait()

    await until(lambda: not is_alive(child))
