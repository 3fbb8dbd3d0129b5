"""How much an account may keep: exact, also when many ask at once."""

import asyncio
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.ids import UserId
from domain.media.upload_records import StorageUse
from domain.media.upload_rules import require_room
from domain.viewer import ANONYMOUS
from errors import (
    BadInput,
    Conflict,
    DuplicateFile,
    Forbidden,
    NotFound,
    StorageQuotaExceeded,
    Unauthenticated,
)
from resolvers.media.storage_room import get_my_storage, set_storage_limit
from resolvers.media.uploads import NewTrack, receive_file, renew_upload, upload_track
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.unit.resolvers.media.imports import all_tracks


def limited(ctx, limit_bytes: int):
    return replace(ctx, limits=replace(ctx.limits, storage_bytes_max=limit_bytes))


def a_file(size_bytes: int, **changes) -> NewTrack:
    return NewTrack(file_name="a.flac", size_bytes=size_bytes, **changes)


async def receive(ctx, track, hash_text: str, size_bytes: int):
    return await receive_file(
        ctx,
        track.id,
        source_key=f"originals/{hash_text}",
        source_hash=hash_text,
        source_bytes=size_bytes,
    )


async def test_an_upload_reserves_its_room_and_a_file_uses_what_it_needs(as_viewer) -> None:
    ctx = limited(as_viewer(ANNA), 1_000)
    upload = await upload_track(ctx, a_file(600))
    reserved = await get_my_storage(ctx)

    await receive(ctx, upload.track, "one", 500)

    assert reserved == StorageUse(used_bytes=0, reserved_bytes=600, limit_bytes=1_000)
    assert await get_my_storage(ctx) == StorageUse(
        used_bytes=500, reserved_bytes=0, limit_bytes=1_000
    )


async def test_what_does_not_fit_is_refused_with_its_figures_and_leaves_no_trace(
    as_viewer,
) -> None:
    ctx = limited(as_viewer(ANNA), 1_000)
    await upload_track(ctx, a_file(600))

    with pytest.raises(StorageQuotaExceeded) as refusal:
        await upload_track(ctx, a_file(401))

    assert refusal.value.details == {
        "field": "sizeBytes",
        "used": 0,
        "reserved": 600,
        "limit": 1_000,
    }
    assert len(await all_tracks(ctx)) == 1
    assert (await upload_track(ctx, a_file(400))).track is not None


async def test_uploads_that_come_at_once_never_take_more_than_there_is(as_viewer) -> None:
    ctx = limited(as_viewer(ANNA), 1_000)

    answers = await asyncio.gather(
        *(upload_track(ctx, a_file(300)) for _ in range(8)), return_exceptions=True
    )

    refused = [each for each in answers if isinstance(each, StorageQuotaExceeded)]
    assert len(refused) == 5
    assert (await get_my_storage(ctx)).reserved_bytes == 900


