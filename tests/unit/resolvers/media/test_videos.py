"""Who finds which videos, and what changing and publishing them does."""

from datetime import timedelta

import pytest

from domain.ids import PlayableKind
from domain.media.records import PlayableState
from domain.messages.codec import decode
from domain.messages.events import TrackChanged, VideoChanged
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput, Forbidden, NotFound, TrackNotReady, Unauthenticated
from resolvers.media import playables, search, videos
from resolvers.media.videos import VideoTexts
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import LONG_AGO, a_track, an_album, an_artist, keep_tracks
from tests.factories.videos import a_channel, a_video, a_video_draft, keep_videos, video_key
from tests.unit.resolvers.media.outbox import events_of

PAGE = page_request(None, None)


@pytest.mark.parametrize(
    ("viewer", "sees_draft"),
    [(ANONYMOUS, False), (BEN, False), (MODERATOR, False), (ANNA, True), (ADMIN, True)],
)
async def test_drafts_of_videos_are_hidden_from_strangers(viewer, sees_draft, as_viewer) -> None:
    draft = a_video_draft("video-2")
    await keep_videos(as_viewer(ANNA), a_channel(), a_video(), draft)
    ctx = as_viewer(viewer)

    (of_channel,) = await videos.list_videos_of_channels(ctx, [a_channel().id], PAGE)
    (found, public) = await playables.find_playables(
        ctx, [video_key(draft.id), video_key("video-1")]
    )

    assert of_channel.nodes == ([draft, a_video()] if sees_draft else [a_video()])
    assert await videos.find_video(ctx, draft.id) == found == (draft if sees_draft else None)
    assert public == a_video()
    assert (await videos.list_videos(ctx, PAGE)).nodes == [a_video()]


async def test_pages_of_videos_cover_all_newest_publication_first(as_viewer) -> None:
    at = [LONG_AGO + timedelta(microseconds=number // 2) for number in range(7)]
    films = [a_video(f"video-{n}", published_at=at[n]) for n in range(7)]
    await keep_videos(as_viewer(ANNA), a_channel(), *films)

    seen, after = [], None
    for _page in range(3):
        page = await videos.list_videos(as_viewer(BEN), page_request(3, after))
        seen += [video.id for video in page.nodes]
        after = page.page_info.end_cursor

    assert seen == [f"video-{number}" for number in range(6, -1, -1)]
    assert page.page_info.has_next_page is False


async def test_my_videos_hold_my_drafts_and_nobody_elses(as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_video(), a_video_draft("video-2"))
    await keep_videos(as_viewer(BEN), a_video("video-3", owner_id="ben"))

    page = await videos.list_my_videos(as_viewer(ANNA), page_request(1, None))
    rest = await videos.list_my_videos(as_viewer(ANNA), page_request(5, page.page_info.end_cursor))

    assert [video.id for video in page.nodes + rest.nodes] == ["video-2", "video-1"]
    with pytest.raises(Unauthenticated):
        await videos.list_my_videos(as_viewer(), PAGE)


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [(ANONYMOUS, Forbidden), (BEN, Forbidden), (MODERATOR, Forbidden), (ANNA, None), (ADMIN, None)],
)
async def test_a_video_is_changed_by_its_owner_and_admins(viewer, refusal, as_viewer) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_video())
    texts = VideoTexts(
        title=" Sea ",
        description="Waves.",
        tags=["#Sea", "sea", "calm"],
        language="PT-br",
        is_explicit=True,
    )

    if refusal is not None:
        with pytest.raises(refusal):
            await videos.update_video(as_viewer(viewer), a_video().id, texts)
        return
    ctx = as_viewer(viewer)
    changed = await videos.update_video(ctx, a_video().id, texts)
    again = await videos.update_video(ctx, a_video().id, texts)
    assert (
        changed
        == again
        == a_video(
            title="Sea",
            description="Waves.",
            tags=["Sea", "calm"],
            language="pt-BR",
            is_explicit=True,
            version=2,
        )
    )
    assert await videos.find_video(ctx, changed.id) == changed


@pytest.mark.parametrize(
    ("texts", "field"),
    [
        (VideoTexts(title=" "), "title"),
        (VideoTexts(description="x" * 5_001), "description"),
        (VideoTexts(tags=["x"] * 31), "tags"),
        (VideoTexts(language="klingon"), "language"),
    ],
)
async def test_bad_texts_change_nothing(texts, field, as_viewer, databases) -> None:
    await keep_videos(as_viewer(ANNA), a_channel(), a_video())

    with pytest.raises(BadInput) as refusal:
        await videos.update_video(as_viewer(ANNA), a_video().id, texts)

    assert refusal.value.details == {"field": field}
    assert await videos.find_video(as_viewer(ANNA), a_video().id) == a_video()
    assert await events_of(databases, "media") == []


