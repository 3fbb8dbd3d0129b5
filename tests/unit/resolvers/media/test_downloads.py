"""What is kept on devices: who may, for how long, and what a device is told of it."""

from dataclasses import replace
from datetime import timedelta

import pytest

from db.repositories.media.catalogue import MediaRepository
from domain.ids import DeviceId, DownloadId, PlayableKey, PlayableKind, TrackId
from domain.media.downloads import OfflineChangeKind
from domain.media.entitlements import ENTITLEMENTS, ListenerPlan, UsualPlans
from domain.media.playback_records import DeviceKind
from domain.media.records import PlayableState
from domain.pages import PageRequest
from domain.viewer import ANONYMOUS
from errors import BadInput, NotFound, PlanLimitReached, TrackNotReady, Unauthenticated
from resolvers.media import devices, downloads
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_draft, a_track, keep_tracks

DAYS = 30
K = OfflineChangeKind


def key(name: str) -> PlayableKey:
    return PlayableKey(PlayableKind.TRACK, name)


@pytest.fixture(autouse=True)
async def tracks(as_viewer):
    some = [a_track(f"track-{number}") for number in range(1, 8)]
    await keep_tracks(as_viewer(ANNA), *some, a_draft("draft-1"))


@pytest.fixture
async def phone(as_viewer) -> DeviceId:
    return await a_device(as_viewer(BEN), "install-phone")


async def a_device(ctx, install: str) -> DeviceId:
    device = await devices.register_device(ctx, install, name=install, kind=DeviceKind.PHONE)
    return device.id


def on_plan(ctx, plan: ListenerPlan):
    usual = UsualPlans(account=plan, stranger=plan)
    return replace(ctx, limits=replace(ctx.limits, usual_plans=usual))


async def told(ctx, device_id, since=None, first=100) -> tuple[list[tuple[str, K]], str, bool]:
    page = await downloads.list_offline_changes(ctx, device_id, since, PageRequest(first=first))
    changes = [(each.download.playable.split(":")[1], each.kind) for each in page.changes]
    return changes, page.next, page.has_more


async def change_track(ctx, name: str, **changes) -> None:
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(TrackId(name))
        await uow.rows.save_track(replace(track, version=track.version + 1, **changes))
        await uow.commit()
    await downloads.mark_changed(ctx, key(name))


async def test_a_licence_says_until_when_and_where(as_viewer, outside, phone) -> None:
    ctx = as_viewer(BEN)

    licence = await downloads.download(ctx, key("track-1"), phone)

    assert licence.download.expires_at == outside.clock.now() + timedelta(days=DAYS)
    assert licence.url_expires_at == outside.clock.now() + timedelta(hours=1)
    assert licence.url.startswith("http://tutti.test/media/")
    assert licence.url.endswith("/master.m3u8")
    assert await told(as_viewer(BEN), phone) == ([("track-1", K.KEPT)], "1.0.", False)


async def test_downloading_twice_is_once_and_later_is_a_renewal(as_viewer, outside, phone) -> None:
    first = await downloads.download(as_viewer(BEN), key("track-1"), phone)
    again = await downloads.download(as_viewer(BEN), key("track-1"), phone)
    _, since, _ = await told(as_viewer(BEN), phone)

    outside.clock.advance(days=20)
    renewed = await downloads.download(as_viewer(BEN), key("track-1"), phone)

    assert again.download == first.download
    assert renewed.download.id == first.download.id
    assert renewed.download.expires_at == first.download.expires_at + timedelta(days=20)
    assert (await told(as_viewer(BEN), phone, since))[0] == [("track-1", K.KEPT)]


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody known", ANONYMOUS, Unauthenticated),
        ("the owner, onto somebody's device", ANNA, NotFound),
        ("an admin, onto somebody's device", ADMIN, NotFound),
        ("its listener", BEN, None),
    ],
)
async def test_only_onto_ones_own_device(_case, viewer, refusal, as_viewer, phone) -> None:
    ctx = as_viewer(viewer)
    if refusal is None:
        await downloads.download(ctx, key("track-1"), phone)
        return

    with pytest.raises(refusal):
        await downloads.download(ctx, key("track-1"), phone)
    with pytest.raises(refusal):
        await told(as_viewer(viewer), phone)

    assert (await told(as_viewer(BEN), phone))[0] == []


@pytest.mark.parametrize(
    ("name", "refusal"), [("draft-1", NotFound), ("none", NotFound), ("failed-1", TrackNotReady)]
)
async def test_only_what_one_may_hear(name, refusal, as_viewer, phone) -> None:
    await keep_tracks(
        as_viewer(BEN), a_draft("failed-1", owner_id=BEN.user_id, state=PlayableState.FAILED)
    )

    with pytest.raises(refusal):
        await downloads.download(as_viewer(BEN), key(name), phone)

    assert (await told(as_viewer(BEN), phone))[0] == []


async def test_a_plan_bounds_items_and_devices(as_viewer, outside, phone, monkeypatch) -> None:
    small = replace(ENTITLEMENTS[ListenerPlan.PREMIUM], downloads_max=3, devices_max=2)
    monkeypatch.setitem(ENTITLEMENTS, ListenerPlan.PREMIUM, small)
    tablet, car = [
        await a_device(as_viewer(BEN), name) for name in ("install-tablet", "install-car")
    ]

    async def keep(name: str, device: DeviceId):
        return await downloads.download(
            on_plan(as_viewer(BEN), ListenerPlan.PREMIUM), key(name), device
        )

    await keep("track-1", phone)
    second = await keep("track-1", tablet)
    with pytest.raises(PlanLimitReached):
        await keep("track-2", car)
    await keep("track-2", phone)
    with pytest.raises(PlanLimitReached):
        await keep("track-3", phone)
    await keep("track-2", phone)  # what is there may be renewed

    await downloads.remove_download(as_viewer(BEN), second.download.id)
    await keep("track-2", car)
    with pytest.raises(PlanLimitReached):
        await keep("track-3", phone)
    outside.clock.advance(days=DAYS)
    await keep("track-3", phone)


