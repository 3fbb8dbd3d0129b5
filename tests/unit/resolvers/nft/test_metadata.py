"""A token's metadata is found by its content, and only as long as it is that content."""

import msgspec
import pytest

from adapters.ipfs.cid import cid_of
from resolvers.nft.metadata import find_metadata
from tests.conftest import ANNA
from tests.unit.resolvers.nft.conftest import mint, read_token


async def test_the_token_uri_is_the_cid_of_what_is_stored(ask, as_viewer, chain, outside) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)

    final = await read_token(ctx, token)
    document, content_type = outside.store.objects[f"ipfs/{final.metadata_cid}"]

    assert final.token_uri == f"ipfs://{cid_of(document)}"
    assert content_type == "application/json"
    assert await find_metadata(ctx, final.metadata_cid, cid_of) == document
    assert msgspec.json.decode(document)["name"] == "Song 1"


async def test_changed_bytes_are_not_given_out(ask, as_viewer, chain, outside) -> None:
    ctx = as_viewer(ANNA)
    token = await ask()
    await mint(ctx, chain, token)
    cid = (await read_token(ctx, token)).metadata_cid
    outside.store.objects[f"ipfs/{cid}"] = (b"{}", "application/json")

    found = await find_metadata(ctx, cid, cid_of)

    assert found is None


@pytest.mark.parametrize("cid", ["", "../secret", "bafy", "a" * 200, "bafk\u00e9"])
async def test_what_is_no_cid_of_ours_is_not_found(cid: str, as_viewer) -> None:
    found = await find_metadata(as_viewer(ANNA), cid, cid_of)

    assert found is None
