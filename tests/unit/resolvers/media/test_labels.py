"""Genres are proposed and decided, things are sorted and credited: by whom, twice, and wrongly."""

from dataclasses import replace

import pytest

from domain.ids import ArtistId, CategoryId, GenreId, PlayableKey, PlayableKind
from domain.media.contributors import Contributor, ContributorRole, Credit
from domain.media.labels import GenreState
from domain.messages.events import AlbumChanged, TrackChanged
from domain.pages import PageRequest, page_request
from domain.viewer import ANONYMOUS
from errors import BadIdentifier, BadInput, Conflict, Forbidden, NotFound, TooLarge, Unauthenticated
from resolvers.media import categories, genres, labelling
from resolvers.media.editing import update_track
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, an_album, keep_tracks
from tests.unit.resolvers.media.outbox import events_of

KEY = PlayableKey(PlayableKind.TRACK, a_track().id)
WHOLE = PageRequest(first=50)
PIANO = Credit(role=ContributorRole.INSTRUMENTALIST, name=" Ida Ek ", instrument="Piano")


@pytest.mark.parametrize(
    ("viewer", "proposes", "sorts"),
    [
        (ANONYMOUS, Unauthenticated, Unauthenticated),
        (BEN, Forbidden, Forbidden),
        (ANNA, None, Forbidden),
        (MODERATOR, None, None),
        (ADMIN, None, None),
    ],
)
async def test_creators_propose_and_moderators_sort(viewer, proposes, sorts, as_viewer) -> None:
    genre = await genres.propose_genre(as_viewer(ANNA), "Dub", None)
    ctx = as_viewer(viewer)
    proposals = [lambda: genres.propose_genre(ctx, "Ambient", None)]
    decisions = [
        lambda: genres.decide_genre(ctx, genre.id, GenreState.APPROVED),
        lambda: categories.create_category(ctx, "Calm", ""),
        lambda: categories.update_category(ctx, CategoryId("none"), name="A", description=None),
    ]

    for refusal, calls in ((proposes, proposals), (sorts, decisions)):
        for call in calls:
            if refusal is None:
                try:
                    await call()
                except NotFound:  # the category that is not there
                    continue
            else:
                with pytest.raises(refusal):
                    await call()


@pytest.mark.parametrize(
    ("viewer", "is_public", "refusal"),
    [
        (ANONYMOUS, True, Unauthenticated),
        (BEN, False, NotFound),
        (BEN, True, Forbidden),
        (MODERATOR, False, NotFound),
        (ADMIN, True, Forbidden),
        (ANNA, False, None),
    ],
)
async def test_only_who_edits_a_thing_sorts_and_credits_it(
    viewer, is_public, refusal, as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track() if is_public else a_draft())
    before = await events_of(databases, "media")
    ctx = as_viewer(viewer)
    calls = [
        lambda: labelling.set_categories(ctx, KEY, []),
        lambda: labelling.set_contributors(ctx, "Track", KEY.id, [PIANO]),
    ]

    for call in calls:
        if refusal is None:
            await call()
        else:
            with pytest.raises(refusal):
                await call()
    if refusal is not None:
        assert await events_of(databases, "media") == before


