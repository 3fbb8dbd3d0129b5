"""Many sessions with heartbeats, and gateways killed meanwhile: every play is counted, once.

A few listeners and short heartbeats in the suite; `make prove` has more of both, and the figures
of its table: what is written to the database each second, and what it costs.
"""

import asyncio
import os
import random
import time
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import func, insert, select, text

from adapters.identity.tokens import JwtAccessTokens, development_key
from db.engine import DOMAINS, Databases
from db.rows import values_of
from db.tables import users
from db.tables.media import catalogue
from db.tables.media.playback import listens, plays
from domain.clock import SystemClock
from domain.ids import SessionId, UserId
from domain.ports import AccessClaims
from domain.viewer import Role
from schema.ids import print_id
from tests.e2e.processes import Gateway
from tests.e2e.site import Site
from tests.factories.media import a_track, an_album, an_artist
from tests.patience import SECONDS_MAX

LISTENERS = int(os.environ.get("TUTTI_PROVE_SESSIONS", "24"))
BEATS = int(os.environ.get("TUTTI_PROVE_BEATS", "8"))
BEAT_SECONDS = float(os.environ.get("TUTTI_PROVE_BEAT_SECONDS", "0.5"))
KILLS = int(os.environ.get("TUTTI_PROVE_PLAYBACK_KILLS", "1"))
HEARD_SECONDS = BEATS * BEAT_SECONDS
DURATION_MS = int(HEARD_SECONDS * 1_600)
"""Half of it counts, and all hear more than that: five eighths."""
CONNECTIONS_MAX = 200
TICK = os.sysconf("SC_CLK_TCK")

START = """
mutation S($id: ID!) { startPlayback(input: {playableId: $id}) { session { id } } }
"""
BEAT = """
mutation B($id: ID!, $at: Int!) {
  heartbeat(input: {sessionId: $id, positionMs: $at}) {
    session { listenedMs } problems { code }
  }
}
"""
END = """
mutation E($id: ID!, $at: Int!) {
  endPlayback(input: {sessionId: $id, positionMs: $at}) { session { listenedMs } }
}
"""

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(3_600),
    pytest.mark.skipif("TUTTI_PROVE_SESSIONS" not in os.environ, reason="part of `make prove`"),
]


@dataclass
class Load:
    """Listeners before several gateways, any of which may be gone."""

    client: httpx.AsyncClient
    urls: list[str]
    retries: int = 0
    acknowledged: dict[UserId, int] = field(default_factory=dict)
    """What each was told that they have heard, in milliseconds."""
    turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(CONNECTIONS_MAX))
    draw: random.Random = field(default_factory=lambda: random.Random(1))

    async def listen(self, user_id: UserId, token: str) -> None:
        """Hear something, telling where the player stands, until it is far enough."""
        await asyncio.sleep(self.draw.uniform(0, BEAT_SECONDS))
        session = (await self.ask(START, token, id=print_id("Track", "short")))["startPlayback"]
        began, key = time.monotonic(), session["session"]["id"]
        for beat in range(1, BEATS + 1):
            await asyncio.sleep(max(0.0, began + beat * BEAT_SECONDS - time.monotonic()))
            told = (await self.ask(BEAT, token, began, id=key))["heartbeat"]
            assert told["problems"] == []
            heard = told["session"]["listenedMs"]
            assert heard >= self.acknowledged.get(user_id, 0), "what was acknowledged is lost"
            self.acknowledged[user_id] = heard
        await self.ask(END, token, began, id=key)

    async def ask(
        self, document: str, token: str, began: float | None = None, **variables: Any
    ) -> dict[str, Any]:
        """Ask any gateway, and again until one has answered, with the position of then."""
        ends_at = time.monotonic() + SECONDS_MAX
        refusals: list[str] = []
        while time.monotonic() < ends_at:
            url = self.draw.choice(self.urls)
            try:
                async with self.turn:
                    if began is not None:
                        variables["at"] = int((time.monotonic() - began) * 1_000)
                    answer = await self.client.post(
                        f"{url}/graphql",
                        json={"query": document, "variables": variables},
                        headers={"authorization": f"Bearer {token}"},
                    )
                body = answer.json()
            except (httpx.TransportError, ValueError) as error:
                body = {"errors": repr(error)}
            if "errors" not in body:
                data: dict[str, Any] = body["data"]
                return data
            refusals.append(str(body["errors"]))
            self.retries += 1
            await asyncio.sleep(0.2)
        raise AssertionError(f"{len(refusals)} refusals, the last: {refusals[-1]}")


