"""A chain in memory: mines at once, or when told to."""

import hashlib
from collections.abc import Sequence

import msgspec
from eth_utils.address import to_checksum_address

from domain.nft.chain import (
    Fees,
    LogPlace,
    MintCall,
    Minted,
    Receipt,
    SignedTransaction,
    TokenOnChain,
    Transferred,
)
from errors import ChainUnavailable, MintRefused, NonceTaken

NOBODY = "0x" + "00" * 20


class FakeChain:
    """The port `Chain` with the contract's rules: one token for each key, nonces in order."""

    def __init__(self, *, is_mining: bool = True) -> None:
        self.chain_id = 1_337
        self.contract = to_checksum_address("0x" + "c0" * 20)
        self.sender = to_checksum_address("0x" + "5e" * 20)
        self.is_mining = is_mining
        self.is_away = False
        self.is_broken = False
        """True: the contract reverts every mint, though it does not say so before."""
        self.refusal: str | None = None
        self.is_deployed = False
        self._head = 0
        self._tokens: list[TokenOnChain] = []
        self._number_of: dict[bytes, int] = {}
        self._mined: dict[str, Receipt] = {}
        self._pool: dict[int, SignedTransaction] = {}
        self._logs: list[Transferred | Minted] = []

    async def ensure_contract(self) -> str:
        self._answer()
        self.is_deployed = True
        return self.contract

    async def next_nonce(self) -> int:
        self._answer()
        return len(self._mined) + len(self._pool)

    async def quote_mint(self, call: MintCall) -> Fees:
        self._answer()
        if self.refusal is not None or call.mint_key in self._number_of:
            raise MintRefused(self.refusal or "The key was used before.")
        return Fees(gas=300_000, fee_per_gas_max=2, priority_fee_per_gas=1)

    def sign_mint(self, call: MintCall, *, nonce: int, fees: Fees) -> SignedTransaction:
        raw = msgspec.json.encode((nonce, call))
        return SignedTransaction(raw=raw, hash="0x" + hashlib.sha256(raw).hexdigest(), nonce=nonce)

    async def send(self, transaction: SignedTransaction) -> None:
        self._answer()
        if transaction.hash in self._mined:
            return
        known = self._pool.get(transaction.nonce)
        if known is not None and known.hash == transaction.hash:
            return
        if known is not None or transaction.nonce < len(self._mined):
            raise NonceTaken(f"Nonce {transaction.nonce} is taken.")
        if transaction.nonce > len(self._mined) + len(self._pool):
            raise ChainUnavailable("nonce too high")
        self._pool[transaction.nonce] = transaction
        if self.is_mining:
            self.mine()

    def mine(self) -> None:
        """Put all that waits into blocks of their own."""
        for nonce in sorted(self._pool):
            transaction = self._pool.pop(nonce)
            self._head += 1
            _, call = msgspec.json.decode(transaction.raw, type=tuple[int, MintCall])
            is_success = call.mint_key not in self._number_of and not self.is_broken
            if is_success:
                self._mint(call, transaction.hash)
            self._mined[transaction.hash] = Receipt(
                transaction_hash=transaction.hash,
                block_number=self._head,
                block_hash=f"0x{self._head:064x}",
                is_success=is_success,
            )

    def take_nonce(self) -> None:
        """Let somebody else use the sender's next nonce."""
        nonce = len(self._mined) + len(self._pool)
        self._head += 1
        receipt = Receipt(
            transaction_hash=f"0x{nonce:064x}",
            block_number=self._head,
            block_hash=f"0x{self._head:064x}",
            is_success=True,
        )
        self._mined[receipt.transaction_hash] = receipt

    def transfer(self, token_number: int, receiver: str) -> None:
        """Let a token's holder give it away."""
        before = self._tokens[token_number - 1]
        self._tokens[token_number - 1] = TokenOnChain(
            owner=receiver,
            uri=before.uri,
            royalty_receiver=before.royalty_receiver,
            royalty_bps=before.royalty_bps,
        )
        self._head += 1
        place = LogPlace(
            block_number=self._head,
            transaction_hash=f"0xabc{self._head:061x}",
            log_index=0,
        )
        self._logs.append(
            Transferred(
                place=place, token_number=token_number, sender=before.owner, receiver=receiver
            )
        )

    async def receipt(self, transaction_hash: str) -> Receipt | None:
        self._answer()
        return self._mined.get(transaction_hash)

    async def block_number(self) -> int:
        self._answer()
        return self._head

    async def tokens_minted(self) -> int:
        self._answer()
        return len(self._tokens)

    async def token_of(self, mint_key: bytes) -> int | None:
        self._answer()
        return self._number_of.get(mint_key)

    async def read_token(self, token_number: int) -> TokenOnChain | None:
        self._answer()
        if not 0 < token_number <= len(self._tokens):
            return None
        return self._tokens[token_number - 1]

    async def logs(self, first: int, last: int) -> Sequence[Transferred | Minted]:
        self._answer()
        return [log for log in self._logs if first <= log.place.block_number <= last]

    async def close(self) -> None:
        """Nothing is open."""

    def _answer(self) -> None:
        if self.is_away:
            raise ChainUnavailable("The node is away.")

    def _mint(self, call: MintCall, transaction_hash: str) -> None:
        receiver = to_checksum_address(call.receiver)
        self._tokens.append(
            TokenOnChain(
                owner=receiver,
                uri=call.uri,
                royalty_receiver=to_checksum_address(call.royalty_receiver),
                royalty_bps=call.royalty_bps,
            )
        )
        number = self._number_of[call.mint_key] = len(self._tokens)
        places = [
            LogPlace(block_number=self._head, transaction_hash=transaction_hash, log_index=index)
            for index in (0, 2)
        ]
        self._logs += [
            Transferred(place=places[0], token_number=number, sender=NOBODY, receiver=receiver),
            Minted(place=places[1], token_number=number, mint_key=call.mint_key),
        ]
