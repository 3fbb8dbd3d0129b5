"""Our contract on a JSON-RPC node: signs with the minter's key, sends, reads back."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientError, ClientTimeout
from eth_account import Account
from eth_utils.address import to_checksum_address
from hexbytes import HexBytes
from web3 import AsyncHTTPProvider, AsyncWeb3
from web3.exceptions import (
    ContractLogicError,
    TransactionNotFound,
    Web3Exception,
    Web3RPCError,
)
from web3.types import TxParams

from adapters.chain.contracts import TrackContract
from adapters.chain.factory import FACTORY_ADDRESS
from adapters.chain.logs import read_logs
from adapters.chain.refusals import Refusal, classify
from domain.nft.chain import (
    Fees,
    MintCall,
    Minted,
    Receipt,
    SignedTransaction,
    TokenOnChain,
    Transferred,
)
from errors import ChainUnavailable, MintRefused, NonceTaken

DEPLOY_TRIES_MAX = 5
ROYALTY_PROBE_WEI = 10_000
"""Sale price whose royalty is the share in basis points."""


class ChainClient:
    """The port `domain.nft.chain.Chain` on web3; make it inside the running loop."""

    def __init__(
        self,
        url: str,
        *,
        chain_id: int,
        key: bytes,
        contract: str | None = None,
        timeout_seconds: float = 10.0,
        mining_seconds_max: float = 120.0,
    ) -> None:
        self._account = Account.from_key(key)
        self._web3 = AsyncWeb3(
            AsyncHTTPProvider(
                url,
                request_kwargs={"timeout": ClientTimeout(total=timeout_seconds)},
                exception_retry_configuration=None,
            )
        )
        self._track = TrackContract(self._account.address, contract)
        self._reader = self._web3.eth.contract(
            address=to_checksum_address(self._track.address), abi=self._track.abi
        )
        self._is_deployed_by_hand = contract is not None
        self._mining_seconds_max = mining_seconds_max
        self._is_checked = False
        self._is_deployed = False
        self.chain_id = chain_id

    @property
    def contract(self) -> str:
        """The contract's address, known before it is deployed."""
        return self._track.address

    @property
    def sender(self) -> str:
        """The minter's address."""
        return str(self._account.address)

    async def close(self) -> None:
        """Close the connections to the node."""
        await self._web3.provider.disconnect()

    async def ensure_contract(self) -> str:
        """Deploy the contract unless it is there; give its address.

        The address follows from the code, so a crash at any point, or two workers at
        once, end with one contract: the factory refuses the second.

        Raises:
            ChainUnavailable: the node is away, lacks the factory, or does not mine.
        """
        for attempt in range(DEPLOY_TRIES_MAX):
            self._is_deployed = self._is_deployed or await self._has_code(self.contract)
            if self._is_deployed:
                return self.contract
            if self._is_deployed_by_hand:
                raise ChainUnavailable(f"There is no contract at {self.contract}.")
            try:
                await self._deploy()
            except NonceTaken:
                await asyncio.sleep(0.2 * (attempt + 1))
        raise ChainUnavailable("The contract could not be deployed.")

    async def next_nonce(self) -> int:
        """The sender's next nonce as the node sees it, pending ones counted."""
        async with self._node() as web3:
            return int(await web3.eth.get_transaction_count(self._account.address, "pending"))

    async def quote_mint(self, call: MintCall) -> Fees:
        """What the mint may cost.

        Raises:
            MintRefused: the contract would not mint this.
            ChainUnavailable: the node does not answer.
        """
        return await self._quote(self.contract, self._track.mint_data(call))

    def sign_mint(self, call: MintCall, *, nonce: int, fees: Fees) -> SignedTransaction:
        """Sign without sending and without asking anyone: same arguments, same bytes."""
        return self._sign(self.contract, self._track.mint_data(call), nonce, fees)

    async def send(self, transaction: SignedTransaction) -> None:
        """Hand a transaction to the node; one it has already is fine.

        Raises:
            NonceTaken: another transaction of ours has its nonce.
            ChainUnavailable: the node is away or cannot take it now.
        """
        refusal = await self._try_send(transaction)
        if refusal is None or classify(refusal) is Refusal.KNOWN:
            return
        if classify(refusal) is Refusal.OTHER:
            raise ChainUnavailable(f"The node took no transaction: {refusal}")
        if not await self._is_known(transaction.hash):
            raise NonceTaken(f"Nonce {transaction.nonce} is taken.")

    async def receipt(self, transaction_hash: str) -> Receipt | None:
        """What became of a transaction; None while it is in no block."""
        async with self._node() as web3:
            try:
                told = await web3.eth.get_transaction_receipt(HexBytes(transaction_hash))
            except TransactionNotFound:
                return None
        return Receipt(
            transaction_hash=transaction_hash,
            block_number=told["blockNumber"],
            block_hash=told["blockHash"].to_0x_hex(),
            is_success=told["status"] == 1,
        )

    async def block_number(self) -> int:
        """The newest block."""
        async with self._node() as web3:
            return int(await web3.eth.get_block_number())

    async def token_of(self, mint_key: bytes) -> int | None:
        """The token a key minted."""
        async with self._node():
            number = await self._reader.functions.tokenByMintKey(mint_key).call()
            return int(number) or None

    async def tokens_minted(self) -> int:
        """How many tokens the contract ever minted."""
        async with self._node():
            return int(await self._reader.functions.tokensMinted().call())

    async def read_token(self, token_number: int) -> TokenOnChain | None:
        """A token as the contract knows it now; None if there is none."""
        functions = self._reader.functions
        async with self._node():
            try:
                owner = await functions.ownerOf(token_number).call()
            except ContractLogicError:
                return None
            uri = await functions.tokenURI(token_number).call()
            receiver, bps = await functions.royaltyInfo(token_number, ROYALTY_PROBE_WEI).call()
        return TokenOnChain(owner=owner, uri=uri, royalty_receiver=receiver, royalty_bps=int(bps))

    async def logs(self, first: int, last: int) -> Sequence[Transferred | Minted]:
        """Logs of our contract in a range of blocks, both ends in, in chain order."""
        async with self._node() as web3:
            return await read_logs(web3, self.contract, first, last)

    async def _deploy(self) -> None:
        factory = to_checksum_address(FACTORY_ADDRESS)
        if not await self._has_code(factory):
            raise ChainUnavailable(
                f"The chain has no factory at {factory}: deploy the contract by hand"
                " and name its address in the settings."
            )
        try:
            fees = await self._quote(factory, self._track.deploy_data())
        except MintRefused:
            return  # somebody else's deployment was mined since we looked
        nonce = await self.next_nonce()
        transaction = self._sign(factory, self._track.deploy_data(), nonce, fees)
        await self.send(transaction)
        await self._wait_mined(transaction.hash)

    async def _wait_mined(self, transaction_hash: str) -> None:
        pause = 0.05
        try:
            async with asyncio.timeout(self._mining_seconds_max):
                while await self.receipt(transaction_hash) is None:
                    await asyncio.sleep(pause)
                    pause = min(pause * 2, 2.0)
        except TimeoutError as late:
            raise ChainUnavailable(
                f"{transaction_hash} was not mined in {self._mining_seconds_max} s."
            ) from late

    async def _has_code(self, address: str) -> bool:
        async with self._node() as web3:
            return len(await web3.eth.get_code(to_checksum_address(address))) > 0

    async def _quote(self, to: str, data: bytes) -> Fees:
        transaction: TxParams = {
            "from": self._account.address,
            "to": to_checksum_address(to),
            "data": data,
        }
        async with self._node() as web3:
            try:
                gas = await web3.eth.estimate_gas(transaction)
            except ContractLogicError as refusal:
                raise MintRefused(f"The contract refuses: {refusal.message}") from refusal
            head = await web3.eth.get_block("latest")
            tip = await web3.eth.max_priority_fee
        return Fees(
            gas=gas + gas // 5,
            fee_per_gas_max=2 * head["baseFeePerGas"] + tip,
            priority_fee_per_gas=tip,
        )

    def _sign(self, to: str, data: bytes, nonce: int, fees: Fees) -> SignedTransaction:
        signed = self._account.sign_transaction(
            {
                "type": 2,
                "chainId": self.chain_id,
                "nonce": nonce,
                "to": to_checksum_address(to),
                "value": 0,
                "data": data,
                "gas": fees.gas,
                "maxFeePerGas": fees.fee_per_gas_max,
                "maxPriorityFeePerGas": fees.priority_fee_per_gas,
            }
        )
        return SignedTransaction(
            raw=bytes(signed.raw_transaction), hash=signed.hash.to_0x_hex(), nonce=nonce
        )

    async def _try_send(self, transaction: SignedTransaction) -> str | None:
        """Send; give the node's words if it refused."""
        async with self._node() as web3:
            try:
                await web3.eth.send_raw_transaction(transaction.raw)
            except Web3RPCError as refusal:
                return refusal.message or "no reason given"
        return None

    async def _is_known(self, transaction_hash: str) -> bool:
        async with self._node() as web3:
            try:
                await web3.eth.get_transaction(HexBytes(transaction_hash))
            except TransactionNotFound:
                return False
            return True

    @asynccontextmanager
    async def _node(self) -> AsyncIterator[AsyncWeb3[AsyncHTTPProvider]]:
        """The node, as long as it answers and is the chain we sign for."""
        try:
            if not self._is_checked:
                told = await self._web3.eth.chain_id
                if told != self.chain_id:
                    raise ChainUnavailable(
                        f"The node serves chain {told}, the settings say {self.chain_id}."
                    )
                self._is_checked = True
            yield self._web3
        except (ClientError, TimeoutError, OSError, Web3Exception) as failure:
            raise ChainUnavailable(f"The chain's node failed: {failure!r}") from failure
