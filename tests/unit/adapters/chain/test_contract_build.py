"""The compiled contract in the repository is what its source compiles to."""

import shutil
import subprocess
from pathlib import Path

from tests.databases import skip_without

CONTRACTS = Path(__file__).parents[4] / "contracts"


def test_the_build_reproduces_the_artefacts_byte_for_byte() -> None:
    if shutil.which("node") is None:
        skip_without("needs Node")
    if not (CONTRACTS / "node_modules" / "solc").is_dir():
        skip_without("needs the npm packages: run npm install in contracts/")

    checked = subprocess.run(
        ["node", "build.mjs", "--check"],
        cwd=CONTRACTS,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    assert checked.stderr == ""
    assert checked.stdout == "abi/TuttiTrack.json is what the sources compile to\n"
    assert checked.returncode == 0
