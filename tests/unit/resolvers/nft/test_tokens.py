"""Who may ask for a token, who sees which, and what is refused."""

from functools import partial

import pytest
from sqlalchemy import func, select

import resolvers.nft.tokens as tokens_module
from db.read import StatementCount
from db.tables.nft import mintable_tracks
from db.tables.nft import tokens as token_rows
from db.tables.platform import jobs
from domain.ids import TokenId, TrackId
from domain.nft.records import TokenState
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import (
    BadInput,
    EditionFull,
    Forbidden,
    NotFound,
    TrackNotReady,
    Unauthenticated,
)
from resolvers.nft import tokens
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, a_viewer
from tests.factories.nft import ALICE, a_track
from tests.unit.resolvers.nft.conftest import mint, read_token

ANNA_WHO_LISTENS = a_viewer("anna")


async def count(ctx, table) -> int:
    async with ctx.databases.of("nft").engine.connect() as connection:
        counted = await connection.execute(select(func.count()).select_from(table))
        return int(counted.scalar_one())


async def test_asking_for_a_token_leaves_a_row_and_a_job(ask, as_viewer) -> None:
    ctx = as_viewer(ANNA)

    token = await ask()

    assert await read_token(ctx, token) == token
    assert (token.state, token.receiver, token.creator_id) == (
        TokenState.PREPARED,
        ALICE,
        "anna",
    )
    async with ctx.databases.of("nft").engine.connect() as connection:
        job = (await connection.execute(select(jobs))).mappings().one()
    assert (job["id"], job["name"], job["queue"], job["owner_id"]) == (
        token.job_id,
        "nft.mint_token.v1",
        "chain",
        "anna",
    )


@pytest.mark.parametrize(
    ("_case", "viewer", "is_public", "refusal"),
    [
        ("nobody", ANONYMOUS, True, Unauthenticated),
        ("a stranger to a draft learns nothing", BEN, False, NotFound),
        ("a stranger", BEN, True, Forbidden),
        ("a moderator", MODERATOR, False, NotFound),
        ("an admin who does not own it", ADMIN, True, Forbidden),
        ("its owner who is no creator", ANNA_WHO_LISTENS, True, Forbidden),
    ],
)
async def test_only_a_creator_who_owns_the_track_may_mint(
    _case, viewer, is_public, refusal, as_viewer
) -> None:
    ctx = as_viewer(viewer)
    await tokens.keep_track(ctx, a_track(is_public=is_public))

    with pytest.raises(refusal):
        await tokens.mint_track(ctx, TrackId("track-1"), royalty_bps=0)

    assert (await count(ctx, token_rows), await count(ctx, jobs)) == (0, 0)


@pytest.mark.parametrize(
    ("_case", "terms", "code", "field"),
    [
        ("no address", {"receiver": "anna"}, "BAD_INPUT", "receiver"),
        ("nobody's address", {"receiver": "0x" + "00" * 20}, "BAD_INPUT", "receiver"),
        ("a typing error", {"receiver": ALICE.replace("cE", "Ce")}, "BAD_INPUT", "receiver"),
        ("a bad payee", {"royalty_receiver": "0x1"}, "BAD_INPUT", "royaltyReceiver"),
        ("less than nothing", {"royalty_bps": -1}, "BAD_INPUT", "royaltyBasisPoints"),
        ("too much", {"royalty_bps": 5_001}, "BAD_INPUT", "royaltyBasisPoints"),
    ],
)
async def test_terms_out_of_form_are_refused(_case, terms, code, field, ask, as_viewer) -> None:
    with pytest.raises(BadInput) as refusal:
        await ask(**terms)

    assert (refusal.value.code, refusal.value.details["field"]) == (code, field)
    assert await count(as_viewer(ANNA), jobs) == 0


