"""Live and ready."""

import asyncio

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from errors import DatabaseBusy
from web.pages.health import Health


async def fine() -> None:
    return


async def busy() -> None:
    raise DatabaseBusy("The database does not answer.")


async def broken() -> None:
    raise ValueError("postgres://user:secret@host")


async def stuck() -> None:
    await asyncio.sleep(60)


async def ask(path: str, checks: dict) -> httpx.Response:
    health = Health(checks, check_seconds_max=0.5)
    routes = [Route("/health", health.health), Route("/ready", health.ready)]
    transport = httpx.ASGITransport(Starlette(routes=routes))
    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        return await client.get(path)


async def test_the_process_lives_though_nothing_answers() -> None:
    answer = await ask("/health", {"database": broken})

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok"}


async def test_it_is_ready_when_all_answer() -> None:
    answer = await ask("/ready", {"database": fine, "queue": fine})

    body = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert body["status"] == "ready"
    assert {name: check["status"] for name, check in body["checks"].items()} == {
        "database": "ok",
        "queue": "ok",
    }


@pytest.mark.parametrize(
    ("_case", "check", "detail"),
    [
        ("an expected failure is told", busy, "The database does not answer."),
        ("a bug is not told", broken, "ValueError"),
        ("silence is bounded", stuck, "did not answer in time"),
    ],
)
async def test_it_is_not_ready_when_one_fails(_case, check, detail) -> None:
    answer = await ask("/ready", {"queue": fine, "database": check})

    body = answer.json()
    assert answer.status_code == 503
    assert body["status"] == "not ready"
    assert body["checks"]["queue"]["status"] == "ok"
    assert body["checks"]["database"] == {"status": "failed", "detail": detail}
