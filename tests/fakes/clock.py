"""A clock that a test moves by hand."""

from datetime import UTC, datetime, timedelta


class FakeClock:
    """Stands still until told to move."""

    def __init__(self) -> None:
        self._now = datetime(2026, 1, 31, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """The present instant."""
        return self._now

    def advance(self, **parts: float) -> None:
        """Move on, by `timedelta`'s arguments."""
        self._now += timedelta(**parts)
