"""Tokens, their track projection and the indexer's place inside a unit of work."""

from typing import ClassVar

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import (
    insert_new,
    insert_record,
    lock_record,
    update_record,
    upsert,
    values_of,
)
from db.tables.nft import chain_cursors, chain_senders, mintable_tracks, token_transfers, tokens
from domain.ids import TokenId, TrackId
from domain.nft.records import MintableTrack, Token, Transfer


class NftRepository:
    """Reads for update and writes of the nft domain."""

    domain: ClassVar[str] = "nft"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def lock_track(self, track_id: TrackId) -> MintableTrack | None:
        """The projection of a track, held for update: mints of one track come one by one."""
        return await lock_record(
            self._connection,
            select(mintable_tracks).where(mintable_tracks.c.track_id == track_id),
            MintableTrack,
        )

    async def keep_track(self, track: MintableTrack) -> bool:
        """Write a track unless a newer version is there; True when it was written."""
        return await upsert(
            self._connection,
            mintable_tracks,
            values_of(track),
            keys=["track_id"],
            where=mintable_tracks.c.version < track.version,
        )

    async def count_tokens(self, track_id: TrackId) -> int:
        """Tokens of a track that were not refused."""
        statement = (
            select(func.count())
            .select_from(tokens)
            .where(tokens.c.track_id == track_id, tokens.c.failure_code.is_(None))
        )
        return int((await self._connection.execute(statement)).scalar_one())

    async def add_token(self, token: Token) -> None:
        """Add a token that was asked for."""
        await insert_record(self._connection, tokens, token)

    async def lock_token(self, token_id: TokenId) -> Token | None:
        """A token, held for update."""
        return await lock_record(
            self._connection, select(tokens).where(tokens.c.id == token_id), Token
        )

    async def lock_token_by_mint_key(self, mint_key: str) -> Token | None:
        """The token of a mint key, held for update."""
        return await lock_record(
            self._connection, select(tokens).where(tokens.c.mint_key == mint_key), Token
        )

    async def save_token(self, token: Token) -> None:
        """Write a changed token."""
        await update_record(self._connection, tokens, token)

    async def lock_next_nonce(self, chain_id: int, sender: str) -> int:
        """The next nonce that we have promised to nobody; others wait until we commit."""
        key = {"chain_id": chain_id, "address": sender}
        await insert_new(self._connection, chain_senders, {**key, "next_nonce": 0})
        row = await self._connection.execute(
            select(chain_senders.c.next_nonce)
            .where(chain_senders.c.chain_id == chain_id, chain_senders.c.address == sender)
            .with_for_update()
        )
        return int(row.scalar_one())

    async def save_next_nonce(self, chain_id: int, sender: str, next_nonce: int) -> None:
        """Promise all nonces below."""
        await self._connection.execute(
            update(chain_senders)
            .where(chain_senders.c.chain_id == chain_id, chain_senders.c.address == sender)
            .values(next_nonce=next_nonce)
        )

    async def lock_cursor(self, chain_id: int, contract: str) -> int:
        """The next block to index; another indexer waits until we commit."""
        key = {"chain_id": chain_id, "contract": contract}
        await insert_new(self._connection, chain_cursors, {**key, "next_block": 0})
        row = await self._connection.execute(
            select(chain_cursors.c.next_block)
            .where(chain_cursors.c.chain_id == chain_id, chain_cursors.c.contract == contract)
            .with_for_update()
        )
        return int(row.scalar_one())

    async def save_cursor(self, chain_id: int, contract: str, next_block: int) -> None:
        """All blocks below are indexed."""
        await self._connection.execute(
            update(chain_cursors)
            .where(chain_cursors.c.chain_id == chain_id, chain_cursors.c.contract == contract)
            .values(next_block=next_block)
        )

    async def add_transfer(self, transfer: Transfer) -> bool:
        """Keep a transfer unless it is there; True when it is new."""
        return await insert_new(self._connection, token_transfers, values_of(transfer))

    async def set_owner(self, transfer: Transfer) -> None:
        """Write who holds a token after a transfer; a token that is not ours is let be."""
        await self._connection.execute(
            update(tokens)
            .where(
                tokens.c.chain_id == transfer.chain_id,
                tokens.c.contract == transfer.contract,
                tokens.c.token_number == transfer.token_number,
            )
            .values(owner_address=transfer.receiver)
        )
