"""Which recordings sound alike."""

from domain.ai.neighbours import HeardVector, find_neighbours
from domain.ai.records import Neighbour
from domain.ai.rules import ROOM
from tests.factories.ai import a_vector


def heard(name: str, *vector: float, farthest: float = ROOM) -> HeardVector:
    return HeardVector(playable=name, vector=a_vector(*vector), farthest=farthest)


def near(playable: str, neighbour: str, score: float) -> Neighbour:
    return Neighbour(playable=playable, neighbour=neighbour, score=score)


def test_the_nearest_come_first_and_take_the_new_one_in() -> None:
    others = [heard("far", 0, 1), heard("near", 4, 3), heard("new", 1, 0)]

    found = find_neighbours("new", a_vector(1, 0), others, count=50)

    assert found == [
        near("new", "near", 0.8),
        near("new", "far", 0.0),
        near("near", "new", 0.8),
        near("far", "new", 0.0),
    ]


def test_a_full_list_is_entered_only_by_what_is_nearer_than_its_last() -> None:
    others = [heard("full", 4, 3, farthest=0.8), heard("open", 4, 3, farthest=0.79)]

    found = find_neighbours("new", a_vector(1, 0), others, count=1)

    assert found == [near("new", "full", 0.8), near("open", "new", 0.8)]


def test_vectors_of_another_size_are_not_compared() -> None:
    assert find_neighbours("new", a_vector(1, 0), [heard("odd", 1, 0, 0)], count=5) == []


def test_the_first_recording_has_no_neighbours() -> None:
    assert find_neighbours("new", a_vector(1, 0), [heard("new", 1, 0)], count=5) == []
