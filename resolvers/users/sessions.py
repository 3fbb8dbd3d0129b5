"""Log-in, renewal and log-out."""

import asyncio
import hashlib
import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import timedelta

from db.read import fetch_one
from db.repositories.users import UsersRepository
from domain.ids import SessionId, new_id
from domain.ports import AccessClaims
from domain.rate_limits import Quota, require_token
from domain.users.records import Account, Session, SessionState
from domain.users.rules import normal_email
from domain.viewer import Viewer
from errors import BadInput, SessionEnded, Unauthenticated, WrongCredentials
from loaders.users import ACCOUNT_BY_EMAIL, SESSION_STATE_BY_ID, SessionStateById
from resolvers.context import RequestContext, UseCaseContext

LOG_IN_TRIES = Quota(name="account", tokens=10, seconds=300)
"""Guesses at one account's password, wherever they come from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedIn:
    """What a log-in or a renewal hands out."""

    account: Account
    access_token: str
    refresh_token: str


async def log_in(ctx: UseCaseContext, *, email: str, password: str) -> LoggedIn:
    """Open a session.

    Raises:
        WrongCredentials: no account with this e-mail and password.
        RateLimited: too many tries failed for this e-mail.
    """
    buckets, who = ctx.ports.buckets, _hash(email.strip().lower())
    if buckets is not None:
        await require_token(buckets, LOG_IN_TRIES, who)
    account = await _find_account(ctx, email)
    encoded = None if account is None else account.password_hash
    if not await ctx.ports.passwords.verify(encoded, password) or account is None:
        raise WrongCredentials("E-mail and password do not match.", field="password")
    if buckets is not None:
        await buckets.forget(LOG_IN_TRIES, who)  # only tries that fail count
    return await open_session(ctx, account)


async def open_session(ctx: UseCaseContext, account: Account) -> LoggedIn:
    """Open a session for an account that has proven who it is."""
    secret = secrets.token_urlsafe(32)
    now = ctx.clock.now()
    session = Session(
        id=SessionId(new_id()),
        user_id=account.id,
        refresh_hash=_hash(secret),
        created_at=now,
        expires_at=now + timedelta(seconds=ctx.limits.refresh_token_seconds),
        revoked_at=None,
    )
    async with ctx.unit_of_work(UsersRepository) as uow:
        await uow.rows.add_session(session)
        await uow.commit()
    return _logged_in(ctx, account, session, secret)


async def renew_session(ctx: UseCaseContext, *, refresh_token: str) -> LoggedIn:
    """Trade a refresh token for new tokens; a token used before ends its whole session.

    Raises:
        SessionEnded: the token is unknown, used, revoked or too old.
    """
    session_id, _, secret = refresh_token.partition(".")
    if not session_id.isprintable():
        raise SessionEnded("This is no token of ours; log in again.")
    fresh = secrets.token_urlsafe(32)
    now = ctx.clock.now()
    async with ctx.unit_of_work(UsersRepository) as uow:
        session = await uow.rows.lock_session(SessionId(session_id))
        if session is None or session.revoked_at is not None or session.expires_at <= now:
            raise SessionEnded("This session has ended; log in again.")
        if not hmac.compare_digest(session.refresh_hash, _hash(secret)):
            await uow.rows.revoke_session(session.id, now)
            await uow.commit()
            raise SessionEnded("This token was used before; log in again.")
        account = await uow.rows.lock_account(session.user_id)
        assert account is not None, "sessions go with their account"
        renewed = replace(
            session,
            refresh_hash=_hash(fresh),
            expires_at=now + timedelta(seconds=ctx.limits.refresh_token_seconds),
        )
        await uow.rows.save_session(renewed)
        await uow.commit()
    return _logged_in(ctx, account, renewed, fresh)


async def log_out(ctx: RequestContext) -> bool:
    """End the viewer's session at once; False when there was none."""
    if ctx.viewer.session_id is None:
        return False
    async with ctx.unit_of_work(UsersRepository) as uow:
        await uow.rows.revoke_session(ctx.viewer.session_id, ctx.clock.now())
        await uow.commit()
    return True


async def identify(ctx: UseCaseContext, access_token: str) -> Viewer:
    """Who an access token speaks for; its session must still be open.

    Raises:
        Unauthenticated: the token is not a valid one of ours, or as `require_open_session`.
    """
    claims = ctx.ports.tokens.verify(access_token, ctx.clock.now())
    viewer = Viewer(
        user_id=claims.user_id,
        session_id=claims.session_id,
        roles=claims.roles,
        expires_at=claims.expires_at,
    )
    await require_open_session(ctx, viewer)
    return viewer


def seconds_left(ctx: RequestContext) -> float | None:
    """How long the viewer's access token is good yet; None where there is none."""
    ends_at = ctx.viewer.expires_at
    return None if ends_at is None else (ends_at - ctx.clock.now()).total_seconds()


async def require_open_session(ctx: UseCaseContext, viewer: Viewer) -> None:
    """Whoever logged in has not logged out since; asked again while something is streamed.

    Raises:
        Unauthenticated: the viewer's session was ended, or the account has other roles now.
    """
    if viewer.session_id is None:
        return
    session = await fetch_one(ctx.read("users"), SESSION_STATE_BY_ID, id=viewer.session_id)
    _require_open(session, viewer)


class OpenSessions:
    """Asks of many viewers whether they have logged out, with one statement for each turn.

    A live event is told to many at once, and each of them is asked for. Nobody is told what was
    read before they asked: the loader of a turn is given up before it reads.
    """

    def __init__(self, ctx: UseCaseContext) -> None:
        self._read = ctx.read("users")
        self._loader: SessionStateById | None = None

    async def require_open(self, viewer: Viewer) -> None:
        """As `require_open_session`."""
        if viewer.session_id is None:
            return
        if self._loader is None:
            self._loader = SessionStateById(self._read)
            asyncio.get_running_loop().call_soon(self._end_turn)
        _require_open(await self._loader.load(viewer.session_id), viewer)

    def _end_turn(self) -> None:
        self._loader = None


def _require_open(session: SessionState | None, viewer: Viewer) -> None:
    if session is None or session.revoked_at is not None:
        raise Unauthenticated("This session has ended; log in again.")
    if viewer.roles.symmetric_difference(session.roles):
        raise Unauthenticated("The account's roles have changed; renew the token.")


async def _find_account(ctx: UseCaseContext, email: str) -> Account | None:
    """The account of an address; None also for what is no address, since nobody has it."""
    try:
        address = normal_email(email)
    except BadInput:
        return None
    return await fetch_one(ctx.read("users"), ACCOUNT_BY_EMAIL, email=address)


def _logged_in(ctx: UseCaseContext, account: Account, session: Session, secret: str) -> LoggedIn:
    claims = AccessClaims(
        user_id=account.id,
        session_id=session.id,
        roles=account.role_set,
        expires_at=ctx.clock.now() + timedelta(seconds=ctx.limits.access_token_seconds),
    )
    return LoggedIn(
        account=account,
        access_token=ctx.ports.tokens.issue(claims),
        refresh_token=f"{session.id}.{secret}",
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
