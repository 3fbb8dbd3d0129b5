"""Reads of published operations and their use, in the users domain."""

from sqlalchemy import BigInteger, bindparam, cast, func, or_, select

from db.read import key_in, query
from db.tables.users import (
    manifest_operations,
    operation_fields,
    operation_usage,
    operations,
    published_manifests,
)
from db.types import Instant
from domain.users.operations import (
    LINKS_MAX,
    MANIFESTS_MAX,
    OPERATIONS_MAX,
    BrokenOperation,
    ManifestSummary,
    OperationOfManifest,
    OperationText,
    PersistedOperation,
    PublishedManifest,
)
from domain.users.usage import ROWS_TOLD_MAX, FieldUse

RECHECKED_AT_ONCE = 500
BROKEN_TOLD_MAX = 1_000

_NOW = bindparam("now", type_=Instant())
_IS_VALID = or_(published_manifests.c.retires_at.is_(None), published_manifests.c.retires_at > _NOW)

VALID_MANIFESTS = query(
    select(published_manifests).where(_IS_VALID).limit(MANIFESTS_MAX), PublishedManifest
)

LINKS_OF_MANIFESTS = query(
    select(manifest_operations).where(key_in(manifest_operations.c.manifest_id)).limit(LINKS_MAX),
    OperationOfManifest,
)

TEXTS_OF_OPERATIONS = query(
    select(operations.c.id, operations.c.sha256, operations.c.body)
    .where(key_in(operations.c.id))
    .limit(OPERATIONS_MAX),
    OperationText,
)

MANIFEST_SUMMARIES = query(
    select(
        *published_manifests.c,
        func.count(operations.c.id).label("operation_count"),
        func.count(operations.c.fault).label("broken_count"),
    )
    .join(manifest_operations, manifest_operations.c.manifest_id == published_manifests.c.id)
    .join(operations, operations.c.id == manifest_operations.c.operation_id)
    .group_by(*published_manifests.c)
    .order_by(
        published_manifests.c.client,
        published_manifests.c.published_at,
        published_manifests.c.version,
    )
    .limit(MANIFESTS_MAX),
    ManifestSummary,
)

UNCHECKED_OPERATIONS = query(
    select(operations)
    .where(operations.c.checked_schema != bindparam("schema"))
    .limit(RECHECKED_AT_ONCE),
    PersistedOperation,
)

BROKEN_OPERATIONS = query(
    select(
        published_manifests.c.client,
        published_manifests.c.version,
        operations.c.id,
        operations.c.fault,
    )
    .join(manifest_operations, manifest_operations.c.operation_id == operations.c.id)
    .join(published_manifests, published_manifests.c.id == manifest_operations.c.manifest_id)
    .where(operations.c.fault.is_not(None), _IS_VALID)
    .order_by(published_manifests.c.client, published_manifests.c.version, operations.c.id)
    .limit(BROKEN_TOLD_MAX),
    BrokenOperation,
)

FIELD_USE = query(
    select(
        operation_fields.c.field,
        operation_usage.c.client,
        operation_usage.c.version,
        operation_usage.c.operation,
        operation_usage.c.name,
        cast(func.sum(operation_usage.c.count), BigInteger).label("count"),
        func.max(operation_usage.c.day).label("last_day"),
    )
    .join(operation_usage, operation_usage.c.operation == operation_fields.c.operation)
    .where(
        key_in(operation_fields.c.field),
        operation_usage.c.day >= bindparam("since", type_=Instant()),
    )
    .group_by(
        operation_fields.c.field,
        operation_usage.c.client,
        operation_usage.c.version,
        operation_usage.c.operation,
        operation_usage.c.name,
    )
    .order_by(operation_fields.c.field, func.sum(operation_usage.c.count).desc())
    .limit(ROWS_TOLD_MAX),
    FieldUse,
)
