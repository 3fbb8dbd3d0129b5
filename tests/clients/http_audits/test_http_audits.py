"""The audits of graphql-http against the house."""

from pathlib import Path

from db.engine import DOMAINS, Databases
from tests.clients.npm import install_packages, run_script
from tests.conftest import FakeOutside
from tests.databases import copy_sqlite_database
from tests.e2e.house import open_house
from tests.fakes.server import running_server

FOLDER = Path(__file__).parent
AUDITS = 61


async def test_every_audit_of_graphql_over_http_is_ok(
    sqlite_template: Path, outside: FakeOutside, tmp_path: Path
) -> None:
    install_packages()
    url = copy_sqlite_database(sqlite_template, tmp_path)
    databases = Databases(dict.fromkeys(DOMAINS, url))

    async with (
        open_house(databases, outside, tmp_path / "uploads") as house,
        running_server(house.app) as address,
    ):
        results = await run_script(FOLDER, "audit.mjs", f"http://{address}/graphql")
    await databases.close()

    assert [each for each in results if each["status"] != "ok"] == []
    assert len(results) == AUDITS