async def test_a_genre_is_found_by_what_tracks_call_it(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    words = ("Hip Hop", "hip-hop", "HIPHOP", "Noise", "unheard of")
    tracks = [a_track(f"t{n}", genre=word) for n, word in enumerate(words)]
    hip_hop = await genres.propose_genre(anna, "Hip-Hop", None)
    joined = await genres.propose_genre(anna, "Hiphop", None)
    await genres.propose_genre(anna, "Noise", None)
    assert await genres.genres_of(anna, tracks) == [None] * 5

    await genres.decide_genre(mia, hip_hop.id, GenreState.APPROVED)
    await genres.decide_genre(mia, joined.id, GenreState.MERGED, into_id=hip_hop.id)

    found = await genres.genres_of(as_viewer(ANNA), [*tracks, replace(tracks[0], genre=None)])
    assert [each and each.name for each in found] == ["Hip-Hop"] * 3 + [None] * 3


async def test_names_lead_to_the_last_genre_in_one_step(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    one, two, three = [await genres.propose_genre(anna, name, None) for name in ("A", "B", "C")]
    for each in (two, three):
        await genres.decide_genre(mia, each.id, GenreState.APPROVED)

    await genres.decide_genre(mia, one.id, GenreState.MERGED, into_id=two.id)
    await genres.decide_genre(mia, two.id, GenreState.MERGED, into_id=three.id)

    (found,) = await genres.genres_of(as_viewer(ANNA), [a_track(genre="A")])
    assert found is not None
    assert found.id == three.id


async def test_what_is_proposed_or_decided_twice_is_so_once(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    genre = await genres.propose_genre(anna, "Drone", None)
    approved = await genres.decide_genre(mia, genre.id, GenreState.APPROVED)

    assert await genres.propose_genre(anna, " drone ", None) == approved
    assert await genres.decide_genre(mia, genre.id, GenreState.APPROVED) == approved
    with pytest.raises(Conflict):
        await genres.decide_genre(mia, genre.id, GenreState.REJECTED, reason="No.")
    with pytest.raises(Conflict):
        await genres.decide_genre(mia, genre.id, GenreState.MERGED, into_id=genre.id)
    with pytest.raises(NotFound):
        await genres.decide_genre(mia, GenreId("none"), GenreState.APPROVED)
    with pytest.raises(BadInput):
        await genres.propose_genre(anna, " – ", None)


async def test_only_moderators_see_what_is_not_approved(as_viewer) -> None:
    for name in ("Skiffle", "Dub", "Ambient"):
        await genres.propose_genre(as_viewer(ANNA), name, None)

    async def names(viewer, state: GenreState, page: PageRequest = WHOLE) -> list[str]:
        found = await genres.list_genres(as_viewer(viewer), state, page)
        return [each.name for each in found.nodes]

    assert await names(ANNA, GenreState.PROPOSED) == []
    assert await names(MODERATOR, GenreState.PROPOSED) == ["Ambient", "Dub", "Skiffle"]
    first = await genres.list_genres(
        as_viewer(MODERATOR), GenreState.PROPOSED, page_request(2, None)
    )
    rest = page_request(2, first.page_info.end_cursor)
    assert await names(MODERATOR, GenreState.PROPOSED, rest) == ["Skiffle"]


async def test_a_category_holds_what_the_viewer_may_see(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    await keep_tracks(anna, a_track("t1"), a_track("t2"), a_draft("t3"))
    calm = await categories.create_category(mia, "Calm", "To fall asleep by")
    for key in ("t1", "t2", "t3"):
        await labelling.set_categories(anna, PlayableKey(PlayableKind.TRACK, key), [calm.id])
    await labelling.set_categories(anna, PlayableKey(PlayableKind.TRACK, "t2"), [])

    async def shown(viewer) -> list[str]:
        page = await categories.list_category(as_viewer(viewer), calm.id, WHOLE)
        return [each.id for each in page.nodes]

    assert await shown(BEN) == ["t1"]
    assert await shown(ANNA) == ["t3", "t1"]
    assert await categories.create_category(mia, "calm".title(), "To fall asleep by") == calm
    with pytest.raises(Conflict):
        await categories.create_category(mia, "CALM", "")
    with pytest.raises(NotFound):
        await labelling.set_categories(anna, KEY, [CategoryId("none")])
    many = [CategoryId(str(number)) for number in range(6)]
    with pytest.raises(TooLarge):
        await labelling.set_categories(anna, KEY, many)


async def test_a_renamed_category_keeps_its_things(as_viewer) -> None:
    mia = as_viewer(MODERATOR)
    calm = await categories.create_category(mia, "Calm", "")
    loud = await categories.create_category(mia, "Loud", "")

    renamed = await categories.update_category(mia, calm.id, name="Quiet", description=None)

    assert (renamed.id, renamed.name) == (calm.id, "Quiet")
    with pytest.raises(Conflict):
        await categories.update_category(mia, loud.id, name="quiet", description=None)


async def test_what_has_a_tag_is_found_whatever_its_case_and_accents(as_viewer) -> None:
    anna = as_viewer(ANNA)
    await keep_tracks(anna, a_track("t1"), a_track("t2"))
    version = 1
    for tags in (["Rêverie", "#reverie", "night"], ["Rêverie"]):
        saved = await update_track(anna, a_track("t1").id, {"tags": tags}, version=version)
        version = saved.version

    async def tagged(tag: str) -> list[str]:
        return [each.id for each in (await categories.list_tagged(anna, tag, WHOLE)).nodes]

    assert saved.tags == ["Rêverie"]
    assert (await tagged("REVERIE"), await tagged("night")) == (["t1"], [])
    many = [f"tag {number}" for number in range(31)]
    with pytest.raises(BadInput):
        await update_track(anna, a_track("t2").id, {"tags": many}, version=1)


async def test_credits_are_kept_in_their_order_and_told_of(as_viewer, databases) -> None:
    anna = as_viewer(ANNA)
    await keep_tracks(anna, a_track())
    singer = Credit(
        role=ContributorRole.VOCALIST,
        name="Ann",
        artist_id=a_track().artist_id,
        ipi="45620792",
        isni="0000 0001 2103 2683",
    )

    await labelling.set_contributors(anna, "Track", KEY.id, [singer, PIANO, singer])
    await labelling.set_contributors(anna, "Album", an_album().id, [PIANO])

    track, album = a_track(), an_album()
    (of_track,) = await labelling.contributors_of(as_viewer(), "Track", [track])
    (of_album,) = await labelling.contributors_of(as_viewer(), "Album", [album])
    expected = Contributor(
        subject=f"Track:{track.id}",
        place=0,
        role=ContributorRole.VOCALIST,
        name="Ann",
        artist_id=track.artist_id,
        instrument=None,
        ipi="00045620792",
        isni="0000000121032683",
    )
    assert of_track[0] == expected
    assert [(each.name, each.instrument) for each in (*of_track[1:], *of_album)] == [
        ("Ida Ek", "piano")
    ] * 2
    told = [event.name for event in await events_of(databases, "media")]
    assert told[-2:] == [TrackChanged.name, AlbumChanged.name]


async def test_credits_that_cannot_be_right_are_refused(as_viewer) -> None:
    anna = as_viewer(ANNA)
    await keep_tracks(anna, a_track())
    wrong = [
        (replace(PIANO, ipi="00045620793"), BadIdentifier),
        (replace(PIANO, isni="0000000121032684"), BadIdentifier),
        (replace(PIANO, name=" "), BadInput),
        (replace(PIANO, artist_id=ArtistId("nobody")), NotFound),
    ]

    for credit, refusal in wrong:
        with pytest.raises(refusal):
            await labelling.set_contributors(anna, "Track", KEY.id, [PIANO, credit])
    with pytest.raises(BadInput):
        await labelling.set_contributors(anna, "Artist", "artist-1", [PIANO])
    with pytest.raises(TooLarge):
        await labelling.set_contributors(anna, "Track", KEY.id, [PIANO] * 201)
    assert await labelling.contributors_of(anna, "Track", [a_track()]) == [[]]
