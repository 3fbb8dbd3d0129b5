"""What is planned goes out once, at its instant; what is taken back is seen by nobody else."""

import asyncio
from datetime import timedelta

import pytest

from domain.media.availability import UnavailableReason
from domain.media.records import PlayableState
from domain.media.streams import StreamQuality
from domain.media.territories import Territories
from domain.messages.commands import ReleaseDue
from domain.messages.events import AlbumReleased, TrackChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Conflict, Forbidden, NotFound, TrackNotReady
from resolvers.media import albums, availability, deleting, editing, releasing, tracks
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep
from tests.patience import SECONDS_MAX
from tests.unit.resolvers.media.outbox import events_of, jobs_of

HIDDEN = {"released_at": None}
IN_AN_HOUR = timedelta(hours=1)


@pytest.fixture
async def drafts(as_viewer) -> None:
    """A ready album of two tracks that nobody has let go."""
    ready = [a_track(f"track-{n}", published_at=None) for n in (1, 2)]
    await keep(as_viewer(ANNA), an_artist(**HIDDEN), an_album(**HIDDEN), *ready)


async def seen(as_viewer) -> list[str]:
    ctx = as_viewer(BEN)
    found = await tracks.find_tracks(ctx, ["track-1", "track-2"])
    album = await albums.find_album(ctx, an_album().id)
    return [each.id for each in (*found, album) if each is not None]


async def test_a_planned_track_goes_out_once_at_its_instant(
    drafts, as_viewer, outside, databases
) -> None:
    at = outside.clock.now() + IN_AN_HOUR
    planned = await tracks.publish_track(as_viewer(ANNA), "track-1", at=at)
    again = await tracks.publish_track(as_viewer(ANNA), "track-1", at=at)
    (job,) = await jobs_of(databases, "media")
    assert (planned, planned.release_at, job.name) == (again, at, ReleaseDue.name)
    assert job.available_at.replace(tzinfo=at.tzinfo) == at

    outside.clock.advance(hours=1, microseconds=-1)
    await releasing.let_go_due(as_viewer())
    assert await seen(as_viewer) == []
    outside.clock.advance(microseconds=1)
    async with asyncio.timeout(SECONDS_MAX):
        await asyncio.gather(*(releasing.let_go_due(as_viewer()) for _worker in range(4)))

    assert await seen(as_viewer) == ["track-1", "album-1"]
    out = await tracks.find_track(as_viewer(BEN), "track-1")
    assert (out.published_at, out.release_at, out.version) == (at, None, 3)
    told = [event.name for event in await events_of(databases, "media")]
    assert (told.count(TrackChanged.name), told.count(AlbumReleased.name)) == (2, 1)


async def test_a_planned_album_takes_all_its_tracks_along_but_failed_ones(
    drafts, as_viewer, outside, databases
) -> None:
    ctx = as_viewer(ANNA)
    at = outside.clock.now() + IN_AN_HOUR
    await releasing.publish_album(ctx, an_album().id, at=at + IN_AN_HOUR)
    moved = await releasing.publish_album(ctx, an_album().id, at=at)
    assert moved.release_at == at
    await keep(ctx, a_track("track-3", published_at=None, state=PlayableState.FAILED))

    outside.clock.advance(hours=1)
    async with asyncio.timeout(SECONDS_MAX):
        await asyncio.gather(*(releasing.let_go_due(as_viewer()) for _worker in range(4)))

    assert await seen(as_viewer) == ["track-1", "track-2", "album-1"]
    assert (await albums.find_album(as_viewer(BEN), an_album().id)).release_at is None
    assert await tracks.find_track(as_viewer(BEN), "track-3") is None
    told = [event.name for event in await events_of(databases, "media")]
    assert (told.count(TrackChanged.name), told.count(AlbumReleased.name)) == (2, 1)