async def test_every_play_counts_once_whatever_gateway_is_killed(
    site: Site, record_property: Any
) -> None:
    await furnish(site)
    gateways = [site.gateway(), site.gateway()]
    tokens = await admit(site, LISTENERS)
    before, began = await written(site), time.monotonic()
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    headers = {"user-agent": "Tutti-Player/1.0"}
    async with httpx.AsyncClient(limits=limits, timeout=30, headers=headers) as client:
        load = Load(client=client, urls=[gateway.url for gateway in gateways])
        async with asyncio.TaskGroup() as group:
            for user_id, token in tokens.items():
                group.create_task(load.listen(user_id, token))
            group.create_task(kill_some(site, gateways, load))
    seconds = time.monotonic() - began
    after = await written(site)

    found = await counted(site)
    assert found == {"plays": LISTENERS, "listeners": LISTENERS, "ends": LISTENERS}
    assert min(load.acknowledged.values()) >= DURATION_MS / 2
    busy = sum(map(cpu_seconds, gateways))
    record_property("sessions", LISTENERS)
    record_property("heartbeats each second", round(LISTENERS * BEATS / seconds, 1))
    record_property("asked again", load.retries)
    record_property("CPU seconds of the gateways alive / s", round(busy / seconds, 2))
    for name, value in after.items():
        record_property(f"{name} each second", round((value - before[name]) / seconds, 1))


async def kill_some(site: Site, gateways: list[Gateway], load: Load) -> None:
    """Kill one gateway after the other in the midst of it; another takes its place."""
    for kill in range(KILLS):
        await asyncio.sleep(HEARD_SECONDS / (KILLS + 1))
        victim = gateways[kill % 2]
        await asyncio.to_thread(victim.kill)
        gateways[kill % 2] = await asyncio.to_thread(site.gateway)
        load.urls = [gateway.url for gateway in gateways]


async def furnish(site: Site) -> None:
    """Something short to hear."""
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    async with databases.of("media").engine.begin() as connection:
        for table, record in (
            (catalogue.artists, an_artist()),
            (catalogue.albums, an_album()),
            (catalogue.tracks, a_track("short", duration_ms=DURATION_MS)),
        ):
            await connection.execute(insert(table).values(**values_of(record)))
    await databases.close()


async def admit(site: Site, count: int) -> dict[UserId, str]:
    """Accounts with sessions, and tokens that hold until the end."""
    now = SystemClock().now()
    names = [UserId(f"listener-{number:05}") for number in range(count)]
    people = [
        {
            "id": name,
            "email": f"{name}@tutti.example",
            "username": name,
            "display_name": name,
            "bio": "",
            "password_hash": "none",
            "roles": [Role.LISTENER.value],
            "created_at": now,
        }
        for name in names
    ]
    logins = [
        {
            "id": f"session-{name}",
            "user_id": name,
            "refresh_hash": "none",
            "created_at": now,
            "expires_at": now + timedelta(days=1),
        }
        for name in names
    ]
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    async with databases.of("users").engine.begin() as connection:
        await connection.execute(insert(users.users), people)
        await connection.execute(insert(users.sessions), logins)
    await databases.close()
    issuer = JwtAccessTokens(development_key(Path(site.folder) / "keys" / "token-signing.pem"))
    return {
        name: issuer.issue(
            AccessClaims(
                user_id=name,
                session_id=SessionId(f"session-{name}"),
                roles=frozenset({Role.LISTENER}),
                expires_at=now + timedelta(hours=2),
            )
        )
        for name in names
    }


async def counted(site: Site) -> dict[str, int]:
    """What was counted, for how many listeners, and how many starts were left."""
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    async with databases.of("media").engine.connect() as connection:
        heard = listens.c.listened_ms > 0
        found = {
            "plays": select(func.count()).select_from(plays),
            "listeners": select(func.count(plays.c.user_id.distinct())),
            "ends": select(func.count()).select_from(listens).where(heard),
        }
        answers = {
            name: int((await connection.execute(statement)).scalar_one())
            for name, statement in found.items()
        }
    await databases.close()
    return answers


async def written(site: Site) -> dict[str, int]:
    """How many transactions have written so far, and how many rows of sessions; PostgreSQL only."""
    if site.is_embedded:
        return {}
    databases = Databases(dict.fromkeys(DOMAINS, site.database_url))
    async with databases.of("media").engine.connect() as connection:
        transactions = text("SELECT pg_current_xact_id()::text::bigint")
        rows = text("SELECT n_tup_upd FROM pg_stat_user_tables WHERE relname = 'playback_sessions'")
        await connection.execute(text("SELECT pg_stat_force_next_flush()"))
        found = {
            "transactions that wrote": int((await connection.execute(transactions)).scalar_one()),
            "rows of sessions written": int((await connection.execute(rows)).scalar_one()),
        }
    await databases.close()
    return found


def cpu_seconds(gateway: Gateway) -> float:
    """What a process has used so far."""
    fields = Path(f"/proc/{gateway.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK
