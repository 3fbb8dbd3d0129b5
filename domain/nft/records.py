"""Records of the nft domain."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.ids import ArtistId, JobId, TokenId, TrackId, UserId, UserKey
from domain.money import BASIS_POINTS
from domain.nft.chain import Minted, SignedTransaction


class TokenState(StrEnum):
    """How far a token is; each is written before the step it allows.

    PREPARED ──sign──► SENT ──mined──► MINED ──confirmed──► FINAL
        │   ▲─nonce taken─┘ │            │
        └──────► FAILED ◄───┘            └─ the indexer writes FINAL
    """

    PREPARED = "PREPARED"
    SENT = "SENT"
    MINED = "MINED"
    FINAL = "FINAL"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True, kw_only=True)
class MintableTrack:
    """What nft keeps of a track of the media domain."""

    track_id: TrackId
    artist_id: ArtistId
    owner_id: UserId
    title: str
    state: str
    is_public: bool
    duration_ms: int | None
    version: int

    @property
    def is_ready(self) -> bool:
        """True once its audio is finished."""
        return self.state == "READY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Royalty:
    """What one sale owes (ERC-2981)."""

    receiver: str | None
    amount: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """A token of a track, from being asked for to being final on its chain."""

    id: TokenId
    track_id: TrackId
    creator_id: UserId
    state: TokenState
    mint_key: str
    """32 bytes in hex; the contract mints once for each."""
    title: str
    """The track's title when the token was asked for; part of the metadata."""
    artist_id: ArtistId
    duration_ms: int | None
    receiver: str | None
    """First owner; None until the minter keeps it in custody."""
    royalty_receiver: str | None
    royalty_bps: int
    metadata_cid: str | None = None
    chain_id: int | None = None
    contract: str | None = None
    sender: str | None = None
    nonce: int | None = None
    transaction_raw: bytes | None = None
    transaction_hash: str | None = None
    block_number: int | None = None
    token_number: int | None = None
    """The token's id in the contract, from the indexed logs."""
    owner_address: str | None = None
    """Who holds it, from the indexed logs."""
    failure_code: str | None = None
    failure: str | None = None
    job_id: JobId
    created_at: datetime
    final_at: datetime | None = None

    @property
    def is_public(self) -> bool:
        """A token that stands on its chain is for all to see."""
        return self.state is TokenState.FINAL

    @property
    def token_uri(self) -> str | None:
        """Where the metadata is, by its content."""
        return None if self.metadata_cid is None else f"ipfs://{self.metadata_cid}"

    @property
    def creator(self) -> UserKey:
        """Who had it minted."""
        return UserKey(self.creator_id)

    def royalty_info(self, sale_price: int) -> Royalty:
        """What a sale at this price owes, rounded down as the contract does."""
        return Royalty(
            receiver=self.royalty_receiver, amount=sale_price * self.royalty_bps // BASIS_POINTS
        )

    def sign(self, signed: SignedTransaction, *, chain_id: int, sender: str) -> Self:
        """Take the transaction that will mint it; to be kept before it is sent."""
        assert self.state is TokenState.PREPARED, self.state
        return replace(
            self,
            state=TokenState.SENT,
            chain_id=chain_id,
            sender=sender,
            nonce=signed.nonce,
            transaction_raw=signed.raw,
            transaction_hash=signed.hash,
        )

    def prepare_anew(self) -> Self:
        """Drop a transaction that can never be mined: its nonce went to another."""
        assert self.state is TokenState.SENT, self.state
        return replace(
            self,
            state=TokenState.PREPARED,
            nonce=None,
            transaction_raw=None,
            transaction_hash=None,
        )

    def mine(self, block_number: int) -> Self:
        """Its transaction is in a block and succeeded."""
        assert self.state is TokenState.SENT, self.state
        return replace(self, state=TokenState.MINED, block_number=block_number)

    def finish(self, log: Minted, *, chain_id: int, contract: str, now: datetime) -> Self:
        """The chain will keep it: number, block and transaction are what the log says."""
        return replace(
            self,
            state=TokenState.FINAL,
            chain_id=chain_id,
            contract=contract,
            token_number=log.token_number,
            block_number=log.place.block_number,
            transaction_hash=log.place.transaction_hash,
            failure_code=None,
            failure=None,
            final_at=self.final_at or now,
        )

    def fail(self, code: str, reason: str) -> Self:
        """It will not be minted."""
        assert self.state in (TokenState.PREPARED, TokenState.SENT), self.state
        return replace(self, state=TokenState.FAILED, failure_code=code, failure=reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """A token changed hands, as the chain's log says."""

    chain_id: int
    transaction_hash: str
    log_index: int
    contract: str
    token_number: int
    block_number: int
    sender: str
    receiver: str
