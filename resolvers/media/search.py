"""Finding things of all kinds by words."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.media.records import Album, Artist, Track
from domain.media.search_entries import SearchKind
from domain.media.search_query import (
    NO_FILTERS,
    SearchFilters,
    any_tier_query,
    terms,
    tier_query,
)
from domain.media.search_tokens import query_tokens, search_key
from domain.media.videos import Channel, Video
from domain.pages import Edge, Page, PageInfo, PageRequest, build_page
from domain.text import checked_text
from loaders.media.search import ANYWHERE, COUNTS, HITS, NOT_YET, WORDY, Hit, filter_parameters
from loaders.media.vocabulary import CHARS_COUNTED_FROM, WORD_COUNTS, WordCount
from resolvers.context import RequestContext
from resolvers.media.albums import find_albums
from resolvers.media.artists import find_artists
from resolvers.media.channels import find_channels
from resolvers.media.cursors import SearchPlace, place_among_hits
from resolvers.media.spelling import mend
from resolvers.media.tracks import find_tracks
from resolvers.media.videos import find_videos

TEXT_CHARS_MAX = 200
COUNTED_MAX = 2_000
"""So many of the best are counted; beyond, the total says that there are more."""
FACETS_MAX = 20
COMMON_FROM = 1_000
"""Entries from which on a word is looked for as it stands, unless it is the last one."""
LITTLE = 3
"""Whoever finds fewer is told what else they may have meant."""

Found = Artist | Album | Track | Channel | Video
Find = Callable[[RequestContext, Sequence[Any]], Awaitable[Sequence[Found | None]]]
FINDERS: Mapping[SearchKind, Find] = {
    SearchKind.ARTIST: find_artists,
    SearchKind.ALBUM: find_albums,
    SearchKind.TRACK: find_tracks,
    SearchKind.CHANNEL: find_channels,
    SearchKind.VIDEO: find_videos,
}
"""Who reads what was found of each kind, under the rules of what the viewer may see."""
KINDS = [kind.value for kind in FINDERS]


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetCount:
    """How many of what was found have this in common."""

    value: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchCounts:
    """How much was found, and how it is spread; the most frequent first."""

    total: int
    is_whole: bool
    """False: there are more; the spread is that of the best `COUNTED_MAX`."""
    kinds: list[FacetCount]
    genres: list[FacetCount]
    decades: list[FacetCount]


@dataclass(frozen=True, slots=True, kw_only=True)
class SearchResults:
    """A page of what was found, and what it was found by."""

    page: Page[Found]
    words: list[str]
    filters: SearchFilters
    known: list[WordCount]
    place: SearchPlace
    did_you_mean: str | None
    """Another spelling; what was found is found by it where the text itself finds nothing."""

    @property
    def nodes(self) -> list[Found]:
        """What was found."""
        return self.page.nodes

    @property
    def edges(self) -> list[Edge[Found]]:
        """The same with cursors."""
        return self.page.edges

    @property
    def page_info(self) -> PageInfo:
        """Whether and where it goes on."""
        return self.page.page_info


async def search(
    ctx: RequestContext, text: str, page: PageRequest, filters: SearchFilters = NO_FILTERS
) -> SearchResults:
    """What the viewer may see that holds all words of the text, or longer words that begin so.

    The best first: called exactly so, beginning so, with all words in the title, then in other
    places; within each the most played first, then the newest. Case, accents and punctuation do
    not matter. Where nothing is found, words that are spelled alike are looked for.

    A walk of pages keeps the order it began with: its cursor names the generation of places
    (`domain/media/search_places.py`) and the spelling that was mended.

    Raises:
        BadInput: the text is too long, a filter makes no sense, or the cursor is another list's.
    """
    filters = filters.checked()
    asked = checked_text(text, field="text", chars_max=TEXT_CHARS_MAX)
    place = place_among_hits(page)
    words = query_tokens(place.mended or asked)
    known = await ctx.read("media").fetch(WORD_COUNTS, keys=words) if words else []
    place = place.in_generation(known[0].generation if known else 0)
    hits = await _read_hits(ctx, place.mended or asked, words, known, filters, place, page.first)
    other = place.mended
    if page.after is None and words and len(hits) < LITTLE:
        other = await mend(ctx, words, known)
        if other is not None and not hits:
            place = place.with_spelling(other)
            words = query_tokens(other)
            known = await ctx.read("media").fetch(WORD_COUNTS, keys=words)
            hits = await _read_hits(ctx, other, words, known, filters, place, page.first)
    found = build_page(hits, page, lambda hit: place.behind(hit.tier, hit.number))
    return SearchResults(
        page=await _with_records(ctx, found),
        words=words,
        filters=filters,
        known=known,
        place=place,
        did_you_mean=other,
    )


async def count_found(ctx: RequestContext, results: SearchResults) -> SearchCounts:
    """How much there is of what a search found, by kind, genre and decade.

    Common words are counted as they stand, without the rarer ones that begin so.
    """
    if not results.words:
        return SearchCounts(total=0, is_whole=True, kinds=[], genres=[], decades=[])
    whole = {each.word for each in results.known if each.whole >= COMMON_FROM}
    asked = [word if word in whole else f"{word}*" for word in results.words]
    wanted = any_tier_query(asked, results.filters, ctx.viewer.sight)
    rows = await ctx.read("media").fetch(
        COUNTS,
        **{
            f"query_{ANYWHERE}": wanted,
            f"after_{ANYWHERE}": NOT_YET,
            f"common_{ANYWHERE}": _is_common(
                results.words, results.known, results.filters, tier=ANYWHERE, limit=COUNTED_MAX
            ),
        },
        **filter_parameters(results.filters, ctx.viewer.sight, KINDS),
        generation=results.place.generation,
        limit=COUNTED_MAX + 1,
    )
    total = sum(row.count for row in rows)
    return SearchCounts(
        total=min(total, COUNTED_MAX),
        is_whole=total <= COUNTED_MAX,
        kinds=_facets((row.kind, row.count) for row in rows),
        genres=_facets((row.genre_key, row.count) for row in rows),
        decades=_facets(
            (None if row.decade is None else str(row.decade * 10), row.count) for row in rows
        ),
    )


async def _read_hits(
    ctx: RequestContext,
    text: str,
    words: list[str],
    known: list[WordCount],
    filters: SearchFilters,
    place: SearchPlace,
    first: int,
) -> list[Hit]:
    """One page and one more, in one statement."""
    if not words:
        return []
    sight = ctx.viewer.sight
    asked = _terms(words, known)
    parameters: dict[str, Any] = {"after_0": place.after(0)}
    for tier in WORDY:
        parameters[f"query_{tier}"] = tier_query(tier, asked, filters, sight)
        parameters[f"after_{tier}"] = place.after(tier)
        parameters[f"common_{tier}"] = _is_common(words, known, filters, tier=tier, limit=first)
    return await ctx.read("media").fetch(
        HITS,
        **parameters,
        **filter_parameters(filters, sight, KINDS),
        whole=search_key(text),
        generation=place.generation,
        limit=first + 1,
    )


def _terms(words: list[str], known: list[WordCount]) -> list[str]:
    return terms(words, {each.word for each in known if each.whole >= COMMON_FROM})


def _is_common(
    words: list[str], known: list[WordCount], filters: SearchFilters, *, tier: int, limit: int
) -> bool:
    """Whether a walk over all entries meets enough of them sooner than all are gathered.

    To gather costs as much as there are of them, a walk as many steps as there are entries
    between two of them. Several words may be common and never meet, and so may a word and what
    is asked by filters: they are gathered.
    """
    if len(words) > 1 or not known or filters.marks():
        return False
    (word,) = known
    if len(word.word) < CHARS_COUNTED_FROM and word.word.isascii():
        return word.indexed > COUNTED_MAX
    occurs = {1: word.firsts, 2: word.titles}.get(tier, word.entries)
    return occurs * occurs > limit * word.indexed


def _facets(rows: Iterable[tuple[str | None, int]]) -> list[FacetCount]:
    """The most frequent values; what has none is not counted."""
    counter: Counter[str] = Counter()
    for value, count in rows:
        if value is not None:
            counter[value] += count
    ranked = sorted(counter.items(), key=lambda each: (-each[1], each[0]))
    return [FacetCount(value=value, count=count) for value, count in ranked[:FACETS_MAX]]


async def _with_records(ctx: RequestContext, page: Page[Hit]) -> Page[Found]:
    """The same page of what the hits stand for: one read for each kind.

    The index is written with the rows, so a record is missing only when it was hidden
    between the two reads.
    """
    keys = {kind: [hit.key for hit in page.nodes if hit.kind == kind] for kind in FINDERS}
    read = await asyncio.gather(*(find(ctx, keys[kind]) for kind, find in FINDERS.items()))
    found: dict[tuple[str, str], Found] = {
        (kind.value, record.id): record
        for kind, records in zip(FINDERS, read, strict=True)
        for record in records
        if record is not None
    }
    return page.map(lambda hit: found.get((hit.kind, hit.key)))