async def test_a_file_that_items_share_counts_once_for_each_owner(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(
        ctx,
        a_track("1", source_hash="same", source_bytes=700),
        a_track("2", source_hash="same", source_bytes=700),
        a_track("3", source_hash="other", source_bytes=50),
        a_track("4", source_hash="same", source_bytes=700, owner_id=UserId("ben")),
    )

    assert (await get_my_storage(ctx)).used_bytes == 750
    assert (await get_my_storage(as_viewer(BEN))).used_bytes == 700


async def test_room_is_free_again_when_an_upload_expires(as_viewer, outside) -> None:
    ctx = as_viewer(ANNA)
    await upload_track(ctx, a_file(600))

    outside.clock.advance(seconds=ctx.limits.upload_seconds)

    assert (await get_my_storage(ctx)).reserved_bytes == 0


async def test_a_file_that_no_longer_fits_is_refused_when_it_comes(as_viewer, outside) -> None:
    ctx = limited(as_viewer(ANNA), 1_000)
    late = await upload_track(ctx, a_file(600))
    outside.clock.advance(seconds=ctx.limits.upload_seconds)
    await upload_track(ctx, a_file(900))

    with pytest.raises(StorageQuotaExceeded):
        await receive(ctx, late.track, "late", 600)

    assert (await get_my_storage(ctx)).used_bytes == 0


async def test_a_file_that_its_owner_has_already_is_refused_by_name(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, a_track("1", source_hash="same"))
    upload = await upload_track(ctx, a_file(600))

    with pytest.raises(DuplicateFile) as refusal:
        await receive(ctx, upload.track, "same", 600)

    assert refusal.value.details["original"] == "Track:1"


@pytest.mark.parametrize(
    ("_case", "track"),
    [
        ("somebody else's is nobody's business", a_track("1", owner_id=UserId("ben"))),
        ("one that failed is no use", a_track("1", state="FAILED")),
    ],
)
async def test_only_what_its_owner_can_use_makes_a_duplicate(_case, track, as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, replace(track, source_hash="same"))
    upload = await upload_track(ctx, a_file(600))

    received, _ = await receive(ctx, upload.track, "same", 600)

    assert received.source_hash == "same"


async def test_an_upload_is_renewed_in_place_of_the_older_one(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    first = await upload_track(ctx, a_file(600))

    renewed = [await renew_upload(ctx, first.track.id, 900) for _ in range(2)]

    assert [each.track for each in renewed] == [first.track] * 2
    assert len({first.tus_url, *(each.tus_url for each in renewed)}) == 3
    assert (await get_my_storage(ctx)).reserved_bytes == 900


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("anonymous", ANONYMOUS, NotFound),
        ("a stranger learns nothing of a draft", BEN, NotFound),
        ("a moderator neither", MODERATOR, NotFound),
        ("an admin sees it, but it is not theirs", ADMIN, Forbidden),
    ],
)
async def test_only_the_owner_renews_an_upload(_case, viewer, refusal, as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, a_draft("1"))

    with pytest.raises(refusal):
        await renew_upload(as_viewer(viewer), a_draft("1").id, 600)

    assert (await get_my_storage(ctx)).reserved_bytes == 0


@pytest.mark.parametrize(
    ("_case", "size", "track", "refusal"),
    [
        ("an empty file", 0, a_draft("1"), BadInput),
        ("a track that has its file", 1, a_track("1"), Conflict),
    ],
)
async def test_a_bad_renewal_leaves_no_trace(_case, size, track, refusal, as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep_tracks(ctx, track)

    with pytest.raises(refusal):
        await renew_upload(ctx, track.id, size)

    assert (await get_my_storage(ctx)).reserved_bytes == 0


async def test_an_admin_gives_an_account_its_own_limit_and_takes_it_back(as_viewer) -> None:
    admin, anna = as_viewer(ADMIN), limited(as_viewer(ANNA), 1_000)
    for _ in range(2):
        await set_storage_limit(admin, UserId("anna"), 50)
    smaller = await get_my_storage(anna)

    await set_storage_limit(admin, UserId("anna"), None)

    assert smaller.limit_bytes == 50
    assert (await get_my_storage(anna)).limit_bytes == 1_000


@pytest.mark.parametrize(
    ("_case", "viewer", "limit", "refusal"),
    [
        ("anonymous", ANONYMOUS, 1, Unauthenticated),
        ("a listener", BEN, 1, Forbidden),
        ("the owner", ANNA, 1, Forbidden),
        ("a moderator", MODERATOR, 1, Forbidden),
        ("less than nothing", ADMIN, -1, BadInput),
        ("more than a number holds", ADMIN, 2**53 + 1, BadInput),
    ],
)
async def test_a_refused_limit_changes_nothing(_case, viewer, limit, refusal, as_viewer) -> None:
    with pytest.raises(refusal):
        await set_storage_limit(as_viewer(viewer), UserId("anna"), limit)

    ctx = as_viewer(ANNA)
    assert (await get_my_storage(ctx)).limit_bytes == ctx.limits.storage_bytes_max


async def test_nobody_has_no_room(as_viewer) -> None:
    with pytest.raises(Unauthenticated):
        await get_my_storage(as_viewer())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(used=st.integers(0, 100), reserved=st.integers(0, 100), more=st.integers(0, 100))
def test_room_is_given_up_to_the_limit_and_not_a_byte_beyond(used, reserved, more) -> None:
    use = StorageUse(used_bytes=used, reserved_bytes=reserved, limit_bytes=150)

    if more and used + reserved + more > 150:
        with pytest.raises(StorageQuotaExceeded):
            require_room(use, more)
    else:
        require_room(use, more)
