"""Settings that place subgraphs elsewhere."""

import pytest
from pydantic import ValidationError

from settings import Settings

PRODUCTION = {
    "environment": "production",
    "token_signing_key": "a key",
    "url_signing_key": "u" * 32,
    "storage": {"sealed": False},
}


def test_an_address_is_for_one_of_the_six_domains() -> None:
    settings = Settings(subgraph_urls={"nft": "http://nft:4005/graphql"})

    assert settings.subgraph_urls == {"nft": "http://nft:4005/graphql"}
    with pytest.raises(ValidationError, match="TUTTI_SUBGRAPH_URLS knows only the domains"):
        Settings(subgraph_urls={"ntf": "http://nft:4005/graphql"})


def test_the_environment_names_an_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUTTI_SUBGRAPH_URLS__NFT", "http://nft:4005/graphql")

    assert Settings().subgraph_urls == {"nft": "http://nft:4005/graphql"}


def test_production_signs_calls_with_a_key_of_its_own() -> None:
    urls = {"nft": "http://nft:4005/graphql"}

    assert Settings(**PRODUCTION).internal_signing_key is None
    with pytest.raises(ValidationError, match="TUTTI_INTERNAL_SIGNING_KEY"):
        Settings(**PRODUCTION, subgraph_urls=urls)
    assert Settings(**PRODUCTION, subgraph_urls=urls, internal_signing_key="i" * 32)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValidationError, match="32 characters or more"):
        Settings(internal_signing_key="short")
