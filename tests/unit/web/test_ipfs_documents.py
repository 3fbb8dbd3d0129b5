"""Token metadata over HTTP, by its CID."""

from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette

from adapters.ipfs.cid import cid_of
from errors import StorageUnavailable
from web.pages.ipfs_documents import ipfs_documents

DOCUMENT = b'{"name":"Song 1"}'
CID = cid_of(DOCUMENT)


@pytest.fixture
async def client(as_viewer, outside) -> AsyncIterator[httpx.AsyncClient]:
    await outside.store.put(f"ipfs/{CID}", DOCUMENT, "application/json")
    app = Starlette(routes=[ipfs_documents(as_viewer())])
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://tutti.test") as client:
        yield client


async def test_a_document_is_served_by_its_cid(client) -> None:
    answer = await client.get(f"/ipfs/{CID}")

    assert (answer.status_code, answer.content) == (200, DOCUMENT)
    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_who_has_it_already_gets_nothing_again(client) -> None:
    answer = await client.get(f"/ipfs/{CID}", headers={"if-none-match": f'"{CID}"'})

    assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize("cid", [cid_of(b"other"), "x", "..%2fsecret", "a" * 300])
async def test_what_is_not_there_is_not_found(cid: str, client) -> None:
    answer = await client.get(f"/ipfs/{cid}")

    assert answer.status_code == 404


async def test_bytes_that_are_not_the_cids_are_not_served(client, outside) -> None:
    await outside.store.put(f"ipfs/{CID}", b"forged", "application/json")

    answer = await client.get(f"/ipfs/{CID}")

    assert answer.status_code == 404


async def test_a_store_that_is_away_is_told(client, outside, monkeypatch) -> None:
    async def away(_key: str) -> bytes:
        raise StorageUnavailable("The store does not answer.")

    monkeypatch.setattr(outside.store, "get", away)

    answer = await client.get(f"/ipfs/{CID}")

    assert answer.status_code == 503
    assert answer.json()["errors"][0]["extensions"]["code"] == "STORAGE_UNAVAILABLE"
