"""Finding artists, albums, tracks, channels and videos by words."""

import asyncio

from domain.ids import AlbumId, ArtistId, ChannelId, TrackId, VideoId
from domain.media.records import Album, Artist, Track
from domain.media.search_text import query_words, text_key
from domain.media.videos import Channel, Video
from domain.pages import Page, PageRequest, build_page
from domain.text import checked_text
from loaders.media.search import HITS, Hit
from resolvers.context import RequestContext
from resolvers.media.albums import find_albums
from resolvers.media.artists import find_artists
from resolvers.media.channels import find_channels
from resolvers.media.cursors import place_among_hits
from resolvers.media.tracks import find_tracks
from resolvers.media.videos import find_videos

TEXT_CHARS_MAX = 200

Found = Artist | Album | Track | Channel | Video


async def search(ctx: RequestContext, text: str, page: PageRequest) -> Page[Found]:
    """What the viewer may see that holds all words of the text, or longer words that begin so.

    The best first: called exactly so, beginning so, the rest; the newest of each first.
    Case, accents and punctuation do not matter.

    Raises:
        BadInput: the text is too long.
    """
    words = query_words(checked_text(text, field="text", chars_max=TEXT_CHARS_MAX))
    rank, number = place_among_hits(page)
    hits: list[Hit] = []
    if words:
        hits = await ctx.read("media").fetch(
            HITS,
            words=words,
            whole=text_key(text),
            **ctx.viewer.sight._asdict(),
            rank=rank,
            number=number,
            limit=page.first + 1,
        )
    return await _with_records(ctx, build_page(hits, page, lambda hit: (hit.rank, hit.number)))


async def _with_records(ctx: RequestContext, page: Page[Hit]) -> Page[Found]:
    """The same page of what the hits stand for: one read for each kind.

    The index is written with the rows, so a record is missing only when it was hidden
    between the two reads.
    """
    of_each_kind = await asyncio.gather(
        find_artists(ctx, [ArtistId(key) for key in _keys(page, "Artist")]),
        find_albums(ctx, [AlbumId(key) for key in _keys(page, "Album")]),
        find_tracks(ctx, [TrackId(key) for key in _keys(page, "Track")]),
        find_channels(ctx, [ChannelId(key) for key in _keys(page, "Channel")]),
        find_videos(ctx, [VideoId(key) for key in _keys(page, "Video")]),
    )
    found: dict[str, Found] = {
        record.id: record for records in of_each_kind for record in records if record is not None
    }
    return page.map(lambda hit: found.get(hit.key))


def _keys(page: Page[Hit], kind: str) -> list[str]:
    return [hit.key for hit in page.nodes if hit.kind == kind]
