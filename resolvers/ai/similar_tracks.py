"""What sounds like something, from stored rows."""

from collections.abc import Sequence

from domain.ai.records import AudioAnalysis, Neighbour
from domain.ai.rules import NEIGHBOURS_MAX
from domain.ids import PlayableKey
from domain.policies.ai import may_see_playable
from errors import BadInput
from resolvers.context import RequestContext

SIMILAR_DEFAULT = 10


async def list_similar(
    ctx: RequestContext, keys: Sequence[PlayableKey], first: int | None = None
) -> list[list[Neighbour]]:
    """The public playables that sound most like each, best first; none for a hidden one.

    Raises:
        BadInput: `first` is out of bounds.
    """
    count = checked_first(first, SIMILAR_DEFAULT, NEIGHBOURS_MAX)
    loader = ctx.loaders.ai.neighbours_by_playable(count, ctx.viewer.sight)
    return await loader.load_all([str(key) for key in keys])


async def find_analyses(
    ctx: RequestContext, keys: Sequence[PlayableKey]
) -> list[AudioAnalysis | None]:
    """How each playable sounds; None while nobody has listened, or for a hidden one."""
    known = await ctx.loaders.ai.playable_by_key.load_all([str(key) for key in keys])
    seen = [each.playable for each in known if each and may_see_playable(ctx.viewer, each)]
    if not seen:
        return [None] * len(keys)
    analyses = await ctx.loaders.ai.analysis_by_playable.load_all(seen)
    found = dict(zip(seen, analyses, strict=True))
    return [found.get(str(key)) for key in keys]


def checked_first(first: int | None, default: int, first_max: int) -> int:
    """How many are asked for.

    Raises:
        BadInput: out of bounds.
    """
    count = default if first is None else first
    if not 1 <= count <= first_max:
        raise BadInput(f"first must be from 1 to {first_max}, not {count}.", field="first")
    return count
