"""What partners' keys were used for, day by day."""

import csv
import io
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from datetime import datetime
from enum import StrEnum

from domain.ids import PartnerId, PartnerKeyId
from domain.users.plans import PartnerPlan, QuotaPeriod

ROWS_TOLD_MAX = 1_000
EXPORTED_MAX = 200_000
OPERATION_CHARS_MAX = 200
FORMULA_BEGINNINGS = ("=", "+", "-", "@", "\t", "\r")
"""A table program takes a cell that begins so for a formula."""


class UseStatus(StrEnum):
    """How an operation went."""

    OK = "ok"
    ERRORS = "errors"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerUse:
    """How often a key ran an operation in a day, and how that went."""

    day: datetime
    """Midnight, UTC."""
    key_id: PartnerKeyId
    operation: str
    """The document id it was asked for by; empty for free text, and where none was found."""
    status: UseStatus
    count: int


@dataclass(frozen=True, slots=True)
class ToldUse:
    """A row of use as lists and files have it."""

    day: datetime
    key_id: PartnerKeyId
    prefix: str
    """The first characters of the key."""
    operation: str
    status: UseStatus
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaTaken:
    """How much of a quota is taken."""

    owner: str
    period: QuotaPeriod
    begins_at: datetime
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class QuotaStanding:
    """A quota and how much of it is taken, the blocks that gateways hold among it."""

    period: QuotaPeriod
    key_id: PartnerKeyId | None
    """Of the key with a plan of its own; None for all other keys together."""
    plan: str
    limit: int
    taken: int
    resets_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PartnerAccount:
    """What a partner sees of itself."""

    partner_id: PartnerId
    partner: str
    plan: PartnerPlan | None
    quotas: list[QuotaStanding]
    uses: list[ToldUse]


def owner_of(partner_id: PartnerId, key_id: PartnerKeyId | None = None) -> str:
    """Under whose name a quota is counted: the partner's, or a key's with a plan of its own."""
    return f"partner:{partner_id}" if key_id is None else f"key:{key_id}"


def csv_head() -> str:
    """The first line of a file of uses."""
    return _lines([[each.name for each in fields(ToldUse)]])


def csv_lines(uses: Iterable[ToldUse]) -> str:
    """Uses as lines of CSV (RFC 4180); no cell begins a formula."""
    return _lines([use.day.date().isoformat(), *map(_cell, astuple(use)[1:])] for use in uses)


def _cell(value: object) -> str:
    text = str(value)
    return f"'{text}" if text.startswith(FORMULA_BEGINNINGS) else text


def _lines(rows: Iterable[list[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
