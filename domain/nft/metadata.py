"""The metadata of a token (ERC-721 metadata JSON), and where it is kept."""

import msgspec

from domain.nft.records import Token

METADATA_TYPE = "application/json"


class _Attribute(msgspec.Struct, frozen=True):
    trait_type: str
    value: str | int


class _Metadata(msgspec.Struct, frozen=True):
    name: str
    description: str
    attributes: list[_Attribute]


def metadata_of(token: Token) -> bytes:
    """The JSON of a token; the same token gives the same bytes for ever."""
    attributes = [
        _Attribute("track", token.track_id),
        _Attribute("artist", token.artist_id),
        _Attribute("token", token.id),
        _Attribute("royalty_basis_points", token.royalty_bps),
    ]
    if token.duration_ms is not None:
        attributes.append(_Attribute("duration_ms", token.duration_ms))
    return msgspec.json.encode(
        _Metadata(token.title, f"A token of the track “{token.title}”.", attributes)
    )


def metadata_key(cid: str) -> str:
    """The object that holds a metadata document."""
    return f"ipfs/{cid}"
