"""Partners' API keys: made and shown once, rotated with an overlap, revoked."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from db.repositories.partners import PartnersRepository
from domain.ids import PartnerId, PartnerKeyId, new_id
from domain.policies.users import require_manage_clients
from domain.users.clients import checked_client
from domain.users.manifests import hash_of
from domain.users.partners import (
    KEYS_MAX,
    LIVE,
    OVERLAP_DEFAULT,
    OVERLAP_MAX,
    PREFIX_CHARS,
    SANDBOX,
    NamedKey,
    Partner,
    PartnerKey,
    checked_networks,
    checked_scopes,
    expiry,
)
from errors import BadInput, Conflict, NotFound, TooLarge
from loaders.partners import KEYS_BY_PREFIX
from resolvers.context import RequestContext
from resolvers.users.partner_news import tell_gateways
from resolvers.users.plans import find_plan

SECRET_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """A key that was just made; nobody can be shown it again."""

    secret: str
    key: NamedKey


async def add_partner_key(
    ctx: RequestContext,
    *,
    partner: str,
    scopes: Sequence[str] = (),
    networks: Sequence[str] = (),
    days: int | None = None,
    is_sandbox: bool = False,
    plan: str | None = None,
) -> NewKey:
    """Make a key for a partner, who is made with its first one.

    With a plan of its own the key is counted apart from the partner's other keys.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: a value is not of its form, or the plan is not for such keys.
        NotFound: there is no such plan.
        TooLarge: the house has as many keys as it may.
    """
    require_manage_clients(ctx.viewer)
    now = ctx.clock.now()
    name = checked_client(partner, field="partner")
    secret = _make_secret(is_sandbox=is_sandbox)
    async with ctx.unit_of_work(PartnersRepository) as uow:
        found = await uow.rows.add_partner(
            Partner(id=PartnerId(new_id()), name=name, created_at=now)
        )
        key = PartnerKey(
            id=PartnerKeyId(new_id()),
            partner_id=found.id,
            prefix=secret[:PREFIX_CHARS],
            hash=hash_of(secret),
            scopes=checked_scopes(scopes),
            networks=checked_networks(networks),
            is_sandbox=is_sandbox,
            plan=None if plan is None else await find_plan(uow.rows, plan, is_sandbox=is_sandbox),
            created_at=now,
            expires_at=expiry(now, days),
            revoked_at=None,
        )
        await _add(uow.rows, key)
        await uow.commit()
    await tell_gateways(ctx)
    return NewKey(secret=secret, key=key.named(name))


async def rotate_partner_key(
    ctx: RequestContext, key_id: PartnerKeyId, *, overlap: timedelta = OVERLAP_DEFAULT
) -> NewKey:
    """Make a key like another, which stays good while the partner changes over.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: the overlap is out of its bounds.
        NotFound: there is no such key.
        Conflict: it is not good any more.
        TooLarge: the house has as many keys as it may.
    """
    require_manage_clients(ctx.viewer)
    if not timedelta(0) <= overlap <= OVERLAP_MAX:
        raise BadInput(f"The overlap has 0 to {OVERLAP_MAX.days} days.", field="overlap")
    now = ctx.clock.now()
    async with ctx.unit_of_work(PartnersRepository) as uow:
        old = await _get_key(uow.rows, key_id)
        if not old.is_good(now):
            raise Conflict("This key is not good any more; add a new one.", field="id")
        secret = _make_secret(is_sandbox=old.is_sandbox)
        life = None if old.expires_at is None else old.expires_at - old.created_at
        key = replace(
            old,
            id=PartnerKeyId(new_id()),
            prefix=secret[:PREFIX_CHARS],
            hash=hash_of(secret),
            created_at=now,
            expires_at=None if life is None else now + life,
        )
        ends = now + overlap
        last = ends if old.expires_at is None else min(ends, old.expires_at)
        await uow.rows.save_key(replace(old, expires_at=last))
        await _add(uow.rows, key)
        name = await uow.rows.name_of(key.partner_id)
        await uow.commit()
    await tell_gateways(ctx)
    return NewKey(secret=secret, key=key.named(name))


async def revoke_partner_key(ctx: RequestContext, key_id: PartnerKeyId) -> NamedKey:
    """End a key now; ending it twice changes nothing.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        NotFound: there is no such key.
    """
    require_manage_clients(ctx.viewer)
    async with ctx.unit_of_work(PartnersRepository) as uow:
        key = await _get_key(uow.rows, key_id)
        if key.revoked_at is None:
            key = replace(key, revoked_at=ctx.clock.now())
            await uow.rows.save_key(key)
        name = await uow.rows.name_of(key.partner_id)
        await uow.commit()
    await tell_gateways(ctx)
    return key.named(name)


async def list_partner_keys(ctx: RequestContext, *, prefix: str = "") -> list[NamedKey]:
    """Keys that begin so, revoked and expired ones too; at most KEYS_TOLD_MAX.

    Raises:
        Unauthenticated, Forbidden: the viewer is no admin.
        BadInput: more of the key was sent than anybody needs to find it.
    """
    require_manage_clients(ctx.viewer)
    if len(prefix) > PREFIX_CHARS:
        raise BadInput(f"Send the first {PREFIX_CHARS} characters, never a key.", field="prefix")
    return await ctx.read("users").fetch(KEYS_BY_PREFIX, beginning=prefix, length=len(prefix))


async def _add(rows: PartnersRepository, key: PartnerKey) -> None:
    await rows.add_key(key)
    if await rows.count_keys() > KEYS_MAX:
        raise TooLarge(f"The house keeps {KEYS_MAX} keys; revoke old ones.")


async def _get_key(rows: PartnersRepository, key_id: PartnerKeyId) -> PartnerKey:
    key = await rows.lock_key(key_id)
    if key is None:
        raise NotFound("There is no such key.", field="id")
    return key


def _make_secret(*, is_sandbox: bool) -> str:
    return (SANDBOX if is_sandbox else LIVE) + secrets.token_urlsafe(SECRET_BYTES)
