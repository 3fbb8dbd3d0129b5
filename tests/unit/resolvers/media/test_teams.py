"""A team sees, edits and lets go what its roles allow, until a member is removed."""

import pytest

from domain.media.teams import TeamRole
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, NotFound, TooLarge
from resolvers.media import albums, artists, deleting, editing, playables, releasing, teams, tracks
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, an_artist, keep
from tests.unit.resolvers.media.outbox import events_of

HIDDEN = {"released_at": None}
PAGE = page_request(50, None)


@pytest.fixture
async def label(as_viewer) -> None:
    """An artist of Anna's with drafts, and another one of hers that Ben has no part in."""
    ready = a_track("track-2", published_at=None)
    await keep(as_viewer(ANNA), an_artist(**HIDDEN), an_album(**HIDDEN), a_draft(), ready)
    foreign = an_album("album-9", artist_id="artist-9", **HIDDEN)
    other = a_draft("track-9", artist_id="artist-9", album_id="album-9")
    await keep(as_viewer(ANNA), an_artist("artist-9", **HIDDEN), foreign, other)


async def join(as_viewer, role: TeamRole | None) -> None:
    if role is not None:
        await teams.set_member(as_viewer(ANNA), an_artist().id, "ben", role)


DEEDS = {
    "see": lambda ctx: tracks.find_tracks(ctx, ["track-1"]),
    "edit a track": lambda ctx: editing.update_track(ctx, "track-1", {"title": "N"}, version=1),
    "edit an album": lambda ctx: editing.update_album(ctx, "album-1", {"title": "N"}, version=1),
    "edit an artist": lambda ctx: editing.update_artist(ctx, "artist-1", {"bio": "N"}, version=1),
    "make an album": lambda ctx: editing.create_album(ctx, "artist-1", {"title": "Another"}),
    "publish": lambda ctx: tracks.publish_track(ctx, "track-1"),
    "take back": lambda ctx: playables.unpublish(ctx, a_track("track-2").playable),
    "publish an album": lambda ctx: releasing.publish_album(ctx, "album-1", at=None),
    "take back an album": lambda ctx: releasing.unpublish_album(ctx, "album-1"),
    "delete a track": lambda ctx: deleting.delete_track(ctx, "track-1", version=None),
    "delete an album": lambda ctx: deleting.delete_album(ctx, "album-1", version=None),
    "delete the artist": lambda ctx: deleting.delete_artist(ctx, "artist-1", version=None),
    "say who is in": lambda ctx: teams.set_member(ctx, "artist-1", "mia", TeamRole.VIEWER),
}
EDITS = {"edit a track", "edit an album", "edit an artist", "make an album"}
RELEASES = {"publish", "take back", "publish an album", "take back an album"}
DELETIONS = {"delete a track", "delete an album"}


@pytest.mark.parametrize("deed", list(DEEDS))
@pytest.mark.parametrize(
    ("role", "allowed"),
    [
        (None, set()),
        (TeamRole.VIEWER, {"see"}),
        (TeamRole.EDITOR, {"see", *EDITS}),
        (TeamRole.MANAGER, {"see", *EDITS, *RELEASES, *DELETIONS}),
    ],
)
async def test_each_role_may_do_what_it_may(role, allowed, deed, label, as_viewer) -> None:
    await join(as_viewer, role)
    ctx = as_viewer(BEN)

    if deed == "see":
        assert (await DEEDS[deed](ctx) != [None]) is (deed in allowed)
    elif deed in allowed:
        await DEEDS[deed](ctx)
    else:
        with pytest.raises(NotFound if role is None else Forbidden):
            await DEEDS[deed](ctx)


async def test_what_a_team_has_is_among_what_its_members_have(label, as_viewer) -> None:
    await join(as_viewer, TeamRole.VIEWER)
    await keep(as_viewer(ADMIN), an_artist("artist-3", owner_id="ben", **HIDDEN))
    ctx = as_viewer(BEN)

    mine = await tracks.list_my_tracks(ctx, page_request(1, None))
    rest = await tracks.list_my_tracks(ctx, page_request(9, mine.page_info.end_cursor))
    my_artists = await teams.list_my_artists(ctx, PAGE)
    (of_artist,) = await tracks.list_tracks_of_artists(ctx, ["artist-1"], PAGE)
    (of_album,) = await albums.list_tracks_of_albums(ctx, ["album-1"], PAGE)
    (its_albums,) = await albums.list_albums_of_artists(ctx, ["artist-1"], PAGE)

    assert [each.id for each in mine.nodes + rest.nodes] == ["track-2", "track-1"]
    assert [each.id for each in my_artists.nodes] == ["artist-3", "artist-1"]
    assert {each.id for each in (*of_artist.nodes, *of_album.nodes)} == {"track-1", "track-2"}
    assert [each.id for each in its_albums.nodes] == ["album-1"]


