"""What all moves of a session share: the lock, what was heard, what counts, and who is told."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from db.repositories.media.playback import PlaybackRepository
from db.unit_of_work import UnitOfWork
from domain.ids import ArtistId, PlayableKey, PlaybackSessionId, PlayId, TrackId, UserId, new_id
from domain.media import playback as rules
from domain.media.bookmark_records import Progress
from domain.media.play_rules import is_completed, is_continued, play_counts, rule_of
from domain.media.playback_records import (
    Listen,
    ListenOutcome,
    Play,
    PlaybackSession,
    PlaybackState,
)
from domain.media.records import Playable
from domain.messages import channels
from domain.messages.codec import encode
from domain.messages.events import PlaybackMoved, PlayCounted
from domain.policies.media import require_own_session
from errors import DependencyError, RateLimited
from resolvers.context import RequestContext, UseCaseContext
from resolvers.media.what_plays import find_named

PlaybackWork = UnitOfWork[PlaybackRepository]


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """What counting needs to know of the thing that plays."""

    key: PlayableKey
    duration_ms: int | None
    owner_id: UserId | None
    """None where it may be seen no more."""
    artist_id: ArtistId | None

    @property
    def name(self) -> str:
        """Its kind and id, as rows hold them."""
        return str(self.key)


def played_of(playable: Playable) -> Played:
    """What plays, as counting sees it."""
    return Played(
        key=playable.playable,
        duration_ms=playable.duration_ms,
        owner_id=playable.owner_id,
        artist_id=getattr(playable, "artist_id", None),
    )


async def find_played(ctx: RequestContext, playable: str) -> Played:
    """What plays in a session; what was taken back meanwhile goes on without a length."""
    (found,) = await find_named(ctx, [playable])
    return nothing_known(playable) if found is None else played_of(found)


def nothing_known(playable: str) -> Played:
    """What the viewer may see no more: it goes on, but it has no length and nothing counts."""
    key = PlayableKey.parse(playable)
    return Played(key=key, duration_ms=None, owner_id=None, artist_id=None)


async def lock_own(
    ctx: RequestContext, uow: PlaybackWork, session_id: PlaybackSessionId
) -> PlaybackSession:
    """The viewer's own session, held.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such session.
    """
    ctx.viewer.require_user_id()
    return require_own_session(ctx.viewer, await uow.rows.lock_session(session_id))


async def settle(
    uow: PlaybackWork,
    session: PlaybackSession,
    played: Played,
    *,
    now: datetime,
    position_ms: int | None,
) -> PlaybackSession:
    """Take in where the player stands, and count the play once enough was heard."""
    if position_ms is None or session.state is PlaybackState.ENDED:
        return session
    settled = rules.settle(
        session, now=now, position_ms=position_ms, duration_ms=played.duration_ms
    )
    return await count_if_due(uow, settled, played, now)


async def count_if_due(
    uow: PlaybackWork, session: PlaybackSession, played: Played, now: datetime
) -> PlaybackSession:
    """Count the play, once for this start, if enough was heard and it is not beyond the cap."""
    is_due = play_counts(played.key.kind, session.listened_ms, played.duration_ms)
    if session.is_counted or session.is_bot or not is_due or played.owner_id is None:
        return session
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    today = await uow.rows.count_plays(session.user_id, played.name, midnight)
    if today < rule_of(played.key.kind).plays_a_day_max:
        await _count(uow, session, played, now)
    return replace(session, is_counted=True)


async def leave(
    uow: PlaybackWork,
    session: PlaybackSession,
    played: Played,
    *,
    now: datetime,
    goes_on: bool,
) -> None:
    """Keep how what plays was left, once for this start; private sessions leave no trace."""
    if session.is_private:
        return
    outcome = ListenOutcome.SKIPPED if goes_on else ListenOutcome.STOPPED
    if is_completed(played.key.kind, session.position_ms, played.duration_ms):
        outcome = ListenOutcome.COMPLETED
    listen = Listen(
        session_id=session.id,
        start_number=session.start_number,
        user_id=session.user_id,
        playable=session.playable,
        position_ms=session.position_ms,
        listened_ms=session.listened_ms,
        outcome=outcome,
        ended_at=now,
    )
    await uow.rows.add_listen(listen)


async def save(uow: PlaybackWork, session: PlaybackSession, played: Played) -> None:
    """Write a moved session, and how far its listener is."""
    await uow.rows.save_session(session)
    await uow.rows.save_progress(list(progress_of([(session, played)])))


def progress_of(pairs: Iterable[tuple[PlaybackSession, Played]]) -> Iterable[Progress]:
    """How far listeners are, by what they play; of private sessions nothing is kept."""
    for session, played in pairs:
        is_said = session.position_ms > 0 or session.listened_ms > 0
        if session.is_private or not is_said or session.playable != played.name:
            continue
        kind, position, duration = played.key.kind, session.position_ms, played.duration_ms
        yield Progress(
            user_id=session.user_id,
            playable=session.playable,
            position_ms=position,
            is_completed=is_completed(kind, position, duration),
            is_continued=is_continued(kind, position, duration),
            updated_at=session.updated_at,
        )


async def speed_of(uow: PlaybackWork, user_id: UserId, playable: str) -> int:
    """How fast the listener wants it: as they said of it, or of its kind."""
    kind = PlayableKey.parse(playable).kind.value
    return await uow.rows.find_speed(user_id, [kind, playable]) or 100


async def tell(ctx: UseCaseContext, *sessions: PlaybackSession) -> None:
    """Tell whoever watches; the state is committed, so a dead bus is no failure."""
    for session in sessions:
        moved = PlaybackMoved(
            session_id=session.id, user_id=session.user_id, sequence=session.sequence
        )
        with contextlib.suppress(DependencyError, RateLimited):
            await ctx.ports.live.publish(channels.playback(session.user_id), encode(moved))


async def _count(
    uow: PlaybackWork, session: PlaybackSession, played: Played, now: datetime
) -> None:
    """Count the play and tell the other domains, in this commit, once."""
    play = Play(
        id=PlayId(new_id()),
        session_id=session.id,
        start_number=session.start_number,
        playable=session.playable,
        artist_id=played.artist_id,
        user_id=session.user_id,
        listened_ms=session.listened_ms,
        is_private=session.is_private,
        played_at=now,
    )
    assert played.owner_id is not None, "only what is known counts"
    if await uow.rows.add_play(play):
        await uow.publish(
            PlayCounted(
                play_id=play.id,
                session_id=session.id,
                kind=played.key.kind,
                track_id=TrackId(played.key.id),
                artist_id=played.artist_id,
                owner_id=played.owner_id,
                user_id=session.user_id,
                listened_ms=session.listened_ms,
                played_at=now,
                is_private=session.is_private,
            )
        )
