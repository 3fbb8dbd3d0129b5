"""No plan of a case needs more fetches, or more of them one after the other, than it did.

TUTTI_REWRITE=1 rewrites budgets.json; a number that grows needs a reason.
"""

import json
import os
from pathlib import Path

import pytest

from federation.engine import Engine
from tests.federation.federated import CASES, compose_sources, read_case
from tests.patience import PATIENT

BUDGETS = Path(__file__).parent / "budgets.json"
NAMES = sorted(path.name for path in CASES.iterdir() if path.is_dir())


def measure(name: str) -> list[int]:
    """Fetches, and the longest chain of them."""
    sources, _, operation = read_case(name)
    fetches = Engine(compose_sources(sources), {}, PATIENT).describe_plan(operation)["fetches"]
    depth: dict[int, int] = {}
    for fetch in sorted(fetches, key=lambda each: each["id"]):
        depth[fetch["id"]] = 1 + max((depth[before] for before in fetch["after"]), default=0)
    return [len(fetches), max(depth.values(), default=0)]


@pytest.mark.skipif(not os.environ.get("TUTTI_REWRITE"), reason="only to rewrite")
def test_budgets_are_rewritten() -> None:
    budgets = {name: measure(name) for name in NAMES}
    lines = ",\n".join(f'  "{name}": {numbers}' for name, numbers in budgets.items())
    BUDGETS.write_text(f"{{\n{lines}\n}}\n")


@pytest.mark.parametrize("name", NAMES)
def test_a_case_needs_as_many_fetches_and_steps_as_written_down(name: str) -> None:
    assert measure(name) == json.loads(BUDGETS.read_text())[name]
