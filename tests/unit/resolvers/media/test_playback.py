"""Playback sessions: what counts, who sees them, and what is told live."""

import asyncio
from contextlib import aclosing
from dataclasses import replace

import pytest
from sqlalchemy import select, update

from db.tables.media.catalogue import tracks as track_table
from db.tables.media.playback import listens
from domain.ids import PlayableKind, PlaybackSessionId
from domain.media import play_rules
from domain.media.play_queue import RepeatMode
from domain.media.playback_records import PlaybackState
from domain.messages.codec import decode
from domain.messages.events import PlaybackMoved, PlayCounted
from domain.viewer import ANONYMOUS
from errors import (
    BadInput,
    NotFound,
    PlaybackEnded,
    StorageUnavailable,
    TooLarge,
    TrackNotReady,
    Unauthenticated,
)
from resolvers.media import heartbeats, play_queues, playback, playback_live
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_draft, a_track, keep_tracks
from tests.factories.playback import track_key
from tests.patience import SECONDS_MAX
from tests.unit.resolvers.media.outbox import events_of


@pytest.fixture
async def tracks(as_viewer):
    await keep_tracks(
        as_viewer(ANNA),
        a_track("track-1"),
        a_track("track-2", duration_ms=20_000),
        a_track("track-3"),
        a_draft("draft-1"),
    )


async def start(ctx, key: str = "track-1", *queue: str, is_private: bool = False):
    keys = [track_key(each) for each in queue]
    return await playback.start_playback(ctx, track_key(key), is_private=is_private, queue=keys)


async def plays(databases) -> list[PlayCounted]:
    rows = await events_of(databases, "media")
    return [decode(row.payload, PlayCounted) for row in rows if row.name == PlayCounted.name]


async def listens_of(databases) -> list:
    async with databases.of("media").engine.connect() as connection:
        return list(await connection.execute(select(listens).order_by(listens.c.start_number)))


async def test_a_play_counts_once_for_each_start(as_viewer, outside, tracks, databases) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx, "track-1", is_private=True)

    for position in range(10, 61, 10):
        outside.clock.advance(seconds=10)
        moved = await heartbeats.report_position(ctx, session.id, position_ms=position * 1000)

    (play,) = await plays(databases)
    assert moved.listened_ms == 60_000
    assert (play.listened_ms, play.is_private) == (30_000, True)
    assert (play.session_id, play.track_id, play.artist_id) == (session.id, "track-1", "artist-1")
    assert (play.owner_id, play.user_id) == ("anna", "ben")


async def test_heartbeats_at_once_count_no_more_than_the_clock(
    as_viewer, outside, tracks, databases
) -> None:
    session = await start(as_viewer(BEN))
    outside.clock.advance(seconds=31)

    moves = await asyncio.gather(
        *(
            heartbeats.report_position(as_viewer(BEN), session.id, position_ms=31_000)
            for _heartbeat in range(5)
        )
    )

    assert {(move.sequence, move.listened_ms) for move in moves} == {(1, 31_000)}
    assert [play.listened_ms for play in await plays(databases)] == [31_000]


async def test_each_start_of_a_session_counts_for_itself(
    as_viewer, outside, tracks, databases
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx, "track-1", "track-2", "track-1")

    outside.clock.advance(seconds=31)
    await play_queues.play_next(ctx, session.id, position_ms=31_000)
    outside.clock.advance(seconds=10)
    await play_queues.play_next(ctx, session.id, position_ms=10_000)
    outside.clock.advance(seconds=31)
    await playback.end_playback(ctx, session.id, position_ms=31_000)

    assert [(play.track_id, play.listened_ms) for play in await plays(databases)] == [
        ("track-1", 31_000),
        ("track-2", 10_000),
        ("track-1", 31_000),
    ]


async def test_a_loop_counts_again_with_each_new_start_up_to_the_day_s_cap(
    as_viewer, outside, tracks, databases
) -> None:
    ctx = as_viewer(BEN)
    cap = play_rules.rule_of(PlayableKind.TRACK).plays_a_day_max
    session = await start(ctx, "track-2")
    await play_queues.set_repeat(ctx, session.id, repeat=RepeatMode.ONE)

    for _turn in range(cap + 3):
        outside.clock.advance(seconds=20)
        moved = await play_queues.play_next(ctx, session.id, position_ms=20_000)
    assert len(await plays(databases)) == cap
    outside.clock.advance(days=1)
    await heartbeats.report_position(ctx, session.id, position_ms=0)
    outside.clock.advance(seconds=20)
    await heartbeats.report_position(ctx, session.id, position_ms=20_000)

    assert (moved.playable, moved.start_number) == ("Track:track-2", cap + 4)
    assert len(await plays(databases)) == cap + 1


async def test_what_a_bot_plays_counts_for_nothing(as_viewer, outside, tracks, databases) -> None:
    bot = replace(as_viewer(BEN), user_agent="Googlebot/2.1")
    session = await start(bot)

    outside.clock.advance(seconds=60)
    moved = await heartbeats.report_position(as_viewer(BEN), session.id, position_ms=60_000)

    assert (moved.listened_ms, session.is_bot) == (60_000, True)
    assert await plays(databases) == []


