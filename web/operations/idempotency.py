"""Mutations that are safe to send again: one key, one run, one answer for 24 hours."""

import asyncio
import hashlib
import re
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import structlog

from db.idempotency import Stored
from errors import Conflict, DependencyError
from federation.engine import GraphQLRequest, GraphQLResponse
from web.wire.error_response import response_as_dict
from web.wire.json_bytes import dump_json, load_json
from web.wire.refusals import BadRequest

ANSWER_SECONDS = 24 * 60 * 60
CLAIM_SECONDS_MAX = 60
POLL_SECONDS = 0.05
KEY = re.compile(r"[\x21-\x7e]{1,255}")

OUTCOME_UNKNOWN = {
    "message": "The first request with this key was stopped; look whether it took effect.",
    "extensions": {"code": "OUTCOME_UNKNOWN"},
}

log = structlog.get_logger(__name__)


class IdempotencyStore(Protocol):
    """Keys, what they were used for, and the answers given.

    Answers are kept for ANSWER_SECONDS. A claim without an answer counts as abandoned
    after CLAIM_SECONDS_MAX: its process died. Whoever has the key then runs the mutation again,
    and finds the mark of the first run where that had taken effect.
    """

    async def begin(self, key: str, fingerprint: str) -> Stored | None:
        """Claim a key in one step: None means that the caller has it now and must run."""
        ...

    async def finish(self, key: str, answer: bytes) -> None:
        """Keep the answer of a claimed key."""
        ...

    async def abandon(self, key: str) -> None:
        """Give a claimed key back: nothing happened, so a repetition may run."""
        ...


class IdempotentMutations:
    """Runs a mutation once for each key and viewer."""

    def __init__(self, store: IdempotencyStore, *, duplicate_seconds_max: float) -> None:
        self._store = store
        self._polls_max = max(1, int(duplicate_seconds_max / POLL_SECONDS))

    async def run(
        self,
        request: GraphQLRequest,
        execute: Callable[[], Awaitable[GraphQLResponse]],
        *,
        key: str,
        viewer: str,
    ) -> GraphQLResponse:
        """Run the mutation, or give the answer that its first run gave.

        Raises:
            Conflict: the key was used for something else, or its first run has not ended.
            BadRequest: the key is empty, too long, or has odd characters.
        """
        if KEY.fullmatch(key) is None:
            raise BadRequest("An Idempotency-Key has 1 to 255 visible ASCII characters.")
        owned = owned_key(viewer, key)
        stored = await self._claim(owned, fingerprint_of(request, viewer))
        if stored is not None:
            return _answer_from_bytes(stored)
        return await self._run_claimed(owned, execute)

    async def _claim(self, key: str, fingerprint: str) -> bytes | None:
        """Claim the key, or wait for the answer of whoever has it."""
        for _ in range(self._polls_max):
            stored = await self._store.begin(key, fingerprint)
            if stored is None:
                return None
            if stored.fingerprint != fingerprint:
                raise Conflict("This Idempotency-Key was used for another request.")
            if stored.answer is not None:
                return stored.answer
            await asyncio.sleep(POLL_SECONDS)
        raise Conflict("The first request with this Idempotency-Key still runs.")

    async def _run_claimed(
        self, key: str, execute: Callable[[], Awaitable[GraphQLResponse]]
    ) -> GraphQLResponse:
        try:
            response = await execute()
        except BaseException:
            # It may have committed before it was stopped: never run it a second time.
            await self._store.finish(key, dump_json({"errors": [OUTCOME_UNKNOWN]}))
            raise
        if _nothing_happened(response):
            await self._store.abandon(key)
            return response
        try:
            await self._store.finish(key, dump_json(response_as_dict(response)))
        except DependencyError:  # the mutation is done; only its repetition is not guarded
            log.warning("idempotent_answer_lost", exc_info=True)
        return response


def owned_key(viewer: str, key: str) -> str:
    """The key as it is kept: everybody has keys of their own."""
    return _digest(viewer, key)


def fingerprint_of(request: GraphQLRequest, viewer: str) -> str:
    """Tell requests apart: by viewer, document, operation name and variables."""
    variables = dump_json(_sorted(request.variables)).decode()
    return _digest(viewer, request.document, request.operation_name or "", variables)


def _sorted(value: Any) -> Any:
    """Order the members of objects: their order means nothing (`Any`: client's JSON)."""
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value)}
    return [_sorted(item) for item in value] if isinstance(value, list) else value


def _nothing_happened(response: GraphQLResponse) -> bool:
    """Tell whether a repetition may run: refused, or all fields failed for want of help."""
    if not response.has_data:
        return True
    has_effect = any(value is not None for value in (response.data or {}).values())
    return (
        not has_effect
        and bool(response.errors)
        and all((error.get("extensions") or {}).get("retryable") for error in response.errors)
    )


def _answer_from_bytes(answer: bytes) -> GraphQLResponse:
    body = load_json(answer)
    return GraphQLResponse(
        data=body.get("data"),
        has_data="data" in body,
        errors=body.get("errors", []),
        extensions=body.get("extensions", {}),
    )


def _digest(*parts: str) -> str:
    """Hash parts so that no two lists of parts read the same."""
    digest = hashlib.sha256()
    for part in parts:
        encoded = part.encode(errors="surrogatepass")
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return digest.hexdigest()
