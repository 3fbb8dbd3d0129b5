"""Ranks items for one history of listening; numpy alone, a few hundred microseconds."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from adapters.ml.artefact import Artefact
from domain.ports import Scored

HISTORY_MAX = 200
"""The newest items that count."""

COUNT_MAX = 500


class Ranker:
    """A recommender in memory.

    The score of an item is the plain sum of one weight from each played item:

        score(j) = Σ weight(i → j)   over the i that were played

    so the reason given, the played item with the largest weight and its share of the
    sum, is the truth about the score and not a story told afterwards.
    """

    def __init__(self, artefact: Artefact) -> None:
        self._artefact = artefact
        self._place = {item: place for place, item in enumerate(artefact.items)}
        self._by_popularity = np.argsort(-artefact.popularity, kind="stable")

    @property
    def version(self) -> str:
        """Which model ranks."""
        return self._artefact.version

    def recommend(self, history: Sequence[str], count: int) -> list[Scored]:
        """The best items that are not in `history` (newest first), best first.

        Where the history reaches fewer than `count` items, the most popular ones
        follow with score 0 and no reason.
        """
        count = min(count, COUNT_MAX, len(self._artefact.items))
        played = [self._place[item] for item in history[:HISTORY_MAX] if item in self._place]
        known = np.unique(np.array(played, dtype=np.int64))
        seen = np.array(
            [self._place[item] for item in history if item in self._place], dtype=np.int64
        )
        scores = self._scores(known)
        scores[seen] = 0.0
        best = self._best(scores, count)
        ranked = [self._explain(int(item), float(scores[item]), known) for item in best]
        return ranked + self._popular(count - len(ranked), {*best.tolist(), *seen.tolist()})

    def _scores(self, known: NDArray[np.int64]) -> NDArray[np.float64]:
        places = self._artefact.neighbours[known].ravel()
        weights = self._artefact.weights[known].ravel()
        real = places >= 0
        scores: NDArray[np.float64] = np.zeros(len(self._artefact.items))
        np.add.at(scores, places[real], weights[real])
        return scores

    def _best(self, scores: NDArray[np.float64], count: int) -> NDArray[np.int64]:
        reached = np.flatnonzero(scores > 0).astype(np.int64)
        if reached.size > count > 0:
            reached = reached[np.argpartition(-scores[reached], count - 1)[:count]]
        # Ties are broken by place, so that one history always gets one answer.
        order = np.lexsort((reached, -scores[reached]))
        return reached[order][: max(count, 0)]

    def _explain(self, item: int, score: float, known: NDArray[np.int64]) -> Scored:
        artefact = self._artefact
        matches = artefact.neighbours[known] == item
        parts = np.where(matches, artefact.weights[known], 0.0).sum(axis=1)
        most = int(parts.argmax())
        return Scored(
            item_id=artefact.items[item],
            score=score,
            because_of=artefact.items[int(known[most])],
            weight=min(float(parts[most]) / score, 1.0),
        )

    def _popular(self, count: int, without: set[int]) -> list[Scored]:
        found: list[Scored] = []
        for place in self._by_popularity.tolist():
            if len(found) >= count:
                break
            if place not in without:
                item = self._artefact.items[place]
                found.append(Scored(item_id=item, score=0.0, because_of=None, weight=0.0))
        return found
