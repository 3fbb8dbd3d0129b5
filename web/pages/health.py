"""Live and ready: the process runs; what it relies on answers."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping, Set
from typing import Any

import structlog
from starlette.requests import Request
from starlette.responses import Response

from errors import AppError
from web.wire.draining import Drain
from web.wire.json_bytes import dump_json

Check = Callable[[], Awaitable[str | None]]
"""Returns when the dependency answers, with a word about it, and raises when it does not."""

CHECK_SECONDS_MAX = 2.0

log = structlog.get_logger(__name__)


class Health:
    """Answers /health and /ready."""

    def __init__(
        self,
        checks: Mapping[str, Check],
        *,
        advisory: Mapping[str, Check] | None = None,
        drain: Drain | None = None,
        check_seconds_max: float = CHECK_SECONDS_MAX,
    ) -> None:
        self._required = frozenset(checks)
        self._checks = {**checks, **(advisory or {})}
        self._drain = drain or Drain()
        self._check_seconds_max = check_seconds_max

    async def health(self, _request: Request) -> Response:
        """Answer that the process lives; nothing else is asked."""
        return _json_response({"status": "ok"}, status=200)

    async def ready(self, _request: Request) -> Response:
        """Ask all dependencies side by side; 503 when one of them fails, or the process drains.

        One that is advisory fails alone: what it is for fails, and all else goes on.
        """
        results = await asyncio.gather(
            *(self._run(name, check) for name, check in self._checks.items())
        )
        checks = dict(zip(self._checks, results, strict=True))
        failed = {name for name, result in checks.items() if result["status"] != "ok"}
        status = self._status(failed)
        is_ready = status in ("ready", "degraded")
        body = {"status": status, "checks": checks}
        return _json_response(body, status=200 if is_ready else 503)

    def _status(self, failed: Set[str]) -> str:
        if self._drain.is_begun:
            return "draining"
        if failed & self._required:
            return "not ready"
        return "degraded" if failed else "ready"

    async def _run(self, name: str, check: Check) -> dict[str, Any]:
        """Run one check in bounded time; what it raised is told only where we wrote it."""
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._check_seconds_max):
                detail = await check()
        except TimeoutError:
            return {"status": "failed", "detail": "did not answer in time"}
        except AppError as error:
            return {"status": "failed", "detail": error.message}
        except Exception as error:
            log.warning("check_failed", check=name, exc_info=error)
            return {"status": "failed", "detail": type(error).__name__}
        milliseconds = round((time.monotonic() - began) * 1_000, 1)
        told = {} if detail is None else {"detail": detail}
        return {"status": "ok", "milliseconds": milliseconds, **told}


def _json_response(body: dict[str, Any], *, status: int) -> Response:
    return Response(
        dump_json(body),
        status_code=status,
        media_type="application/json",
        headers={"cache-control": "no-store"},
    )
