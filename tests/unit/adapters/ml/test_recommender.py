"""What the recommender learns, and how it is measured."""

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from adapters.ml.artefact import NOBODY, read_artefact
from adapters.ml.ranking import Ranker
from adapters.ml.recommender import NothingToLearn, Training, train
from domain.ai.tools import Interaction
from tests.unit.adapters.ml.histories import HIT, JAZZ, ROCK, two_tastes

NOW = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_listeners_are_recommended_their_own_taste(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    train(two_tastes(), path, trained_at=NOW)

    ranked = Ranker(read_artefact(path)).recommend(["rock-0", "rock-1"], 5)

    assert len(ranked) == 5
    assert {one.item_id for one in ranked} <= {HIT, *ROCK} - {"rock-0", "rock-1"}
    assert {one.because_of for one in ranked} <= {"rock-0", "rock-1"}


def test_a_reason_is_the_true_share_of_the_score(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    train(two_tastes(), path, trained_at=NOW)
    artefact = read_artefact(path)
    place = {item: index for index, item in enumerate(artefact.items)}

    def weight(source: str, target: str) -> float:
        row = artefact.neighbours[place[source]]
        found = artefact.weights[place[source]][row == place[target]]
        return float(found.sum())

    history = ["rock-0", "rock-5", "jazz-3"]
    for one in Ranker(artefact).recommend(history, 6):
        parts = {source: weight(source, one.item_id) for source in history}
        assert one.score == pytest.approx(sum(parts.values()))
        assert one.because_of == max(parts, key=lambda source: parts[source])
        assert one.weight == pytest.approx(max(parts.values()) / sum(parts.values()))


def test_it_beats_popularity_on_what_was_hidden_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"

    _, card = train(two_tastes(), path, trained_at=NOW)

    assert card.metrics is not None
    assert card.metrics.held_out_users == 60
    assert card.metrics.ndcg_at_10 > 1.2 * card.metrics.popularity_ndcg_at_10
    assert (card.users, card.items, card.interactions) == (60, 25, 420)
    assert card.trained_at == "2026-01-02T03:04:05+00:00"
    assert read_artefact(path).card == card


def test_order_and_repetition_of_the_interactions_make_no_difference(
    tmp_path: Path,
) -> None:
    told = two_tastes()
    again = [*reversed(told), *told[:50]]

    first, _ = train(told, tmp_path / "first.bin", trained_at=NOW)
    second, _ = train(again, tmp_path / "second.bin", trained_at=NOW)

    assert first == second


def test_one_listener_with_one_item_still_makes_a_model(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    one = [Interaction(user="anna", item="song", at=1.0)]

    _, card = train(one, path, trained_at=NOW)

    ranked = Ranker(read_artefact(path)).recommend([], 10)
    assert card.metrics is None
    assert [(item.item_id, item.score, item.because_of) for item in ranked] == [("song", 0.0, None)]


def test_an_unknown_history_gets_the_popular_items(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    train(two_tastes(), path, trained_at=NOW)

    ranked = Ranker(read_artefact(path)).recommend(["never-heard-of"], 3)

    assert ranked[0].item_id == HIT
    assert [one.because_of for one in ranked] == [None, None, None]


def test_what_was_played_is_never_recommended(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    train(two_tastes(), path, trained_at=NOW)
    history = [*ROCK, *JAZZ[:6]]

    ranked = Ranker(read_artefact(path)).recommend(history, 100)

    assert sorted(one.item_id for one in ranked) == sorted([*JAZZ[6:], HIT])


def test_nothing_to_learn_leaves_the_old_model_alone(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    version, _ = train(two_tastes(), path, trained_at=NOW)

    with pytest.raises(NothingToLearn):
        train([], path, trained_at=NOW)

    assert read_artefact(path).version == version


def test_bounds_keep_the_most_played_items_and_the_newest_listeners(
    tmp_path: Path,
) -> None:
    told = [
        *[Interaction(user=f"new-{n}", item="loved", at=10.0) for n in range(3)],
        *[Interaction(user=f"new-{n}", item="liked", at=11.0) for n in range(2)],
        Interaction(user="new-0", item="rare", at=12.0),
        *[Interaction(user=f"old-{n}", item="forgotten", at=1.0) for n in range(9)],
    ]
    path = tmp_path / "recommender.bin"

    _, card = train(told, path, trained_at=NOW, training=Training(users_max=3, items_max=2))

    assert read_artefact(path).items == ("loved", "liked")
    assert (card.users, card.items, card.interactions) == (3, 2, 5)


def test_only_positive_weights_are_kept(tmp_path: Path) -> None:
    path = tmp_path / "recommender.bin"
    train(two_tastes(), path, trained_at=NOW)

    artefact = read_artefact(path)

    real = artefact.neighbours != NOBODY
    assert real.any()
    assert (artefact.weights[real] > 0).all()
    assert np.count_nonzero(artefact.weights[~real]) == 0


LISTENERS = Path("../shared/data/lastfm-2k/user_artists.dat")


@pytest.mark.slow
@pytest.mark.skipif(not LISTENERS.is_file(), reason="../shared/data/lastfm-2k is not there")
def test_real_listeners_are_served_better_than_by_popularity(tmp_path: Path) -> None:
    rows = [line.split("\t") for line in LISTENERS.read_text().splitlines()[1:]]
    told = [
        Interaction(user=user, item=artist, at=float(int(user) * int(artist) % 997))
        for user, artist, _ in rows
    ]

    _, card = train(
        told,
        tmp_path / "recommender.bin",
        trained_at=NOW,
        training=Training(items_max=1_500, regularisations=(50.0,)),
    )

    assert card.metrics is not None
    assert card.metrics.held_out_users >= 900
    assert card.metrics.ndcg_at_10 > 2 * card.metrics.popularity_ndcg_at_10
