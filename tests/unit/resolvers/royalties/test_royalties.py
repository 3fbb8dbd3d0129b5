"""Splits, accruals and statements."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import func, select

from db.tables.royalties import ledger_entries, postings
from domain.ids import ArtistId, PlaybackSessionId, PlayId, TrackId, UserId
from domain.messages.events import PlayCounted, UserRegistered
from domain.pages import PageRequest, page_request
from domain.royalties.records import Share, Split
from domain.viewer import ANONYMOUS
from errors import BadInput, Conflict, NotFound, SplitNotWhole, Unauthenticated, UnknownPayee
from resolvers.royalties import accrual, splits, statements
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.social import a_track_change

TRACK = TrackId("t1")


def a_play(number: int, *, month: int = 1) -> PlayCounted:
    return PlayCounted(
        play_id=PlayId(f"play-{number:04d}"),
        session_id=PlaybackSessionId(f"session-{number}"),
        track_id=TRACK,
        artist_id=ArtistId("a1"),
        owner_id=ANNA.user_id,
        user_id=BEN.user_id,
        listened_ms=30_000,
        played_at=datetime(2026, month, 15, tzinfo=UTC),
        is_private=False,
    )


async def find_split(ctx) -> Split | None:
    (found,) = await splits.find_visible_splits(ctx, [TRACK])
    return found


def share(payee: str, points: int) -> Share:
    return Share(payee_id=UserId(payee), basis_points=points)


@pytest.fixture(autouse=True)
async def _known(as_viewer) -> None:
    await accrual.keep_track(as_viewer(), a_track_change("t1"))
    for name in ("anna", "ben", "mia"):
        await accrual.keep_payee(as_viewer(), UserRegistered(user_id=UserId(name), username=name))


async def ledger_sum(databases) -> tuple[int, int]:
    """The sum of all postings, and the number of entries whose own sum is not zero."""
    async with databases.of("royalties").engine.connect() as connection:
        total = (await connection.execute(select(func.sum(postings.c.amount)))).scalar()
        crooked = await connection.execute(
            select(ledger_entries.c.id)
            .join(postings, postings.c.entry_id == ledger_entries.c.id)
            .group_by(ledger_entries.c.id)
            .having(func.sum(postings.c.amount) != 0)
        )
        return int(total or 0), len(crooked.all())


async def test_a_thousand_plays_pay_four_dollars_to_the_last_cent(as_viewer, databases) -> None:
    await splits.set_split(
        as_viewer(ANNA), TRACK, [share("anna", 3334), share("ben", 3333), share("mia", 3333)]
    )

    for number in range(100):
        await accrual.accrue_play(as_viewer(), a_play(number))

    earned = {
        viewer.user_id: (await statements.find_statement(as_viewer(viewer), "2026-01")).total
        for viewer in (ANNA, BEN, MODERATOR)
    }
    assert {name: money.minor_units for name, money in earned.items()} == {
        "anna": 14,
        "ben": 13,
        "mia": 13,
    }
    assert await ledger_sum(databases) == (0, 0)


async def test_a_play_told_many_times_at_once_pays_once(as_viewer, databases) -> None:
    plays = [a_play(number) for number in range(10)] * 3

    await asyncio.gather(*(accrual.accrue_play(as_viewer(), play) for play in plays))

    assert (await statements.find_balance(as_viewer(ANNA))).minor_units == 4
    assert await ledger_sum(databases) == (0, 0)


async def test_a_statement_line_traces_back_to_its_plays(as_viewer) -> None:
    for number in range(6):
        await accrual.accrue_play(as_viewer(), a_play(number))

    statement = await statements.find_statement(as_viewer(ANNA), "2026-01")
    first = await statements.list_plays(as_viewer(ANNA), statement, TRACK, PageRequest(first=3))
    rest = await statements.list_plays(
        as_viewer(ANNA), statement, TRACK, page_request(3, first.page_info.end_cursor)
    )

    assert [(line.track_id, line.plays, line.earned) for line in statement.lines] == [(TRACK, 5, 2)]
    assert [play.play_id for play in first.nodes + rest.nodes] == [
        f"play-{number:04d}" for number in range(5)
    ]


async def test_a_fraction_of_a_cent_waits_for_the_next_month(as_viewer) -> None:
    for number in range(4):
        await accrual.accrue_play(as_viewer(), a_play(number, month=1))
    await accrual.accrue_play(as_viewer(), a_play(4, month=2))

    january = await statements.find_statement(as_viewer(ANNA), "2026-01")
    february = await statements.find_statement(as_viewer(ANNA), "2026-02")

    assert (january.total.minor_units, february.total.minor_units) == (1, 1)
    assert sum(line.plays for line in january.lines + february.lines) == 5


async def test_a_new_split_holds_from_the_next_accrual_on(as_viewer) -> None:
    for number in range(5):
        await accrual.accrue_play(as_viewer(), a_play(number))
    await splits.set_split(as_viewer(ANNA), TRACK, [share("ben", 10_000)])

    for number in range(5, 10):
        await accrual.accrue_play(as_viewer(), a_play(number))

    assert (await statements.find_balance(as_viewer(ANNA))).minor_units == 2
    assert (await statements.find_balance(as_viewer(BEN))).minor_units == 2


@pytest.mark.parametrize(
    ("_case", "shares", "refusal"),
    [
        ("they sum to less", [("anna", 5000), ("ben", 4999)], SplitNotWhole),
        ("they sum to more", [("anna", 10_001)], SplitNotWhole),
        ("nobody", [], BadInput),
        ("one payee twice", [("anna", 5000), ("anna", 5000)], BadInput),
        ("a negative share", [("anna", 10_001), ("ben", -1)], BadInput),
        ("an account that is not there", [("nobody", 10_000)], UnknownPayee),
    ],
)
async def test_a_split_that_is_no_whole_changes_nothing(_case, shares, refusal, as_viewer) -> None:
    with pytest.raises(refusal):
        await splits.set_split(
            as_viewer(ANNA), TRACK, [share(payee, points) for payee, points in shares]
        )

    assert (await find_split(as_viewer(ANNA))).version == 0


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody", ANONYMOUS, Unauthenticated),
        ("a stranger", BEN, NotFound),
        ("a moderator", MODERATOR, NotFound),
        ("the owner", ANNA, None),
        ("an admin", ADMIN, None),
    ],
)
async def test_who_may_set_a_split(_case, viewer, refusal, as_viewer) -> None:
    if refusal is not None:
        with pytest.raises(refusal):
            await splits.set_split(as_viewer(viewer), TRACK, [share("anna", 10_000)])
        return

    split = await splits.set_split(as_viewer(viewer), TRACK, [share("anna", 10_000)])

    assert split.version == 1


@pytest.mark.parametrize(
    ("_case", "viewer", "sees"),
    [
        ("nobody", ANONYMOUS, False),
        ("a stranger", MODERATOR, False),
        ("a payee", BEN, True),
        ("the owner", ANNA, True),
        ("an admin", ADMIN, True),
    ],
)
async def test_who_sees_a_split(_case, viewer, sees, as_viewer) -> None:
    await splits.set_split(as_viewer(ANNA), TRACK, [share("ben", 10_000)])

    found = await find_split(as_viewer(viewer))

    assert (found is not None) is sees


async def test_two_who_change_a_split_at_once_do_not_overwrite_each_other(as_viewer) -> None:
    await splits.set_split(as_viewer(ANNA), TRACK, [share("ben", 10_000)], expected_version=0)

    with pytest.raises(Conflict):
        await splits.set_split(as_viewer(ANNA), TRACK, [share("mia", 10_000)], expected_version=0)

    assert (await find_split(as_viewer(ANNA))).shares == (share("ben", 10_000),)


@pytest.mark.parametrize("period", ["2026", "2026-13", "2026-1", "January", ""])
async def test_a_period_that_is_no_month_is_refused(period, as_viewer) -> None:
    with pytest.raises(BadInput):
        await statements.find_statement(as_viewer(ANNA), period)
