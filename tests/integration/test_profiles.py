"""Two profiles and no third: settings of any other mix are refused in words."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from db.engine import DOMAINS
from settings import Settings

SQLITE = "sqlite+aiosqlite:///var/other.db"
POSTGRES = "postgresql+asyncpg://127.0.0.1/tutti"
REDIS = "redis://127.0.0.1:6379/0"


@pytest.fixture(autouse=True)
def only_these_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's environment counts."""
    for name in ("DATABASE_URL", "REDIS_URL", "DATA_DIR", "ENVIRONMENT"):
        monkeypatch.delenv(f"TUTTI_{name}", raising=False)


def test_without_settings_all_is_embedded_in_the_data_folder() -> None:
    settings = Settings(data_dir=Path("somewhere"))

    assert settings.is_embedded
    url = "sqlite+aiosqlite:///somewhere/tutti.db"
    assert settings.urls_by_domain() == dict.fromkeys(DOMAINS, url)


def test_postgresql_with_redis_is_distributed() -> None:
    settings = Settings(database_url=POSTGRES, redis_url=REDIS)

    assert not settings.is_embedded
    assert settings.urls_by_domain() == dict.fromkeys(DOMAINS, POSTGRES)


def test_a_domain_may_have_a_database_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTTI_DATABASE_URLS__NFT", SQLITE)

    urls = Settings().urls_by_domain()

    assert urls.pop("nft") == SQLITE
    assert set(urls.values()) == {"sqlite+aiosqlite:///var/tutti.db"}


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"redis_url": REDIS}, "two profiles only"),
        ({"database_url": POSTGRES}, "two profiles only"),
        ({"database_url": SQLITE, "redis_url": REDIS}, "two profiles only"),
        ({"database_urls": {"nft": POSTGRES}}, "all SQLite or all PostgreSQL"),
        (
            {"database_url": POSTGRES, "redis_url": REDIS, "database_urls": {"ai": SQLITE}},
            "all SQLite or all PostgreSQL",
        ),
        ({"database_url": "mysql://127.0.0.1/tutti"}, "all SQLite or all PostgreSQL"),
        ({"database_urls": {"billing": SQLITE}}, "knows only the domains"),
    ],
)
def test_any_other_mix_is_refused(given: dict[str, object], words: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Settings(**given)

    assert words in str(refused.value)
