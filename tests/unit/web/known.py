"""Published operations and API keys, as a gateway has read them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from domain.ids import ManifestId, PartnerId, PartnerKeyId
from domain.users.manifests import hash_of
from domain.users.operations import OperationText, PublishedManifest
from domain.users.partners import NamedKey
from web.documents.published_operations import PublishedOperations

HELLO = "{ hello }"
WEB_HELLO = "query WebHello { hello }"
PARTNER_KEY = "key-of-acme"
SANDBOX_KEY = "sandbox-of-acme"
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


def a_manifest(client: str, version: str = "1", **changes: object) -> PublishedManifest:
    values = {
        "id": ManifestId(f"{client} {version}"),
        "client": client,
        "version": version,
        "published_at": BEGAN,
        "retires_at": None,
    }
    return PublishedManifest(**{**values, **changes})


def published(operations: Mapping[str, Mapping[str, str]]) -> PublishedOperations:
    """Version 1 of some clients with the operations of each."""
    found = PublishedOperations()
    manifests = [a_manifest(client) for client in operations]
    found.keep(
        manifests,
        {each.id: list(operations[each.client]) for each in manifests},
        [
            OperationText(id=name, sha256=hash_of(body), body=body)
            for own in operations.values()
            for name, body in own.items()
        ],
    )
    return found


def a_key(api_key: str, **changes: object) -> NamedKey:
    """A key of acme that may read, write and listen."""
    values = {
        "id": PartnerKeyId(api_key),
        "partner_id": PartnerId("acme"),
        "partner": "acme",
        "prefix": api_key[:4],
        "hash": hash_of(api_key),
        "scopes": ["live", "read", "write"],
        "networks": [],
        "is_sandbox": False,
        "created_at": BEGAN,
        "expires_at": None,
        "revoked_at": None,
    }
    return NamedKey(**{**values, **changes})
