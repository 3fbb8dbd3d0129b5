"""Records of the ai domain."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from domain.ids import ArtistId, PlayableKey, UserId


class Action(StrEnum):
    """What a listener did."""

    PLAYED = "PLAYED"
    LIKED = "LIKED"
    UNLIKED = "UNLIKED"


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """One thing that a listener did, told once however often it arrives."""

    id: str
    """Made from the event, so that its second coming is recognised."""

    user_id: UserId
    playable: str
    action: Action
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Taste:
    """All that one listener did with one playable, added up."""

    user_id: UserId
    playable: str
    play_count: int
    is_liked: bool
    reaction_at: datetime | None
    """When it was last liked or unliked; an older word changes nothing."""

    last_at: datetime

    @property
    def key(self) -> PlayableKey:
        """What it is about."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class AiPlayable:
    """What ai keeps of something playable: enough to recommend it, or to leave it out."""

    playable: str
    artist_id: ArtistId
    owner_id: UserId
    title: str
    is_public: bool
    version: int
    """Media's; 0 while only behaviour has been heard of."""

    listener_count: int
    like_count: int
    popularity: int
    """See `rules.popularity_of`."""

    @property
    def key(self) -> PlayableKey:
        """What it is."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioAnalysis:
    """How a recording sounds, as a model heard it; the vector stays with the model's rows."""

    playable: str
    model: str
    source_key: str
    tempo_bpm: float | None
    musical_key: str | None
    heard_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbour:
    """One playable that sounds like another."""

    playable: str
    neighbour: str
    score: float
    """Cosine of the two vectors, -1 to 1."""

    @property
    def item(self) -> PlayableKey:
        """The one that sounds like it."""
        return PlayableKey.parse(self.neighbour)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrainedModel:
    """One training of the recommender."""

    version: str
    trained_at: datetime
    card: dict[str, Any]
    """The model card, as the trainer wrote it."""

    @property
    def listener_count(self) -> int:
        """How many listeners it learnt from."""
        return int(self.card.get("users", 0))

    @property
    def item_count(self) -> int:
        """How many items it can recommend."""
        return int(self.card.get("items", 0))

    @property
    def interaction_count(self) -> int:
        """How many pairs of listener and item it learnt from."""
        return int(self.card.get("interactions", 0))

    @property
    def ndcg_at_10(self) -> float | None:
        """Quality on hidden items; None where there were too few listeners."""
        return self._metric("ndcg_at_10")

    @property
    def popularity_ndcg_at_10(self) -> float | None:
        """What recommending the most popular reaches on the same items."""
        return self._metric("popularity_ndcg_at_10")

    def _metric(self, name: str) -> float | None:
        metrics = self.card.get("metrics") or {}
        found = metrics.get(name)
        return None if found is None else float(found)


class ReasonKind(StrEnum):
    """Why something is recommended."""

    LISTENED = "LISTENED"
    LIKED = "LIKED"
    SOUNDS_LIKE = "SOUNDS_LIKE"
    POPULAR = "POPULAR"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reason:
    """Why an item is recommended; the share is the model's own arithmetic."""

    kind: ReasonKind
    text: str
    evidence: PlayableKey | None
    """The item played or liked that speaks most for it."""

    weight: float | None
    """The share of the score that comes from the evidence, 0 to 1; None where no share
    can be told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """Something to hear next."""

    item: PlayableKey
    score: float
    reason: Reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendations:
    """What to hear next, best first."""

    items: list[Recommendation]
    degraded: bool
    """True when the model was missing or too slow, and popularity answers instead."""

    model: str
