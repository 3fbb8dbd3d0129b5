"""What an operator does for clients: publishes operations, names who uses what, makes keys."""

import argparse
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from datetime import timedelta
from pathlib import Path

from graphql import GraphQLSchema, is_interface_type, is_object_type

from domain.ids import PartnerKeyId, UserId
from domain.users.partner_usage import csv_head, csv_lines
from domain.users.partners import NamedKey
from domain.users.plans import PartnerPlan
from domain.viewer import Role, Viewer
from errors import AppError, BadInput, ManifestRefused
from maintenance import migrate_all
from resolvers.context import RequestContext
from resolvers.users.operations import (
    check_published,
    list_published,
    publish_operations,
    retire_operations,
)
from resolvers.users.partner_usage import export_partner_uses
from resolvers.users.partners import (
    NewKey,
    add_partner_key,
    list_partner_keys,
    revoke_partner_key,
    rotate_partner_key,
)
from resolvers.users.plans import (
    give_partner_plan,
    list_partner_plans,
    save_partner_plan,
)
from resolvers.users.usage import FIELDS_MAX, list_field_use
from settings import Settings
from web.documents.operation_checks import SchemaChecks
from web.documents.persisted_documents import read_manifest
from wiring import open_use_case_context

ROOT = Path(__file__).parent.parent
SUPERGRAPH = ROOT / "schema" / "sdl" / "supergraph.graphql"
OWN_DOCUMENTS = ROOT / "examples" / "operations" / "manifest.json"
OPERATOR = Viewer(user_id=UserId("operator"), roles=frozenset({Role.ADMIN}))


async def look_after_clients(settings: Settings, given: argparse.Namespace) -> None:
    """Run one action of `operations` or `partners`; what is refused is told, and exits with 1."""
    own = read_manifest(settings.persisted_documents or OWN_DOCUMENTS)
    checks = SchemaChecks(SUPERGRAPH.read_text, reserved=own.documents)
    if settings.is_embedded:
        await migrate_all(settings)
    try:
        async with _open_context(settings, checks) as ctx:
            if given.command == "operations":
                await _run_operations(ctx, checks, given)
            else:
                await _run_partners(ctx, given)
    except ManifestRefused as refusal:
        sys.exit(
            "\n".join(f"{each.about or '-'}: {each.code} {each.message}" for each in refusal.faults)
        )
    except AppError as refusal:
        sys.exit(f"{refusal.code}: {refusal.message}")


@asynccontextmanager
async def _open_context(settings: Settings, checks: SchemaChecks) -> AsyncIterator[RequestContext]:
    async with open_use_case_context(settings, ("users",), checks) as base:
        yield RequestContext(
            databases=base.databases,
            ports=base.ports,
            limits=base.limits,
            clock=base.clock,
            viewer=OPERATOR,
        )


async def _run_operations(
    ctx: RequestContext, checks: SchemaChecks, given: argparse.Namespace
) -> None:
    match given.action:
        case "publish":
            named = {"client": given.client, "version": given.version}
            done = await publish_operations(ctx, manifest=_read(given.file), **named)
            print(f"published {done.operation_count} operations of {given.client} {given.version}")
        case "retire":
            retired = await retire_operations(
                ctx,
                client=given.client,
                version=given.version,
                grace=timedelta(days=given.grace_days),
            )
            print(f"{given.client} {given.version} ends at {retired.retires_at}")
        case "list":
            for each in await list_published(ctx):
                print(
                    f"{each.client}  {each.version}  {each.operation_count} operations, "
                    f"{each.broken_count} broken  published {each.published_at}  "
                    f"ends {each.retires_at or 'never'}"
                )
        case "check":
            broken = await check_published(ctx)
            for fault in broken:
                print(f"{fault.client}  {fault.version}  {fault.id}: {fault.fault}")
            if broken:
                sys.exit(1)
        case "usage":
            await _print_field_use(
                ctx, given.field or deprecated_fields(checks.api_schema), given.days
            )


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        sys.exit(f"{file}: {error.strerror}")