async def test_another_artist_of_the_same_owner_stays_unknown(label, as_viewer) -> None:
    await join(as_viewer, TeamRole.MANAGER)
    ctx = as_viewer(BEN)

    assert await tracks.find_tracks(ctx, ["track-9"]) == [None]
    assert await albums.find_albums(ctx, ["album-9"]) == [None]
    assert await artists.find_artists(ctx, ["artist-9"]) == [None]
    (of_artist,) = await tracks.list_tracks_of_artists(ctx, ["artist-9"], PAGE)
    (of_album,) = await albums.list_tracks_of_albums(ctx, ["album-9"], PAGE)
    assert of_artist.nodes == of_album.nodes == []
    for touch in (
        lambda: editing.update_track(ctx, "track-9", {"title": "N"}, version=1),
        lambda: editing.update_track(ctx, "track-1", {}, version=1, album_id="album-9"),
        lambda: deleting.delete_album(ctx, "album-9", version=None),
    ):
        with pytest.raises(NotFound):
            await touch()


async def test_whoever_is_removed_is_a_stranger_with_the_next_request(label, as_viewer) -> None:
    await join(as_viewer, TeamRole.MANAGER)
    assert await tracks.find_tracks(as_viewer(BEN), ["track-1"]) != [None]

    for _twice in range(2):
        await teams.remove_member(as_viewer(ANNA), an_artist().id, "ben")

    ctx = as_viewer(BEN)
    assert await tracks.find_tracks(ctx, ["track-1"]) == [None]
    assert (await tracks.list_my_tracks(ctx, PAGE)).nodes == []
    assert (await teams.list_my_artists(ctx, PAGE)).nodes == []
    with pytest.raises(NotFound):
        await editing.update_track(ctx, "track-1", {"title": "N"}, version=1)


async def test_a_member_leaves_and_changes_roles(label, as_viewer, databases) -> None:
    await join(as_viewer, TeamRole.VIEWER)
    told = await events_of(databases, "media")
    for _twice in range(2):
        await join(as_viewer, TeamRole.EDITOR)
    (team,) = await teams.teams_of_artists(as_viewer(BEN), [an_artist(**HIDDEN)])
    assert [(each.user_id, each.role) for each in team] == [("ben", TeamRole.EDITOR)]
    assert await teams.teams_of_artists(as_viewer(MODERATOR), [an_artist()]) == [[]]

    for _twice in range(2):
        assert await teams.remove_member(as_viewer(BEN), an_artist().id, "ben") is None

    assert await teams.teams_of_artists(as_viewer(ANNA), [an_artist()]) == [[]]
    assert await events_of(databases, "media") == told


async def test_a_team_has_bounds_and_no_owner_in_it(label, as_viewer, monkeypatch) -> None:
    with pytest.raises(BadInput):
        await teams.set_member(as_viewer(ANNA), an_artist().id, "anna", TeamRole.VIEWER)
    with pytest.raises(NotFound):
        await teams.set_member(as_viewer(ANONYMOUS), an_artist().id, "ben", TeamRole.VIEWER)
    monkeypatch.setattr("resolvers.media.teams.MEMBERS_MAX", 1)
    await join(as_viewer, TeamRole.VIEWER)
    with pytest.raises(TooLarge):
        await teams.set_member(as_viewer(ANNA), an_artist().id, "mia", TeamRole.VIEWER)
    await join(as_viewer, TeamRole.EDITOR)
    monkeypatch.setattr("resolvers.media.teams.TEAMS_MAX", 1)
    with pytest.raises(TooLarge):
        await teams.set_member(as_viewer(ANNA), "artist-9", "ben", TeamRole.VIEWER)
