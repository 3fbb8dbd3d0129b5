"""What somebody may have meant whose words nothing holds."""

from domain.media.spelling import edits_max, nearest, pieces_of
from loaders.media.vocabulary import WORDS_ALIKE, WordCount
from resolvers.context import RequestContext

ALIKE_MAX = 300
"""Words looked at; the most common are kept."""
MENDED_CHARS_MAX = 200
"""A cursor names the mended words, so they have a bound."""


async def mend(ctx: RequestContext, words: list[str], known: list[WordCount]) -> str | None:
    """The words with each unknown one replaced by the nearest known; None where none is near."""
    is_known = {each.word for each in known if each.entries > 0}
    unknown = [word for word in words if word not in is_known and edits_max(word)]
    if not unknown:
        return None
    pieces = {piece for word in unknown for piece in pieces_of(word, edits=edits_max(word))}
    alike = await ctx.read("media").fetch(WORDS_ALIKE, keys=sorted(pieces), limit=ALIKE_MAX)
    candidates = [(each.word, each.entries) for each in alike]
    mended = [nearest(word, candidates) or word if word in unknown else word for word in words]
    text = " ".join(mended)
    return text if mended != words and len(text.encode()) <= MENDED_CHARS_MAX else None
