"""Gateways killed and Redis started again while many follow: no event is lost in silence.

A few subscribers and one kill in the suite; `make prove` has 1,000 of them and more of those.
"""

import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import websockets
from msgspec import structs
from sqlalchemy import insert

from db.tables.social import follows
from domain.clock import SystemClock
from resolvers.social.notifications import notify_followers
from tests.databases import skip_without
from tests.e2e.processes import Gateway
from tests.e2e.site import PASSWORD, Site
from tests.e2e.test_resume import TOLD, Follow, by_socket
from tests.factories.social import a_release
from tests.integration.redis_server import RedisServer, redis_binary
from tests.patience import SECONDS_MAX, until
from tests.ports import free_port

SUBSCRIBERS = int(os.environ.get("TUTTI_PROVE_SUBSCRIBERS", "20"))
KILLS = int(os.environ.get("TUTTI_PROVE_RESUME_KILLS", "1"))
LONG = pytest.mark.skipif(
    "TUTTI_PROVE_SUBSCRIBERS" not in os.environ, reason="part of `make prove`: over a minute"
)
ACCOUNTS = min(SUBSCRIBERS, 20)
EVENTS_A_KILL = 8
CONNECTING_MAX = 50
PAUSE_SECONDS_MIN, PAUSE_SECONDS_MAX = 1.0, 30.0
ROUND_SECONDS_MAX = 60.0
"""So long all are awaited between two kills; who is later is disturbed in the middle."""
END_SECONDS_MAX = 5 * SECONDS_MAX

pytestmark = [pytest.mark.slow, pytest.mark.timeout(3_600)]


@asynccontextmanager
async def by_lean_events(url: str, token: str, position: str | None) -> AsyncIterator[Follow]:
    """Over server-sent events, with so little of a client that a thousand fit on one core."""
    where = urlsplit(url)
    body = json.dumps({"query": TOLD}).encode()
    lines = [
        "POST /graphql HTTP/1.1", f"host: {where.netloc}", "content-type: application/json",
        "accept: text/event-stream", f"authorization: Bearer {token}",
        f"content-length: {len(body)}", *([f"last-event-id: {position}"] if position else ()),
    ]  # fmt: skip
    reader, writer = await asyncio.open_connection(where.hostname, where.port)
    try:
        writer.write("\r\n".join([*lines, "", ""]).encode() + body)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        assert b"transfer-encoding: chunked" in head.lower(), head
        buffer = b""

        async def hear() -> tuple[str | None, dict[str, Any]]:
            nonlocal buffer
            while True:
                while b"\n\n" not in buffer:
                    size = int(await reader.readuntil(b"\r\n"), 16)
                    if not size:
                        raise EOFError("the stream ended")
                    buffer += (await reader.readexactly(size + 2))[:-2]
                event, _, buffer = buffer.partition(b"\n\n")
                found = dict(line.partition(":")[::2] for line in event.decode().splitlines())
                if "id" in found or "data" in found:
                    told = json.loads(found["data"]) if found.get("data", "").strip() else {}
                    return found.get("id", "").strip() or None, told

        yield hear
    finally:
        writer.close()


