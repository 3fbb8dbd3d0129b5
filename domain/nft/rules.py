"""What may be minted: addresses, royalties, editions."""

import hashlib
import re

from eth_utils.address import is_checksum_formatted_address, to_checksum_address

from domain.ids import TokenId
from domain.nft.chain import MintCall
from domain.nft.records import Token
from errors import BadInput

ROYALTY_BPS_DEFAULT = 1_000
ROYALTY_BPS_MAX = 5_000
TOKENS_PER_TRACK_MAX = 1_000
ADDRESS = re.compile(r"0x[0-9a-fA-F]{40}")
ZERO_ADDRESS = "0x" + "00" * 20


def checked_address(text: str, *, field: str) -> str:
    """An address in checksum form (EIP-55).

    Raises:
        BadInput: it is no address, the zero address, or its checksum does not hold.
    """
    if not ADDRESS.fullmatch(text) or text == ZERO_ADDRESS:
        raise BadInput("An address is 0x and 40 hex digits, not all of them 0.", field=field)
    checksummed = to_checksum_address(text)
    if is_checksum_formatted_address(text) and text != checksummed:
        raise BadInput("The address has a typing error: its checksum does not hold.", field=field)
    return checksummed


def checked_royalty(bps: int) -> int:
    """A royalty in basis points, within its bounds; raises BadInput."""
    if not 0 <= bps <= ROYALTY_BPS_MAX:
        raise BadInput(
            f"A royalty has 0 to {ROYALTY_BPS_MAX} basis points.", field="royaltyBasisPoints"
        )
    return bps


def mint_key_of(token_id: TokenId) -> str:
    """The key under which the contract mints a token once, in hex."""
    return hashlib.sha256(f"tutti.mint:{token_id}".encode()).hexdigest()


def mint_call_of(token: Token) -> MintCall:
    """What is asked of the contract; the same for every try."""
    assert token.receiver is not None
    assert token.royalty_receiver is not None
    assert token.token_uri is not None
    return MintCall(
        mint_key=bytes.fromhex(token.mint_key),
        receiver=token.receiver,
        uri=token.token_uri,
        royalty_receiver=token.royalty_receiver,
        royalty_bps=token.royalty_bps,
    )
