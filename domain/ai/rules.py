"""The arithmetic of taste."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

from domain.ai.records import (
    Action,
    AiPlayable,
    Behaviour,
    Neighbour,
    Reason,
    ReasonKind,
    Recommendation,
    Taste,
)
from domain.ids import PlayableKey, UserId
from domain.ports import Scored

LIKE_WEIGHT = 2
POPULARITY_MODEL = "popularity-v1"
RECOMMENDATIONS_MAX = 50
NEIGHBOURS_MAX = 50
"""Kept for each playable."""

ROOM = -2.0
"""Stands for the score of the farthest neighbour while a list is not full."""

BEHAVIOUR_KEPT = timedelta(days=90)
"""How long single deeds are kept: far longer than any event is delivered again."""

TASTES_KEPT_MAX = 1_000_000
"""Pairs of listener and playable that one training reads."""


def popularity_of(*, listener_count: int, like_count: int) -> int:
    """How popular something is: its different listeners, and each like twice.

    Listeners and not plays are counted, so that one account on repeat lifts nothing.
    """
    return listener_count + LIKE_WEIGHT * like_count


def apply_behaviour(taste: Taste, behaviour: Behaviour) -> Taste:
    """A taste after one more thing was done; likes may arrive in any order."""
    last_at = max(taste.last_at, behaviour.at)
    if behaviour.action is Action.PLAYED:
        return replace(taste, play_count=taste.play_count + 1, last_at=last_at)
    if taste.reaction_at is not None and behaviour.at <= taste.reaction_at:
        return taste
    is_liked = behaviour.action is Action.LIKED
    return replace(taste, is_liked=is_liked, reaction_at=behaviour.at, last_at=last_at)


def recount(playable: AiPlayable, before: Taste, after: Taste) -> AiPlayable:
    """A playable's counters after one listener's taste changed."""
    listeners = playable.listener_count + int(before.play_count == 0 < after.play_count)
    likes = playable.like_count + int(after.is_liked) - int(before.is_liked)
    return replace(
        playable,
        listener_count=listeners,
        like_count=likes,
        popularity=popularity_of(listener_count=listeners, like_count=likes),
    )


def rank_for_listener(
    scored: Sequence[Scored],
    alike: Sequence[Neighbour],
    popular: Sequence[AiPlayable],
    *,
    known: Mapping[str, AiPlayable],
    tastes: Mapping[str, Taste],
    viewer_id: UserId | None,
    count: int,
) -> list[Recommendation]:
    """The model's items that may be recommended, then new ones that sound like what was
    heard, then popular ones: those new to the listener before the others.

    What is hidden, and what the listener made, is left out.
    """
    found: dict[str, Recommendation] = {}
    for one in scored:
        playable = known.get(one.item_id)
        if playable is not None and _may_recommend(playable, viewer_id):
            reason = explain(one, known=known, tastes=tastes)
            found[one.item_id] = Recommendation(item=playable.key, score=one.score, reason=reason)
    for near in sorted(alike, key=lambda near: (-near.score, near.neighbour)):
        playable, evidence = known.get(near.neighbour), known.get(near.playable)
        if playable is None or evidence is None or near.neighbour in tastes:
            continue
        if _may_recommend(playable, viewer_id) and evidence.is_public:
            found.setdefault(
                near.neighbour,
                Recommendation(item=playable.key, score=near.score, reason=sound_reason(evidence)),
            )
    new_first = sorted(popular, key=lambda playable: playable.playable in tastes)
    for playable in new_first:
        if _may_recommend(playable, viewer_id):
            reason = popular_reason(playable)
            found.setdefault(
                playable.playable,
                Recommendation(item=playable.key, score=0.0, reason=reason),
            )
    return list(found.values())[:count]


def explain(
    scored: Scored, *, known: Mapping[str, AiPlayable], tastes: Mapping[str, Taste]
) -> Reason:
    """Why the model ranks an item where it does.

    Evidence that is hidden by now is not named.
    """
    evidence = known.get(scored.because_of) if scored.because_of is not None else None
    taste = tastes.get(scored.because_of) if scored.because_of is not None else None
    if evidence is None or taste is None or not evidence.is_public:
        return popular_reason(known[scored.item_id])
    if taste.is_liked:
        kind, text = ReasonKind.LIKED, f"Because you like “{evidence.title}”"
    else:
        kind, text = ReasonKind.LISTENED, f"Because you listened to “{evidence.title}”"
    return Reason(
        kind=kind, text=text, evidence=PlayableKey.parse(evidence.playable), weight=scored.weight
    )


def sound_reason(evidence: AiPlayable) -> Reason:
    """Why something that hardly anybody has heard yet is recommended."""
    return Reason(
        kind=ReasonKind.SOUNDS_LIKE,
        text=f"Sounds like “{evidence.title}”",
        evidence=evidence.key,
        weight=None,
    )


def popular_reason(playable: AiPlayable) -> Reason:
    """Why something is recommended to everybody."""
    match playable.listener_count:
        case 0:
            text = "New here"
        case 1:
            text = "Heard by one listener"
        case count:
            text = f"Heard by {count} listeners"
    return Reason(kind=ReasonKind.POPULAR, text=text, evidence=None, weight=None)


def _may_recommend(playable: AiPlayable, viewer_id: UserId | None) -> bool:
    return playable.is_public and (viewer_id is None or playable.owner_id != viewer_id)
