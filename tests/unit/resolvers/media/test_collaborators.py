"""Who is let into playlists, by whom, and how they leave."""

import asyncio

import pytest

from domain.ids import InvitationId, UserId
from domain.media.playlists import rules
from domain.media.playlists.records import CollaboratorRole
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, NotFound, TooLarge, Unauthenticated
from resolvers.media import collaborators, playlists
from resolvers.media.collaborators import Offer
from tests.conftest import ADMIN, ANNA, BEN, a_viewer
from tests.factories.playlists import PUBLIC, a_playlist, let_in

EDITOR, VIEWER = CollaboratorRole.EDITOR, CollaboratorRole.VIEWER
CLEO = a_viewer("cleo")
ALL = page_request(100, None)


@pytest.fixture
async def made(as_viewer):
    return await a_playlist(as_viewer(ANNA), privacy=PUBLIC)


async def members(as_viewer, made) -> dict[str, CollaboratorRole]:
    (found,) = await collaborators.list_collaborators(as_viewer(ANNA), [made])
    return {each.user_id: each.role for each in found}


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("nobody", ANONYMOUS, Unauthenticated),
        ("a stranger", CLEO, Forbidden),
        ("an editor", BEN, Forbidden),
        ("an admin", ADMIN, Forbidden),
    ],
)
async def test_only_its_owner_lets_people_in(_case, viewer, refusal, made, as_viewer) -> None:
    await let_in(as_viewer(ANNA), as_viewer(BEN), made.id, EDITOR)
    ctx = as_viewer(viewer)

    for attempt in (
        collaborators.invite(ctx, made.id, Offer(role=EDITOR)),
        collaborators.set_role(ctx, made.id, UserId("ben"), VIEWER),
    ):
        with pytest.raises(refusal):
            await attempt

    assert await members(as_viewer, made) == {"ben": EDITOR}


async def test_an_offer_is_taken_by_whom_it_was_made_to(made, as_viewer) -> None:
    offer = Offer(role=EDITOR, user_id=UserId("ben"))
    invited = await collaborators.invite(as_viewer(ANNA), made.id, offer)
    assert invited.token is None
    (waiting,) = (await collaborators.list_my_invitations(as_viewer(BEN), ALL)).nodes
    assert waiting.id == invited.invitation.id

    with pytest.raises(NotFound):
        await collaborators.accept_invitation(as_viewer(CLEO), waiting.id)
    await collaborators.accept_invitation(as_viewer(BEN), waiting.id)
    with pytest.raises(NotFound):
        await collaborators.accept_invitation(as_viewer(BEN), waiting.id)

    assert await members(as_viewer, made) == {"ben": EDITOR}
    assert (await collaborators.list_my_invitations(as_viewer(BEN), ALL)).nodes == []


async def test_a_link_lets_in_as_many_as_it_says(made, as_viewer) -> None:
    invited = await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=VIEWER, uses=3))
    assert invited.token is not None
    people = [as_viewer(a_viewer(f"guest-{number}")) for number in range(7)]

    done = await asyncio.gather(
        *(collaborators.accept_link(each, invited.token) for each in people),
        return_exceptions=True,
    )

    assert [type(each) for each in done if each != made.id] == [NotFound] * 4
    assert len(await members(as_viewer, made)) == 3


async def test_who_is_in_already_uses_nothing_up(made, as_viewer) -> None:
    invited = await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=VIEWER, uses=2))
    assert invited.token is not None

    for viewer in (ANNA, BEN, BEN, CLEO):
        await collaborators.accept_link(as_viewer(viewer), invited.token)

    assert await members(as_viewer, made) == {"ben": VIEWER, "cleo": VIEWER}


async def test_an_offer_ends(made, as_viewer, outside) -> None:
    invited = await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=EDITOR, days=1))
    assert invited.token is not None
    outside.clock.advance(days=1)

    with pytest.raises(NotFound):
        await collaborators.accept_link(as_viewer(BEN), invited.token)
    with pytest.raises(NotFound):
        await collaborators.accept_link(as_viewer(BEN), "garbage")

    assert await members(as_viewer, made) == {}


