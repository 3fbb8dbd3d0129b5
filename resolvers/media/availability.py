"""What the viewer can play where they are, asked for many at once."""

from collections.abc import Sequence

from domain.media.availability import UnavailableReason, why_unavailable
from domain.media.records import Playable, Track
from domain.media.streams import StreamQuality
from domain.media.teams import TeamRole
from domain.policies.catalogue import has_role
from domain.policies.media import may_manage_playable
from errors import NotAvailableHere, TrackNotReady
from resolvers.context import RequestContext
from resolvers.media.albums import albums_of
from resolvers.media.streaming import Stream, stream_of
from resolvers.media.teams import teams_of_viewer


async def reasons_of(
    ctx: RequestContext, playables: Sequence[Playable]
) -> list[UnavailableReason | None]:
    """Why each cannot be played here; None for what can. Albums are read together."""
    tracks = [each for each in playables if isinstance(each, Track)]
    found = await albums_of(ctx, tracks)
    albums = {album.id: album for album in found}
    are_own = await _are_own(ctx, playables)
    return [
        why_unavailable(
            each,
            albums[each.album_id] if isinstance(each, Track) else None,
            country=ctx.country,
            is_own=is_own,
        )
        for each, is_own in zip(playables, are_own, strict=True)
    ]


async def require_available(ctx: RequestContext, playables: Sequence[Playable]) -> None:
    """Refuse what cannot be played here.

    Raises:
        TrackNotReady: one cannot be heard yet.
        NotAvailableHere: the rights in one do not hold where the viewer is.
    """
    for reason in await reasons_of(ctx, playables):
        if reason is UnavailableReason.NOT_READY:
            raise TrackNotReady("This cannot be heard yet.", field="playableId")
        if reason is not None:
            raise NotAvailableHere("This cannot be played in your country.", field="playableId")


async def streams_of(
    ctx: RequestContext, tracks: Sequence[Track], quality: StreamQuality
) -> list[Stream | None]:
    """Where to hear each; None for what cannot be heard here."""
    reasons = await reasons_of(ctx, tracks)
    return [
        stream_of(ctx, track, quality) if reason is None else None
        for track, reason in zip(tracks, reasons, strict=True)
    ]


async def _are_own(ctx: RequestContext, playables: Sequence[Playable]) -> list[bool]:
    """Whether the viewer looks after each; teams are read only where something depends on it."""
    own = [may_manage_playable(ctx.viewer, each) for each in playables]
    if all(own) or ctx.viewer.user_id is None:
        return own
    teams = await teams_of_viewer(ctx)
    return [
        is_own or (isinstance(each, Track) and has_role(ctx.viewer, each, TeamRole.VIEWER, teams))
        for each, is_own in zip(playables, own, strict=True)
    ]
