"""The whole house in one process: six subgraphs, the real engine, the real front."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, update
from starlette.applications import Starlette

from adapters.identity.tokens import JwtAccessTokens
from adapters.storage.signing import UrlSigner
from db.engine import Databases
from db.idempotency import DatabaseAnswers
from db.tables.platform import events
from domain.ids import UserId
from domain.messages.codec import decode, message_types
from domain.messages.envelope import Event
from domain.ports import Limits
from domain.viewer import Role
from federation.engine import Engine
from federation.limits import EngineLimits
from federation.transport.transport import Transport
from resolvers.context import Ports, UseCaseContext
from resolvers.users.accounts import register_account
from resolvers.users.sessions import OpenSessions, open_session, seconds_left
from schema.ids import print_id
from subgraphs.registry import SUBGRAPHS
from tests.conftest import FakeOutside
from tests.fakes.ports import FakePasswords
from tests.patience import PATIENT
from web.documents.persisted_documents import Documents
from web.engines.live_groups import HOUSE_GROUPING
from web.engines.local_transports import local_transports
from web.guards.partner_keys import PartnerKeys
from web.operations.front_parts import FrontParts
from web.operations.idempotency import ANSWER_SECONDS, CLAIM_SECONDS_MAX
from web.operations.request_context import ContextFactory
from web.pages.media_uploads import media_routes
from web.routes import build_app
from web.wire.limits import WebLimits
from workers.context import WorkerContext
from workers.registry import REGISTRY
from workers.tasks import ai, media, nft, royalties, social

EXAMPLES = Path("examples/operations")
SUPERGRAPH = Path("schema/sdl/supergraph.graphql")
TASKS = (ai, media, nft, royalties, social)
"""Imported for what they register."""
EVENTS_MAX = 10_000
PASSWORD = "correct horse"


def example(name: str) -> str:
    """The text of an example operation."""
    return (EXAMPLES / f"{name}.graphql").read_text()


@dataclass(frozen=True, kw_only=True)
class Person:
    """An account that is logged in."""

    id: UserId
    global_id: str
    token: str
    email: str


@dataclass(kw_only=True)
class House:
    """The app and its inside."""

    base: UseCaseContext
    outside: FakeOutside
    parts: FrontParts
    app: Starlette
    client: httpx.AsyncClient

    async def join(self, name: str, *roles: Role) -> Person:
        """Make an account and log it in."""
        email = f"{name}@tutti.example"
        account = await register_account(
            self.base,
            email=email,
            username=name,
            password=PASSWORD,
            roles=(Role.LISTENER, *roles),
        )
        session = await open_session(self.base, account)
        return Person(
            id=account.id,
            global_id=print_id("User", account.id),
            token=session.access_token,
            email=email,
        )

    async def post(
        self,
        body: Mapping[str, Any],
        *,
        by: Person | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Send a GraphQL request; the decoded answer."""
        sent = dict(headers or {})
        if by is not None:
            sent["authorization"] = f"Bearer {by.token}"
        response = await self.client.post("/graphql", json=dict(body), headers=sent)
        answer: dict[str, Any] = response.json()
        return answer

    async def ask(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        by: Person | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> dict[str, Any]:
        """Run an operation; the whole answer."""
        body = {"query": document, "variables": dict(variables or {})}
        return await self.post(body, by=by, headers=headers)

    async def data(
        self,
        document: str,
        variables: Mapping[str, Any] | None = None,
        *,
        by: Person | None = None,
    ) -> dict[str, Any]:
        """Run an operation that must succeed; its data."""
        answer = await self.ask(document, variables, by=by)
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def tell_domains(self) -> None:
        """Do what a worker's relay does: hand each event to all its handlers, and mark it."""
        types = message_types(Event)
        for database in self.base.databases.distinct():
            for _ in range(EVENTS_MAX):
                async with database.engine.begin() as connection:
                    waiting = events.c.relayed_at.is_(None)
                    rows = await connection.execute(
                        select(events).where(waiting).order_by(events.c.sequence).limit(1)
                    )
                    row = rows.first()
                    if row is None:
                        break
                    mark = update(events).where(events.c.sequence == row.sequence)
                    await connection.execute(mark.values(relayed_at=self.base.clock.now()))
                event = decode(row.payload, types[row.name])
                for handler in REGISTRY.of_event(row.name):
                    await handler.call(event, self._worker_context())

    def _worker_context(self) -> WorkerContext:
        return WorkerContext(
            databases=self.base.databases,
            ports=self.base.ports,
            limits=self.base.limits,
            clock=self.base.clock,
            job_id="test",
            tools=None,
        )


def fake_base(databases: Databases, outside: FakeOutside, signer: UrlSigner) -> UseCaseContext:
    """Everything a use case may reach: a real database, the rest in memory."""
    return UseCaseContext(
        databases=databases,
        ports=Ports(
            store=outside.store,
            urls=signer,
            live=outside.live,
            models=outside.models,
            passwords=FakePasswords(),
            tokens=JwtAccessTokens(Ed25519PrivateKey.generate()),
        ),
        limits=Limits(
            upload_bytes_max=2 * 1024**3,
            stream_url_seconds=3600,
            access_token_seconds=900,
            refresh_token_seconds=86_400,
            import_folder_roots=(),
        ),
        clock=outside.clock,
    )


@asynccontextmanager
async def open_house(
    databases: Databases,
    outside: FakeOutside,
    scratch: Path,
    *,
    replaced: Mapping[str, Transport] | None = None,
    limits: EngineLimits | None = None,
    documents: Documents | None = None,
    partners: PartnerKeys | None = None,
) -> AsyncIterator[House]:
    """Put it together as gateway.py does; `replaced` are subgraphs that a test breaks."""
    signer = UrlSigner([b"a secret of the tests, long enough"])
    base = fake_base(databases, outside, signer)
    transports = {**local_transports(SUBGRAPHS), **(replaced or {})}
    engine = Engine(SUPERGRAPH.read_text(), transports, limits or PATIENT, grouping=HOUSE_GROUPING)
    sessions = OpenSessions(base)
    parts = FrontParts(
        engine=engine,
        make_context=ContextFactory(
            base=base,
            base_url="http://tutti.test",
            cookie_seconds_max=900,
            is_cookie_secure=False,
        ),
        viewer_of=lambda ctx: ctx.viewer.user_id or "",
        count_statements=lambda ctx: ctx.statement_count,
        check_viewer=lambda ctx: sessions.require_open(ctx.viewer),
        seconds_left=seconds_left,
        documents=documents or Documents(),
        partners=partners or PartnerKeys(),
        idempotency=DatabaseAnswers(
            databases.of("users"),
            base.clock,
            secret=b"a secret of the tests",
            claim_seconds=CLAIM_SECONDS_MAX,
            answer_seconds=ANSWER_SECONDS,
        ),
        limits=WebLimits(operation_seconds_max=90.0),
        development=True,
    )
    app = build_app(parts, checks={}, media=media_routes(base, signer, scratch))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        yield House(base=base, outside=outside, parts=parts, app=app, client=client)
    engine.close()
    await asyncio.sleep(0)


def problem_codes(answer: Mapping[str, Any], field: str) -> list[str]:
    """The codes of a mutation's problems."""
    return [each["code"] for each in answer["data"][field]["problems"]]


def error_codes(answer: Mapping[str, Any]) -> list[str]:
    """The codes of the errors."""
    return [each["extensions"]["code"] for each in answer.get("errors", ())]


def pretty(value: object) -> str:
    """A value for a failed assertion's eyes."""
    return json.dumps(value, indent=2, ensure_ascii=False)


def without_request_ids(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Errors without what differs from run to run."""
    kept = []
    for error in errors:
        extensions = {
            name: value
            for name, value in error.get("extensions", {}).items()
            if name not in ("requestId", "errorId")
        }
        kept.append({**error, "extensions": extensions})
    return kept
