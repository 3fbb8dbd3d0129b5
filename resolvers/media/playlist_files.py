"""Playlists out of files and into files."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from db.read import Query
from db.repositories.media.playlists import PlaylistRepository
from domain.ids import PlayableKey, PlayableKind, PlaylistId, PlaylistItemId, new_id
from domain.media.playlist_files.jspf import parse_jspf, print_jspf
from domain.media.playlist_files.m3u import parse_m3u, print_m3u
from domain.media.playlist_files.records import (
    ListedPlaylist,
    ListedTrack,
    PlaylistFormat,
    checked_list,
    listed,
    our_uri,
)
from domain.media.playlist_files.xspf import parse_xspf, print_xspf
from domain.media.playlists import rules
from domain.media.playlists.order_keys import fresh_keys
from domain.media.playlists.records import Playlist, PlaylistChangeKind, PlaylistItem
from domain.media.playlists.rules import PlaylistDetails
from domain.media.records import Playable, Track
from domain.media.search_text import text_key
from domain.pages import PageRequest
from errors import NotFound, TooLarge
from loaders.media.listed_tracks import BY_ARTIST, BY_ISRC, BY_MUSIC_BRAINZ_ID, Candidate
from resolvers.context import RequestContext
from resolvers.media.albums import albums_of
from resolvers.media.playables import creators_of, find_playables
from resolvers.media.playlist_items import list_items
from resolvers.media.playlist_work import log_change
from resolvers.media.playlists import find_playlist

PLAYABLES_LOGGED_MAX = 100
PARSERS: Mapping[PlaylistFormat, Callable[[str], ListedPlaylist]] = {
    PlaylistFormat.M3U: parse_m3u,
    PlaylistFormat.XSPF: parse_xspf,
    PlaylistFormat.JSPF: parse_jspf,
}
PRINTERS: Mapping[PlaylistFormat, Callable[[ListedPlaylist], str]] = {
    PlaylistFormat.M3U: print_m3u,
    PlaylistFormat.XSPF: print_xspf,
    PlaylistFormat.JSPF: print_jspf,
}


class MatchedBy(StrEnum):
    """How an entry was found among what is here."""

    ID = "ID"
    ISRC = "ISRC"
    ARTIST_AND_TITLE = "ARTIST_AND_TITLE"
    MUSIC_BRAINZ_ID = "MUSIC_BRAINZ_ID"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedEntry:
    """What became of one entry of a file."""

    number: int
    """From 1 on."""
    title: str
    creator: str
    matched_by: MatchedBy | None
    """None where nothing was found."""
    playable: Playable | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """A new playlist, and what became of each entry."""

    playlist: Playlist
    entries: list[ImportedEntry]


async def export_playlist(
    ctx: RequestContext, playlist_id: PlaylistId, form: PlaylistFormat
) -> str:
    """A playlist as a file, with what the viewer may see of it; raises NotFound."""
    playlist = await find_playlist(ctx, playlist_id)
    if playlist is None:
        raise NotFound("There is no such playlist.", field="id")
    (page,) = await list_items(ctx, [playlist], PageRequest(first=rules.ITEMS_MAX))
    keys = [PlayableKey.parse(item.playable) for item in page.nodes]
    found = [each for each in await find_playables(ctx, keys) if each is not None]
    entries = await _listed(ctx, found)
    return PRINTERS[form](ListedPlaylist(title=playlist.title, tracks=tuple(entries)))


async def import_playlist(
    ctx: RequestContext, form: PlaylistFormat, text: str, *, title: str | None = None
) -> Imported:
    """Make a private playlist of what a file names and is here; tell of the rest.

    Raises:
        Unauthenticated: nobody is logged in.
        BadInput: the file cannot be read, or neither it nor the viewer gives a title.
        TooLarge: there is too much of it.
    """
    owner_id = ctx.viewer.require_user_id()
    file = PARSERS[form](text)
    details = PlaylistDetails(title=title or file.title[: rules.TITLE_CHARS_MAX])
    playlist = rules.new_playlist(PlaylistId(new_id()), owner_id, details, now=ctx.clock.now())
    entries = await _match(ctx, checked_list(file.title, file.tracks).tracks)
    items = _items(playlist, [each.playable for each in entries if each.playable is not None])
    filled = rules.count_items(
        playlist, items=len(items), duration_ms=sum(item.duration_ms for item in items)
    )
    async with ctx.unit_of_work(PlaylistRepository) as uow:
        if await uow.rows.count_playlists(owner_id) >= rules.PLAYLISTS_OF_OWNER_MAX:
            raise TooLarge(f"An account has {rules.PLAYLISTS_OF_OWNER_MAX} playlists at most.")
        await uow.rows.add_playlist(filled)
        if items:
            await uow.rows.add_items(items)
        named = [item.playable for item in items[:PLAYABLES_LOGGED_MAX]]
        await log_change(ctx, uow, filled, PlaylistChangeKind.CREATED, playables=named)
        await uow.commit()
    return Imported(playlist=filled, entries=entries)


async def _listed(ctx: RequestContext, playables: Sequence[Playable]) -> list[ListedTrack]:
    creators = await creators_of(ctx, playables)
    tracks = [each for each in playables if isinstance(each, Track)]
    albums: dict[str, str] = {
        track.id: album.title
        for track, album in zip(tracks, await albums_of(ctx, tracks), strict=True)
    }
    return [
        listed(
            title=each.title,
            creator=creator.name,
            album=albums.get(each.id),
            duration_ms=each.duration_ms,
            identifiers=_identifiers(each),
        )
        for each, creator in zip(playables, creators, strict=True)
    ]


def _identifiers(playable: Playable) -> list[str]:
    found = [our_uri(playable.playable)]
    if isinstance(playable, Track) and playable.isrc:
        found.append(f"isrc:{playable.isrc}")
    if isinstance(playable, Track) and playable.music_brainz_recording_id:
        found.append(f"https://musicbrainz.org/recording/{playable.music_brainz_recording_id}")
    return found


async def _match(ctx: RequestContext, tracks: Sequence[ListedTrack]) -> list[ImportedEntry]:
    """Each entry with what is here: by our id, its ISRC, artist and title, or MusicBrainz."""
    named = [track.playable for track in tracks]
    known = [key for key in named if key is not None]
    seen = {each.playable for each in await find_playables(ctx, known) if each is not None}
    by_isrc = {each.isrc: each for each in await _find(ctx, BY_ISRC, _isrcs(tracks))}
    by_name = {
        (each.artist_key, text_key(each.title)): each
        for each in await _find(ctx, BY_ARTIST, [text_key(each.creator) for each in tracks])
    }
    music_brainz_ids = [each.music_brainz_id for each in tracks]
    by_music_brainz = {
        each.music_brainz_id: each
        for each in await _find(ctx, BY_MUSIC_BRAINZ_ID, music_brainz_ids)
    }
    matches: list[tuple[MatchedBy, PlayableKey] | None] = []
    for track, key in zip(tracks, named, strict=True):
        name = (text_key(track.creator), text_key(track.title))
        isrc, music_brainz = track.isrc, track.music_brainz_id
        if key is not None and key in seen:
            matches.append((MatchedBy.ID, key))
        elif isrc is not None and isrc in by_isrc:
            matches.append((MatchedBy.ISRC, _key(by_isrc[isrc])))
        elif track.title and name in by_name:
            matches.append((MatchedBy.ARTIST_AND_TITLE, _key(by_name[name])))
        elif music_brainz is not None and music_brainz in by_music_brainz:
            matches.append((MatchedBy.MUSIC_BRAINZ_ID, _key(by_music_brainz[music_brainz])))
        else:
            matches.append(None)
    return await _entries(ctx, tracks, matches)


async def _entries(
    ctx: RequestContext,
    tracks: Sequence[ListedTrack],
    matches: Sequence[tuple[MatchedBy, PlayableKey] | None],
) -> list[ImportedEntry]:
    """What was found, as far as the viewer may see it."""
    found = iter(await find_playables(ctx, [match[1] for match in matches if match is not None]))
    entries = []
    for number, (track, match) in enumerate(zip(tracks, matches, strict=True), 1):
        playable = None if match is None else next(found)
        entries.append(
            ImportedEntry(
                number=number,
                title=track.title,
                creator=track.creator,
                matched_by=None if match is None or playable is None else match[0],
                playable=playable,
            )
        )
    return entries


async def _find(
    ctx: RequestContext, by: Query[Candidate], keys: Sequence[str | None]
) -> list[Candidate]:
    wanted = sorted({key for key in keys if key})
    return await ctx.read("media").fetch(by, keys=wanted) if wanted else []


def _isrcs(tracks: Sequence[ListedTrack]) -> list[str | None]:
    return [track.isrc for track in tracks]


def _key(candidate: Candidate) -> PlayableKey:
    return PlayableKey(PlayableKind.TRACK, candidate.id)


def _items(playlist: Playlist, playables: Sequence[Playable]) -> list[PlaylistItem]:
    return [
        PlaylistItem(
            id=PlaylistItemId(new_id()),
            playlist_id=playlist.id,
            playable=str(each.playable),
            order_key=key,
            duration_ms=each.duration_ms or 0,
            added_by=playlist.owner_id,
            added_at=playlist.created_at,
        )
        for each, key in zip(playables, fresh_keys(len(playables)), strict=True)
    ]
