"""Trains the item-item recommender from behaviour, in a worker.

EASE in closed form: of all linear models that predict a listener's items from their other
items, the one with the least squared error and a penalty on large weights.

    G = XᵀX + λI      P = G⁻¹      weight(i → j) = −Pᵢⱼ / Pⱼⱼ

Each weight is damped by its target's popularity, and each item keeps its strongest
targets only, so that a query reads a few rows.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch

from adapters.ml.artefact import NOBODY, Metrics, ModelCard, write_artefact
from adapters.ml.held_out import hide_last_items, measure
from domain.ai.tools import Interaction

NAME = "tutti-ease-v1"


class NothingToLearn(Exception):
    """There is no interaction at all."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Training:
    """Bounds and choices; together they bound time and memory."""

    users_max: int = 50_000
    items_max: int = 4_000
    """Solving costs items³: 4,000 take seconds and 200 MB."""

    items_per_user_max: int = 500
    neighbours_max: int = 128
    damping: float = 0.2
    """0 favours what all hear already; 0.5 the rare."""

    regularisations: tuple[float, ...] = (10.0, 50.0, 250.0)
    """Tried in turn on held-out items; the middle one where too few users are there."""

    held_out_users_min: int = 20
    held_out_users_max: int = 1_000
    threads_max: int = 2


def train(
    interactions: Sequence[Interaction],
    path: Path,
    *,
    trained_at: datetime,
    device: str = "cpu",
    training: Training | None = None,
) -> tuple[str, ModelCard]:
    """Learn from the interactions, replace the artefact at `path`, return version and card.

    The same interactions give the same model, whatever order they come in; repeated ones
    count once. The newest are kept when the bounds are reached.

    Raises:
        NothingToLearn: no interaction; an artefact that is there stays.
    """
    chosen = training or Training()
    histories = _bounded_histories(interactions, chosen)
    items = _bounded_items(histories, chosen.items_max)
    if not items:
        raise NothingToLearn("no interactions to learn from")
    place = {item: index for index, item in enumerate(items)}
    known = [[place[item] for item in history if item in place] for history in histories]
    known = [history for history in known if history]
    before = torch.get_num_threads()
    torch.set_num_threads(min(before, chosen.threads_max))
    try:
        with torch.inference_mode():
            regularisation, metrics = _select(known, len(items), chosen, device)
            solved = _solve(known, len(items), regularisation, chosen, device)
    finally:
        torch.set_num_threads(before)
    card = ModelCard(
        name=NAME,
        trained_at=trained_at.isoformat(),
        users=len(known),
        items=len(items),
        interactions=sum(map(len, known)),
        regularisation=regularisation,
        damping=chosen.damping,
        metrics=metrics,
    )
    version = write_artefact(
        path,
        card=card,
        items=tuple(items),
        neighbours=solved.neighbours,
        weights=solved.weights,
        popularity=solved.popularity,
    )
    return version, card


@dataclass(frozen=True, slots=True)
class _Solved:
    neighbours: np.ndarray
    weights: np.ndarray
    popularity: np.ndarray


def _bounded_histories(interactions: Sequence[Interaction], training: Training) -> list[list[str]]:
    """Each user's items, oldest first; the users who were active last are kept."""
    last: dict[str, dict[str, float]] = {}
    for one in interactions:
        items = last.setdefault(one.user, {})
        items[one.item] = max(one.at, items.get(one.item, one.at))
    newest_first = sorted(last, key=lambda user: (-max(last[user].values()), user))
    kept = newest_first[: training.users_max]
    histories = []
    for user in sorted(kept):
        ordered = sorted(last[user].items(), key=lambda pair: (pair[1], pair[0]))
        histories.append([item for item, _ in ordered[-training.items_per_user_max :]])
    return histories


def _bounded_items(histories: list[list[str]], items_max: int) -> list[str]:
    """The items most users know, most popular first."""
    counts: dict[str, int] = {}
    for history in histories:
        for item in history:
            counts[item] = counts.get(item, 0) + 1
    return sorted(counts, key=lambda item: (-counts[item], item))[:items_max]


def _select(
    known: list[list[int]], items: int, training: Training, device: str
) -> tuple[float, Metrics | None]:
    """Choose λ by what it predicts of the items hidden from it."""
    middle = training.regularisations[len(training.regularisations) // 2]
    shown, hidden = hide_last_items(known, training.held_out_users_max)
    if len(hidden) < training.held_out_users_min:
        return middle, None
    tried: list[tuple[float, float, Metrics]] = []
    for regularisation in training.regularisations:
        solved = _solve(shown, items, regularisation, training, device)
        metrics = measure(shown, hidden, solved.neighbours, solved.weights, solved.popularity)
        tried.append((metrics.ndcg_at_10, regularisation, metrics))
    _, regularisation, metrics = max(tried, key=lambda one: (one[0], one[1]))
    return regularisation, metrics


def _solve(
    known: list[list[int]], items: int, regularisation: float, training: Training, device: str
) -> _Solved:
    gram, popularity = _gram(known, items, device)
    gram.diagonal().add_(regularisation)
    inverse = torch.linalg.inv(gram)
    weights = inverse / -inverse.diagonal()
    weights.fill_diagonal_(0.0)
    weights /= (popularity + 1.0).pow(training.damping)
    width = min(training.neighbours_max, items)
    best, places = weights.topk(width, dim=1)
    # Weights below zero say "not this one"; a reason must never be that.
    positive = best > 1e-7
    places = torch.where(positive, places, NOBODY)
    best = torch.where(positive, best, 0.0)
    return _Solved(
        places.to("cpu", torch.int32).numpy(),
        best.to("cpu", torch.float32).numpy(),
        popularity.to("cpu", torch.float32).numpy(),
    )


def _gram(known: list[list[int]], items: int, device: str) -> tuple[torch.Tensor, torch.Tensor]:
    """How many users know both items, added up over bounded slices of users."""
    gram = torch.zeros(items, items, device=device)
    for start, end in pairwise([*range(0, len(known), 1_024), len(known)]):
        rows = torch.zeros(end - start, items)
        for row, history in enumerate(known[start:end]):
            rows[row, history] = 1.0
        rows = rows.to(device)
        gram += rows.T @ rows
    return gram, gram.diagonal().clone()
