"""What a run measured becomes a page and a comparison."""

import pytest

from bench.report import Claim, Report, Section, compare_reports, print_report


def a_claim(measured: float, *, text: str = "fast", is_at_most: bool = False) -> Claim:
    goal, floor = (1.5, 3.0) if is_at_most else (50.0, 25.0)
    return Claim(
        text=text,
        goal=goal,
        floor=floor,
        measured=measured,
        spread=(measured - 1, measured + 1),
        is_at_most=is_at_most,
    )


def a_report(*claims: Claim, missing: dict[str, str] | None = None) -> Report:
    section = Section(
        name="classic",
        title="The classic query",
        columns=["contestant", "CPU µs"],
        table=[["tutti", "90"]],
        claims=list(claims),
        missing=missing or {},
    )
    return Report(
        date="2026-01-01",
        command="make bench",
        machine="m",
        versions={"P": "3"},
        sections=[section],
    )


@pytest.mark.parametrize(
    ("_case", "claim", "verdict"),
    [
        ("the goal is reached", a_claim(50.0), "met"),
        ("only the floor is", a_claim(49.9), "above the floor, below the goal"),
        ("neither is", a_claim(24.9), "NOT met"),
        ("a cost is as low as it should be", a_claim(1.5, is_at_most=True), "met"),
        ("a cost is higher, but bearable", a_claim(2.9, is_at_most=True), "above the floor"),
        ("a cost is too high", a_claim(3.1, is_at_most=True), "NOT met"),
    ],
)
def test_a_claim_says_where_it_stands(_case: str, claim: Claim, verdict: str) -> None:
    assert claim.verdict.startswith(verdict)


def test_the_page_tells_claim_goal_floor_measured_and_verdict() -> None:
    page = print_report(a_report(a_claim(61.23)))

    assert "| fast | ≥ 50× | ≥ 25× | **61.2×** | 60.2–62.2 | met |" in page
    assert "| tutti | 90 |" in page


def test_what_nobody_set_a_goal_for_is_told_without_a_verdict() -> None:
    claim = Claim(text="small", measured=9.0, spread=(8.0, 10.0))

    page = print_report(a_report(claim))

    assert "| small | – | – | **9×** | 8–10 | no goal was set |" in page


def test_the_page_tells_who_did_not_run_and_why() -> None:
    page = print_report(a_report(missing={"apollo": "there is no npm on this machine"}))

    assert "- did not run: apollo (there is no npm on this machine)" in page


def test_a_lower_ratio_is_worse_and_a_lower_cost_is_better() -> None:
    before = a_report(a_claim(60), a_claim(1.4, text="cheap", is_at_most=True))
    now = a_report(a_claim(50), a_claim(1.2, text="cheap", is_at_most=True))

    told, has_worse = compare_reports(before, now)

    assert has_worse
    assert "| fast | 60× | 50× | -17% worse |" in told
    assert "| cheap | 1.4× | 1.2× | -14% |" in told


def test_what_changed_by_less_than_the_noise_is_not_called_worse() -> None:
    told, has_worse = compare_reports(a_report(a_claim(60)), a_report(a_claim(57)))

    assert not has_worse
    assert "| fast | 60× | 57× | -5% |" in told


def test_a_claim_that_was_not_measured_before_is_new() -> None:
    told, has_worse = compare_reports(a_report(), a_report(a_claim(60)))

    assert not has_worse
    assert "| fast | – | 60× | new |" in told
