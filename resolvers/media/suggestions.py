"""What may be meant, while it is typed."""

from dataclasses import dataclass

from domain.media.search_entries import SearchKind
from domain.media.search_tokens import is_run_of_signs, search_key
from domain.media.spelling import (
    BEGINNING_CHARS,
    PIECE_CHARS_MAX,
    distance_to_beginning,
    edits_max,
    pieces_of,
    pieces_of_beginning,
)
from domain.text import checked_text
from errors import BadInput
from loaders.media.suggestions import Beginning, beginnings
from loaders.media.vocabulary import WORDS_ALIKE
from resolvers.context import RequestContext

PREFIX_CHARS_MAX = 100
ALIKE_MAX = 100
"""Words looked at where nothing begins so; the most common are kept."""
SUGGESTIONS_DEFAULT, SUGGESTIONS_MAX = 8, 20
WORDS_AMONG = 2
"""So many places are kept for words, where there are words that begin so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """A text to search for."""

    text: str
    kind: SearchKind | None
    """What is called so; None where it is a word that occurs."""


async def suggest(ctx: RequestContext, prefix: str, first: int | None = None) -> list[Suggestion]:
    """Public titles and known words that begin so, the most played and most common first.

    One statement; from four letters on, where nothing begins so, one more looks for words whose
    beginning is spelled alike, and a third for what begins like the nearest of them.

    Raises:
        BadInput: the prefix is too long, or `first` is out of bounds.
    """
    count = _checked_first(first)
    typed = search_key(checked_text(prefix, field="prefix", chars_max=PREFIX_CHARS_MAX))
    if not typed:
        return []
    found = await ctx.read("media").fetch(beginnings(typed), prefix=typed)
    if not found:
        nearest = await _nearest_beginning(ctx, typed)
        if nearest is not None:
            found = await ctx.read("media").fetch(beginnings(nearest), prefix=nearest)
    return _best(found, count)


async def _nearest_beginning(ctx: RequestContext, typed: str) -> str | None:
    """The text with its last word as a known word begins; None where none is near."""
    before, space, last = typed.rpartition(" ")
    if len(last) < BEGINNING_CHARS or is_run_of_signs(last):
        return None
    pieces = pieces_of_beginning(last)
    if len(last) >= PIECE_CHARS_MAX - 1:
        pieces |= pieces_of(last)
    alike = await ctx.read("media").fetch(WORDS_ALIKE, keys=sorted(pieces), limit=ALIKE_MAX)
    most = max(edits_max(last), 1)
    ranked = [
        (distance_to_beginning(last, each.word, distance_max=most), -each.entries, each.word)
        for each in alike
    ]
    best = min(ranked, default=None)
    if best is None or best[0] > most:
        return None
    return f"{before}{space}{best[-1]}"


def _best(found: list[Beginning], count: int) -> list[Suggestion]:
    """Each text once: titles by their places, and a few words."""
    titles = sorted((each for each in found if each.kind is not None), key=lambda each: each.number)
    words = sorted((each for each in found if each.kind is None), key=lambda each: -each.number)
    kept: dict[str, Suggestion] = {}
    reserved = min(WORDS_AMONG, len(words))
    for each in titles:
        if len(kept) >= count - reserved:
            break
        kind = None if each.kind is None else SearchKind(each.kind)
        kept.setdefault(search_key(each.text), Suggestion(text=each.text, kind=kind))
    for each in words:
        if len(kept) >= count:
            break
        kept.setdefault(each.text, Suggestion(text=each.text, kind=None))
    return list(kept.values())


def _checked_first(first: int | None) -> int:
    count = SUGGESTIONS_DEFAULT if first is None else first
    if not 1 <= count <= SUGGESTIONS_MAX:
        raise BadInput(f"first must be from 1 to {SUGGESTIONS_MAX}, not {count}.", field="first")
    return count
