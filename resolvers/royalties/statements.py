"""What a payee earned, down to the plays."""

from db.read import fetch_one
from domain.ids import TrackId
from domain.pages import Page, PageRequest, after_text, build_page
from domain.royalties.records import Money, Play, Statement
from domain.royalties.rules import MINOR_UNITS_PER_MILLE, checked_period, period_of
from loaders.royalties import BALANCE_OF_ACCOUNT, PLAYS_OF_LINE, STATEMENT_LINES
from resolvers.context import RequestContext
from resolvers.royalties.accrual import payable_account


def royalty_terms() -> Money:
    """What a thousand plays earn; the same for everyone."""
    return Money(MINOR_UNITS_PER_MILLE)


async def find_statement(ctx: RequestContext, period: str) -> Statement | None:
    """The viewer's statement of a month; None for nobody.

    Raises:
        BadInput: `period` is not written like 2026-01.
    """
    checked = checked_period(period)
    if ctx.viewer.user_id is None:
        return None
    lines = await ctx.read("royalties").fetch(
        STATEMENT_LINES, account=payable_account(ctx.viewer.user_id), period=checked
    )
    return Statement(payee_id=ctx.viewer.user_id, period=checked, lines=tuple(lines))


async def find_current_statement(ctx: RequestContext) -> Statement | None:
    """The viewer's statement of the month we are in; None for nobody."""
    return await find_statement(ctx, period_of(ctx.clock.now()))


async def list_plays(
    ctx: RequestContext, statement: Statement, track_id: TrackId, page: PageRequest
) -> Page[Play]:
    """The plays that a statement's line was paid for."""
    rows = await ctx.read("royalties").fetch(
        PLAYS_OF_LINE,
        account=payable_account(statement.payee_id),
        period=statement.period,
        track_id=track_id,
        after=after_text(page),
        limit=page.first + 1,
    )
    return build_page(rows, page, lambda play: (play.play_id,))


async def find_balance(ctx: RequestContext) -> Money | None:
    """What we owe the viewer; None for nobody."""
    if ctx.viewer.user_id is None:
        return None
    found = await fetch_one(
        ctx.read("royalties"), BALANCE_OF_ACCOUNT, account=payable_account(ctx.viewer.user_id)
    )
    return Money(0 if found is None else found.balance)
