"""A thousand subscribers: what one message costs the server."""

import statistics
import sys

from bench.contest import Options, claim
from bench.processes import ROOT, CannotStart, Server, Servers, python_server
from bench.report import Section
from bench.sockets import WINDOW, Command, Open, Subscribers

SUBSCRIBERS = 1_000
QUERY = (ROOT / "bench" / "operations" / "reading.graphql").read_text()
TITLE = "1,000 subscribers over WebSocket"
CONTESTANTS = {
    "tutti, all alike": ("live-tutti", True),
    "tutti, each its own variables": ("live-tutti", False),
    "strawberry": ("live-strawberry", True),
}
"""Role of `bench.servers`, and whether all subscribe with the same variables."""


def run_subscribers(options: Options) -> Section:
    """Measure each in turn, in rounds."""
    costs: dict[str, list[float]] = {}
    speeds: dict[str, list[float]] = {}
    missing: dict[str, str] = {}
    with Servers() as servers:
        for _ in range(options.rounds):
            for name, (role, is_shared) in CONTESTANTS.items():
                if name in missing:
                    continue
                try:
                    server = servers.start(python_server(role, role))
                    cost, speed = _measure(server, options.seconds, is_shared=is_shared)
                except (CannotStart, OSError) as reason:
                    missing[name] = str(reason)
                    print(f"  {name} does not take part: {reason}", file=sys.stderr)
                    continue
                costs.setdefault(name, []).append(cost)
                speeds.setdefault(name, []).append(speed)
    measured = [name for name in CONTESTANTS if name in costs and name not in missing]
    claims = []
    if {"tutti, all alike", "strawberry"} <= set(measured):
        pairs = zip(costs["strawberry"], costs["tutti, all alike"], strict=True)
        found = [theirs / ours for theirs, ours in pairs]
        ratio = statistics.median(found), (min(found), max(found))
        text = "1,000 subscribers, messages for each second of CPU, vs Strawberry"
        claims.append(claim(text, ratio, goal=10, floor=8))
    return Section(
        name="subscribers",
        title=TITLE,
        columns=["contestant", "CPU µs for each message", "messages/s"],
        table=[
            [
                name,
                f"{statistics.median(costs[name]):,.1f}",
                f"{statistics.median(speeds[name]):,.0f}",
            ]
            for name in measured
        ],
        claims=claims,
        notes=[
            "*all alike*: the subscribers share document, operation and variables, and all they "
            "select is declared public, so one execution answers them all; in Strawberry each "
            "subscriber is executed alone",
            "*each its own variables*: nothing is shared; as with `notificationReceived`, which "
            "is never grouped",
            f"{options.rounds} rounds; {WINDOW} events are on their way at a time, and all "
            "subscribers are told of all of them",
        ],
        missing=missing,
    )


def _measure(server: Server, seconds: float, *, is_shared: bool) -> tuple[float, float]:
    """CPU microseconds for each message, and messages a second."""
    with Subscribers() as subscribers:
        subscribers.tell(
            Command(
                open=Open(
                    port=server.port, subscribers=SUBSCRIBERS, query=QUERY, is_shared=is_shared
                )
            )
        )
        probe = subscribers.tell(Command(pages=2 * WINDOW))
        pages = max(1, round(seconds / probe.seconds * 2)) * WINDOW
        before = server.cpu_seconds()
        told = subscribers.tell(Command(pages=pages))
        spent = server.cpu_seconds() - before
        subscribers.tell(Command())
    return spent / told.messages * 1e6, told.messages / told.seconds
