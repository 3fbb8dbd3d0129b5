"""Root mutations of the users subgraph: what admins do with clients."""

from datetime import timedelta

import strawberry

from domain.ids import PartnerKeyId
from domain.users.operations import GRACE_DEFAULT
from domain.users.partners import OVERLAP_DEFAULT, KeyScope
from domain.users.plans import PartnerPlan
from resolvers.users import operations, partners, plans
from schema.info import Info
from schema.problems import with_problems
from schema.scalars import BigInt
from subgraphs.users.client_types import ManifestPayload, PartnerKeyPayload, PartnerPlanPayload


@strawberry.input
class PublishOperationsInput:
    """A manifest as Apollo's or Relay's tools write it."""

    client: str
    version: str
    manifest: str = strawberry.field(description="The text of the file.")


@strawberry.input
class RetireOperationsInput:
    """A version that goes."""

    client: str
    version: str
    grace_seconds: int = strawberry.field(
        default=int(GRACE_DEFAULT.total_seconds()),
        description="How long its operations still run; 30 days by default.",
    )


@strawberry.input
class AddPartnerKeyInput:
    """What a key is good for."""

    partner: str = strawberry.field(description="The client whose published operations it runs.")
    scopes: list[KeyScope] = strawberry.field(
        default_factory=lambda: [KeyScope.READ], description="By default it may read."
    )
    networks: list[str] = strawberry.field(
        default_factory=list, description="CIDR; empty for anywhere."
    )
    days: int | None = strawberry.field(default=None, description="How long it lives.")
    sandbox: bool = strawberry.field(
        default=False, description="May send free text, and runs queries only."
    )
    plan: str | None = strawberry.field(
        default=None, description="A plan of its own; by default its partner's."
    )


@strawberry.input
class RotatePartnerKeyInput:
    """A key that goes when its partner has changed over."""

    id: strawberry.ID
    overlap_seconds: int = strawberry.field(
        default=int(OVERLAP_DEFAULT.total_seconds()),
        description="How long the old key stays good; 7 days by default.",
    )


@strawberry.input
class SavePartnerPlanInput:
    """What a plan allows; what is left out is not limited by it."""

    name: str
    rate_requests: BigInt | None = strawberry.field(
        default=None, description="Requests at once; they come back within `rateSeconds`."
    )
    rate_seconds: int = 60
    daily_requests: BigInt | None = None
    monthly_requests: BigInt | None = None
    cost_max: BigInt | None = strawberry.field(
        default=None, description="Estimated cost of one operation."
    )
    concurrent_max: int | None = strawberry.field(
        default=None, description="Operations that run at the same time in one gateway process."
    )
    sandbox: bool = strawberry.field(
        default=False, description="For sandbox keys, and for no others."
    )


@strawberry.input
class GivePartnerPlanInput:
    """A partner whose live keys get a plan."""

    partner: str
    plan: str | None = strawberry.field(default=None, description="Null takes it away.")


@strawberry.type
class ClientMutation:
    """What admins do with clients."""

    @strawberry.mutation(
        graphql_type=ManifestPayload | None,
        description="Make a client's operations runnable by their ids, all or none; for admins.",
    )
    @staticmethod
    @with_problems(ManifestPayload)
    async def publish_operations(
        info: Info,
        input: PublishOperationsInput,  # noqa: A002
    ) -> ManifestPayload:
        """Publish a version."""
        published = await operations.publish_operations(
            info.context, client=input.client, version=input.version, manifest=input.manifest
        )
        return ManifestPayload(
            client=input.client,
            version=input.version,
            operation_count=published.operation_count,
        )

    @strawberry.mutation(
        graphql_type=ManifestPayload | None,
        description="End the operations of a version after a grace period; for admins.",
    )
    @staticmethod
    @with_problems(ManifestPayload)
    async def retire_operations(
        info: Info,
        input: RetireOperationsInput,  # noqa: A002
    ) -> ManifestPayload:
        """Retire a version."""
        retired = await operations.retire_operations(
            info.context,
            client=input.client,
            version=input.version,
            grace=timedelta(seconds=input.grace_seconds),
        )
        return ManifestPayload(
            client=retired.client, version=retired.version, retires_at=retired.retires_at
        )

    @strawberry.mutation(
        graphql_type=PartnerKeyPayload | None, description="Make an API key; for admins."
    )
    @staticmethod
    @with_problems(PartnerKeyPayload)
    async def add_partner_key(info: Info, input: AddPartnerKeyInput) -> PartnerKeyPayload:  # noqa: A002
        """Make a key, and its partner with the first one."""
        made = await partners.add_partner_key(
            info.context,
            partner=input.partner,
            scopes=[scope.value for scope in input.scopes],
            networks=input.networks,
            days=input.days,
            is_sandbox=input.sandbox,
            plan=input.plan,
        )
        return PartnerKeyPayload(key=made.key, secret=made.secret)

    @strawberry.mutation(
        graphql_type=PartnerKeyPayload | None,
        description="Make an API key like another, which stays good for a while; for admins.",
    )
    @staticmethod
    @with_problems(PartnerKeyPayload)
    async def rotate_partner_key(
        info: Info,
        input: RotatePartnerKeyInput,  # noqa: A002
    ) -> PartnerKeyPayload:
        """Rotate a key."""
        made = await partners.rotate_partner_key(
            info.context,
            PartnerKeyId(input.id),
            overlap=timedelta(seconds=input.overlap_seconds),
        )
        return PartnerKeyPayload(key=made.key, secret=made.secret)

    @strawberry.mutation(
        graphql_type=PartnerKeyPayload | None, description="End an API key now; for admins."
    )
    @staticmethod
    @with_problems(PartnerKeyPayload)
    async def revoke_partner_key(info: Info, id: strawberry.ID) -> PartnerKeyPayload:  # noqa: A002
        """Revoke a key."""
        revoked = await partners.revoke_partner_key(info.context, PartnerKeyId(id))
        return PartnerKeyPayload(key=revoked)

    @strawberry.mutation(
        graphql_type=PartnerPlanPayload | None,
        description="Add a plan, or change it for all who have it; for admins.",
    )
    @staticmethod
    @with_problems(PartnerPlanPayload)
    async def save_partner_plan(
        info: Info,
        input: SavePartnerPlanInput,  # noqa: A002
    ) -> PartnerPlanPayload:
        """Write a plan."""
        plan = PartnerPlan(
            name=input.name,
            rate_requests=input.rate_requests,
            rate_seconds=input.rate_seconds,
            daily_requests=input.daily_requests,
            monthly_requests=input.monthly_requests,
            cost_max=input.cost_max,
            concurrent_max=input.concurrent_max,
            is_sandbox=input.sandbox,
            changed_at=info.context.clock.now(),
        )
        return PartnerPlanPayload(plan=await plans.save_partner_plan(info.context, plan))

    @strawberry.mutation(
        graphql_type=PartnerPlanPayload | None,
        description="Give a partner's live keys a plan, or take it away; for admins.",
    )
    @staticmethod
    @with_problems(PartnerPlanPayload)
    async def give_partner_plan(
        info: Info,
        input: GivePartnerPlanInput,  # noqa: A002
    ) -> PartnerPlanPayload:
        """Give or take a plan."""
        given = await plans.give_partner_plan(info.context, partner=input.partner, plan=input.plan)
        return PartnerPlanPayload(partner=given.name)