@dataclass
class Subscriber:
    """Somebody who comes back, to either gateway, and goes on where they were."""

    follow: Callable[..., Any]
    token: str
    urls: list[str]
    connecting: asyncio.Semaphore
    position: str | None = None
    reconnects: int = 0
    newest: int = 0
    """The event that was told last."""
    failures: list[str] = field(default_factory=list)
    story: list[int | None] = field(default_factory=list)
    """Numbers of the events in the order in which they were told; None for a gap."""

    async def run(self) -> None:
        """Follow for ever; connect again after a second, doubled each time, as the guide says."""
        turn, pause = random.randrange(len(self.urls)), PAUSE_SECONDS_MIN
        while True:
            told = len(self.story)
            try:
                await self._listen(self.urls[turn % len(self.urls)])
            except (OSError, EOFError, AssertionError, websockets.WebSocketException) as error:
                self.failures.append(repr(error)[:300])
            turn += 1
            self.reconnects += 1
            has_heard = len(self.story) > told
            pause = PAUSE_SECONDS_MIN if has_heard else min(2 * pause, PAUSE_SECONDS_MAX)
            await asyncio.sleep(pause * random.uniform(0.5, 1.0))

    async def _listen(self, url: str) -> None:
        async with self.connecting:
            opened = self.follow(url, self.token, self.position)
            hear = await asyncio.wait_for(opened.__aenter__(), SECONDS_MAX)
        try:
            while True:
                position, answer = await hear()
                assert "errors" not in answer, answer["errors"]
                self._note(answer)
                self.position = position or self.position
        finally:
            with suppress(Exception):
                await opened.__aexit__(None, None, None)

    def _note(self, answer: dict[str, Any]) -> None:
        if answer.get("extensions", {}).get("gap"):
            self.story.append(None)
        if answer.get("data"):
            text = answer["data"]["notificationReceived"]["text"]
            self.newest = int(text.partition("Event ")[2].rstrip("”."))
            self.story.append(self.newest)


@dataclass
class Account:
    """What a story of numbered events comes to."""

    lost: set[int]
    covered: set[int]
    repeated: int
    gaps: int


def account_of(story: list[int | None], count: int) -> Account:
    """Which of the events 1 to count were told, announced as lost, told again, or lost."""
    told: set[int] = set()
    covered: set[int] = set()
    repeated, newest, has_gap = 0, 0, False
    for number in story:
        if number is None:
            has_gap = True
        elif number in told:
            repeated += 1
        else:
            told.add(number)
            if has_gap and number > newest:
                covered.update(range(newest + 1, number))
                has_gap = False
            newest = max(newest, number)
    lost = set(range(1, count + 1)) - told - covered
    return Account(lost=lost, covered=covered - told, repeated=repeated, gaps=story.count(None))


@pytest.mark.parametrize(
    ("_case", "story", "lost", "covered", "repeated"),
    [
        ("all told", [1, 2, 3], set(), set(), 0),
        ("a hole", [1, 3], {2}, set(), 0),
        ("a hole that was announced", [1, None, 3], set(), {2}, 0),
        ("told after the gap", [1, None, 2, 3], set(), set(), 0),
        ("one announced, one not", [None, 2, 4], {3}, {1}, 0),
        ("told again behind a gap", [1, 2, None, 2, 4], set(), {3}, 1),
        ("silence at the end", [1, 2], {3}, set(), 0),
    ],
)
def test_a_story_is_accounted_for(_case, story, lost, covered, repeated) -> None:
    found = account_of(story, max(3, *[each or 0 for each in story]))

    assert (found.lost, found.covered, found.repeated) == (lost - {None}, covered, repeated)


class Stage:
    """Two gateways over one profile, and an artist whose followers are told of releases."""

    def __init__(self, site: Site, redis: RedisServer | None) -> None:
        self.site, self.redis = site, redis
        self.ports = [free_port(), free_port()]
        self.gateways: list[Gateway] = []
        self.told = 0

    async def start(self) -> list[str]:
        """Start all processes; the tokens of the accounts that follow the artist."""
        self.gateways = [await asyncio.to_thread(self._start, port) for port in self.ports]
        await asyncio.to_thread(self.site.worker)
        names = [f"fan{number}" for number in range(ACCOUNTS)]
        ids = [await self.site.add_account(name) for name in names]
        artist, now = a_release().artist_id, SystemClock().now()
        async with self.site.context() as ctx, ctx.databases.of("social").engine.begin() as rows:
            values = [{"artist_id": artist, "user_id": each, "created_at": now} for each in ids]
            await rows.execute(insert(follows), values)
        log_in = self.gateways[0].log_in
        return [
            await asyncio.to_thread(log_in, f"{name}@tutti.example", PASSWORD) for name in names
        ]

    async def tell(self, count: int) -> None:
        """Tell all followers of so many releases, one after the other."""
        for _ in range(count):
            self.told += 1
            title = f"Event {self.told}"
            release = structs.replace(a_release(f"al{self.told}"), title=title)
            async with self.site.context() as ctx:
                await notify_followers(ctx, release)
            await asyncio.sleep(random.uniform(0.02, 0.2))

    async def kill_gateway(self) -> None:
        """kill -9 one of them, at a moment of chance, and start it again."""
        await asyncio.sleep(random.uniform(0, 0.5))
        number = random.randrange(len(self.gateways))
        self.gateways[number].kill()
        self.gateways[number] = await asyncio.to_thread(self._start, self.ports[number])

    async def restart_redis(self) -> None:
        """kill -9 Redis, at a moment of chance, and start it again on what it kept."""
        if self.redis is not None:
            await asyncio.sleep(random.uniform(0, 0.5))
            self.redis.stop()
            await asyncio.sleep(random.uniform(0, 1.0))
            await asyncio.to_thread(self.redis.start)

    def _start(self, port: int) -> Gateway:
        return self.site.gateway(port=str(port))


