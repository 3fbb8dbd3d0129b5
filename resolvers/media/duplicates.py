"""Recordings that sound like others: found when they are processed, shown to their owners."""

from collections.abc import Sequence
from dataclasses import dataclass

from db.repositories.media.fingerprints import FingerprintRepository
from domain.ids import PlayableKey, PlayableKind, TrackId
from domain.media.fingerprints import (
    CANDIDATES_MAX,
    SIMILARITY_MIN,
    Fingerprint,
    similarity,
    words_of,
)
from domain.media.records import Track
from domain.viewer import Role
from resolvers.context import RequestContext
from resolvers.media import tracks
from resolvers.media.work import MediaWork


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDuplicate:
    """Another track, and how alike the two sound: 1 is the same."""

    track: Track
    similarity: float


async def keep_fingerprint(uow: MediaWork, playable: PlayableKey, fingerprint: Fingerprint) -> None:
    """Write how something sounds, and what sounds like it; twice is once."""
    rows = FingerprintRepository(uow.connection)
    await rows.hold_matching()
    words = words_of(fingerprint)
    candidates = await rows.find_candidates(playable, words) if words else []
    scored = [(other, similarity(fingerprint, theirs)) for other, theirs in candidates]
    await rows.save_fingerprint(playable, fingerprint, words)
    await rows.replace_matches(playable, [each for each in scored if each[1] >= SIMILARITY_MIN])


async def possible_duplicates_of(
    ctx: RequestContext, asked: Sequence[Track]
) -> list[list[PossibleDuplicate]]:
    """What sounds like each track of the viewer's (or any, for a moderator), the likest first.

    Of what others have only what the viewer may see anyway: nobody learns of a stranger's draft.
    """
    keys = [str(track.playable) if _may_know(ctx, track) else "" for track in asked]
    matches = await ctx.loaders.media.matches_by_playable.load_all(keys)
    others = {match.other for group in matches for match in group[:CANDIDATES_MAX]}
    ids = [TrackId(key.id) for key in map(PlayableKey.parse, sorted(others)) if _is_track(key)]
    found = {str(t.playable): t for t in await tracks.find_tracks(ctx, ids) if t is not None}
    return [
        [
            PossibleDuplicate(track=found[match.other], similarity=match.similarity)
            for match in group[:CANDIDATES_MAX]
            if match.other in found
        ]
        for group in matches
    ]


def _may_know(ctx: RequestContext, track: Track) -> bool:
    return ctx.viewer.user_id == track.owner_id or ctx.viewer.has_role(Role.MODERATOR)


def _is_track(key: PlayableKey) -> bool:
    return key.kind is PlayableKind.TRACK
