"""Publishing the operations of a client's version, retiring them, and checking them again."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from db.repositories.operations import OperationsRepository
from domain.ids import ManifestId, new_id
from domain.policies.users import require_manage_clients
from domain.users.clients import checked_client
from domain.users.manifests import ManifestEntry, parse_manifest
from domain.users.operations import (
    GRACE_DEFAULT,
    GRACE_MAX,
    KEPT_AFTER_RETIREMENT,
    LINKS_MAX,
    MANIFESTS_MAX,
    OPERATIONS_MAX,
    BrokenOperation,
    CheckedOperation,
    ManifestSummary,
    PersistedOperation,
    PublishedManifest,
)
from errors import (
    BadInput,
    Conflict,
    DependencyError,
    DocumentIdTaken,
    Fault,
    ManifestRefused,
    NotFound,
    TooLarge,
)
from loaders.operations import (
    BROKEN_OPERATIONS,
    MANIFEST_SUMMARIES,
    RECHECKED_AT_ONCE,
    UNCHECKED_OPERATIONS,
)
from resolvers.context import RequestContext, UseCaseContext


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What publishing did."""

    manifest: PublishedManifest
    operation_count: int


async def publish_operations(
    ctx: RequestContext, *, client: str, version: str, manifest: str | bytes
) -> Published:
    """Make the operations of a manifest runnable by their ids; all of them, or none.

    Safe to repeat: the same version with the same operations is simply valid again.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: the client's name or version cannot be used.
        ManifestRefused: operations cannot be published; it tells of all of them.
        Conflict: the version was published with other operations.
        TooLarge: the house has as many operations or versions as it may.
    """
    require_manage_clients(ctx.viewer)
    published = PublishedManifest(
        id=ManifestId(new_id()),
        client=checked_client(client, field="client"),
        version=checked_client(version, field="version"),
        published_at=ctx.clock.now(),
        retires_at=None,
    )
    entries = parse_manifest(manifest)
    operations = await _checked(ctx, entries)
    ids = {each.id for each in operations}
    async with ctx.unit_of_work(OperationsRepository) as uow:
        await uow.rows.hold_publishing()
        await uow.rows.forget_retired(ctx.clock.now() - KEPT_AFTER_RETIREMENT)
        is_new = await uow.rows.add_manifest(published)
        await uow.rows.add_operations(operations)
        _require_same_texts(operations, await uow.rows.hashes_of(ids))
        if is_new:
            await uow.rows.link(published, ids)
        else:
            published = await _valid_again(uow.rows, published, ids)
        _require_room(*await uow.rows.count_all())
        await uow.commit()
    return Published(manifest=published, operation_count=len(ids))


async def retire_operations(
    ctx: RequestContext, *, client: str, version: str, grace: timedelta = GRACE_DEFAULT
) -> PublishedManifest:
    """End a version's operations when the grace period is over; never later than said before.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: the grace period is out of its bounds.
        NotFound: there is no such version.
    """
    require_manage_clients(ctx.viewer)
    if not timedelta(0) <= grace <= GRACE_MAX:
        raise BadInput(f"The grace period has 0 to {GRACE_MAX.days} days.", field="grace")
    async with ctx.unit_of_work(OperationsRepository) as uow:
        found = await uow.rows.lock_manifest(client, version)
        if found is None:
            raise NotFound("There is no such version of this client.", field="version")
        ends = ctx.clock.now() + grace
        if found.retires_at is not None:
            ends = min(ends, found.retires_at)
        retired = replace(found, retires_at=ends)
        await uow.rows.save_manifest(retired)
        await uow.commit()
    return retired


async def list_published(ctx: RequestContext) -> list[ManifestSummary]:
    """All versions of all clients, with how many operations they have; at most MANIFESTS_MAX.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
    """
    require_manage_clients(ctx.viewer)
    return await ctx.read("users").fetch(MANIFEST_SUMMARIES)


async def check_published(ctx: UseCaseContext) -> list[BrokenOperation]:
    """Check what was not checked against the present schema, and tell which do not fit it.

    One statement for each RECHECKED_AT_ONCE operations that were not checked, and one for the
    report; nothing is checked twice against the same schema.
    """
    checks = ctx.ports.operation_checks
    assert checks is not None, "only those who have a schema ask"
    for _ in range(OPERATIONS_MAX // RECHECKED_AT_ONCE + 1):
        stale = await ctx.read("users").fetch(UNCHECKED_OPERATIONS, schema=checks.schema)
        if not stale:
            break
        found = await checks.check([ManifestEntry(id=each.id, body=each.body) for each in stale])
        async with ctx.unit_of_work(OperationsRepository) as uow:
            faults = {each.id: _first_fault(each) for each in found}
            await uow.rows.save_checks(faults, checks.schema)
            await uow.commit()
    return await ctx.read("users").fetch(BROKEN_OPERATIONS, now=ctx.clock.now())


async def _checked(
    ctx: UseCaseContext, entries: Sequence[ManifestEntry]
) -> list[PersistedOperation]:
    """The operations of a manifest that fits the schema.

    Raises:
        ManifestRefused: some of them do not.
    """
    checks = ctx.ports.operation_checks
    if checks is None:
        raise DependencyError("Operations cannot be checked here.")
    found = await checks.check(entries)
    faults = [fault for each in found for fault in each.faults]
    if faults:
        raise ManifestRefused(faults)
    return [
        PersistedOperation(
            id=entry.id,
            sha256=entry.sha256,
            name=checked.name,
            kind=checked.kind,
            body=entry.body,
            checked_schema=checks.schema,
            fault=None,
        )
        for entry, checked in zip(entries, found, strict=True)
    ]


def _require_same_texts(operations: Sequence[PersistedOperation], hashes: dict[str, str]) -> None:
    """Look after adding: what was there stays as it was."""
    taken = [each.id for each in operations if hashes[each.id] != each.sha256]
    if taken:
        message = "The id stands for another text; give changed operations new ids."
        raise ManifestRefused(
            [Fault(about=each, code=DocumentIdTaken.code, message=message) for each in taken]
        )


async def _valid_again(
    rows: OperationsRepository, published: PublishedManifest, ids: set[str]
) -> PublishedManifest:
    known = await rows.lock_manifest(published.client, published.version)
    assert known is not None, "its key was taken"
    if await rows.ids_of(known) != ids:
        raise Conflict(
            "This version was published with other operations; publish a new one.", field="version"
        )
    again = replace(known, retires_at=None)
    await rows.save_manifest(again)
    return again


def _require_room(manifest_count: int, operation_count: int, link_count: int) -> None:
    is_full = manifest_count > MANIFESTS_MAX or operation_count > OPERATIONS_MAX
    if is_full or link_count > LINKS_MAX:
        raise TooLarge(
            f"The house keeps {MANIFESTS_MAX} versions, {OPERATIONS_MAX} operations, and "
            f"{LINKS_MAX} operations of versions; retire old ones."
        )


def _first_fault(checked: CheckedOperation) -> str | None:
    return checked.faults[0].message if checked.faults else None
