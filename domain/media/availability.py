"""Whether something that one sees can be played where one is: one rule for all roads to it."""

from enum import StrEnum

from domain.media.records import Album, Playable, PlayableState
from domain.media.territories import EVERYWHERE, parse_territories


class UnavailableReason(StrEnum):
    """Why something cannot be played.

    NOT_READY        its processing has not ended
    TERRITORY        its rights do not hold in the viewer's country
    COUNTRY_UNKNOWN  its rights hold in some countries only, and the viewer's is not known
    """

    NOT_READY = "NOT_READY"
    TERRITORY = "TERRITORY"
    COUNTRY_UNKNOWN = "COUNTRY_UNKNOWN"


def why_unavailable(
    playable: Playable, album: Album | None, *, country: str | None, is_own: bool
) -> UnavailableReason | None:
    """Why it cannot be played in a country; None where it can.

    Its album's territories hold for a track as well as its own. Whoever looks after it plays it
    wherever they are.
    """
    if playable.state is not PlayableState.READY or playable.hls_key is None:
        return UnavailableReason.NOT_READY
    stated = [playable.territories, EVERYWHERE if album is None else album.territories]
    limits = [parse_territories(text) for text in stated if text != EVERYWHERE]
    if is_own or not limits:
        return None
    if country is None:
        return UnavailableReason.COUNTRY_UNKNOWN
    holds = all(each.holds(country) for each in limits)
    return None if holds else UnavailableReason.TERRITORY
