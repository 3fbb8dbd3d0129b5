"""Our compiled contract: calldata, the address it deploys to, and its logs."""

from functools import cache
from pathlib import Path

import msgspec
from eth_utils.address import to_checksum_address
from eth_utils.crypto import keccak
from hexbytes import HexBytes
from web3 import Web3
from web3.types import LogReceipt

from adapters.chain.factory import FACTORY_ADDRESS
from domain.nft.chain import LogPlace, MintCall, Minted, Transferred

ARTEFACT = Path(__file__).parents[2] / "contracts" / "abi" / "TuttiTrack.json"
SALT = keccak(text="tutti.TuttiTrack.v1")
TRANSFER_TOPIC = keccak(text="Transfer(address,address,uint256)")
MINTED_TOPIC = keccak(text="Minted(bytes32,uint256)")


class TrackContract:
    """The contract of one owner; the address follows from code, salt and owner."""

    def __init__(self, owner: str, address: str | None = None) -> None:
        """Take the address of a contract deployed by hand, else the derived one."""
        artefact = _artefact()
        bare = Web3().eth.contract(abi=artefact.abi, bytecode=artefact.bytecode)
        self._creation = bytes(HexBytes(bare.constructor(owner).data_in_transaction))
        self.address = to_checksum_address(address or self._derived_address())
        self.abi = artefact.abi
        self._encoder = Web3().eth.contract(address=self.address, abi=artefact.abi)

    def deploy_data(self) -> bytes:
        """What to send to the factory."""
        return bytes(SALT) + self._creation

    def mint_data(self, call: MintCall) -> bytes:
        """The calldata of a mint."""
        arguments = [
            to_checksum_address(call.receiver),
            call.uri,
            to_checksum_address(call.royalty_receiver),
            call.royalty_bps,
            call.mint_key,
        ]
        return bytes(HexBytes(self._encoder.encode_abi("mint", arguments)))

    def _derived_address(self) -> str:
        created = keccak(b"\xff" + FACTORY_ADDRESS + SALT + keccak(self._creation))
        return to_checksum_address(created[12:])


def parse_log(log: LogReceipt) -> Transferred | Minted | None:
    """One of our logs, or None for another kind."""
    topics = [bytes(topic) for topic in log["topics"]]
    place = LogPlace(
        block_number=log["blockNumber"],
        transaction_hash=log["transactionHash"].to_0x_hex(),
        log_index=log["logIndex"],
    )
    if topics[0] == TRANSFER_TOPIC:
        return Transferred(
            place=place,
            sender=to_checksum_address(topics[1][12:]),
            receiver=to_checksum_address(topics[2][12:]),
            token_number=int.from_bytes(topics[3], "big"),
        )
    if topics[0] == MINTED_TOPIC:
        return Minted(
            place=place, mint_key=topics[1], token_number=int.from_bytes(topics[2], "big")
        )
    return None


class _Artefact(msgspec.Struct, frozen=True):
    abi: list[dict[str, object]]
    bytecode: str


@cache
def _artefact() -> _Artefact:
    return msgspec.json.decode(ARTEFACT.read_bytes(), type=_Artefact)
