"""What ai keeps of media's catalogue."""

from db.repositories.ai import AiRepository
from domain.ai.records import AiPlayable
from domain.ids import PlayableKey, PlayableKind
from domain.messages.commands import EmbedTrack
from domain.messages.events import TrackChanged
from resolvers.context import UseCaseContext

READY = "READY"


async def keep_track(ctx: UseCaseContext, event: TrackChanged) -> None:
    """Take over media's newest word on a track, and have a new recording listened to.

    An older word, or the same word again, changes nothing.
    """
    playable = str(PlayableKey(PlayableKind.TRACK, event.track_id))
    async with ctx.unit_of_work(AiRepository) as uow:
        is_news = await uow.rows.keep_playable(
            AiPlayable(
                playable=playable,
                artist_id=event.artist_id,
                owner_id=event.owner_id,
                title=event.title,
                is_public=event.is_public,
                version=event.version,
                listener_count=0,
                like_count=0,
                popularity=0,
            )
        )
        if is_news and event.state == READY and event.source_key is not None:
            heard = await uow.rows.find_heard_source(playable)
            if heard != event.source_key:
                await uow.send(EmbedTrack(track_id=event.track_id, source_key=event.source_key))
        await uow.commit()
