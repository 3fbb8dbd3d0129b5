"""Answers are compared before anything is timed, and ratios are taken within a round."""

import pytest

from bench.contest import (
    Contestant,
    Round,
    Standing,
    canonical,
    differences,
    front_ratio,
    total_ratio,
)
from bench.contestants import MONOLITH, TUTTI
from bench.contests import Compared, limit_notes


def a_round(front: float, total: float) -> Round:
    return Round(front_us=front, total_us=total, per_second=1, latency_p50=1, latency_p99=1)


def test_spelling_does_not_make_answers_differ() -> None:
    left = canonical(b'{"data": {"b": 1, "a": [{"x": null}]}}')
    right = canonical(b'{"data":{"a":[{"x":null}],"b":1},"extensions":{}}')

    assert left == right


@pytest.mark.parametrize(
    ("_case", "answer"),
    [
        ("it tells of an error", b'{"data": {"a": null}, "errors": [{"message": "no"}]}'),
        ("it has no data", b'{"message": "no"}'),
        ("it is no JSON", b"<html>"),
    ],
)
def test_an_answer_that_is_none_does_not_take_part(_case: str, answer: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(answer)


def test_who_answers_otherwise_than_the_first_is_named() -> None:
    told = differences({"route": [b"1", b"2"], "good": [b"1", b"2"], "bad": [b"1", b"3"]})

    assert told == {"bad": "its answer to sample 1 is another one"}


def test_a_ratio_is_the_median_of_the_rounds_ratios() -> None:
    standing = Standing(
        rounds={
            "ours": [a_round(10, 20), a_round(20, 40), a_round(10, 20)],
            "theirs": [a_round(100, 800), a_round(200, 1200), a_round(150, 1000)],
        }
    )

    assert front_ratio(standing, "theirs", "ours") == (10, (10, 15))
    assert total_ratio(standing, "theirs", "ours") == (40, (30, 50))


def a_comparison(ours: str, other: str) -> Compared:
    contestants = {
        name: Contestant(name=name, start=lambda _: pytest.fail("nobody is started"))
        for name in (ours, other)
    }
    return Compared(text="fast", ours=contestants[ours], other=contestants[other], goal=9, floor=5)


def test_nothing_is_claimed_of_who_did_not_run() -> None:
    standing = Standing(rounds={"ours": [a_round(10, 20)], "theirs": [a_round(100, 200)]})

    measured = a_comparison("ours", "theirs").measured(standing)

    assert measured is not None
    assert (measured.measured, measured.verdict) == (10, "met")
    assert a_comparison("ours", "absent").measured(standing) is None


@pytest.mark.parametrize(
    ("goal", "notes"),
    [
        (5.0, []),
        (8.0, ["so the goal of 8× lies beyond what any server of this kind can do"]),
    ],
)
def test_a_goal_that_prepared_bytes_would_not_reach_is_told_as_such(
    goal: float, notes: list[str]
) -> None:
    standing = Standing(rounds={"monolith": [a_round(180, 180)], "bytes": [a_round(30, 30)]})
    compared = Compared(text="small query", other=MONOLITH, ours=TUTTI, goal=goal)

    told = limit_notes(standing, [compared])

    limit = "prepared bytes alone reach 6.0× vs the monolith: nothing here can reach more"
    assert told == [limit, *notes]
