"""Global ids of things that can be played."""

from domain.ids import PlayableKey, PlayableKind
from errors import BadInput
from schema.ids import split_id

KINDS = {kind.value: kind for kind in PlayableKind}


def parse_playable_id(text: str) -> PlayableKey:
    """A global id of something playable as its key.

    Raises:
        BadInput: no id, or the id of something that cannot be played.
    """
    type_name, key = split_id(text)
    kind = KINDS.get(type_name)
    if kind is None:
        raise BadInput(f"A {type_name} cannot be played.", field="playableId")
    return PlayableKey(kind, key)
