"""Measures a recommender on items hidden from it, beside the popularity baseline."""

import numpy as np
from numpy.typing import NDArray

from adapters.ml.artefact import Metrics

TOP = 10
HISTORY_MIN = 3
"""A shorter history says too little to be tested with."""


def hide_last_items(
    known: list[list[int]], users_max: int
) -> tuple[list[list[int]], dict[int, int]]:
    """Histories without the last item of some users, and what was hidden by row.

    The users tested are spread evenly over all that have enough items.
    """
    able = [row for row, history in enumerate(known) if len(history) >= HISTORY_MIN]
    step = max(1, len(able) // users_max)
    tested = set(able[::step][:users_max])
    hidden = {row: known[row][-1] for row in sorted(tested)}
    shown = [history[:-1] if row in tested else history for row, history in enumerate(known)]
    return shown, hidden


def measure(
    shown: list[list[int]],
    hidden: dict[int, int],
    neighbours: NDArray[np.int32],
    weights: NDArray[np.float32],
    popularity: NDArray[np.float32],
) -> Metrics:
    """Where the hidden item stands among all that the user does not know."""
    ours: list[float] = []
    baseline: list[float] = []
    recommended: set[int] = set()
    tiny = popularity / (popularity.max() + 1.0) * 1e-6
    for row, target in hidden.items():
        places, values = neighbours[shown[row]].ravel(), weights[shown[row]].ravel()
        real = places >= 0
        scores = np.bincount(places[real], weights=values[real], minlength=len(popularity))
        top = _top(scores + tiny, shown[row])
        recommended.update(top.tolist())
        ours.append(_gain(top, target))
        baseline.append(_gain(_top(popularity.astype(np.float64), shown[row]), target))
    return Metrics(
        held_out_users=len(hidden),
        ndcg_at_10=_mean(ours),
        hit_rate_at_10=_mean([float(gain > 0) for gain in ours]),
        coverage_at_10=round(len(recommended) / len(popularity), 4),
        popularity_ndcg_at_10=_mean(baseline),
        popularity_hit_rate_at_10=_mean([float(gain > 0) for gain in baseline]),
    )


def _top(scores: NDArray[np.float64], seen: list[int]) -> NDArray[np.int64]:
    scores = scores.copy()
    scores[seen] = -np.inf
    count = min(TOP, len(scores) - len(seen))
    return np.argsort(-scores, kind="stable")[: max(count, 0)]


def _gain(top: NDArray[np.int64], target: int) -> float:
    found = np.flatnonzero(top == target)
    return float(1.0 / np.log2(found[0] + 2.0)) if found.size else 0.0


def _mean(values: list[float]) -> float:
    return round(float(np.mean(values)), 4)