@pytest.fixture
def stage(profile: str, flushes: str, database_url: str, tmp_path: Path) -> Iterator[Stage]:
    settings = {"database_url": database_url}
    redis = None
    if profile == "distributed":
        if redis_binary() is None:
            skip_without("redis-server is not installed")
        redis = RedisServer(tmp_path / "redis", flushes=flushes)
        redis.start()
        settings["redis_url"] = redis.url
    site = Site(tmp_path, settings, database_url)
    try:
        yield Stage(site, redis)
    finally:
        site.close()
        if redis is not None:
            redis.stop()


@pytest.mark.parametrize(
    ("profile", "flushes"),
    [
        ("embedded", ""),
        ("distributed", "always"),
        pytest.param("distributed", "everysec", marks=LONG),
    ],
    indirect=["profile"],
)
async def test_no_event_is_lost_without_a_marker(
    stage: Stage, record_property: Callable[[str, object], None]
) -> None:
    tokens = await stage.start()
    connecting = asyncio.Semaphore(CONNECTING_MAX)
    subscribers = [
        Subscriber(
            follow=by_socket if number % 2 else by_lean_events,
            token=tokens[number % len(tokens)],
            urls=[each.url for each in stage.gateways],
            connecting=connecting,
        )
        for number in range(SUBSCRIBERS)
    ]

    async def all_heard(seconds_max: float) -> None:
        with suppress(TimeoutError):  # who did not hear the last has lost it
            await until(
                lambda: all(each.newest == stage.told for each in subscribers),
                seconds_max=seconds_max,
            )

    following = [asyncio.create_task(each.run()) for each in subscribers]
    try:
        await until(lambda: all(each.position for each in subscribers))
        for number in range(KILLS):
            disturbing = [stage.kill_gateway()]
            if number % 2 == 0:
                disturbing.append(stage.restart_redis())
            await asyncio.gather(stage.tell(EVENTS_A_KILL), *disturbing)
            await all_heard(ROUND_SECONDS_MAX)
        await stage.tell(1)
        await all_heard(END_SECONDS_MAX)
    finally:
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)

    accounts = [account_of(each.story, stage.told) for each in subscribers]
    lost = sum(len(each.lost) for each in accounts)
    record_property(
        "measured",
        f"{SUBSCRIBERS} subscribers, {stage.told} events each, {KILLS} kills, "
        f"{sum(each.reconnects for each in subscribers)} reconnections; lost without a marker "
        f"{lost}, announced as lost {sum(len(each.covered) for each in accounts)}, gap markers "
        f"{sum(each.gaps for each in accounts)}, told twice "
        f"{sum(each.repeated for each in accounts)}",
    )
    assert lost == 0, [
        (account.lost, each.story[-3:], each.failures[-2:])
        for each, account in zip(subscribers, accounts, strict=True)
        if account.lost
    ][:10]
