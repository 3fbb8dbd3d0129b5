"""Who used which operation how often, so that a deprecation can name whom it hits."""

from dataclasses import dataclass
from datetime import datetime, timedelta

KEPT_DAYS = timedelta(days=180)
ROWS_PER_DAY_MAX = 100_000
"""Operations times clients times versions that one day tells apart."""
ROWS_TOLD_MAX = 1_000
DAYS_DEFAULT = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class Usage:
    """How often a version of a client ran an operation in a day."""

    day: datetime
    """Midnight, UTC."""
    client: str
    version: str
    """Both empty for those who do not name themselves."""
    operation: str
    """SHA-256 of the text."""
    name: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldUse:
    """How often a version of a client asked for a field by an operation, over some days."""

    field: str
    """`Type.field`."""
    client: str
    version: str
    operation: str
    name: str
    count: int
    last_day: datetime


def day_of(instant: datetime) -> datetime:
    """The midnight that begins its day."""
    return instant.replace(hour=0, minute=0, second=0, microsecond=0)
