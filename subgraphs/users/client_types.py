"""Types of the users subgraph: what admins see of clients."""

from collections.abc import Sequence

import strawberry

from domain.users import partners
from domain.users.partners import KeyScope
from resolvers.context import RequestContext
from schema.batched import batched
from schema.problems import Problem, problems_field
from schema.scalars import BigInt, DateTime

strawberry.enum(KeyScope, description="What a partner's key may be used for.")


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
    created_at: DateTime
    expires_at: DateTime | None
    revoked_at: DateTime | None


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