async def test_a_track_without_audio_is_not_minted(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await tokens.keep_track(ctx, a_track(state="PROCESSING"))

    with pytest.raises(TrackNotReady):
        await tokens.mint_track(ctx, TrackId("track-1"), royalty_bps=0)

    assert await count(ctx, token_rows) == 0


async def test_an_unknown_track_is_not_found(as_viewer) -> None:
    with pytest.raises(NotFound):
        await tokens.mint_track(as_viewer(ANNA), TrackId("no-such"), royalty_bps=0)


async def test_an_edition_has_an_end(ask, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(tokens_module, "TOKENS_PER_TRACK_MAX", 2)
    await ask()
    await ask()

    with pytest.raises(EditionFull):
        await ask()

    assert await count(as_viewer(ANNA), token_rows) == 2


@pytest.mark.parametrize(
    ("_case", "viewer", "sees_prepared"),
    [
        ("nobody", ANONYMOUS, False),
        ("a stranger", BEN, False),
        ("who asked for it", ANNA, True),
        ("a moderator", MODERATOR, True),
        ("an admin", ADMIN, True),
    ],
)
async def test_a_token_is_seen_by_all_once_it_is_final(
    _case, viewer, sees_prepared, ask, as_viewer, chain
) -> None:
    token = await ask()

    before = await tokens.find_token(as_viewer(viewer), token.id)
    await mint(as_viewer(ANNA), chain, token)
    after = await tokens.find_token(as_viewer(viewer), token.id)

    assert (before is not None) is sees_prepared
    assert after is not None
    assert after.state is TokenState.FINAL


async def test_an_unknown_token_is_none(as_viewer) -> None:
    assert await tokens.find_token(as_viewer(ANNA), TokenId("none")) is None


async def test_my_tokens_are_mine_in_every_state_newest_first(ask, as_viewer, chain) -> None:
    asked = [await ask() for _ in range(3)]
    await mint(as_viewer(ANNA), chain, asked[0])

    first = await tokens.list_my_tokens(as_viewer(ANNA), page_request(2, None))
    cursor = first.page_info.end_cursor
    rest = await tokens.list_my_tokens(as_viewer(ANNA), page_request(2, cursor))
    stranger = await tokens.list_my_tokens(as_viewer(BEN), page_request(2, None))

    assert [token.id for token in first.nodes] == [asked[2].id, asked[1].id]
    assert [token.id for token in rest.nodes] == [asked[0].id]
    assert (first.page_info.has_next_page, rest.page_info.has_next_page) == (True, False)
    assert stranger.nodes == []
    assert await tokens.list_my_tokens(as_viewer(), page_request(2, None)) is None


async def test_a_tracks_tokens_are_those_on_the_chain_oldest_first(
    ask, as_viewer, chain, track
) -> None:
    asked = [await ask() for _ in range(4)]
    for token in asked[:3]:
        await mint(as_viewer(ANNA), chain, token)

    of_track = partial(tokens.list_tokens_of_tracks, as_viewer(), [track.track_id])
    (first,) = await of_track(page_request(2, None))
    (rest,) = await of_track(page_request(2, first.page_info.end_cursor))

    assert [token.id for token in first.nodes] == [asked[0].id, asked[1].id]
    assert [token.id for token in rest.nodes] == [asked[2].id]
    assert (first.page_info.has_next_page, rest.page_info.has_next_page) == (True, False)


async def test_the_tokens_of_a_hundred_tracks_are_one_statement(as_viewer) -> None:
    ctx = as_viewer(BEN)
    before = StatementCount.total

    pages = await tokens.list_tokens_of_tracks(
        ctx, [TrackId(f"track-{number}") for number in range(100)], page_request(10, None)
    )

    assert len(pages) == 100
    assert StatementCount.total - before == 1


async def test_an_older_version_of_a_track_changes_nothing(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await tokens.keep_track(ctx, a_track(version=2, title="New"))

    await tokens.keep_track(ctx, a_track(version=1, title="Old"))

    async with ctx.databases.of("nft").engine.connect() as connection:
        row = (await connection.execute(select(mintable_tracks))).mappings().one()
    assert (row["title"], row["version"]) == ("New", 2)
