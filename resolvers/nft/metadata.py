"""The metadata of tokens: stored once, found by its content identifier."""

from collections.abc import Callable
from dataclasses import replace

from domain.nft.metadata import METADATA_TYPE, metadata_key, metadata_of
from domain.nft.records import Token
from errors import NotFound
from resolvers.context import UseCaseContext

CidOf = Callable[[bytes], str]


async def store_metadata(ctx: UseCaseContext, token: Token, cid_of: CidOf) -> Token:
    """Keep the token's metadata under its CID; to do it twice is to do it once."""
    document = metadata_of(token)
    cid = cid_of(document)
    await ctx.ports.store.put(metadata_key(cid), document, METADATA_TYPE)
    return replace(token, metadata_cid=cid)


async def find_metadata(ctx: UseCaseContext, cid: str, cid_of: CidOf) -> bytes | None:
    """The document of a CID; None when there is none, or when its bytes are others now."""
    if not cid.isascii() or not cid.isalnum() or len(cid) > 128:
        return None
    try:
        document = await ctx.ports.store.get(metadata_key(cid))
    except NotFound:
        return None
    return document if cid_of(document) == cid else None
