"""Measures what attacks cost others: `python -m devtools.measure_attacks` writes docs/attacks.md.

A small query is asked every ten milliseconds through the front, in this process, first alone
and then beside one attacker who sends the next document as soon as the last is answered. Two clocks
run: the wall's, and this process's processor time, which counts what we make others wait for
and leaves out what else the machine does.
"""

import asyncio
import os
import platform
import resource
import sys
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from starlette.types import ASGIApp, Message, Scope

from devtools.attacks import ATTACKS, FLOOD, FLOOD_DOCUMENTS, Attack, build_engine
from web.operations.front_parts import FrontParts
from web.routes import build_app
from web.serving.http_server import keep_loop_free, settle_garbage
from web.wire.client_request import ClientRequest

TARGET = Path(__file__).parent.parent / "docs" / "attacks.md"
BEGIN, END = "<!-- figures -->", "<!-- end of figures -->"
PING = {"query": "{ ping }"}
PERIOD_SECONDS = 0.01
CALM_SECONDS = 3.0
ATTACK_SECONDS = 2.0
ATTEMPTS_MAX = 10_000


@dataclass(frozen=True, slots=True)
class Waits:
    """How long the small queries took, in milliseconds of each clock."""

    wall: list[float]
    cpu: list[float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one attack did."""

    attempts: int
    codes: Mapping[str, int]
    cpu_milliseconds: float
    """Processor time of this process for one attempt, the small queries beside it included."""
    worst_milliseconds: float
    """The longest answer to an attempt."""
    others: "Waits"
    memory_mib: float
    """What the process grew by."""


def main() -> int:
    """Measure all, or the attacks named, and write the table where all were measured."""
    named = set(sys.argv[1:])
    lines = asyncio.run(_measure_all(named))
    table = "\n".join(lines)
    print(table)
    if not named:
        text = TARGET.read_text()
        before, after = text.partition(BEGIN)[0], text.partition(END)[2]
        TARGET.write_text(f"{before}{BEGIN}\n{table}\n{END}{after}")
    return 0


async def _measure_all(named: set[str]) -> list[str]:
    engine = build_engine(after_planning=settle_garbage)
    app = build_app(FrontParts(engine=engine, make_context=_no_context), checks={})
    keep_loop_free()
    await _ask(app, PING)
    calm = await _ping_for(app, CALM_SECONDS)
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, shared with other work."
        f" Alone, the small query waits for {_percentile(calm.cpu, 50):.1f} ms of our processor"
        f" time (p99 {_percentile(calm.cpu, 99):.1f}), and {_percentile(calm.wall, 50):.1f} ms by"
        f" the wall's clock (p99 {_percentile(calm.wall, 99):.1f}).",
        "",
        "| attack | answered with | attempts | CPU each, ms | longest, ms | others' p99, CPU"
        " ms | its rise | others' p99, wall ms | memory, MiB |",
        "|---|---|--:|--:|--:|--:|--:|--:|--:|",
    ]
    for attack in (*ATTACKS, FLOOD):
        if not named or attack.name in named:
            figures = await _measure(app, attack)
            lines.append(_row(attack, figures, calm))
            print(lines[-1], flush=True)
    engine.close()
    return lines


@asynccontextmanager
async def _no_context(_client: ClientRequest) -> Any:
    yield None


async def _measure(app: ASGIApp, attack: Attack) -> Figures:
    memory, cpu = _memory_mib(), time.process_time()
    pinging = asyncio.create_task(_ping_for(app, None))
    codes: Counter[str] = Counter()
    worst, attempts = 0.0, 0
    ends = time.perf_counter() + ATTACK_SECONDS
    while _goes_on(attack, attempts, ends):
        await asyncio.sleep(0)  # as a socket would
        began = time.perf_counter()
        answer = await _ask(app, attack.body(attempts))
        worst = max(worst, time.perf_counter() - began)
        codes.update(_codes_of(answer))
        attempts += 1
    pinging.cancel()
    waits = await pinging
    return Figures(
        attempts=attempts,
        codes=codes,
        cpu_milliseconds=(time.process_time() - cpu) / attempts * 1e3,
        worst_milliseconds=worst * 1e3,
        others=waits,
        memory_mib=_memory_mib() - memory,
    )


def _goes_on(attack: Attack, attempts: int, ends: float) -> bool:
    if attack is FLOOD:
        return attempts < FLOOD_DOCUMENTS
    return attempts < ATTEMPTS_MAX and time.perf_counter() < ends


async def _ping_for(app: ASGIApp, seconds: float | None) -> Waits:
    """Ask on schedule, whether or not the last was answered; waits begin when one is due."""
    waits = Waits([], [])
    began = time.perf_counter()
    running: set[asyncio.Task[None]] = set()
    try:
        due = began
        before = after = (began, time.process_time())
        while seconds is None or due < began + seconds:
            if after[0] <= due:  # else the loop was held, and what it had before counts
                before = after
            cpu = before[1]
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            after = time.perf_counter(), time.process_time()
            task = asyncio.create_task(_ping(app, due, cpu, waits))
            running.add(task)
            task.add_done_callback(running.discard)
            due += PERIOD_SECONDS
    except asyncio.CancelledError:
        pass
    await asyncio.gather(*running)
    return waits


async def _ping(app: ASGIApp, due: float, cpu: float, waits: Waits) -> None:
    """One small query; `cpu` was read before it was due, so its wait is never told too short."""
    answer = await _ask(app, PING)
    assert answer["data"] == {"ping": "pong"}, answer
    waits.wall.append((time.perf_counter() - due) * 1e3)
    waits.cpu.append((time.process_time() - cpu) * 1e3)


async def _ask(app: ASGIApp, body: Mapping[str, Any]) -> dict[str, Any]:
    """One POST, as a server hands it over."""
    text = orjson.dumps(body)
    messages: list[Message] = [{"type": "http.request", "body": text, "more_body": False}]
    answer = bytearray()

    async def receive() -> Message:
        if messages:
            return messages.pop()
        await asyncio.Event().wait()  # the client stays
        raise AssertionError

    async def send(message: Message) -> None:
        answer.extend(message.get("body", b""))

    await app(_scope(text), receive, send)
    told: dict[str, Any] = orjson.loads(answer)
    return told


def _scope(body: bytes) -> Scope:
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
    ]
    return {
        "type": "http",
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
    }


def _codes_of(answer: Mapping[str, Any]) -> set[str]:
    errors = answer.get("errors") or [{"extensions": {"code": "answered"}}]
    return {error["extensions"]["code"] for error in errors}


def _percentile(values: list[float], percent: int) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def _memory_mib() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20


def _row(attack: Attack, figures: Figures, calm: Waits) -> str:
    codes = ", ".join(sorted(figures.codes))
    p99 = _percentile(figures.others.cpu, 99)
    return (
        f"| {attack.name} | {codes} | {figures.attempts} | {figures.cpu_milliseconds:.0f}"
        f" | {figures.worst_milliseconds:.0f} | {p99:.1f}"
        f" | {p99 - _percentile(calm.cpu, 99):+.1f} | {_percentile(figures.others.wall, 99):.1f}"
        f" | {figures.memory_mib:.0f} |"
    )


if __name__ == "__main__":
    sys.exit(main())
