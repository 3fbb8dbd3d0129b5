"""Settings of the front: which origins count as ours, and who may learn of the schema."""

import pytest
from pydantic import ValidationError

from settings import Settings

SECRETS = {
    "token_signing_key": "t" * 32,
    "url_signing_key": "u" * 32,
    "storage": {"keys": {"first": "ab" * 32}},
}


@pytest.mark.parametrize(
    "origin",
    ["*", "null", "app.example", "https://app.example/", "https://APP.example", "file://x", ""],
)
def test_what_is_no_origin_is_refused(origin) -> None:
    with pytest.raises(ValidationError, match="TUTTI_ALLOWED_ORIGINS"):
        Settings(allowed_origins=(origin,))


def test_origins_are_read_from_the_environment(monkeypatch) -> None:
    monkeypatch.setenv("TUTTI_ALLOWED_ORIGINS", '["https://app.example", "http://[::1]:3000"]')

    assert Settings().allowed_origins == ("https://app.example", "http://[::1]:3000")


@pytest.mark.parametrize(
    ("environment", "said", "expected"),
    [
        ("development", None, True),
        ("production", None, False),
        ("development", False, False),
        ("production", True, True),
    ],
)
def test_the_schema_is_public_in_development_unless_it_is_said(environment, said, expected) -> None:
    settings = Settings(environment=environment, schema_public=said, **SECRETS)

    assert settings.is_schema_public is expected
