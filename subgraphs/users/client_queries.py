"""Root queries of the users subgraph: what admins ask of clients."""

import strawberry

from domain.users import operations, partner_usage, partners, plans, usage
from resolvers.users.operations import list_published
from resolvers.users.partner_usage import read_partner_account
from resolvers.users.partners import list_partner_keys
from resolvers.users.plans import list_partner_plans
from resolvers.users.usage import list_field_use
from schema.info import Info
from subgraphs.users.client_types import (
    FieldUse,
    PartnerAccount,
    PartnerKey,
    PartnerPlan,
    PublishedManifest,
)


@strawberry.type
class ClientQuery:
    """What admins can ask of clients."""

    @strawberry.field(
        graphql_type=list[PublishedManifest] | None,
        description="All versions of all clients; for admins.",
    )
    @staticmethod
    async def published_operations(info: Info) -> list[operations.ManifestSummary]:
        """All versions."""
        return await list_published(info.context)

    @strawberry.field(
        graphql_type=list[FieldUse] | None,
        description="Who asked for these fields (`Type.field`) in the last days; for admins.",
    )
    @staticmethod
    async def field_use(
        info: Info, fields: list[str], days: int = usage.DAYS_DEFAULT
    ) -> list[usage.FieldUse]:
        """Most frequent first."""
        return await list_field_use(info.context, fields=fields, days=days)

    @strawberry.field(
        graphql_type=list[PartnerKey] | None,
        description="Keys that begin so, revoked and expired ones too; for admins.",
    )
    @staticmethod
    async def partner_keys(info: Info, prefix: str = "") -> list[partners.NamedKey]:
        """By their first characters."""
        return await list_partner_keys(info.context, prefix=prefix)

    @strawberry.field(
        graphql_type=list[PartnerPlan] | None, description="All plans, by name; for admins."
    )
    @staticmethod
    async def partner_plans(info: Info) -> list[plans.PartnerPlan]:
        """All plans."""
        return await list_partner_plans(info.context)

    @strawberry.field(
        graphql_type=PartnerAccount | None,
        description="Plan, quotas and use of the partner whose API key was sent; admins name one.",
    )
    @staticmethod
    async def partner_account(
        info: Info, partner: str | None = None, days: int = usage.DAYS_DEFAULT
    ) -> partner_usage.PartnerAccount:
        """One's own, or that of the partner named."""
        return await read_partner_account(info.context, partner=partner, days=days)
