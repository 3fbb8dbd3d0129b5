"""Types of the nft subgraph."""

from collections.abc import Sequence

import strawberry

from domain.ids import PlayableKey, PlayableKind, TokenId, TrackId
from domain.nft import records as nft
from domain.pages import Page, page_request
from resolvers.context import RequestContext
from resolvers.nft import tokens
from schema.batched import batched, references
from schema.costs import PAGED
from schema.global_id import global_id
from schema.ids import parse_id
from schema.pagination import Connection
from schema.playable_ids import parse_playable_id
from schema.scalars import Address, DateTime, Wei
from subgraphs.nft.stubs import User

strawberry.enum(nft.TokenState, description="How far a token is on its way onto the chain.")


@strawberry.federation.interface_object(keys=["id"])
class Playable:
    """Anything that can be played, with the tokens made of it."""

    id: strawberry.ID = global_id()

    @strawberry.field(
        graphql_type=Connection["Token"] | None,
        directives=[PAGED],
        description="Its tokens that stand on the chain, the oldest first.",
    )
    @batched
    async def tokens(
        parents: Sequence[PlayableKey],
        ctx: RequestContext,
        first: int | None = None,
        after: str | None = None,
    ) -> list[Page[nft.Token]]:
        """A page of each one's tokens."""
        keys = [TrackId(playable.id) for playable in parents]
        return await tokens.list_tokens_of_tracks(ctx, keys, page_request(first, after))

    @references(parse_playable_id)
    async def resolve_references(
        keys: Sequence[PlayableKey], _ctx: RequestContext
    ) -> Sequence[PlayableKey]:
        """Answer other subgraphs' mentions of what can be played."""
        return keys


@strawberry.type(description="What a sale owes (ERC-2981).")
class RoyaltyInfo:
    """Whom a sale owes how much."""

    receiver: Address | None = strawberry.field(
        description="Null until the token is signed, if it goes into custody."
    )
    amount: Wei


@strawberry.type(description="Why a token was not minted.")
class MintFailure:
    """A refusal by the contract."""

    code: str = strawberry.field(description="Stable; listed in docs/errors.md.")
    message: str


@strawberry.federation.type(keys=["id"], description="A token of something playable (ERC-721).")
class Token:
    """From being asked for to being final on its chain; read from indexed tables alone."""

    id: strawberry.ID = global_id()
    state: nft.TokenState
    chain_id: int | None
    contract: Address | None = strawberry.field(description="The contract that keeps it.")
    transaction_hash: str | None = strawberry.field(description="The transaction that mints it.")
    created_at: DateTime
    final_at: DateTime | None
    creator: User | None = strawberry.field(description="Who had it minted.")

    @strawberry.field(graphql_type=Playable | None, description="What it is a token of.")
    @batched
    def playable(parents: Sequence[nft.Token], _ctx: RequestContext) -> list[PlayableKey]:
        """The track of each, by its key."""
        return [PlayableKey(PlayableKind.TRACK, token.track_id) for token in parents]

    @strawberry.field(
        graphql_type=Address | None, description="Who holds it; null until it is final."
    )
    @batched
    def owner(parents: Sequence[nft.Token], _ctx: RequestContext) -> list[str | None]:
        """The holders that the indexed transfers name."""
        return [token.owner_address for token in parents]

    @strawberry.field(
        name="tokenId", graphql_type=str | None, description="Its number in the contract."
    )
    @batched
    def token_number(parents: Sequence[nft.Token], _ctx: RequestContext) -> list[str | None]:
        """The numbers as text: they may have 256 bits."""
        numbers = [token.token_number for token in parents]
        return [None if number is None else str(number) for number in numbers]

    @strawberry.field(
        name="tokenURI",
        graphql_type=str | None,
        description="ipfs:// and the CID of its metadata; null until it is signed.",
    )
    @batched
    def token_uri(parents: Sequence[nft.Token], _ctx: RequestContext) -> list[str | None]:
        """Where the metadata of each is, by its content."""
        return [token.token_uri for token in parents]

    @strawberry.field(
        graphql_type=str | None, description="The metadata over HTTP, from this server."
    )
    @batched
    def metadata_url(parents: Sequence[nft.Token], ctx: RequestContext) -> list[str | None]:
        """The documents at this server."""
        cids = [token.metadata_cid for token in parents]
        return [None if cid is None else f"{ctx.base_url}/ipfs/{cid}" for cid in cids]

    @strawberry.field(
        graphql_type=RoyaltyInfo | None, description="What a sale at this price owes, in wei."
    )
    @batched
    def royalty_info(
        parents: Sequence[nft.Token], _ctx: RequestContext, sale_price: Wei
    ) -> list[nft.Royalty]:
        """As the contract computes it for each."""
        return [token.royalty_info(sale_price) for token in parents]

    @strawberry.field(graphql_type=MintFailure | None, description="Set when it FAILED.")
    @batched
    def failure(parents: Sequence[nft.Token], _ctx: RequestContext) -> list[MintFailure | None]:
        """Why each was not minted."""
        return [
            None
            if token.failure_code is None
            else MintFailure(code=token.failure_code, message=token.failure or "")
            for token in parents
        ]

    @references(lambda text: TokenId(parse_id(text, "Token")))
    async def resolve_references(
        keys: Sequence[TokenId], ctx: RequestContext
    ) -> list[nft.Token | None]:
        """Answer other subgraphs' mentions of tokens."""
        return await tokens.find_tokens(ctx, keys)
