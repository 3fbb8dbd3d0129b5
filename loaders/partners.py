"""Reads of partners and their keys, in the users domain."""

from typing import Any

from sqlalchemy import ColumnElement, Integer, Text, and_, bindparam, func, or_, select, tuple_

from db.read import key_in, query
from db.tables.users import partner_keys, partner_plans, partner_quotas, partner_usage, partners
from db.types import Instant
from domain.users.partner_usage import ROWS_TOLD_MAX, QuotaTaken, ToldUse
from domain.users.partners import KEYS_MAX, KeyCounts, NamedKey, Partner
from domain.users.plans import PLANS_MAX, PartnerPlan

KEYS_TOLD_MAX = 1_000

_NAMED = select(
    partner_keys.c.id,
    partner_keys.c.partner_id,
    partners.c.name.label("partner"),
    partner_keys.c.prefix,
    partner_keys.c.hash,
    partner_keys.c.scopes,
    partner_keys.c.networks,
    partner_keys.c.is_sandbox,
    partner_keys.c.plan,
    partners.c.plan.label("partner_plan"),
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
    select(func.max(partner_plans.c.changed_at)).scalar_subquery().label("plans_changed_at"),
    select(func.max(partners.c.plan_since)).scalar_subquery().label("plans_given_at"),
]

KEY_COUNTS = query(select(*_COUNTS), KeyCounts)
"""Changes whenever a key is made, rotated or revoked: a rotation makes one, and none is deleted.

Also when a plan is changed, given or taken away.
"""

PLANS = query(select(partner_plans).order_by(partner_plans.c.name).limit(PLANS_MAX), PartnerPlan)

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

PARTNER_BY_ID = query(select(partners).where(partners.c.id == bindparam("partner_id")), Partner)
PARTNER_BY_NAME = query(select(partners).where(partners.c.name == bindparam("name")), Partner)

KEYS_WITH_PLANS = query(
    _NAMED.where(partner_keys.c.partner_id == bindparam("partner_id"), _IS_GOOD)
    .where(partner_keys.c.plan.is_not(None))
    .order_by(partner_keys.c.id)
    .limit(KEYS_TOLD_MAX),
    NamedKey,
)

QUOTAS_TAKEN = query(
    select(partner_quotas).where(
        key_in(partner_quotas.c.owner),
        partner_quotas.c.begins_at >= bindparam("since", type_=Instant()),
    ),
    QuotaTaken,
)

_ROW = tuple_(
    partner_usage.c.day,
    partner_usage.c.key_id,
    partner_usage.c.operation,
    partner_usage.c.status,
)

USES_OF_PARTNER = query(
    select(
        partner_usage.c.day,
        partner_usage.c.key_id,
        partner_keys.c.prefix,
        partner_usage.c.operation,
        partner_usage.c.status,
        partner_usage.c.count,
    )
    .join(partner_keys, partner_keys.c.id == partner_usage.c.key_id)
    .where(
        partner_keys.c.partner_id == bindparam("partner_id"),
        partner_usage.c.day >= bindparam("since", type_=Instant()),
        tuple_(
            bindparam("after_day", type_=Instant()),
            bindparam("after_key", type_=Text()),
            bindparam("after_operation", type_=Text()),
            bindparam("after_status", type_=Text()),
        )
        < _ROW,
    )
    .order_by(*_ROW)
    .limit(ROWS_TOLD_MAX),
    ToldUse,
)
"""A page of what a partner's keys were used for, behind a row; oldest first."""
