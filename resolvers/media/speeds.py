"""How fast listeners want things: remembered for a kind, or for one thing."""

from collections.abc import Sequence
from typing import Final

from db.repositories.media.playback import PlaybackRepository
from domain.ids import PlayableKey, PlayableKind
from domain.media import playback as rules
from domain.media.bookmark_records import Speed
from domain.media.playback_records import PlaybackSession
from domain.media.records import Playable
from errors import BadInput, NotFound
from resolvers.context import RequestContext
from resolvers.media.playables import find_playables
from resolvers.media.playback_work import tell

PERCENT_MIN: Final = 25
PERCENT_MAX: Final = 400
USUAL_PERCENT: Final = 100


async def speeds_of(ctx: RequestContext, playables: Sequence[Playable]) -> list[float | None]:
    """How fast the viewer wants each: as they said of it, or of its kind; None for nobody."""
    if ctx.viewer.user_id is None:
        return [None] * len(playables)
    keys = [each.playable for each in playables]
    subjects = [name for key in keys for name in (str(key), key.kind.value)]
    loader = ctx.loaders.media.speed_by_subject(ctx.viewer.user_id)
    found = await loader.load_all(list(dict.fromkeys(subjects)))
    said = {speed.subject: speed.percent for speed in found if speed is not None}
    return [said.get(str(key), said.get(key.kind.value, USUAL_PERCENT)) / 100 for key in keys]


async def set_speed(
    ctx: RequestContext,
    *,
    speed: float,
    key: PlayableKey | None = None,
    kind: PlayableKind | None = None,
) -> PlaybackSession | None:
    """Remember how fast the viewer wants one thing, or all of a kind; what plays follows at once.

    The session of the viewer that plays such a thing; None where none does.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: the speed is out of its bounds, or not exactly one of both is named.
        NotFound: there is no such thing for this viewer.
    """
    user_id = ctx.viewer.require_user_id()
    percent = _checked_percent(speed)
    if (key is None) == (kind is None):
        raise BadInput("Name one thing in playableId, or a kind.", field="playableId")
    if key is not None and (await find_playables(ctx, [key]))[0] is None:
        raise NotFound("There is no such thing to play.", field="playableId")
    now = ctx.clock.now()
    subject = str(key) if key is not None else str(kind)
    async with ctx.unit_of_work(PlaybackRepository) as uow:
        sessions = await uow.rows.lock_open_sessions(user_id)
        await uow.rows.save_speed(
            Speed(user_id=user_id, subject=subject, percent=percent, updated_at=now)
        )
        moved = None
        for session in sessions:
            if session.playable != subject and session.key.kind.value != subject:
                continue
            moved = session
            if session.speed_percent != percent:
                moved = rules.change_speed(session, now=now, speed_percent=percent)
                await uow.rows.save_session(moved)
        await uow.commit()
    if moved is not None:
        await tell(ctx, moved)
    return moved


def _checked_percent(speed: float) -> int:
    """A speed as whole percents.

    Raises:
        BadInput: it is out of its bounds.
    """
    if not PERCENT_MIN <= speed * 100 <= PERCENT_MAX:  # also refuses what is no number
        raise BadInput(
            f"A speed lies between {PERCENT_MIN / 100} and {PERCENT_MAX / 100}.", field="speed"
        )
    return round(speed * 100)
