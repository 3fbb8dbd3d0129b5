"""The attack tools that others use, against a gateway in production.

They are installed into an environment of their own under var/. graphql-cop is on no registry: it
runs where TUTTI_GRAPHQL_COP names a checkout.
"""

import asyncio
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from graphql import build_schema

from domain.viewer import Role
from tests.e2e.processes import ROOT, Gateway
from tests.e2e.production import production_environment
from tests.e2e.site import PASSWORD, Site

TOOLS = ROOT / "var" / "attack-tools"
WANTED = ("clairvoyance==2.5.5", "schemathesis==4.32.5")
WANTED_BY_COP = ("requests", "simplejson", "termcolor", "PySocks")
SDL = ROOT / "schema" / "sdl" / "api.graphql"
CASES = int(os.environ.get("TUTTI_PROVE_CASES", "10000"))
OPERATIONS = 59
"""Root fields, without the one that ends the session of whoever asks."""
OF_ANY_SCHEMA = {"Query", "Mutation", "Subscription", "Int", "Float", "String", "Boolean", "ID"}
NO_RATES = json.dumps({"address": 0, "user": 0, "partner": 0, "sandbox": 0})
WORDS = ("me", "track", "title", "artist", "name", "id")
"""Few, since the tool asks for each of them in each type that it finds."""
INSTALL_SECONDS_MAX = 600
RUN_SECONDS_MAX = 3 * 3600

Record = Callable[[str, object], None]

pytestmark = [
    pytest.mark.skipif(
        not os.environ.get("TUTTI_PROVE_TOOLS"), reason="installs tools and runs for minutes"
    ),
    pytest.mark.timeout(RUN_SECONDS_MAX),
]


@pytest.fixture(scope="module")
def tools() -> Path:
    """The folder of the tools' commands."""
    if not (TOOLS / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(TOOLS)], check=True)
    pip = [str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet"]
    done = subprocess.run(
        [*pip, *WANTED, *WANTED_BY_COP],
        capture_output=True,
        text=True,
        timeout=INSTALL_SECONDS_MAX,
        check=False,
    )
    if done.returncode != 0:
        pytest.skip(f"the tools cannot be installed: {done.stderr[-300:]}")
    return TOOLS / "bin"


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """Where gateways run, each profile's settings but rates, which would end the attack."""
    settings = {"rates": NO_RATES, "access_token_seconds": "3600"}
    made = Site(tmp_path, settings, f"sqlite+aiosqlite:///{tmp_path / 'tutti.db'}")
    yield made
    made.close()


@pytest.fixture
def production(site: Site) -> Gateway:
    return site.gateway(**production_environment())


def run(*command: str | Path, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a tool to its end."""
    return subprocess.run(
        [str(each) for each in command],
        cwd=folder,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=RUN_SECONDS_MAX,
        check=False,
    )


def test_graphql_cop_finds_nothing(
    tools: Path, production: Gateway, record_property: Record
) -> None:
    checkout = Path(os.environ.get("TUTTI_GRAPHQL_COP", "nowhere"))
    if not (checkout / "graphql-cop.py").is_file():
        pytest.skip("TUTTI_GRAPHQL_COP names no checkout of graphql-cop")
    target = ("-t", f"{production.url}/graphql", "-o", "json")

    done = run(tools / "python", "graphql-cop.py", *target, folder=checkout)

    checks = json.loads(done.stdout)
    found = [each["title"] for each in checks if each["result"]]
    record_property("measured", f"graphql-cop: {len(found)} findings in {len(checks)} checks")
    assert len(checks) >= 12
    assert found == []


def test_clairvoyance_recovers_nothing(
    tools: Path, site: Site, production: Gateway, record_property: Record, tmp_path: Path
) -> None:
    types = build_schema(SDL.read_text()).type_map.keys() - OF_ANY_SCHEMA
    words = tmp_path / "words.txt"
    words.write_text("\n".join(WORDS))

    def recovered(gateway: Gateway, *options: str | Path) -> set[str]:
        output = tmp_path / "recovered.json"
        output.unlink(missing_ok=True)
        target = (f"{gateway.url}/graphql", "-o", output, "-m", "3", "-b", "1", *options)
        run(tools / "clairvoyance", *target, folder=tmp_path)
        if not output.exists():
            return set()
        told = json.loads(output.read_text())["data"]["__schema"]["types"]
        return {each["name"] for each in told} & types

    hidden = recovered(production) | recovered(production, "-w", words)
    shown = recovered(site.gateway(environment="development"), "-w", words)

    record_property(
        "measured",
        f"clairvoyance: {len(hidden)} types in production, {len(shown)} in development",
    )
    assert hidden == set()
    assert shown, "else the tool does not work at all"


def test_schemathesis_finds_no_bug(
    tools: Path, site: Site, production: Gateway, record_property: Record, tmp_path: Path
) -> None:
    asyncio.run(site.add_account("fuzz", Role.CREATOR, Role.MODERATOR, Role.ADMIN))
    token = production.log_in("fuzz@tutti.example", PASSWORD)

    done = run(
        *(tools / "schemathesis", "run", SDL, "--url", f"{production.url}/graphql"),
        *("-H", f"Authorization: Bearer {token}", "--exclude-name", "Mutation.logout"),
        *("--checks", "finds_no_bug", "--continue-on-failure", "--warnings", "off"),
        *("--max-examples", str(-(-CASES // OPERATIONS) + 1), "--workers", "2"),
        folder=tmp_path,
        SCHEMATHESIS_HOOKS="schemathesis_hooks",
        PYTHONPATH=str(Path(__file__).parent),
    )

    counted = re.search(r"(\d[\d,]*) generated, (\d[\d,]*) passed", done.stdout)
    assert counted is not None, done.stdout[-3_000:]
    generated, passed = (int(each.replace(",", "")) for each in counted.groups())
    record_property("measured", f"schemathesis: {passed} of {generated} cases without a 5xx")
    assert done.returncode == 0, done.stdout[-3_000:]
    assert generated >= CASES