async def _print_field_use(ctx: RequestContext, fields: list[str], days: int) -> None:
    for begin in range(0, len(fields), FIELDS_MAX):
        for each in await list_field_use(ctx, fields=fields[begin : begin + FIELDS_MAX], days=days):
            client = f"{each.client} {each.version}".strip() or "(unnamed)"
            operation = each.name or each.operation
            print(
                f"{each.field}  {client}  {operation}  {each.count} times, last on "
                f"{each.last_day.date()}"
            )


def deprecated_fields(schema: GraphQLSchema) -> list[str]:
    """All fields that are deprecated, as `Type.field`."""
    return [
        f"{made.name}.{name}"
        for made in schema.type_map.values()
        if is_object_type(made) or is_interface_type(made)
        for name, field in made.fields.items()
        if field.deprecation_reason is not None
    ]


async def _run_partners(ctx: RequestContext, given: argparse.Namespace) -> None:
    match given.action:
        case "add":
            made = await add_partner_key(
                ctx,
                partner=given.partner,
                scopes=given.scope,
                networks=given.network,
                days=given.days,
                is_sandbox=given.sandbox,
                plan=given.plan,
            )
            _print_new(made)
        case "list":
            for each in await list_partner_keys(ctx, prefix=given.prefix):
                print(_told(each))
        case "rotate":
            overlap = timedelta(days=given.overlap_days)
            _print_new(await rotate_partner_key(ctx, PartnerKeyId(given.id), overlap=overlap))
        case "revoke":
            print(_told(await revoke_partner_key(ctx, PartnerKeyId(given.id))))
        case _:
            await _run_plans(ctx, given)


async def _run_plans(ctx: RequestContext, given: argparse.Namespace) -> None:
    match given.action:
        case "plans":
            for plan in await list_partner_plans(ctx):
                print(_told_plan(plan))
        case "plan":
            print(_told_plan(await save_partner_plan(ctx, _plan_of(ctx, given))))
        case "give":
            await give_partner_plan(ctx, partner=given.partner, plan=given.plan)
            print(f"{given.partner} has {given.plan or 'no plan'}")
        case "usage":
            sys.stdout.write(csv_head())
            pages = export_partner_uses(ctx, partner=given.partner, days=given.days)
            async with aclosing(pages):
                async for page in pages:
                    sys.stdout.write(csv_lines(page))


def _plan_of(ctx: RequestContext, given: argparse.Namespace) -> PartnerPlan:
    try:
        requests, _, seconds = (given.rate or "/60").partition("/")
        rate = int(requests) if requests else None
        rate_seconds = int(seconds or 1)
    except ValueError:
        raise BadInput("A rate is of the form 20/1: requests, and seconds.") from None
    return PartnerPlan(
        name=given.name,
        rate_requests=rate,
        rate_seconds=rate_seconds,
        daily_requests=given.per_day,
        monthly_requests=given.per_month,
        cost_max=given.cost_max,
        concurrent_max=given.at_once,
        is_sandbox=given.sandbox,
        changed_at=ctx.clock.now(),
    )


def _told_plan(plan: PartnerPlan) -> str:
    limits = {
        f"in {plan.rate_seconds} s": plan.rate_requests,
        "a day": plan.daily_requests,
        "a month": plan.monthly_requests,
        "cost": plan.cost_max,
        "at once": plan.concurrent_max,
    }
    told = [f"{name}: {limit}" for name, limit in limits.items() if limit is not None]
    kind = "sandbox" if plan.is_sandbox else "live"
    return f"{plan.name}  {kind}  {', '.join(told) or 'no limits'}"


def _print_new(made: NewKey) -> None:
    """The key alone goes to stdout, so that it can be piped to where it is needed."""
    print(_told(made.key), file=sys.stderr)
    print(made.secret)


def _told(key: NamedKey) -> str:
    networks = ",".join(key.networks) or "anywhere"
    ends = f"revoked {key.revoked_at}" if key.revoked_at else f"ends {key.expires_at or 'never'}"
    plan = f"  plan {key.plan}" if key.plan else ""
    scopes = ",".join(key.scopes)
    return f"{key.id}  {key.partner}  {key.prefix}…  {scopes}  {networks}  {ends}{plan}"
