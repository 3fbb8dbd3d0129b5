"""Making, finding and changing accounts."""

from collections.abc import Sequence
from dataclasses import replace

from db.repositories.users import UsersRepository
from domain.ids import UserId, new_id
from domain.messages.events import ProfileChanged, UserRegistered
from domain.policies.users import require_edit_profile
from domain.text import checked_text
from domain.users.records import Account, User
from domain.users.rules import (
    BIO_CHARS_MAX,
    NAME_CHARS_MAX,
    checked_password,
    normal_email,
    normal_username,
)
from domain.viewer import Role
from errors import NotFound
from resolvers.context import RequestContext, UseCaseContext


async def register_account(
    ctx: UseCaseContext,
    *,
    email: str,
    username: str,
    password: str,
    display_name: str | None = None,
    roles: tuple[Role, ...] = (Role.LISTENER,),
) -> Account:
    """Make an account.

    Raises:
        BadInput: a value is not of its form.
        EmailTaken, UsernameTaken: another account has it.
    """
    name = normal_username(username)
    account = Account(
        id=UserId(new_id()),
        email=normal_email(email),
        username=name,
        display_name=checked_text(
            display_name or name, field="displayName", chars_min=1, chars_max=NAME_CHARS_MAX
        ),
        bio="",
        password_hash=await ctx.ports.passwords.hash(checked_password(password)),
        roles=[role.value for role in roles],
        created_at=ctx.clock.now(),
    )
    async with ctx.unit_of_work(UsersRepository) as uow:
        await uow.rows.add_account(account)
        await uow.publish(UserRegistered(user_id=account.id, username=account.username))
        await uow.commit()
    return account


async def find_me(ctx: RequestContext) -> Account | None:
    """The viewer's own account; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    return await ctx.loaders.users.account_by_id.load(ctx.viewer.user_id)


async def find_user(ctx: RequestContext, user_id: UserId) -> User | None:
    """An account as others see it."""
    return await ctx.loaders.users.user_by_id.load(user_id)


async def find_users(ctx: RequestContext, user_ids: Sequence[UserId]) -> list[User | None]:
    """Accounts as others see them."""
    return await ctx.loaders.users.user_by_id.load_all(user_ids)


async def update_profile(
    ctx: RequestContext, *, display_name: str | None = None, bio: str | None = None
) -> Account:
    """Change the viewer's profile; what is None stays.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: a value is out of its bounds.
    """
    user_id = ctx.viewer.require_user_id()
    require_edit_profile(ctx.viewer, user_id)
    changes: dict[str, str] = {}
    if display_name is not None:
        changes["display_name"] = checked_text(
            display_name, field="displayName", chars_min=1, chars_max=NAME_CHARS_MAX
        )
    if bio is not None:
        changes["bio"] = checked_text(bio, field="bio", chars_max=BIO_CHARS_MAX)
    async with ctx.unit_of_work(UsersRepository) as uow:
        account = await uow.rows.lock_account(user_id)
        if account is None:
            raise NotFound("This account is gone.")
        changed = replace(account, **changes)  # type: ignore[arg-type]
        await uow.rows.save_account(changed)
        await uow.publish(ProfileChanged(user_id=user_id))
        await uow.commit()
    ctx.loaders.users.user_by_id.clear(user_id)
    ctx.loaders.users.account_by_id.clear(user_id)
    return changed
