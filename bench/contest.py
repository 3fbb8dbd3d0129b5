"""A contest: several servers answer the same requests in turns, and their CPU is compared.

    every contestant   starts, answers some samples (which must be equal), is warmed
    then round by round, in another order each time:
        read /proc · send n requests over c connections, until all are answered · read /proc

CPU per request is user and system time of all processes of a contestant divided by the answers
they gave. Ratios are taken within a round and only then summed up, so a machine that is slow
for a while is slow for both.
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.client import HTTPConnection
from typing import Any, Protocol

import orjson

from bench.load import Job, LoadGenerator
from bench.processes import CannotStart, Server, Servers
from bench.report import Claim

PROBES = 96
SAMPLES = (0, 7, 131)
"""Which of the requests are compared byte for byte."""
DISTINCT = 300
"""Requests that differ from each other; the load goes round among them."""
ANSWER_SECONDS_MAX = 30.0
Json = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Options:
    """How long and how hard."""

    rounds: int
    seconds: float
    """Of load in one round, for each contestant."""
    warm_seconds: float
    connections: int
    soak_seconds: float

    def __str__(self) -> str:
        """Tell it on the page."""
        return (
            f"{self.rounds} rounds of {self.seconds:g} s each, "
            f"{self.connections} connections, {self.warm_seconds:g} s to warm up"
        )


class Burns(Protocol):
    """Something that takes processor time."""

    def cpu_seconds(self) -> float:
        """So far."""
        ...


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """One way to answer."""

    name: str
    start: Callable[[Servers], tuple[Server, Sequence[Burns]]]
    """Starts the server that answers, and those behind it."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """One turn of one contestant, for each request."""

    front_us: float
    """CPU of the server that answers, alone."""
    total_us: float
    """CPU of all its servers."""
    per_second: float
    latency_p50: float
    latency_p99: float


@dataclass(kw_only=True)
class Standing:
    """How a contest ended."""

    rounds: dict[str, list[Round]] = field(default_factory=dict)
    missing: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Contest:
    """One operation, and who answers it."""

    name: str
    document: str
    operation_name: str
    variables: Callable[[int], Json]
    contestants: Sequence[Contestant]

    def bodies(self) -> list[str]:
        """The requests; no two are the same, so none can be answered for another."""
        return [
            orjson.dumps(
                {
                    "query": self.document,
                    "operationName": self.operation_name,
                    "variables": self.variables(n),
                }
            ).decode()
            for n in range(DISTINCT)
        ]


def hold(contest: Contest, servers: Servers, load: LoadGenerator, options: Options) -> Standing:
    """Run a contest."""
    bodies, standing = contest.bodies(), Standing()
    ready = _warm(contest, bodies, servers, load, options, standing)
    for number in range(options.rounds):
        turn = number % max(1, len(ready))
        for name in [*list(ready)[turn:], *list(ready)[:turn]]:
            try:
                standing.rounds.setdefault(name, []).append(_run(ready[name], load))
            except OSError as fault:
                state = ready.pop(name).front.how_it_is()
                _leave_out(standing, name, f"in round {number + 1}, {fault}; {state}")
    return standing


def front_ratio(standing: Standing, other: str, ours: str) -> tuple[float, tuple[float, float]]:
    """How many times the CPU of our front the other's takes."""
    return _ratio(standing, lambda each: each.front_us, other, ours)


def total_ratio(standing: Standing, other: str, ours: str) -> tuple[float, tuple[float, float]]:
    """How many times the CPU of all our servers the other's take."""
    return _ratio(standing, lambda each: each.total_us, other, ours)


def claim(
    text: str,
    ratio: tuple[float, tuple[float, float]],
    *,
    goal: float | None = None,
    floor: float | None = None,
    is_at_most: bool = False,
) -> Claim:
    """State it."""
    return Claim(
        text=text,
        goal=goal,
        floor=floor,
        measured=ratio[0],
        spread=ratio[1],
        is_at_most=is_at_most,
    )


COLUMNS = ["contestant", "CPU µs", "of it the front", "requests/s", "p50 ms", "p99 ms"]


def rows(standing: Standing) -> list[list[str]]:
    """The medians, for the page."""
    return [
        [
            name,
            _median(rounds, lambda each: each.total_us, "{:,.0f}"),
            _median(rounds, lambda each: each.front_us, "{:,.0f}"),
            _median(rounds, lambda each: each.per_second, "{:,.0f}"),
            _median(rounds, lambda each: each.latency_p50 * 1000, "{:.1f}"),
            _median(rounds, lambda each: each.latency_p99 * 1000, "{:.1f}"),
        ]
        for name, rounds in standing.rounds.items()
    ]


