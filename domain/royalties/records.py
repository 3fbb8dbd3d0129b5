"""Records of the royalties domain."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import PlayableKey, PlayableKind, PlayId, TrackId, UserId, UserKey

CURRENCY = "USD"
"""ISO 4217; amounts are whole cents."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in whole minor units (ISO 4217)."""

    minor_units: int
    currency: str = CURRENCY


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownTrack:
    """What royalties keeps of a track: whose it is."""

    track_id: TrackId
    owner_id: UserId
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """One payee's part of a split."""

    payee_id: UserId
    basis_points: int

    @property
    def payee(self) -> UserKey:
        """Who is paid."""
        return UserKey(self.payee_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """Who shares a track's royalties; a change makes a new version, the old ones stay."""

    track_id: TrackId
    version: int
    """0 is the implicit split of a new track: all to its owner."""
    shares: tuple[Share, ...]

    def weights(self) -> Mapping[UserId, int]:
        """Basis points by payee."""
        return {share.payee_id: share.basis_points for share in self.shares}

    def names(self, user_id: UserId | None) -> bool:
        """True when the account is one of the payees."""
        return any(share.payee_id == user_id for share in self.shares)


@dataclass(frozen=True, slots=True, kw_only=True)
class Play:
    """A counted play, as the royalty's source."""

    play_id: PlayId
    track_id: TrackId
    played_at: datetime
    entry_id: str | None
    """The ledger entry that paid it; None while its fraction of a unit waits for more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accrual:
    """A track's running totals."""

    track_id: TrackId
    plays: int
    accrued: int
    """Minor units posted so far."""


class EntryKind(StrEnum):
    """What a ledger entry records."""

    ACCRUAL = "ACCRUAL"


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerEntry:
    """One event of the ledger; its postings sum to zero."""

    id: str
    kind: EntryKind
    track_id: TrackId
    split_version: int
    period: str
    """YYYY-MM."""
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An amount on one account: positive credits it, negative debits it."""

    entry_id: str
    account: str
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementLine:
    """What one track earned a payee in a period."""

    track_id: TrackId
    plays: int
    """Plays that were paid in the period."""
    earned: int

    @property
    def playable(self) -> PlayableKey:
        """What was played."""
        return PlayableKey(PlayableKind.TRACK, self.track_id)

    @property
    def amount(self) -> Money:
        """What it earned."""
        return Money(self.earned)


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A payee's earnings of one period."""

    payee_id: UserId
    period: str
    lines: tuple[StatementLine, ...]

    @property
    def total(self) -> Money:
        """The sum of the lines."""
        return Money(sum(line.earned for line in self.lines))