async def test_how_each_start_was_left_is_kept_once_and_never_of_a_private_session(
    as_viewer, outside, tracks, databases
) -> None:
    ctx = as_viewer(BEN)
    for is_private in (False, True):
        session = await start(ctx, "track-1", "track-2", "track-3", is_private=is_private)
        first = session.entry_id
        outside.clock.advance(seconds=12)
        for _repetition in range(2):
            await play_queues.play_next(ctx, session.id, position_ms=12_000, from_entry_id=first)
        outside.clock.advance(seconds=20)
        await play_queues.play_next(ctx, session.id, position_ms=20_000)
        outside.clock.advance(seconds=5)
        for _repetition in range(2):
            await playback.end_playback(ctx, session.id, position_ms=5_000)

    ends = await listens_of(databases)
    assert [(end.playable, end.outcome, end.position_ms, end.start_number) for end in ends] == [
        ("Track:track-1", "SKIPPED", 12_000, 1),
        ("Track:track-2", "COMPLETED", 20_000, 2),
        ("Track:track-3", "STOPPED", 5_000, 3),
    ]


async def test_neither_seeking_nor_silence_nor_haste_is_listening(
    as_viewer, outside, tracks, databases
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)

    outside.clock.advance(seconds=5)
    await playback.seek_playback(ctx, session.id, position_ms=100_000)
    moved = await heartbeats.report_position(ctx, session.id, position_ms=100_000)
    assert moved.listened_ms == 0
    await playback.pause_playback(ctx, session.id)
    outside.clock.advance(seconds=60)
    await heartbeats.report_position(ctx, session.id, position_ms=160_000)
    await playback.resume_playback(ctx, session.id)
    for _heartbeat in range(100):
        moved = await heartbeats.report_position(ctx, session.id, position_ms=161_000)

    assert moved.listened_ms == 0
    assert await plays(databases) == []


async def test_a_new_session_ends_the_one_before(as_viewer, outside, tracks) -> None:
    ctx = as_viewer(BEN)
    first = await start(ctx)
    other = await start(as_viewer(ADMIN))

    second = await start(ctx, "track-2")

    assert (await playback.find_session(ctx, first.id)).state is PlaybackState.ENDED
    assert await playback.find_my_playback(ctx) == second
    assert await playback.find_my_playback(as_viewer(ADMIN)) == other
    assert await playback.find_my_playback(as_viewer(ANONYMOUS)) is None


async def test_of_many_starts_at_once_one_session_stays_open(as_viewer, tracks) -> None:
    started = await asyncio.gather(*(start(as_viewer(BEN)) for _ in range(5)))

    now = [await playback.find_session(as_viewer(BEN), session.id) for session in started]

    assert sorted(session.state for session in now) == ["ENDED"] * 4 + ["PLAYING"]


async def test_the_queue_plays_on_past_what_cannot_be_heard_and_then_ends(
    as_viewer, outside, tracks, databases
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx, "track-1", "track-2", "track-3")
    keys = [track_key(key) for key in ("track-2", "track-3", "track-2")]
    await play_queues.set_queue(ctx, session.id, keys)
    await hide(databases, "track-2")

    (queue,) = await play_queues.upcoming_of(as_viewer(BEN), [session])
    assert [entry.playable for entry in queue] == ["Track:track-3"]
    moved = await play_queues.play_next(as_viewer(BEN), session.id)
    ended = await play_queues.play_next(as_viewer(BEN), session.id)

    assert (moved.playable, moved.position_ms) == ("Track:track-3", 0)
    assert ended.state is PlaybackState.ENDED
    assert await playback.find_my_playback(ctx) is None


async def hide(databases, track_id: str) -> None:
    async with databases.of("media").engine.begin() as connection:
        await connection.execute(
            update(track_table).where(track_table.c.id == track_id).values(published_at=None)
        )


@pytest.mark.parametrize(
    ("_case", "viewer", "track", "queue", "refusal"),
    [
        ("nobody plays without an account", ANONYMOUS, "track-1", [], Unauthenticated),
        ("a foreign draft does not exist", BEN, "draft-1", [], NotFound),
        ("nor in a queue", BEN, "track-1", ["track-2", "draft-1"], NotFound),
        ("an unknown track does not exist", BEN, "track-9", [], NotFound),
        ("one's own draft has no sound yet", ANNA, "draft-1", [], TrackNotReady),
        ("a queue has an end", BEN, "track-1", ["track-2"] * 501, TooLarge),
    ],
)
async def test_a_refused_start_leaves_what_plays_alone(
    _case, viewer, track, queue, refusal, as_viewer, tracks, outside
) -> None:
    before = {who.user_id: await start(as_viewer(who)) for who in (ANNA, BEN)}
    outside.live.published.clear()

    with pytest.raises(refusal):
        await start(as_viewer(viewer), track, *queue)

    for who in (ANNA, BEN):
        assert await playback.find_my_playback(as_viewer(who)) == before[who.user_id]
    assert outside.live.published == []


