"""Fixtures that all tests share."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import HealthCheck, settings

from adapters.identity.tokens import JwtAccessTokens
from adapters.rate_limit.memory import MemoryBuckets
from adapters.storage.s3 import BucketAddress
from db.engine import DOMAINS, Databases
from domain.ids import SessionId, UserId
from domain.ports import Limits
from domain.viewer import ANONYMOUS, Role, Viewer
from resolvers.context import Ports, RequestContext
from tests.databases import (
    copy_sqlite_database,
    drop_postgres_database,
    empty_postgres_database,
    make_postgres_database,
    migrate_urls,
    skip_without,
    why_no_postgres,
)
from tests.fakes.clock import FakeClock
from tests.fakes.ports import FakeModels, FakePasswords, MemoryBus, MemoryStore, PlainUrls
from tests.s3_server import s3_server
from web.serving.http_server import keep_loop_free

settings.register_profile(
    "suite",
    deadline=None,
    derandomize="TUTTI_PROVE_FRESH" not in os.environ,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("suite")
"""The same examples each time, however slow the machine; `make prove` looks for new ones."""

SHARED_DATA = Path("../shared/data")


def pytest_collection_finish() -> None:
    """Tests run as the server does: all that they import is not searched for garbage again.

    A search of the whole heap takes half a second and counts as the time of whoever runs then.
    """
    keep_loop_free()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file, made once."""
    path = tmp_path_factory.mktemp("template") / "tutti.db"
    asyncio.run(migrate_urls(dict.fromkeys(DOMAINS, f"sqlite+aiosqlite:///{path}")))
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database, made once for each test process."""
    reason = why_no_postgres()
    if reason is not None:
        skip_without(reason)
    name = f"tutti_test_{os.getpid()}"
    url = asyncio.run(make_postgres_database(name))
    yield url
    asyncio.run(drop_postgres_database(name))


@pytest.fixture(scope="session")
def s3_root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder whose folders are the buckets of `s3_address`."""
    return tmp_path_factory.mktemp("s3")


@pytest.fixture(scope="session")
def s3_address(s3_root: Path) -> Iterator[BucketAddress]:
    """An S3 server on loopback that checks signatures, with one bucket."""
    with s3_server(s3_root) as (address, _server):
        yield address


@pytest.fixture(params=["embedded", "distributed"])
def profile(request: pytest.FixtureRequest) -> str:
    """Both profiles: whatever touches the database runs on each."""
    return str(request.param)


@pytest.fixture
def database_url(profile: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty, migrated database."""
    if profile == "embedded":
        return copy_sqlite_database(request.getfixturevalue("sqlite_template"), tmp_path)
    url: str = request.getfixturevalue("postgres_url")
    asyncio.run(empty_postgres_database(url))
    return url


@pytest.fixture
async def databases(database_url: str) -> AsyncIterator[Databases]:
    """All six domains on one empty database."""
    opened = Databases(dict.fromkeys(DOMAINS, database_url))
    yield opened
    await opened.close()


@dataclass
class FakeOutside:
    """The fakes behind a context's ports, for tests to look into."""

    store: MemoryStore
    live: MemoryBus
    models: FakeModels
    clock: FakeClock


@pytest.fixture
def outside() -> FakeOutside:
    """Fresh fakes."""
    return FakeOutside(MemoryStore(), MemoryBus(), FakeModels(), FakeClock())


@pytest.fixture
def as_viewer(databases: Databases, outside: FakeOutside) -> Callable[[Viewer], RequestContext]:
    """Makes a request's context for a viewer: `as_viewer(ANNA)`."""
    ports = Ports(
        store=outside.store,
        urls=PlainUrls(),
        live=outside.live,
        models=outside.models,
        passwords=FakePasswords(),
        tokens=JwtAccessTokens(Ed25519PrivateKey.generate()),
        buckets=MemoryBuckets(),
    )
    limits = Limits(
        upload_bytes_max=2 * 1024**3,
        stream_url_seconds=3600,
        access_token_seconds=900,
        refresh_token_seconds=86_400,
        import_folder_roots=(),
    )

    def make(viewer: Viewer = ANONYMOUS) -> RequestContext:
        return RequestContext(
            databases=databases,
            ports=ports,
            limits=limits,
            clock=outside.clock,
            viewer=viewer,
            request_id="test",
            base_url="http://tutti.test",
        )

    return make


def a_viewer(name: str, *roles: Role) -> Viewer:
    """A known viewer; the name is the user id."""
    return Viewer(
        user_id=UserId(name),
        session_id=SessionId(f"session-{name}"),
        roles=frozenset(roles or {Role.LISTENER}),
    )


ANNA = a_viewer("anna", Role.LISTENER, Role.CREATOR)
BEN = a_viewer("ben")
MODERATOR = a_viewer("mia", Role.MODERATOR)
ADMIN = a_viewer("ada", Role.ADMIN)
