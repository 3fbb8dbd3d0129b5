"""Addresses, royalties and mint keys."""

import pytest

from domain.ids import TokenId
from domain.nft.rules import checked_address, checked_royalty, mint_key_of
from errors import BadInput


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("in checksum form", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"),
        ("in lower case", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("in upper case", "0x5AAEB6053F3E94C9B9A09F33669435E7EF1BEAED"),
    ],
)
def test_an_address_is_given_its_checksum(_case: str, text: str) -> None:
    address = checked_address(text, field="receiver")

    assert address == "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed"


@pytest.mark.parametrize(
    ("_case", "text"),
    [
        ("nothing", ""),
        ("too short", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beae"),
        ("too long", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed0"),
        ("without 0x", "5aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("other digits", "0x５aaeb6053f3e94c9b9a09f33669435e7ef1beaed"),
        ("a newline behind", "0x5aaeb6053f3e94c9b9a09f33669435e7ef1beaed\n"),
        ("a letter's case changed", "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAeD"),
        ("the zero address", "0x0000000000000000000000000000000000000000"),
    ],
)
def test_what_is_no_address_is_refused(_case: str, text: str) -> None:
    with pytest.raises(BadInput):
        checked_address(text, field="receiver")


@pytest.mark.parametrize("bps", [0, 1_000, 5_000])
def test_a_royalty_within_its_bounds_is_taken(bps: int) -> None:
    assert checked_royalty(bps) == bps


@pytest.mark.parametrize("bps", [-1, 5_001])
def test_a_royalty_out_of_bounds_is_refused(bps: int) -> None:
    with pytest.raises(BadInput):
        checked_royalty(bps)


def test_a_mint_key_is_the_tokens_own() -> None:
    one, same, other = (mint_key_of(TokenId(name)) for name in ("one", "one", "other"))

    assert one == same
    assert one != other
    assert len(bytes.fromhex(one)) == 32
