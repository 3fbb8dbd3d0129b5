"""The chain as the nft domain sees it: values and the port."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True, kw_only=True)
class MintCall:
    """What a mint asks of the contract."""

    mint_key: bytes
    """32 bytes; the contract mints once for each key."""
    receiver: str
    """Address of the first owner."""
    uri: str
    royalty_receiver: str
    royalty_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fees:
    """What a transaction may cost at most."""

    gas: int
    fee_per_gas_max: int
    priority_fee_per_gas: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedTransaction:
    """A transaction ready to send; to send it twice is to send it once."""

    raw: bytes
    hash: str
    nonce: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """A mined transaction: where, and whether the contract accepted it."""

    transaction_hash: str
    block_number: int
    block_hash: str
    is_success: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenOnChain:
    """A token as the contract knows it."""

    owner: str
    uri: str
    royalty_receiver: str
    royalty_bps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LogPlace:
    """Where a log stands; unique on its chain."""

    block_number: int
    transaction_hash: str
    log_index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Transferred:
    """A token changed hands; a mint comes from the zero address."""

    place: LogPlace
    token_number: int
    sender: str
    receiver: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Minted:
    """A mint key became a token."""

    place: LogPlace
    token_number: int
    mint_key: bytes


class Chain(Protocol):
    """A JSON-RPC node with our contract; all but `sign_mint` raise ChainUnavailable."""

    @property
    def chain_id(self) -> int:
        """Which chain; fixed by the settings and checked against the node."""
        ...

    @property
    def contract(self) -> str:
        """The contract's address, known before it is deployed."""
        ...

    @property
    def sender(self) -> str:
        """The minter's address."""
        ...

    async def ensure_contract(self) -> str:
        """Deploy the contract unless it is there; give its address."""
        ...

    async def next_nonce(self) -> int:
        """The sender's next nonce as the node sees it, pending ones counted."""
        ...

    async def quote_mint(self, call: MintCall) -> Fees:
        """What the mint may cost; raises MintRefused if the contract would not."""
        ...

    def sign_mint(self, call: MintCall, *, nonce: int, fees: Fees) -> SignedTransaction:
        """Sign without sending and without asking anyone: same arguments, same bytes."""
        ...

    async def send(self, transaction: SignedTransaction) -> None:
        """Hand it to the node; done already is done. Raises NonceTaken."""
        ...

    async def receipt(self, transaction_hash: str) -> Receipt | None:
        """What became of it; None while it is in no block."""
        ...

    async def block_number(self) -> int:
        """The newest block."""
        ...

    async def tokens_minted(self) -> int:
        """How many tokens the contract ever minted."""
        ...

    async def token_of(self, mint_key: bytes) -> int | None:
        """The token a key minted."""
        ...

    async def read_token(self, token_number: int) -> TokenOnChain | None:
        """A token as the contract knows it now."""
        ...

    async def logs(self, first: int, last: int) -> Sequence[Transferred | Minted]:
        """Logs of our contract in a range of blocks, both ends in, in chain order."""
        ...
