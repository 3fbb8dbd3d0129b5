"""What the front is given by its composition root, and asks of the engine."""

from collections.abc import AsyncIterator, Awaitable, Callable, Container
from dataclasses import dataclass, field
from typing import Any, Protocol

from graphql import GraphQLSchema

from federation.engine import GraphQLRequest, GraphQLResponse
from web.caching.response_cache import ResponseCache
from web.documents.persisted_documents import Documents
from web.guards.partner_keys import PartnerKeys
from web.guards.partner_uses import PartnerUses
from web.observing.front_metrics import FrontMetrics
from web.observing.request_traces import RequestTraces
from web.operations.deferred_answers import DefersOperations
from web.operations.idempotency import IdempotencyStore
from web.wire.client_request import ClientRequest, MakeContext
from web.wire.draining import Drain
from web.wire.limits import WebLimits
from web.wire.upload_requests import UploadRequests


class RunsOperations(Protocol):
    """What the front needs of the engine; `Any` because it does not read the context."""

    async def operation_kind(self, request: GraphQLRequest) -> str:
        """query, mutation or subscription; raises FederationError."""
        ...

    async def execute(self, request: GraphQLRequest, context: Any) -> GraphQLResponse:
        """Run a query or mutation."""
        ...

    def subscribe(self, request: GraphQLRequest, context: Any) -> AsyncIterator[GraphQLResponse]:
        """Run a subscription."""
        ...


class ShowsSchema(Protocol):
    """What has a schema for clients; another one after a change."""

    @property
    def api_schema(self) -> GraphQLSchema:
        """What clients see."""
        ...


class ExplainsOperations(Protocol):
    """What the plan page needs of the engine; `Any` because a plan is shown as it is."""

    def explain(self, document: str, phase: str, operation_name: str | None) -> str:
        """Show one phase of planning as text; raises FederationError."""
        ...

    def describe_plan(self, document: str, operation_name: str | None) -> dict[str, Any]:
        """Show the plan as JSON values; raises FederationError."""
        ...


class EstimatesCost(Protocol):
    """What tells before an operation runs how much it may cost."""

    async def estimate_cost(self, request: GraphQLRequest) -> int:
        """Its estimated cost; raises FederationError as running it would."""
        ...


class CountsOperations(Protocol):
    """What the front tells of who asks for what."""

    def count(self, document: str, client: str, version: str) -> None:
        """Count one request; must not wait."""
        ...


def viewer_of_nobody(_context: object) -> str:
    """Tell no viewers apart; the default where no mutation is repeated by key."""
    return ""


def count_nothing(_context: object) -> int:
    """Know of no database; the default."""
    return 0


def admit_everyone(_client: ClientRequest) -> None:
    """Let all in; the default."""


def never_expires(_context: object) -> None:
    """Know of no end of anybody's credentials; the default."""


async def trust_the_viewer(_context: object) -> None:
    """Take whoever opened a subscription for its viewer to its end; the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontParts:
    """What the composition root gives to the front."""

    engine: RunsOperations
    make_context: MakeContext
    admit: Callable[[ClientRequest], None] = admit_everyone
    """Asked before a request is looked at; raises RateLimited."""
    viewer_of: Callable[[Any], str] = viewer_of_nobody
    """Names the viewer of a context; `Any` as for `MakeContext`."""
    count_statements: Callable[[Any], int] = count_nothing
    """How many read statements a context has taken; an explained answer tells it."""
    check_viewer: Callable[[Any], Awaitable[None]] = trust_the_viewer
    """Asked before each event of a subscription; raises Unauthenticated after a log-out."""
    seconds_left: Callable[[Any], float | None] = never_expires
    """How long the credentials of a context are good yet; None: to no known end."""
    documents: Documents = field(default_factory=Documents)
    partners: PartnerKeys = field(default_factory=PartnerKeys)
    usage: CountsOperations | None = None
    """Told of each operation; None: nobody counts."""
    partner_uses: PartnerUses | None = None
    """Told of each operation of a partner; None: nobody counts."""
    estimates: EstimatesCost | None = None
    """The engine again, if it tells what operations may cost: plans of partners may limit it."""
    metrics: FrontMetrics | None = None
    """Where operations are measured; None: nowhere."""
    traces: RequestTraces | None = None
    """Where some requests are traced; None: nowhere."""
    idempotency: IdempotencyStore | None = None
    """None: mutations with an Idempotency-Key are refused."""
    response_cache: ResponseCache | None = None
    """None: every query is executed."""
    limits: WebLimits = field(default_factory=WebLimits)
    allowed_origins: Container[str] = frozenset()
    """Origins whose pages count as our own, beside the one the request was sent to."""
    is_schema_public: bool = True
    """Whether those whom `viewer_of` does not know may introspect, and be told by errors what is
    wrong with a document."""
    plain_gets: bool = True
    """Whether a GET may bring a text that was not published without saying that it is GraphQL."""
    schema: ShowsSchema | None = None
    """The engine again, if it has a schema to be read at /schema.graphql."""
    deferring: DefersOperations | None = None
    """The engine again, if it defers; None: what is deferred comes with everything else."""
    uploads: UploadRequests | None = None
    """Where files wait that come with an operation; None: none may come."""
    drain: Drain = field(default_factory=Drain)
    """Told when the process is going to end."""
    shares_streams: bool = True
    """Off where several processes serve one address: a shared event stream lives in one."""
    development: bool = False
    explainer: ExplainsOperations | None = None
    """Asked in development only; None: no plan is shown."""

    def shows_schema_to(self, context: Any) -> bool:
        """Whether the viewer of a context may learn of the schema."""
        return self.is_schema_public or self.viewer_of(context) != ""
