"""Reads our contract's logs in slices that every node accepts."""

from collections.abc import Iterator, Sequence

from web3 import AsyncHTTPProvider, AsyncWeb3
from web3.types import FilterParams

from adapters.chain.contracts import MINTED_TOPIC, TRANSFER_TOPIC, parse_log
from domain.nft.chain import Minted, Transferred

BLOCKS_PER_REQUEST = 1_000
BLOCKS_MAX = 100_000


async def read_logs(
    web3: AsyncWeb3[AsyncHTTPProvider], contract: str, first: int, last: int
) -> Sequence[Transferred | Minted]:
    """Give transfers and mints of blocks `first` to `last`, in chain order."""
    assert first >= 0, first
    assert last - first < BLOCKS_MAX, (first, last)

    found: list[Transferred | Minted] = []
    for slice_first, slice_last in _slices(first, last):
        wanted: FilterParams = {
            "address": web3.to_checksum_address(contract),
            "fromBlock": slice_first,
            "toBlock": slice_last,
            "topics": [[web3.to_hex(TRANSFER_TOPIC), web3.to_hex(MINTED_TOPIC)]],
        }
        logs = await web3.eth.get_logs(wanted)
        found += [told for log in logs if (told := parse_log(log)) is not None]
    return sorted(found, key=lambda told: (told.place.block_number, told.place.log_index))


def _slices(first: int, last: int) -> Iterator[tuple[int, int]]:
    for start in range(first, last + 1, BLOCKS_PER_REQUEST):
        yield start, min(start + BLOCKS_PER_REQUEST - 1, last)
