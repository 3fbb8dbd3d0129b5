"""Lyrics of tracks: reading them in a language, writing and removing them."""

from collections.abc import Sequence

from db.repositories.media.lyrics import LyricsRepository
from domain.ids import TrackId
from domain.media.lyrics.lrc import parse_lrc
from domain.media.lyrics.records import Lyrics, LyricsFormat, LyricsText
from domain.media.lyrics.rules import (
    LANGUAGES_MAX,
    TEXT_CHARS_MAX,
    best_of,
    checked_language,
    parse_plain,
)
from domain.media.lyrics.ttml import parse_ttml
from domain.media.records import Playable, Track
from domain.policies.media import require_own_track
from errors import TooLarge
from resolvers.context import RequestContext


async def lyrics_of(
    ctx: RequestContext, tracks: Sequence[Track], language: str | None
) -> list[Lyrics | None]:
    """Each one's lyrics in a language or a near one; who sees a track reads what is sung.

    Raises:
        BadInput: that is no language.
    """
    wanted = None if language is None else checked_language(language)
    found = await _load(ctx, tracks)
    return [best_of(several, wanted) for several in found]


async def languages_of(ctx: RequestContext, tracks: Sequence[Playable]) -> list[list[str]]:
    """In which languages there are lyrics of each, that of the song first."""
    found = await _load(ctx, tracks)
    ordered = [sorted(each, key=lambda one: (one.is_translation, one.language)) for each in found]
    return [[lyrics.language for lyrics in several] for several in ordered]


async def set_lyrics(
    ctx: RequestContext,
    track_id: TrackId,
    *,
    language: str,
    form: LyricsFormat,
    text: str,
    is_translation: bool = False,
) -> Track:
    """Write lyrics in one language over those that are there; the same again changes nothing.

    Raises:
        NotFound: no such track for this viewer.
        Forbidden: the viewer does not own it.
        BadInput, TooLarge: the text cannot be read, or there is too much of it.
    """
    ctx.viewer.require_user_id()
    spelled, content = checked_language(language), parse_lyrics(form, text)
    async with ctx.unit_of_work(LyricsRepository) as uow:
        track = require_own_track(ctx.viewer, await uow.rows.lock_track(track_id))
        if await uow.rows.count_others(track_id, spelled) >= LANGUAGES_MAX:
            raise TooLarge(f"A track has lyrics in {LANGUAGES_MAX} languages at most.")
        lyrics = Lyrics(
            track_id=track_id,
            language=spelled,
            is_translation=is_translation,
            content=content,
            updated_by=ctx.viewer.require_user_id(),
            updated_at=ctx.clock.now(),
        )
        await uow.rows.save_lyrics(lyrics)
        await uow.commit()
    ctx.loaders.media.lyrics_by_track_id.clear(track_id)
    return track


async def remove_lyrics(ctx: RequestContext, track_id: TrackId, *, language: str) -> Track:
    """Remove the lyrics in one language; twice is once. Raises NotFound, Forbidden, BadInput."""
    ctx.viewer.require_user_id()
    spelled = checked_language(language)
    async with ctx.unit_of_work(LyricsRepository) as uow:
        track = require_own_track(ctx.viewer, await uow.rows.lock_track(track_id))
        await uow.rows.remove_lyrics(track_id, spelled)
        await uow.commit()
    ctx.loaders.media.lyrics_by_track_id.clear(track_id)
    return track


def parse_lyrics(form: LyricsFormat, text: str) -> LyricsText:
    """Read lyrics in one of the forms; raises BadInput, TooLarge."""
    if len(text) > TEXT_CHARS_MAX:
        raise TooLarge(f"text has {TEXT_CHARS_MAX} characters at most.", field="text")
    match form:
        case LyricsFormat.LRC:
            return parse_lrc(text)
        case LyricsFormat.TTML:
            return parse_ttml(text)
        case LyricsFormat.PLAIN:
            return parse_plain(text)


async def _load(ctx: RequestContext, tracks: Sequence[Playable]) -> list[list[Lyrics]]:
    loader = ctx.loaders.media.lyrics_by_track_id
    return await loader.load_all([TrackId(track.id) for track in tracks])