@pytest.mark.parametrize(
    ("viewer", "state", "refusal"),
    [
        (BEN, PlayableState.READY, NotFound),
        (ADMIN, PlayableState.READY, Forbidden),
        (ANNA, PlayableState.FAILED, TrackNotReady),
    ],
    ids=["a stranger learns nothing", "an admin", "failed"],
)
async def test_what_may_not_go_out_stays_a_draft(viewer, state, refusal, as_viewer) -> None:
    draft = a_video(state=state, published_at=None)
    await keep_videos(as_viewer(ANNA), a_channel(), draft)

    with pytest.raises(refusal):
        await videos.publish_video(as_viewer(viewer), draft.id)

    assert await videos.find_video(as_viewer(ANNA), draft.id) == draft


async def test_a_video_is_published_and_taken_back_once(as_viewer, outside, databases) -> None:
    ctx = as_viewer(ANNA)
    await keep_videos(ctx, a_channel(), a_video(published_at=None))
    (key, now) = (video_key(), outside.clock.now())

    published = await videos.publish_video(ctx, a_video().id)
    assert await videos.publish_video(ctx, a_video().id) == published
    hidden = await playables.unpublish(ctx, key)
    assert await playables.unpublish(ctx, key) == hidden

    assert published == a_video(published_at=now, version=2)
    assert hidden == a_video(published_at=None, version=3)
    assert await videos.find_video(as_viewer(BEN), published.id) is None
    told = [decode(each.payload, VideoChanged) for each in await events_of(databases, "media")]
    assert [(each.version, each.is_public) for each in told] == [(2, True), (3, False)]
    assert (told[0].video_id, told[0].channel_id, told[0].owner_id) == (
        *("video-1", "channel-1"),
        "anna",
    )


@pytest.mark.parametrize(
    ("viewer", "refusal"),
    [(ANONYMOUS, Forbidden), (BEN, Forbidden), (MODERATOR, Forbidden), (ANNA, None), (ADMIN, None)],
)
@pytest.mark.parametrize("kind", list(PlayableKind))
async def test_a_playable_is_taken_back_by_its_owner_and_admins(
    viewer, refusal, kind, as_viewer, databases
) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    await keep_videos(as_viewer(ANNA), a_channel(), a_video())
    key = (a_track() if kind is PlayableKind.TRACK else a_video()).playable

    if refusal is not None:
        with pytest.raises(refusal):
            await playables.unpublish(as_viewer(viewer), key)
        assert await events_of(databases, "media") == []
        return
    hidden = await playables.unpublish(as_viewer(viewer), key)
    assert (hidden.published_at, hidden.version) == (None, 2)
    assert await playables.find_playables(as_viewer(BEN), [key]) == [None]
    (event,) = await events_of(databases, "media")
    assert event.name == (TrackChanged if kind is PlayableKind.TRACK else VideoChanged).name


async def test_each_playable_has_its_own_creator_and_cover(as_viewer) -> None:
    await keep_tracks(as_viewer(ANNA), a_track())
    await keep_videos(as_viewer(ANNA), a_channel(), a_video(), a_video_draft("video-2"))
    mixed = [a_video(), a_track(), a_video_draft("video-2")]
    ctx = as_viewer(BEN)

    creators = await playables.creators_of(ctx, mixed)
    covers = await playables.cover_urls_of(ctx, mixed)

    assert creators == [a_channel(), an_artist(), a_channel()]
    assert [url and url.partition(".signed/")[2] for url in covers] == [
        "hls/video-1/hash-video-1/thumbnails/640.jpg",
        an_album().cover_key,
        None,
    ]


async def test_videos_and_channels_are_found_by_words(as_viewer) -> None:
    film = a_video(title="The Sea", tags=["Ocean"])
    await keep_videos(as_viewer(ANNA), a_channel(name="Blue"), film, a_video_draft("video-2"))

    by_title = await search.search(as_viewer(BEN), "sea", PAGE)
    by_tag = await search.search(as_viewer(BEN), "ocean", PAGE)
    by_channel = await search.search(as_viewer(BEN), "blue", PAGE)

    assert by_title.nodes == by_tag.nodes == [film]
    assert {each.id for each in by_channel.nodes} == {"channel-1", "video-1"}
