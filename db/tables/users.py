"""Tables of the users domain."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

from db.tables.platform import NAMING
from db.types import EnumText, Instant, Json
from domain.users.partner_usage import UseStatus
from domain.users.plans import QuotaPeriod

metadata = MetaData(naming_convention=NAMING)

users = Table(
    "users",
    metadata,
    Column("id", Text, primary_key=True),
    Column("email", Text, nullable=False, unique=True),
    Column("username", Text, nullable=False, unique=True),
    Column("display_name", Text, nullable=False),
    Column("bio", Text, nullable=False, server_default=""),
    Column("password_hash", Text, nullable=False),
    Column("roles", Json, nullable=False),
    Column("created_at", Instant, nullable=False),
)
"""Accounts; e-mail and username are kept in lower case."""

sessions = Table(
    "sessions",
    metadata,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, ForeignKey("users.id", ondelete="CASCADE"), nullable=False),
    Column("refresh_hash", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("revoked_at", Instant),
    Index("ix_sessions_user_id", "user_id"),
)
"""Log-ins; a refresh token is `<session id>.<secret>`, only the newest secret's hash is kept."""

published_manifests = Table(
    "published_manifests",
    metadata,
    Column("id", Text, primary_key=True),
    Column("client", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("published_at", Instant, nullable=False),
    Column("retires_at", Instant),
    UniqueConstraint("client", "version"),
)
"""One version of a client and when its operations end; null while nobody retired it."""

operations = Table(
    "operations",
    metadata,
    Column("id", Text, primary_key=True),
    Column("sha256", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("checked_schema", Text, nullable=False),
    Column("fault", Text),
    Index("ix_operations_checked_schema", "checked_schema"),
)
"""Published operations by document id; an id never gets another text.

`fault` says why it does not fit the schema that it was checked against last; null where it does.
"""

manifest_operations = Table(
    "manifest_operations",
    metadata,
    Column(
        "manifest_id",
        Text,
        ForeignKey("published_manifests.id", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("operation_id", Text, ForeignKey("operations.id"), primary_key=True),
    Index("ix_manifest_operations_operation_id", "operation_id"),
)
"""Which operations a version of a client has."""

operation_usage = Table(
    "operation_usage",
    metadata,
    Column("day", Instant, primary_key=True),
    Column("client", Text, primary_key=True),
    Column("version", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("count", BigInteger, nullable=False),
    Index("ix_operation_usage_operation", "operation"),
)
"""How often who ran what in a day (UTC); `operation` is the SHA-256 of the text."""

operation_fields = Table(
    "operation_fields",
    metadata,
    Column("field", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Index("ix_operation_fields_operation", "operation"),
)
"""The fields that an operation selects, as `Type.field`."""

partner_plans = Table(
    "partner_plans",
    metadata,
    Column("name", Text, primary_key=True),
    Column("rate_requests", BigInteger),
    Column("rate_seconds", Integer, nullable=False),
    Column("daily_requests", BigInteger),
    Column("monthly_requests", BigInteger),
    Column("cost_max", BigInteger),
    Column("concurrent_max", Integer),
    Column("is_sandbox", Boolean, nullable=False),
    Column("changed_at", Instant, nullable=False),
)
"""What plans allow; null for as much as anybody may."""

partners = Table(
    "partners",
    metadata,
    Column("id", Text, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("plan", Text),
    Column("plan_since", Instant),
    Column("created_at", Instant, nullable=False),
)
"""Clients that prove who they are by an API key; the name is that of their manifests.

`plan_since` says when a plan was given or taken away last.
"""

partner_keys = Table(
    "partner_keys",
    metadata,
    Column("id", Text, primary_key=True),
    Column("partner_id", Text, ForeignKey("partners.id", ondelete="CASCADE"), nullable=False),
    Column("prefix", Text, nullable=False),
    Column("hash", Text, nullable=False, unique=True),
    Column("scopes", Json, nullable=False),
    Column("networks", Json, nullable=False),
    Column("is_sandbox", Boolean, nullable=False),
    Column("plan", Text),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Index("ix_partner_keys_partner_id", "partner_id"),
)
"""API keys: the first characters to find them by, and the SHA-256 of the whole.

A key with a plan of its own is counted apart from its partner.
"""

partner_quotas = Table(
    "partner_quotas",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("period", EnumText(QuotaPeriod), primary_key=True),
    Column("begins_at", Instant, primary_key=True),
    Column("taken", BigInteger, nullable=False),
    Index("ix_partner_quotas_begins_at", "begins_at"),
)
"""Requests that gateways have taken out of a partner's or key's quota, in blocks."""

partner_usage = Table(
    "partner_usage",
    metadata,
    Column("day", Instant, primary_key=True),
    Column("key_id", Text, primary_key=True),
    Column("operation", Text, primary_key=True),
    Column("status", EnumText(UseStatus), primary_key=True),
    Column("count", BigInteger, nullable=False),
    Index("ix_partner_usage_key_id", "key_id", "day"),
)
"""How often a key ran an operation in a day (UTC), and how that went."""
