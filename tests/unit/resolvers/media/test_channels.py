"""Channels: whose they are, and that a handle is nobody else's."""

import asyncio

import pytest

from domain.ids import ChannelId
from domain.media.video_rules import CHANNELS_MAX
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, HandleTaken, NotFound, TooLarge, Unauthenticated
from resolvers.media import channels
from resolvers.media.channels import ChannelTexts
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR, a_viewer
from tests.factories.videos import a_channel, keep_videos
from tests.unit.resolvers.media.outbox import events_of

OTHER = a_viewer("olga", *ANNA.roles)


async def create(ctx, **changes):
    return await channels.create_channel(
        ctx, **({"name": "Anna's Films", "handle": "@Anna", "description": "All."} | changes)
    )


async def test_a_channel_is_found_by_its_handle_by_anyone(as_viewer, databases) -> None:
    made = await create(as_viewer(ANNA))

    assert (made.handle, made.owner_id, made.version) == ("anna", "anna", 1)
    assert await channels.find_channel_by_handle(as_viewer(), "@ANNA") == made
    assert await channels.find_channel(as_viewer(), made.id) == made
    assert await channels.find_channel(as_viewer(), ChannelId("none")) is None
    assert await channels.find_channel_by_handle(as_viewer(), "nobody") is None
    assert [event.name for event in await events_of(databases, "media")] == [
        "media.channel_changed.v1"
    ]


async def test_a_channel_that_is_asked_for_again_is_made_once(as_viewer, databases) -> None:
    made = await create(as_viewer(ANNA))
    again = await create(as_viewer(ANNA))

    assert again == made
    assert len(await events_of(databases, "media")) == 1


@pytest.mark.parametrize(
    ("viewer", "changes"), [(OTHER, {}), (ANNA, {"name": "Something else"})], ids=["foreign", "own"]
)
async def test_a_handle_is_taken_once(viewer, changes, as_viewer) -> None:
    await create(as_viewer(ANNA))

    with pytest.raises(HandleTaken):
        await create(as_viewer(viewer), **changes)


async def test_of_many_that_want_a_handle_at_once_one_gets_it(as_viewer) -> None:
    people = [a_viewer(f"p{number}", *ANNA.roles) for number in range(6)]

    outcomes = await asyncio.gather(
        *(create(as_viewer(each)) for each in people), return_exceptions=True
    )

    assert sum(isinstance(each, HandleTaken) for each in outcomes) == 5


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [
        (ANONYMOUS, Unauthenticated),
        (BEN, Forbidden),
        (MODERATOR, Forbidden),
        (ANNA, None),
        (ADMIN, None),
    ],
)
async def test_creators_make_channels(viewer, refusal, as_viewer) -> None:
    if refusal is None:
        assert (await create(as_viewer(viewer))).owner_id == viewer.user_id
        return
    with pytest.raises(refusal):
        await create(as_viewer(viewer))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 101}, "name"),
        ({"handle": "no"}, "handle"),
        ({"description": "x" * 5_001}, "description"),
    ],
)
async def test_a_channel_with_bad_texts_is_not_made(changes, field, as_viewer, databases) -> None:
    with pytest.raises(BadInput) as refusal:
        await create(as_viewer(ANNA), **changes)

    assert refusal.value.details == {"field": field}
    assert await events_of(databases, "media") == []


async def test_an_account_has_a_bounded_number_of_channels(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    for number in range(CHANNELS_MAX):
        await create(ctx, handle=f"anna{number}")

    with pytest.raises(TooLarge):
        await create(ctx, handle="one-more")
    first = await channels.list_my_channels(ctx, page_request(CHANNELS_MAX - 1, None))
    rest = await channels.list_my_channels(ctx, page_request(9, first.page_info.end_cursor))
    handles = [each.handle for each in (*first.nodes, *rest.nodes)]
    assert handles == [f"anna{number}" for number in reversed(range(CHANNELS_MAX))]


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [
        (ANONYMOUS, Unauthenticated),
        (BEN, Forbidden),
        (MODERATOR, Forbidden),
        (OTHER, Forbidden),
        (ANNA, None),
        (ADMIN, None),
    ],
)
async def test_a_channel_is_changed_by_its_owner_and_admins(viewer, refusal, as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel())
    texts = ChannelTexts(name="New", handle="@NEW")

    if refusal is not None:
        with pytest.raises(refusal):
            await channels.update_channel(as_viewer(viewer), a_channel().id, texts)
        return
    ctx = as_viewer(viewer)
    changed = await channels.update_channel(ctx, a_channel().id, texts)
    again = await channels.update_channel(ctx, a_channel().id, texts)
    assert changed == again == a_channel(name="New", handle="new", version=2)
    assert await channels.find_channel(ctx, changed.id) == changed


async def test_a_channel_takes_no_handle_of_another(as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_channel("channel-2"))

    with pytest.raises(HandleTaken):
        await channels.update_channel(
            as_viewer(ANNA), a_channel().id, ChannelTexts(handle="channel-2")
        )
    with pytest.raises(NotFound):
        await channels.update_channel(as_viewer(ANNA), ChannelId("none"), ChannelTexts(name="A"))
