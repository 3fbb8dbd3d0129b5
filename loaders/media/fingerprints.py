"""Reads of what sounds alike."""

from sqlalchemy import select

from db.read import key_in, query
from db.tables.media.fingerprints import playable_matches
from domain.media.fingerprints import PlayableMatch
from loaders.batch import GroupLoader


class MatchesByPlayable(GroupLoader[str, PlayableMatch]):
    """Playables, as their keys print themselves, to what sounds like each, the likest first."""

    query = query(
        select(playable_matches)
        .where(key_in(playable_matches.c.playable))
        .order_by(playable_matches.c.similarity.desc(), playable_matches.c.other),
        PlayableMatch,
    )
    key_name = "playable"