async def test_an_album_is_taken_back_and_let_go_again(drafts, as_viewer, databases) -> None:
    ctx = as_viewer(ANNA)

    await releasing.publish_album(ctx, an_album().id, at=None)
    assert await seen(as_viewer) == ["track-1", "track-2", "album-1"]
    with pytest.raises(Conflict):
        await releasing.publish_album(ctx, an_album().id, at=ctx.clock.now() + IN_AN_HOUR)
    for _twice in range(2):
        await releasing.unpublish_album(ctx, an_album().id)
    assert await seen(as_viewer) == []
    (of_artist,) = await albums.list_albums_of_artists(
        as_viewer(BEN), [an_artist().id], page_request(9, None)
    )
    assert of_artist.nodes == []
    for _twice in range(2):
        await releasing.publish_album(ctx, an_album().id, at=None)

    assert await seen(as_viewer) == ["track-1", "track-2", "album-1"]
    told = [event.name for event in await events_of(databases, "media")]
    assert (told.count(TrackChanged.name), told.count(AlbumReleased.name)) == (6, 1)


async def test_what_was_planned_is_taken_back_by_unpublishing_and_deleting(
    drafts, as_viewer, outside
) -> None:
    ctx = as_viewer(ANNA)
    at = outside.clock.now() + IN_AN_HOUR
    await tracks.publish_track(ctx, "track-1", at=at)
    await releasing.publish_album(ctx, an_album().id, at=at)
    await releasing.unpublish_album(ctx, an_album().id)
    await tracks.publish_track(ctx, "track-2", at=at)
    await deleting.delete_track(ctx, "track-2", version=None)

    outside.clock.advance(hours=1)
    await releasing.let_go_due(as_viewer())

    assert await seen(as_viewer) == []


async def test_an_album_without_tracks_or_with_a_failed_one_is_not_let_go(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await keep(ctx, an_artist(), an_album("album-2", **HIDDEN), an_album(**HIDDEN))
    await keep(ctx, a_track(published_at=None, state=PlayableState.FAILED))

    with pytest.raises(Conflict):
        await releasing.publish_album(ctx, an_album("album-2").id, at=None)
    with pytest.raises(TrackNotReady):
        await releasing.publish_album(ctx, an_album().id, at=None)
    with pytest.raises(TrackNotReady):
        await tracks.publish_track(ctx, "track-1", at=ctx.clock.now() + IN_AN_HOUR)
    with pytest.raises(BadInput):
        await tracks.publish_track(ctx, "track-1", at=ctx.clock.now() + timedelta(days=4_000))


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("anonymous", ANONYMOUS, NotFound),
        ("a stranger", BEN, NotFound),
        ("a moderator", MODERATOR, NotFound),
        ("an admin", ADMIN, Forbidden),
        ("the owner", ANNA, None),
    ],
)
async def test_only_the_owner_lets_go(_case, viewer, refusal, drafts, as_viewer, databases) -> None:
    ctx = as_viewer(viewer)
    at = ctx.clock.now() + IN_AN_HOUR
    for release in (
        lambda: tracks.publish_track(ctx, "track-1", at=at),
        lambda: releasing.publish_album(ctx, an_album().id, at=at),
        lambda: releasing.unpublish_album(ctx, an_album().id),
    ):
        if refusal is None:
            await release()
        else:
            with pytest.raises(refusal):
                await release()
    assert (await events_of(databases, "media") == []) is (refusal is not None)


async def test_a_track_is_heard_where_its_rights_hold(as_viewer) -> None:
    await keep(as_viewer(ANNA), an_artist(), an_album(), a_track(), a_draft("track-2"))
    rights = {"territories": Territories(includes=["de", "AT"])}
    track = await editing.update_track(as_viewer(ANNA), a_track().id, rights, version=1)

    def ctx_in(country, viewer=BEN):
        ctx = as_viewer(viewer)
        object.__setattr__(ctx, "country", country)
        return ctx

    for country, viewer, reason in (
        ("DE", BEN, None),
        ("US", BEN, UnavailableReason.TERRITORY),
        (None, ANONYMOUS, UnavailableReason.COUNTRY_UNKNOWN),
        ("US", ANNA, None),
        ("US", ADMIN, None),
    ):
        ctx = ctx_in(country, viewer)
        (stream,) = await availability.streams_of(ctx, [track], StreamQuality.HIGH)
        assert await availability.reasons_of(ctx, [track]) == [reason]
        assert (stream is None) is (reason is not None)
    with pytest.raises(availability.NotAvailableHere):
        await availability.require_available(ctx_in("US"), [track])
