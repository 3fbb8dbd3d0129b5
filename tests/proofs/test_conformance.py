"""Public execution cases: every one, compiled and through the engine."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from devtools.prove_conformance import prove

CASES = 2_816


@pytest.mark.timeout(3600)
async def test_every_public_execution_case_is_answered_as_the_standard_says(
    record_property: Callable[[str, object], None],
) -> None:
    folder = os.environ.get("TUTTI_CONFORMANCE", "")
    if not (Path(folder) / "corpus").is_dir():
        pytest.skip("TUTTI_CONFORMANCE names no checkout of graphql-conformance")

    scores = await prove(Path(folder))

    record_property("measured", ", ".join(f"{way} {score}" for way, score in scores.items()))
    assert {way: score.failures for way, score in scores.items()} == {way: [] for way in scores}
    assert {score.total for score in scores.values()} == {CASES}