async def test_an_offer_is_taken_back_or_declined(made, as_viewer) -> None:
    link = await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=EDITOR))
    mine = await collaborators.invite(
        as_viewer(ANNA), made.id, Offer(role=EDITOR, user_id=UserId("ben"))
    )
    with pytest.raises(NotFound):
        await collaborators.withdraw_invitation(as_viewer(CLEO), mine.invitation.id)

    await collaborators.withdraw_invitation(as_viewer(ANNA), link.invitation.id)
    for _ in "ab":
        await collaborators.withdraw_invitation(as_viewer(BEN), mine.invitation.id)

    assert link.token is not None
    with pytest.raises(NotFound):
        await collaborators.accept_link(as_viewer(CLEO), link.token)
    with pytest.raises(NotFound):
        await collaborators.accept_invitation(as_viewer(BEN), InvitationId(mine.invitation.id))


@pytest.mark.parametrize(
    "offer",
    [
        Offer(role=EDITOR, days=0),
        Offer(role=EDITOR, days=91),
        Offer(role=EDITOR, uses=0),
        Offer(role=EDITOR, uses=101),
        Offer(role=EDITOR, user_id=UserId("anna")),
    ],
)
async def test_a_bad_offer_is_not_made(offer, made, as_viewer) -> None:
    with pytest.raises(BadInput):
        await collaborators.invite(as_viewer(ANNA), made.id, offer)


async def test_offers_and_collaborators_are_bounded(made, as_viewer, monkeypatch) -> None:
    monkeypatch.setattr(rules, "INVITATIONS_MAX", 1)
    monkeypatch.setattr(rules, "COLLABORATORS_MAX", 1)
    invited = await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=EDITOR, uses=3))
    assert invited.token is not None
    await collaborators.accept_link(as_viewer(BEN), invited.token)

    with pytest.raises(TooLarge):
        await collaborators.invite(as_viewer(ANNA), made.id, Offer(role=EDITOR))
    with pytest.raises(TooLarge):
        await collaborators.accept_link(as_viewer(CLEO), invited.token)


async def test_roles_change_and_the_same_again_changes_nothing(made, as_viewer) -> None:
    await let_in(as_viewer(ANNA), as_viewer(BEN), made.id, EDITOR)

    done = [
        await collaborators.set_role(as_viewer(ANNA), made.id, UserId("ben"), VIEWER) for _ in "ab"
    ]

    assert done[0] == done[1]
    assert await members(as_viewer, made) == {"ben": VIEWER}
    with pytest.raises(NotFound):
        await collaborators.set_role(as_viewer(ANNA), made.id, UserId("cleo"), VIEWER)


async def test_collaborators_leave_and_are_taken_out_by_nobody_but_the_owner(
    made, as_viewer
) -> None:
    await let_in(as_viewer(ANNA), as_viewer(BEN), made.id, EDITOR)
    await let_in(as_viewer(ANNA), as_viewer(CLEO), made.id, EDITOR)

    with pytest.raises(Forbidden):
        await collaborators.remove_collaborator(as_viewer(CLEO), made.id, UserId("ben"))
    assert await collaborators.remove_collaborator(as_viewer(CLEO), made.id, CLEO.user_id) is None
    once = await collaborators.remove_collaborator(as_viewer(ANNA), made.id, UserId("ben"))
    twice = await collaborators.remove_collaborator(as_viewer(ANNA), made.id, UserId("ben"))

    assert once == twice
    assert await members(as_viewer, made) == {}
    with pytest.raises(Forbidden):
        await collaborators.remove_collaborator(as_viewer(BEN), made.id, UserId("ben"))


async def test_strangers_do_not_learn_who_works_on_it(made, as_viewer) -> None:
    found = await playlists.find_playlist(as_viewer(CLEO), made.id)

    assert found is not None
    assert await collaborators.list_collaborators(as_viewer(CLEO), [found]) == [None]
