"""Following playback live: one session, or all that a listener plays, on every device."""

from collections.abc import AsyncIterator

from domain.ids import PlaybackSessionId
from domain.media.playback_records import PlaybackSession, PlaybackState
from domain.messages import channels
from domain.policies.media import require_own_session
from resolvers.context import RequestContext
from resolvers.media.playback import find_my_playback, find_session


async def watch_playback(
    ctx: RequestContext, session_id: PlaybackSessionId
) -> AsyncIterator[PlaybackSession]:
    """Yield where the session stands, then every move, until it ends.

    We listen before we read, so no move falls between the two; one that was seen already
    is known by its sequence number. A message only says that there is something to read.

    Raises:
        Unauthenticated: nobody is logged in.
        NotFound: the viewer has no such session.
    """
    latest = require_own_session(ctx.viewer, await find_session(ctx, session_id))
    async with ctx.ports.live.listen(channels.playback(latest.user_id)) as messages:
        latest = require_own_session(ctx.viewer, await find_session(ctx, session_id))
        yield latest
        if latest.state is PlaybackState.ENDED:
            return
        async for _message in messages:
            ctx.forget_loaded()
            session = require_own_session(ctx.viewer, await find_session(ctx, session_id))
            if session.sequence > latest.sequence:
                latest = session
                yield session
            if session.state is PlaybackState.ENDED:
                return


async def watch_my_playback(ctx: RequestContext) -> AsyncIterator[PlaybackSession | None]:
    """Yield what the viewer plays (None: nothing), then every move of it and of what follows it.

    A session that ended is told once; the next one follows when it is begun, on any device.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    user_id = ctx.viewer.require_user_id()
    async with ctx.ports.live.listen(channels.playback(user_id)) as messages:
        latest = await find_my_playback(ctx)
        yield latest
        async for _message in messages:
            ctx.forget_loaded()
            session = await find_my_playback(ctx)
            if session is None and latest is not None:
                session = await find_session(ctx, latest.id)
            if session is not None and _is_news(session, latest):
                latest = session
                yield session


def _is_news(session: PlaybackSession, latest: PlaybackSession | None) -> bool:
    if latest is None or session.id != latest.id:
        return True
    return session.sequence > latest.sequence
