"""Types of the users subgraph: what admins see of clients."""

from collections.abc import Sequence

import strawberry

from domain.users import partner_usage, partners
from domain.users import plans as partner_plans
from domain.users.partner_usage import UseStatus
from domain.users.partners import KeyScope
from domain.users.plans import QuotaPeriod
from resolvers.context import RequestContext
from schema.batched import batched
from schema.problems import Problem, problems_field
from schema.scalars import BigInt, DateTime

strawberry.enum(KeyScope, description="What a partner's key may be used for.")
strawberry.enum(QuotaPeriod, description="For how long requests are counted together.")
strawberry.enum(UseStatus, name="PartnerUseStatus", description="How an operation went.")


@strawberry.type(description="The operations of one version of a client.")
class PublishedManifest:
    """A version of a client."""

    client: str
    version: str
    published_at: DateTime
    retires_at: DateTime | None = strawberry.field(
        description="When its operations end; null while nobody retired it."
    )
    operation_count: int
    broken_count: int = strawberry.field(
        description="Operations that do not fit the schema they were checked against last."
    )


@strawberry.type(description="How often a version of a client asked for a field.")
class FieldUse:
    """Who asks for a field."""

    field: str = strawberry.field(description="As `Type.field`.")
    client: str = strawberry.field(description="Empty for those who do not name themselves.")
    version: str
    operation: str = strawberry.field(description="SHA-256 of the operation's text.")
    name: str = strawberry.field(description="The operation's name; empty for none.")
    count: BigInt
    last_day: DateTime


@strawberry.type(description="An API key of a partner; the key itself is kept nowhere.")
class PartnerKey:
    """A key by its first characters."""

    id: strawberry.ID
    partner: str = strawberry.field(description="The client whose published operations it runs.")
    prefix: str = strawberry.field(description="The first characters of the key.")

    @strawberry.field(graphql_type=list[KeyScope])
    @batched
    def scopes(parents: Sequence[partners.NamedKey], _ctx: RequestContext) -> list[list[KeyScope]]:
        """What each may be used for."""
        return [[KeyScope(scope) for scope in key.scopes] for key in parents]

    networks: list[str] = strawberry.field(description="CIDR; empty for anywhere.")
    is_sandbox: bool = strawberry.field(description="May send free text, and runs queries only.")
    plan: str | None = strawberry.field(
        description="A plan of the key's own, counted apart; null for its partner's."
    )
    created_at: DateTime
    expires_at: DateTime | None
    revoked_at: DateTime | None


@strawberry.type(description="What partners may ask for; null for as much as anybody may.")
class PartnerPlan:
    """What a plan allows."""

    name: str
    rate_requests: BigInt | None = strawberry.field(
        description="Requests at once; they come back within `rateSeconds`."
    )
    rate_seconds: int
    daily_requests: BigInt | None
    monthly_requests: BigInt | None
    cost_max: BigInt | None = strawberry.field(description="Estimated cost of one operation.")
    concurrent_max: int | None = strawberry.field(
        description="Operations that run at the same time in one gateway process."
    )
    is_sandbox: bool = strawberry.field(description="For sandbox keys, and for no others.")


@strawberry.type(description="A quota of a partner's plan, in the day or month that is now.")
class PartnerQuota:
    """How a quota stands."""

    period: QuotaPeriod
    key_id: strawberry.ID | None = strawberry.field(
        description="The key with a plan of its own; null for all others of the partner."
    )
    plan: str
    limit: BigInt
    taken: BigInt = strawberry.field(
        description="With what gateways hold: each at most a thousandth of the limit, or one."
    )
    resets_at: DateTime


@strawberry.type(description="How often a key ran an operation in a day, and how that went.")
class PartnerUse:
    """A row of use."""

    day: DateTime
    key_id: strawberry.ID
    prefix: str = strawberry.field(description="The first characters of the key.")
    operation: str = strawberry.field(
        description="The document id it was asked for by; empty for free text."
    )
    status: UseStatus
    count: BigInt


@strawberry.type(description="What a partner may ask for, and what it has asked for.")
class PartnerAccount:
    """A partner as it sees itself."""

    partner: str
    plan: partner_plans.PartnerPlan | None = strawberry.field(graphql_type=PartnerPlan | None)
    quotas: list[partner_usage.QuotaStanding] = strawberry.field(graphql_type=list[PartnerQuota])
    uses: list[partner_usage.ToldUse] = strawberry.field(
        graphql_type=list[PartnerUse],
        description="Oldest first, at most 1,000; /partners/usage.csv has all.",
    )


@strawberry.type
class ManifestPayload:
    """The answer to publishOperations and retireOperations."""

    client: str | None = None
    version: str | None = None
    operation_count: int | None = strawberry.field(
        default=None, description="Of the manifest that was published."
    )
    retires_at: DateTime | None = None
    problems: list[Problem] = problems_field()


@strawberry.type
class PartnerKeyPayload:
    """The answer to all that is done with keys."""

    key: partners.NamedKey | None = strawberry.field(graphql_type=PartnerKey | None, default=None)
    secret: str | None = strawberry.field(
        default=None, description="The new key whole; nobody can be shown it again."
    )
    problems: list[Problem] = problems_field()


@strawberry.type
class PartnerPlanPayload:
    """The answer to savePartnerPlan and givePartnerPlan."""

    plan: partner_plans.PartnerPlan | None = strawberry.field(
        graphql_type=PartnerPlan | None, default=None
    )
    partner: str | None = strawberry.field(default=None, description="Who was given it.")
    problems: list[Problem] = problems_field()