@pytest.mark.parametrize(
    ("_case", "viewer", "refusal"),
    [
        ("anonymous", ANONYMOUS, Unauthenticated),
        ("a stranger", ANNA, NotFound),
        ("a moderator", MODERATOR, NotFound),
        ("an admin", ADMIN, NotFound),
    ],
)
async def test_a_session_is_its_listeners_own(
    _case, viewer, refusal, as_viewer, tracks, outside
) -> None:
    session = await start(as_viewer(BEN), "track-1", "track-2")
    outside.live.published.clear()
    ctx = as_viewer(viewer)

    assert await playback.find_session(ctx, session.id) is None
    for move in (
        heartbeats.report_position(ctx, session.id, position_ms=1),
        playback.pause_playback(ctx, session.id),
        playback.resume_playback(ctx, session.id),
        playback.seek_playback(ctx, session.id, position_ms=1),
        play_queues.play_next(ctx, session.id),
        play_queues.set_queue(ctx, session.id, []),
        play_queues.play_previous(ctx, session.id),
        playback.set_volume(ctx, session.id, volume=5),
        playback.set_sleep_timer(ctx, session.id, seconds=5, after_entry=False),
        playback.end_playback(ctx, session.id),
    ):
        with pytest.raises(refusal):
            await move
    with pytest.raises(NotFound):
        await anext(aiter(playback_live.watch_playback(ctx, session.id)))

    assert await playback.find_session(as_viewer(BEN), session.id) == session
    assert outside.live.published == []


async def test_an_ended_session_moves_no_more(as_viewer, tracks) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)
    ended = await playback.end_playback(ctx, session.id)

    assert await playback.end_playback(as_viewer(BEN), session.id, position_ms=5) == ended
    for move in (
        heartbeats.report_position(ctx, session.id, position_ms=1),
        playback.resume_playback(ctx, session.id),
        play_queues.set_queue(ctx, session.id, []),
        play_queues.play_previous(ctx, session.id),
        playback.set_volume(ctx, session.id, volume=5),
        playback.set_sleep_timer(ctx, session.id, seconds=5, after_entry=False),
        play_queues.play_next(ctx, session.id),
    ):
        with pytest.raises(PlaybackEnded):
            await move


async def test_a_nonsense_position_moves_nothing(as_viewer, tracks) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)

    with pytest.raises(BadInput):
        await heartbeats.report_position(ctx, session.id, position_ms=-1)

    assert await playback.find_session(ctx, session.id) == session


async def test_every_move_is_told_with_a_growing_sequence(as_viewer, tracks, outside) -> None:
    ctx = as_viewer(BEN)

    session = await start(ctx)
    await playback.pause_playback(ctx, session.id)
    await playback.end_playback(ctx, session.id)

    channel = "playback:ben"
    assert [
        (name, decode(payload, PlaybackMoved).sequence) for name, payload in outside.live.published
    ] == [(channel, 1), (channel, 2), (channel, 3)]


async def test_a_dead_bus_stops_no_music(as_viewer, tracks, outside, monkeypatch) -> None:
    async def fail(_channel: str, _payload: bytes) -> None:
        raise StorageUnavailable("down")

    monkeypatch.setattr(outside.live, "publish", fail)

    session = await start(as_viewer(BEN))

    assert await playback.find_my_playback(as_viewer(BEN)) == session


async def test_a_watcher_sees_the_state_then_each_move_once_until_the_end(
    as_viewer, tracks, outside
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)
    seen = []

    async with aclosing(playback_live.watch_playback(as_viewer(BEN), session.id)) as moves:
        seen.append((await anext(moves)).sequence)
        await playback.pause_playback(ctx, session.id)
        stale = outside.live.published[0]
        await outside.live.publish(*stale)
        await outside.live.publish(stale[0], b"")
        await playback.resume_playback(ctx, session.id)
        await playback.end_playback(ctx, session.id)
        async with asyncio.timeout(SECONDS_MAX):
            seen += [move.sequence async for move in moves]

    assert seen == [1, 4]


async def test_a_move_between_listening_and_reading_is_not_lost(
    as_viewer, tracks, outside, monkeypatch
) -> None:
    ctx = as_viewer(BEN)
    session = await start(ctx)
    find = playback_live.find_session
    reads = iter(("before listening", "after it"))

    async def find_late(ctx, session_id):
        found = await find(ctx, session_id)
        if next(reads, None) == "after it":
            await playback.pause_playback(ctx, session_id)
        return found

    monkeypatch.setattr(playback_live, "find_session", find_late)

    async with (
        asyncio.timeout(SECONDS_MAX),
        aclosing(playback_live.watch_playback(as_viewer(BEN), session.id)) as moves,
    ):
        seen = [(await anext(moves)).sequence, (await anext(moves)).sequence]

    assert seen == [1, 2]


async def test_an_unknown_session_cannot_be_watched(as_viewer) -> None:
    with pytest.raises(NotFound):
        await anext(aiter(playback_live.watch_playback(as_viewer(BEN), PlaybackSessionId("none"))))
