"""Counted plays into the ledger, each once."""

from dataclasses import replace

from db.repositories.royalties import RoyaltiesRepository
from domain.ids import PlayableKind, UserId, new_id
from domain.messages.events import PlayCounted, TrackChanged, UserRegistered
from domain.royalties.records import (
    CURRENCY,
    EntryKind,
    KnownTrack,
    LedgerEntry,
    Play,
    Posting,
)
from domain.royalties.rules import accrued_by, period_of, share_accrual
from resolvers.context import UseCaseContext
from resolvers.royalties.splits import implicit_split

EXPENSE_ACCOUNT = f"platform:royalty-expense:{CURRENCY}"


def payable_account(payee_id: UserId) -> str:
    """The account that holds what we owe a payee."""
    return f"payee:{payee_id}:payable:{CURRENCY}"


async def keep_track(ctx: UseCaseContext, event: TrackChanged) -> None:
    """Take over media's newest word on a track."""
    async with ctx.unit_of_work(RoyaltiesRepository) as uow:
        await uow.rows.keep_track(
            KnownTrack(track_id=event.track_id, owner_id=event.owner_id, version=event.version)
        )
        await uow.commit()


async def keep_payee(ctx: UseCaseContext, event: UserRegistered) -> None:
    """Know a new account as one that can be paid."""
    async with ctx.unit_of_work(RoyaltiesRepository) as uow:
        await uow.rows.keep_payee(event.user_id)
        await uow.commit()


async def accrue_play(ctx: UseCaseContext, event: PlayCounted) -> None:
    """Let a play earn: post the whole units that the track's total has reached.

    Safe to run twice: a play is kept once, and counts, postings and the mark on the plays
    that were paid are one commit under the lock of the track's totals. What is no track earns
    nothing.
    """
    if event.kind is not PlayableKind.TRACK:
        return
    async with ctx.unit_of_work(RoyaltiesRepository) as uow:
        play = Play(
            play_id=event.play_id,
            track_id=event.track_id,
            played_at=event.played_at,
            entry_id=None,
        )
        totals = await uow.rows.lock_accrual(event.track_id)
        if not await uow.rows.add_play(play):
            return
        totals = replace(totals, plays=totals.plays + 1)
        amount = accrued_by(totals.plays) - totals.accrued
        if amount > 0:
            await _post(uow.rows, event, amount, ctx)
        await uow.rows.save_accrual(replace(totals, accrued=totals.accrued + amount))
        await uow.commit()


async def _post(
    rows: RoyaltiesRepository, event: PlayCounted, amount: int, ctx: UseCaseContext
) -> None:
    track = KnownTrack(track_id=event.track_id, owner_id=event.owner_id, version=0)
    split = await rows.find_split(event.track_id) or implicit_split(track)
    credited = await rows.credited(event.track_id, split.version)
    parts = share_accrual(
        amount,
        split.weights(),
        {payee: credited.get(payable_account(payee), 0) for payee in split.weights()},
    )
    entry = LedgerEntry(
        id=new_id(),
        kind=EntryKind.ACCRUAL,
        track_id=event.track_id,
        split_version=split.version,
        period=period_of(event.played_at),
        created_at=ctx.clock.now(),
    )
    lines = [Posting(entry_id=entry.id, account=EXPENSE_ACCOUNT, amount=-amount)]
    lines += [
        Posting(entry_id=entry.id, account=payable_account(payee), amount=part)
        for payee, part in parts.items()
        if part
    ]
    await rows.add_entry(entry, lines)
    await rows.settle_plays(event.track_id, entry.id)
