"""Genres, categories and credits as clients see them."""

from schema.ids import print_id
from tests.conftest import ANNA, BEN, MODERATOR
from tests.factories.media import a_track, keep_tracks
from tests.unit.subgraphs.media.executing import run, track_id

PROPOSE = """
mutation Propose($name: String!, $parent: ID) {
  proposeGenre(input: {name: $name, parentId: $parent}) {
    genre { id name state parent { name } } problems { code field }
  }
}
"""
DECIDE = """
mutation Decide($input: DecideGenreInput!) {
  decideGenre(input: $input) { genre { state reason } problems { code field } }
}
"""
CATEGORY = """
mutation Category($name: String!) {
  createCategory(input: {name: $name}) { category { id name } problems { code } }
}
"""
SORT = """
mutation Sort($id: ID!, $categories: [ID!]!) {
  setCategories(input: {playableId: $id, categoryIds: $categories}) {
    playable { id categories { name } } problems { code field }
  }
}
"""
CREDIT = """
mutation Credit($id: ID!, $credits: [CreditInput!]!) {
  setContributors(input: {id: $id, credits: $credits}) {
    subject { id ... on Track { contributors { role name ipi artist { __typename name } } } }
    problems { code field }
  }
}
"""
SHOWN = """
query Shown($track: ID!, $category: ID!) {
  genres { nodes { name } }
  categories { nodes { name } }
  categoryPlayables(categoryId: $category) { nodes { id } }
  track(id: $track) { genre knownGenre { name } tags categories { name } contributors { name } }
}
"""


async def test_what_is_sorted_is_shown_so(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    await keep_tracks(anna, a_track(genre="ambient", tags=["night"]))
    genre = (await run(anna, PROPOSE, name="Ambient"))["proposeGenre"]["genre"]
    approval = {"genreId": genre["id"], "decision": "APPROVED"}
    decided = (await run(mia, DECIDE, input=approval))["decideGenre"]
    inner = (await run(as_viewer(ANNA), PROPOSE, name="Drone", parent=genre["id"]))["proposeGenre"]
    category = (await run(mia, CATEGORY, name="Calm"))["createCategory"]["category"]
    sorted_ = await run(anna, SORT, id=track_id(), categories=[category["id"]])
    credit = {
        "role": "COMPOSER",
        "name": "Ida",
        "ipi": "45620792",
        "artistId": print_id("Artist", "artist-1"),
    }
    credited = (await run(anna, CREDIT, id=track_id(), credits=[credit]))["setContributors"]
    shown = await run(as_viewer(BEN), SHOWN, track=track_id(), category=category["id"])

    assert decided == {"genre": {"state": "APPROVED", "reason": ""}, "problems": []}
    assert inner["genre"]["parent"] == {"name": "Ambient"}
    assert sorted_["setCategories"]["playable"] == {
        "id": track_id(),
        "categories": [{"name": "Calm"}],
    }
    assert credited["subject"]["contributors"] == [
        {
            "role": "COMPOSER",
            "name": "Ida",
            "ipi": "00045620792",
            "artist": {"__typename": "Artist", "name": "The artist-1"},
        }
    ]
    assert shown == {
        "genres": {"nodes": [{"name": "Ambient"}]},
        "categories": {"nodes": [{"name": "Calm"}]},
        "categoryPlayables": {"nodes": [{"id": track_id()}]},
        "track": {
            "genre": "ambient",
            "knownGenre": {"name": "Ambient"},
            "tags": ["night"],
            "categories": [{"name": "Calm"}],
            "contributors": [{"name": "Ida"}],
        },
    }


async def test_refusals_name_the_field(as_viewer) -> None:
    anna, mia = as_viewer(ANNA), as_viewer(MODERATOR)
    await keep_tracks(anna, a_track())
    genre = (await run(anna, PROPOSE, name="Ambient"))["proposeGenre"]["genre"]
    bare = {"genreId": genre["id"], "decision": "REJECTED"}
    wrong = [{"role": "COMPOSER", "name": "Ida", "ipi": "45620793"}]

    refused = [
        (await run(anna, PROPOSE, name="–"))["proposeGenre"],
        (await run(mia, DECIDE, input=bare))["decideGenre"],
        (await run(mia, DECIDE, input=bare | {"decision": "PROPOSED"}))["decideGenre"],
        (await run(anna, CREDIT, id=track_id(), credits=wrong))["setContributors"],
    ]

    assert [each["problems"] for each in refused] == [
        [{"code": "BAD_INPUT", "field": "name"}],
        [{"code": "BAD_INPUT", "field": "reason"}],
        [{"code": "CONFLICT", "field": "decision"}],
        [{"code": "BAD_IDENTIFIER", "field": "ipi"}],
    ]