def canonical(answer: bytes) -> bytes:
    """An answer's data in one spelling, for comparison.

    Raises:
        ValueError: it tells of errors, or is no JSON.
    """
    read = orjson.loads(answer)
    if "errors" in read or "data" not in read:
        raise ValueError(f"it answers {answer[:200].decode(errors='replace')}")
    return orjson.dumps(read["data"], option=orjson.OPT_SORT_KEYS)


def differences(answers: Mapping[str, Sequence[bytes]]) -> dict[str, str]:
    """Who answers otherwise than the first one does, and why that cannot be."""
    truth = list(next(iter(answers.values()), []))
    return {
        name: f"its answer to sample {_first_difference(truth, given)} is another one"
        for name, given in answers.items()
        if list(given) != truth
    }


def _first_difference(truth: Sequence[bytes], given: Sequence[bytes]) -> int:
    pairs = zip(truth, given, strict=True)
    return next(number for number, (left, right) in enumerate(pairs) if left != right)


@dataclass(frozen=True, kw_only=True)
class _Ready:
    front: Server
    behind: Sequence[Burns]
    job: Job


def _warm(
    contest: Contest,
    bodies: list[str],
    servers: Servers,
    load: LoadGenerator,
    options: Options,
    standing: Standing,
) -> dict[str, _Ready]:
    """Start all, compare what they answer, and find out how many requests fill the time."""
    ready: dict[str, _Ready] = {}
    answers: dict[str, list[bytes]] = {}
    for contestant in contest.contestants:
        try:
            front, behind = contestant.start(servers)
            answers[contestant.name] = [canonical(ask(front.port, bodies[n])) for n in SAMPLES]
            job = _calibrate(front, bodies, load, options)
            ready[contestant.name] = _Ready(front=front, behind=behind, job=job)
        except (CannotStart, OSError, ValueError) as reason:
            _leave_out(standing, contestant.name, str(reason).splitlines()[0])
    for name, difference in differences(answers).items():
        _leave_out(standing, name, difference)
        ready.pop(name, None)
    return ready


def _leave_out(standing: Standing, name: str, reason: str) -> None:
    """Half a measurement is none; the page says why it is missing."""
    standing.missing[name] = reason
    standing.rounds.pop(name, None)
    print(f"  {name} does not take part: {reason}", file=sys.stderr, flush=True)


def ask(port: int, body: str) -> bytes:
    """One request and its answer."""
    connection = HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS_MAX)
    try:
        connection.request("POST", "/graphql", body, {"content-type": "application/json"})
        return connection.getresponse().read()
    finally:
        connection.close()


def _calibrate(server: Server, bodies: list[str], load: LoadGenerator, options: Options) -> Job:
    probe = Job(server.port, bodies, options.connections, max(PROBES, options.connections))
    load.run(probe)
    seen = load.run(probe)
    per_second = probe.requests / seen.seconds
    count = max(PROBES, round(per_second * options.warm_seconds))
    seen = load.run(Job(server.port, bodies, options.connections, count))
    requests = max(PROBES, round(count / seen.seconds * options.seconds))
    return Job(server.port, bodies, options.connections, requests)


def _run(ready: _Ready, load: LoadGenerator) -> Round:
    servers: list[Burns] = [ready.front, *ready.behind]
    before = [server.cpu_seconds() for server in servers]
    seen = load.run(ready.job)
    spent = [server.cpu_seconds() - was for server, was in zip(servers, before, strict=True)]
    count = ready.job.requests
    return Round(
        front_us=spent[0] / count * 1e6,
        total_us=sum(spent) / count * 1e6,
        per_second=count / seen.seconds,
        latency_p50=seen.latency_p50,
        latency_p99=seen.latency_p99,
    )


def _ratio(
    standing: Standing, cost: Callable[[Round], float], other: str, ours: str
) -> tuple[float, tuple[float, float]]:
    pairs = zip(standing.rounds[other], standing.rounds[ours], strict=True)
    found = [cost(theirs) / cost(mine) for theirs, mine in pairs]
    return statistics.median(found), (min(found), max(found))


def _median(rounds: Sequence[Round], value: Callable[[Round], float], shape: str) -> str:
    return shape.format(statistics.median(value(each) for each in rounds))
