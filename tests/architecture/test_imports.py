"""Heavy libraries are loaded by the processes that use them, and by no other."""

import json
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT

HEAVY = ("torch", "web3", "boto3", "eth_tester", "av")
SCRIPT = """
import importlib, json, sys
importlib.import_module(sys.argv[1])
print(json.dumps([name for name in sys.argv[2:] if name in sys.modules]))
"""


@pytest.mark.parametrize(
    ("module", "may_load"),
    [
        ("gateway", set()),
        ("wiring", set()),
        ("supervision", set()),
        ("adapters.ml.serve", set()),
        ("workers.wiring", {"av"}),
        ("adapters.chain.embedded", {"web3", "eth_tester"}),
    ],
)
def test_a_process_loads_no_library_that_it_does_not_use(module: str, may_load: set[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, module, *HEAVY],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )

    assert set(json.loads(done.stdout)) <= may_load
