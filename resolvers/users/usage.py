"""Counting who uses what, and naming who still asks for a field."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta

from db.repositories.operations import OperationsRepository
from domain.policies.users import require_manage_clients
from domain.users.usage import (
    DAYS_DEFAULT,
    KEPT_DAYS,
    ROWS_PER_DAY_MAX,
    FieldUse,
    Usage,
    day_of,
)
from errors import BadInput
from loaders.operations import FIELD_USE
from resolvers.context import RequestContext, UseCaseContext

FIELDS_MAX = 500
"""Fields that one question may name."""


async def record_usage(
    ctx: UseCaseContext,
    *,
    published: Sequence[Usage],
    free: Sequence[Usage],
    fields: Mapping[str, Collection[str]],
) -> int:
    """Add counts of one day, and which fields the operations select; how many were kept.

    What is published is always counted. Free text may be anybody's, who may name a client and
    write an operation anew in every request: it is counted while the day has less than
    ROWS_PER_DAY_MAX rows.
    """
    async with ctx.unit_of_work(OperationsRepository) as uow:
        room = ROWS_PER_DAY_MAX - await uow.rows.count_usage(day_of(ctx.clock.now()))
        kept = [*published, *free[: max(0, room)]]
        if kept:
            await uow.rows.add_usage(kept)
            await uow.rows.add_fields({each.operation: fields[each.operation] for each in kept})
        await uow.commit()
    return len(kept)


async def forget_old_usage(ctx: UseCaseContext) -> None:
    """Drop what is older than KEPT_DAYS; once a day is enough."""
    async with ctx.unit_of_work(OperationsRepository) as uow:
        await uow.rows.forget_usage(day_of(ctx.clock.now()) - KEPT_DAYS)
        await uow.commit()


async def list_field_use(
    ctx: RequestContext, *, fields: Sequence[str], days: int = DAYS_DEFAULT
) -> list[FieldUse]:
    """Who asked for these fields (`Type.field`) in the last days; most frequent first.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: too many fields, or too many days.
    """
    require_manage_clients(ctx.viewer)
    if not 1 <= days <= KEPT_DAYS.days:
        raise BadInput(f"Use is kept for {KEPT_DAYS.days} days.", field="days")
    if len(fields) > FIELDS_MAX:
        raise BadInput(f"Ask for at most {FIELDS_MAX} fields at once.", field="fields")
    since = day_of(ctx.clock.now()) - timedelta(days=days - 1)
    return await ctx.read("users").fetch(FIELD_USE, keys=list(fields), since=since)
