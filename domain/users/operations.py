"""Published operations: what a version of a client may ask by id, and for how long."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.ids import ManifestId
from errors import Fault

GRACE_DEFAULT = timedelta(days=30)
"""How long the operations of a retired version go on where nobody says otherwise."""
GRACE_MAX = timedelta(days=365)
KEPT_AFTER_RETIREMENT = timedelta(days=90)
"""After that their ids are forgotten, and may be used for another text."""
OPERATIONS_PER_MANIFEST_MAX = 10_000
OPERATIONS_MAX = 50_000
"""Published operations of the house; gateways hold all of them in memory."""
MANIFESTS_MAX = 10_000
"""Versions of all clients together."""
LINKS_MAX = 200_000
"""Operations of all versions together, each counted in every version that has it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedManifest:
    """One version of a client."""

    id: ManifestId
    client: str
    version: str
    published_at: datetime
    retires_at: datetime | None
    """When its operations end; None while nobody retired it."""

    def is_valid(self, now: datetime) -> bool:
        """Whether its operations may run."""
        return self.retires_at is None or now < self.retires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestSummary:
    """A version of a client as lists show it."""

    id: ManifestId
    client: str
    version: str
    published_at: datetime
    retires_at: datetime | None
    operation_count: int
    broken_count: int
    """Operations that do not fit the schema they were checked against last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersistedOperation:
    """An operation that is known by its id."""

    id: str
    sha256: str
    """Of the text in UTF-8, in hexadecimal digits."""
    name: str
    """Empty for one without a name."""
    kind: str
    """query, mutation or subscription."""
    body: str
    checked_schema: str
    """Tells of which schema `fault` speaks."""
    fault: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationOfManifest:
    """That a version of a client has an operation."""

    manifest_id: ManifestId
    operation_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationText:
    """An operation as gateways load it."""

    id: str
    sha256: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokenOperation:
    """A valid operation that no longer fits the schema, and who has it."""

    client: str
    version: str
    id: str
    fault: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedOperation:
    """What the schema says of an operation."""

    id: str
    name: str
    kind: str
    faults: Sequence[Fault]