async def test_a_plan_without_downloads_has_none(as_viewer, phone) -> None:
    with pytest.raises(PlanLimitReached):
        await downloads.download(on_plan(as_viewer(BEN), ListenerPlan.FREE), key("track-1"), phone)


async def test_a_forgotten_device_keeps_nothing_and_takes_no_room(
    as_viewer, phone, monkeypatch
) -> None:
    small = replace(ENTITLEMENTS[ListenerPlan.PRO], devices_max=1)
    monkeypatch.setitem(ENTITLEMENTS, ListenerPlan.PRO, small)
    await downloads.download(as_viewer(BEN), key("track-1"), phone)
    tablet = await a_device(as_viewer(BEN), "install-tablet")

    await devices.forget_device(as_viewer(BEN), phone)

    with pytest.raises(NotFound):
        await told(as_viewer(BEN), phone)
    await downloads.download(as_viewer(BEN), key("track-1"), tablet)


async def test_a_delta_tells_what_is_new_changed_removed_and_expired(
    as_viewer, outside, phone
) -> None:
    kept = {}
    for number in range(1, 6):
        licence = await downloads.download(as_viewer(BEN), key(f"track-{number}"), phone)
        kept[number] = licence.download
    _, since, _ = await told(as_viewer(BEN), phone)
    assert (await told(as_viewer(BEN), phone, since))[0] == []

    await change_track(as_viewer(ANNA), "track-1", title="Another title")
    await change_track(as_viewer(ANNA), "track-2", published_at=None)
    await downloads.remove_download(as_viewer(BEN), kept[3].id)
    outside.clock.advance(days=2)
    await downloads.download(as_viewer(BEN), key("track-4"), phone)
    changes, since, _ = await told(as_viewer(BEN), phone, since)

    assert changes == [
        ("track-1", K.CHANGED),
        ("track-2", K.UNAVAILABLE),
        ("track-3", K.REMOVED),
        ("track-4", K.KEPT),
    ]
    assert (await told(as_viewer(BEN), phone, since))[0] == []

    outside.clock.advance(days=DAYS - 2)
    changes, since, _ = await told(as_viewer(BEN), phone, since)
    assert dict(changes)["track-5"] is K.EXPIRED
    assert "track-4" not in dict(changes)
    assert "track-3" not in dict(changes)
    assert (await told(as_viewer(BEN), phone, since))[0] == []

    await downloads.download(as_viewer(BEN), key("track-1"), phone)
    assert (await told(as_viewer(BEN), phone, since))[0] == [("track-1", K.KEPT)]


@pytest.mark.parametrize("first", [1, 2, 3, 100])
async def test_pages_of_a_delta_miss_nothing_that_changes_meanwhile(
    first, as_viewer, outside, phone
) -> None:
    for number in range(1, 6):
        await downloads.download(as_viewer(BEN), key(f"track-{number}"), phone)
        outside.clock.advance(seconds=1)
    outside.clock.advance(days=DAYS)
    await downloads.download(as_viewer(BEN), key("track-1"), phone)
    seen: dict[str, K] = {}
    since, has_more, turns = None, True, 0

    while has_more:
        changes, since, has_more = await told(as_viewer(BEN), phone, since, first)
        seen.update(changes)
        turns += 1
        if turns == 1:
            await downloads.download(as_viewer(BEN), key("track-2"), phone)
        assert turns < 30

    assert seen["track-1"] is K.KEPT
    assert {name: seen[name] for name in ("track-3", "track-4", "track-5")} == dict.fromkeys(
        ("track-3", "track-4", "track-5"), K.EXPIRED
    )
    rest, _, _ = await told(as_viewer(BEN), phone, since)
    assert {**seen, **dict(rest)}["track-2"] is K.KEPT


async def test_removing_twice_is_once_and_others_have_nothing_to_remove(as_viewer, phone) -> None:
    licence = await downloads.download(as_viewer(BEN), key("track-1"), phone)

    for viewer, refusal in ((ANNA, NotFound), (ADMIN, NotFound), (ANONYMOUS, Unauthenticated)):
        with pytest.raises(refusal):
            await downloads.remove_download(as_viewer(viewer), licence.download.id)
    removed = await downloads.remove_download(as_viewer(BEN), licence.download.id)
    again = await downloads.remove_download(as_viewer(BEN), licence.download.id)

    assert again == removed
    with pytest.raises(NotFound):
        await downloads.remove_download(as_viewer(BEN), DownloadId("none"))
    back = await downloads.download(as_viewer(BEN), key("track-1"), phone)
    assert back.download.removed_at is None


@pytest.mark.parametrize(
    "since", ["", "1", "1.2", "x.0.", "-1.0.", "1.x.", f"{1 << 62}.0.", f"0.{1 << 60}.", "٣.0."]
)
async def test_what_is_no_point_of_a_sync_is_refused(since, as_viewer, phone) -> None:
    with pytest.raises(BadInput):
        await told(as_viewer(BEN), phone, since)


async def test_marking_again_after_a_crash_does_no_harm(as_viewer, phone) -> None:
    await downloads.download(as_viewer(BEN), key("track-1"), phone)
    _, since, _ = await told(as_viewer(BEN), phone)

    for _ in range(2):
        await downloads.mark_changed(as_viewer(ANNA), key("track-1"))
    await downloads.mark_changed(as_viewer(ANNA), key("track-2"))

    assert (await told(as_viewer(BEN), phone, since))[0] == [("track-1", K.KEPT)]
