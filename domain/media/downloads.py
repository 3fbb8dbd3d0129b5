"""What listeners take along to hear offline: for how long, where, and what changes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Self

from domain.ids import DeviceId, DownloadId, UserId
from domain.media.entitlements import Entitlement
from errors import BadInput, PlanLimitReached

RENEW_AFTER: Final = timedelta(hours=1)
"""A repetition within so long renews nothing."""
TOKEN_MAX: Final = 100


class OfflineChangeKind(StrEnum):
    """What a device does about an item."""

    KEPT = "KEPT"
    """It is licensed: fetch it, unless it is there in this version."""
    CHANGED = "CHANGED"
    """It is another version now: ask for it anew."""
    EXPIRED = "EXPIRED"
    """Its time is over: do not play it until it is renewed."""
    REMOVED = "REMOVED"
    """Its listener took it away: delete it."""
    UNAVAILABLE = "UNAVAILABLE"
    """It was taken down, or hidden from this listener: delete it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Download:
    """A licence to keep something on a device; what was taken away stays as a tombstone."""

    id: DownloadId
    user_id: UserId
    device_id: DeviceId
    playable: str
    """`str` of its key."""
    version: int
    """Of the playable, when it was licensed."""
    change: int
    """The listener's last change of it; they are counted for each listener."""
    created_at: datetime
    renewed_at: datetime
    expires_at: datetime
    removed_at: datetime | None

    def is_active(self, now: datetime) -> bool:
        """Whether it may be played offline."""
        return self.removed_at is None and now < self.expires_at


@dataclass(frozen=True, slots=True, kw_only=True)
class OfflineUse:
    """What a listener keeps on devices, beside what is asked for."""

    items: int
    devices: int
    """Other devices than the one that asks."""


def require_room(entitlement: Entitlement, use: OfflineUse) -> None:
    """Refuse what a plan does not allow.

    Raises:
        PlanLimitReached: the plan has no downloads, or no more of them or of devices.
    """
    if entitlement.downloads_max == 0:
        raise PlanLimitReached("Your plan has no downloads.", limit=0)
    if use.items >= entitlement.downloads_max:
        most = entitlement.downloads_max
        raise PlanLimitReached(f"Your plan has {most} downloads; remove some.", limit=most)
    if use.devices >= entitlement.devices_max:
        most = entitlement.devices_max
        raise PlanLimitReached(f"Your plan has {most} devices; forget one.", limit=most)


def renew(download: Download, *, version: int, days: int, now: datetime) -> Download:
    """The licence from now on, of this version; the same where it was given just now."""
    is_new = download.is_active(now) and now - download.renewed_at < RENEW_AFTER
    if is_new and download.version == version:
        return download
    return replace(
        download,
        version=version,
        renewed_at=now,
        expires_at=now + timedelta(days=days),
        removed_at=None,
    )


def kind_of(download: Download, *, version: int | None, now: datetime) -> OfflineChangeKind:
    """What a device does about it; `version` is the playable's, None where it cannot be had."""
    if download.removed_at is not None:
        return OfflineChangeKind.REMOVED
    if version is None:
        return OfflineChangeKind.UNAVAILABLE
    if now >= download.expires_at:
        return OfflineChangeKind.EXPIRED
    return OfflineChangeKind.KEPT if version == download.version else OfflineChangeKind.CHANGED


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncPoint:
    """How far a device knows: of changes, and of licences that ran out by themselves."""

    change: int = 0
    expired_micros: int = 0
    expired_id: str = ""
    """The last that is known to have run out, where several did at one instant."""

    def __str__(self) -> str:
        return f"{self.change}.{self.expired_micros}.{self.expired_id}"

    @classmethod
    def parse(cls, text: str | None) -> Self:
        """The point that was printed; the beginning without one.

        Raises:
            BadInput: it is none.
        """
        if text is None:
            return cls()
        parts = text.split(".", 2)
        numbers = [part for part in parts[:2] if part.isascii() and part.isdecimal()]
        if len(parts) != 3 or len(numbers) != 2 or len(text) > TOKEN_MAX:
            raise BadInput("This is no point that a sync has told.", field="since")
        change, micros = (int(part) for part in numbers)
        if change >= 1 << 62 or micros >= 1 << 57:
            raise BadInput("This is no point that a sync has told.", field="since")
        return cls(change=change, expired_micros=micros, expired_id=parts[2])
