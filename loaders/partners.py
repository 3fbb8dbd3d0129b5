"""Reads of partners and their keys, in the users domain."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, bindparam, func, or_, select

from db.read import query
from db.tables.users import partner_keys, partners
from db.types import Instant
from domain.users.partners import KEYS_MAX, KeyCounts, NamedKey

KEYS_TOLD_MAX = 1_000

_NAMED = select(
    partner_keys.c.id,
    partners.c.name.label("partner"),
    partner_keys.c.prefix,
    partner_keys.c.hash,
    partner_keys.c.scopes,
    partner_keys.c.networks,
    partner_keys.c.is_sandbox,
    partner_keys.c.created_at,
    partner_keys.c.expires_at,
    partner_keys.c.revoked_at,
).join(partners, partners.c.id == partner_keys.c.partner_id)

_IS_GOOD = and_(
    partner_keys.c.revoked_at.is_(None),
    or_(
        partner_keys.c.expires_at.is_(None),
        partner_keys.c.expires_at > bindparam("now", type_=Instant()),
    ),
)

_COUNTS: list[ColumnElement[Any]] = [
    func.count(partner_keys.c.id).label("made"),
    func.count(partner_keys.c.revoked_at).label("revoked"),
]

KEY_COUNTS = query(select(*_COUNTS), KeyCounts)
"""Changes whenever a key is made, rotated or revoked: a rotation makes one, and none is deleted."""

GOOD_KEYS = query(_NAMED.where(_IS_GOOD).order_by(partner_keys.c.id).limit(KEYS_MAX), NamedKey)

KEYS_BY_PREFIX = query(
    _NAMED.where(
        func.substr(partner_keys.c.prefix, 1, bindparam("length", type_=Integer()))
        == bindparam("beginning", type_=Text())
    )
    .order_by(partners.c.name, partner_keys.c.created_at, partner_keys.c.id)
    .limit(KEYS_TOLD_MAX),
    NamedKey,
)
"""Keys that begin so, revoked and expired ones too."""
