"""Global ids of things that can be played."""

from functools import lru_cache

from domain.ids import PLAYABLE_KINDS, PlayableKey
from errors import BadInput
from schema.ids import IDS_MAX, split_id


@lru_cache(IDS_MAX)
def parse_playable_id(text: str) -> PlayableKey:
    """A global id of something playable as its key.

    Remembered: three subgraphs are asked about the playables of a page.

    Raises:
        BadInput: no id, or the id of something that cannot be played.
    """
    type_name, key = split_id(text)
    kind = PLAYABLE_KINDS.get(type_name)
    if kind is None:
        raise BadInput(f"A {type_name} cannot be played.", field="playableId")
    return PlayableKey(kind, key)
