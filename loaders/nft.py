"""Reads of the nft domain by key."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Text, bindparam, or_, select, text

from db.outbox import JobState
from db.read import Read, key_in, query
from db.tables.nft import UNMINED, UNSETTLED, chain_cursors, tokens
from db.tables.platform import jobs
from domain.ids import TokenId, TrackId
from domain.nft.records import Token, TokenState
from loaders.batch import BatchLoader, GroupLoader
from loaders.pages import page_of_each

TOKEN_BY_ID = query(select(tokens).where(tokens.c.id == bindparam("id")), Token)

TOKENS_OF_CREATOR = query(
    select(tokens)
    .where(tokens.c.creator_id == bindparam("creator_id"), tokens.c.id < bindparam("before"))
    .order_by(tokens.c.id.desc())
    .limit(bindparam("limit")),
    Token,
)

UNMINED_UP_TO = query(
    select(tokens)
    .where(
        tokens.c.chain_id == bindparam("chain_id"),
        tokens.c.sender == bindparam("sender"),
        tokens.c.nonce <= bindparam("nonce"),
        text(UNMINED),
    )
    .order_by(tokens.c.nonce)
    .limit(bindparam("limit")),
    Token,
)
"""Tokens whose transactions go before one nonce, in the order in which they are mined."""


ABANDONED = query(
    select(tokens)
    .outerjoin(jobs, jobs.c.id == tokens.c.job_id)
    .where(
        text(f"tokens.{UNSETTLED}"), or_(jobs.c.id.is_(None), jobs.c.state == JobState.DEAD.value)
    )
    .order_by(tokens.c.nonce, tokens.c.id)
    .limit(bindparam("limit")),
    Token,
)
"""Tokens on their way whose jobs gave up, those that were signed in the order of their nonces."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """Where the indexer goes on."""

    next_block: int


CURSOR = query(
    select(chain_cursors.c.next_block).where(
        chain_cursors.c.chain_id == bindparam("chain_id"),
        chain_cursors.c.contract == bindparam("contract"),
    ),
    Cursor,
)


class TokenById(BatchLoader[TokenId, Token]):
    """Token ids to tokens."""

    query = query(select(tokens).where(key_in(tokens.c.id)), Token)


class FinalTokensByTrackId(GroupLoader[TrackId, Token]):
    """Track ids to their tokens on the chain behind a cursor, the oldest first."""

    query = page_of_each(
        tokens,
        "track_id",
        Token,
        condition=lambda rows: (
            (rows.c.state == TokenState.FINAL) & (rows.c.id > bindparam("after", type_=Text))
        ),
        order=lambda rows: [rows.c.id],
    )
    key_name = "track_id"


class NftLoaders:
    """The loaders over nft's tables."""

    def __init__(self, read: Read) -> None:
        self._read = read
        self._pages: dict[tuple[int, str], FinalTokensByTrackId] = {}

    @cached_property
    def token_by_id(self) -> TokenById:
        """Tokens, whoever may see them."""
        return TokenById(self._read)

    def final_tokens_by_track_id(self, *, limit: int, after: str) -> FinalTokensByTrackId:
        """One page of each track's tokens; the same page shares a loader."""
        page = (limit, after)
        if page not in self._pages:
            self._pages[page] = FinalTokensByTrackId(self._read, limit=limit, after=after)
        return self._pages[page]
