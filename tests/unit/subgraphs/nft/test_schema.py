"""The nft subgraph by itself: what a client asks and is told."""

import pytest

from domain.pages import page_request
from domain.viewer import ANONYMOUS
from resolvers.nft import tokens
from schema.ids import print_id
from subgraphs.nft.definition import NFT
from tests.conftest import ANNA, BEN
from tests.factories.nft import ALICE, a_track
from tests.fakes.chain import FakeChain
from tests.unit.resolvers.nft.conftest import mint

MINT = """
mutation Mint($input: MintTrackInput!) {
  mintTrack(input: $input) {
    token { id state tokenURI owner playable { __typename id } creator { id } }
    job { id }
    problems { code field }
  }
}
"""
TOKEN = """
query Token($id: ID!) {
  token(id: $id) {
    state tokenId tokenURI owner contract chainId transactionHash metadataUrl
    royaltyInfo(salePrice: "1000000000000000000001") { receiver amount }
    failure { code }
  }
}
"""
TRACK_ID = print_id("Track", "track-1")


async def run(ctx, document: str, **variables: object):
    """Execute a document; give the whole result."""
    return await NFT.schema.execute(document, variables, context_value=ctx)


async def test_a_token_is_asked_for_minted_and_read(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    chain = FakeChain()
    await tokens.keep_track(ctx, a_track())

    asked = await run(
        ctx, MINT, input={"trackId": TRACK_ID, "receiver": ALICE, "royaltyBasisPoints": 750}
    )
    payload = asked.data["mintTrack"]
    mine = await tokens.list_my_tokens(ctx, page_request(10, None))
    await mint(ctx, chain, mine.nodes[0])
    told = await run(as_viewer(ANONYMOUS), TOKEN, id=payload["token"]["id"])

    assert payload == {
        "token": {
            "id": print_id("Token", mine.nodes[0].id),
            "state": "PREPARED",
            "tokenURI": None,
            "owner": None,
            "playable": {"__typename": "Playable", "id": TRACK_ID},
            "creator": {"id": print_id("User", "anna")},
        },
        "job": {"id": print_id("Job", mine.nodes[0].job_id)},
        "problems": [],
    }
    on_chain = await chain.read_token(1)
    token = told.data["token"]
    assert token == {
        "state": "FINAL",
        "tokenId": "1",
        "tokenURI": on_chain.uri,
        "owner": ALICE,
        "contract": chain.contract,
        "chainId": 1337,
        "transactionHash": token["transactionHash"],
        "metadataUrl": f"http://tutti.test/ipfs/{on_chain.uri.removeprefix('ipfs://')}",
        "royaltyInfo": {"receiver": ALICE, "amount": "75000000000000000000"},
        "failure": None,
    }
    assert (await chain.receipt(token["transactionHash"])).is_success


@pytest.mark.parametrize(
    ("_case", "changes", "code", "field"),
    [
        ("no address", {"receiver": "0x12"}, "BAD_INPUT", "receiver"),
        ("too high a royalty", {"royaltyBasisPoints": 9_000}, "BAD_INPUT", "royaltyBasisPoints"),
        ("garbage for an id", {"trackId": "%%%"}, "BAD_INPUT", "id"),
        ("the id of another type", {"trackId": print_id("Album", "1")}, "BAD_INPUT", "id"),
    ],
)
async def test_unfit_input_is_a_problem_with_a_code(_case, changes, code, field, as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await tokens.keep_track(ctx, a_track())

    answer = await run(ctx, MINT, input={"trackId": TRACK_ID} | changes)

    payload = answer.data["mintTrack"]
    assert answer.errors is None
    assert payload["problems"] == [{"code": code, "field": field}]
    assert payload["token"] is None


async def test_a_strangers_mint_is_an_error_and_leaves_nothing(as_viewer) -> None:
    await tokens.keep_track(as_viewer(ANNA), a_track())

    answer = await run(as_viewer(BEN), MINT, input={"trackId": TRACK_ID})

    assert answer.data == {"mintTrack": None}
    assert answer.errors[0].original_error.code == "FORBIDDEN"


async def test_a_track_shows_its_tokens_to_other_subgraphs(as_viewer) -> None:
    ctx = as_viewer(ANNA)
    await tokens.keep_track(ctx, a_track())
    asked = await tokens.mint_track(ctx, a_track().track_id, receiver=ALICE, royalty_bps=0)
    await mint(ctx, FakeChain(), asked.token)

    answer = await run(
        as_viewer(ANONYMOUS),
        """
        query ($of: [_Any!]!) {
          _entities(representations: $of) {
            ... on Playable { id tokens(first: 5) { nodes { tokenId owner } } }
          }
        }
        """,
        of=[{"__typename": "Playable", "id": TRACK_ID}],
    )

    assert answer.errors is None
    assert answer.data["_entities"] == [
        {"id": TRACK_ID, "tokens": {"nodes": [{"tokenId": "1", "owner": ALICE}]}}
    ]


async def test_a_cursor_of_another_list_is_refused(as_viewer) -> None:
    answer = await run(as_viewer(ANNA), '{ myTokens(after: "garbage") { nodes { id } } }')

    assert answer.data == {"myTokens": None}
    assert answer.errors[0].original_error.code == "BAD_INPUT"
