"""A page costs the same number of statements, however long it is."""

import pytest

from db.read import StatementCount
from domain.media.records import PlayableState
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, keep, keep_catalogue
from tests.factories.videos import keep_channels_of_films
from tests.unit.subgraphs.media.executing import run, track_id

CATALOGUE = """
query Catalogue($first: Int!) {
  tracks(first: $first) {
    nodes {
      title coverUrl durationMs progress job { id } stream { url } waveform tags
      categories { name } knownGenre { name parent { name } } contributors { artist { name } }
      artist { name albums(first: 3) { nodes { title } } tracks(first: 3) { nodes { title } } }
      album { title artist { name } tracks(first: 5) { nodes { title artist { name } } } }
    }
  }
}
"""
MINE = """
query Mine($first: Int!) {
  myTracks(first: $first) { nodes { state progress job { state } album { artist { name } } } }
}
"""
VIDEOS = """
query Videos($first: Int!) {
  videos(first: $first) {
    nodes {
      title coverUrl creator { name } channel { name videos(first: 3) { nodes { title } } }
      stream { url } renditions { name } subtitles { url } thumbnails { url } storyboardUrl
    }
  }
}
"""
SEARCH = """
query Search($first: Int!) {
  search(text: "song", first: $first) {
    didYouMean
    edges {
      cursor
      node {
        ... on Artist { name }
        ... on Album { title coverUrl artist { name } }
        ... on Track { title coverUrl artist { name } album { title } }
      }
    }
  }
}
"""
ENTITIES = """
query Entities($representations: [_Any!]!) {
  _entities(representations: $representations) {
    ... on Track { title artist { name } album { title } }
  }
}
"""


async def count(ctx, document: str, **variables) -> int:
    before = StatementCount.total
    await run(ctx, document, **variables)
    return StatementCount.total - before


@pytest.mark.parametrize(
    ("document", "statements"),
    [(CATALOGUE, 8), (MINE, 5), (SEARCH, 6)],
    ids=["catalogue", "mine", "search"],
)
async def test_a_page_of_100_costs_as_many_statements_as_a_page_of_10(
    document, statements, as_viewer
) -> None:
    await keep_catalogue(as_viewer(ANNA), 101)
    processing = {"artist_id": "artist-00000", "album_id": "album-00000"}
    await keep(
        as_viewer(ANNA),
        *(
            a_track(f"track-9{number}", state=PlayableState.PROCESSING, **processing)
            for number in range(3)
        ),
    )

    ten = await count(as_viewer(ANNA), document, first=10)
    hundred = await count(as_viewer(ANNA), document, first=100)

    assert (ten, hundred) == (statements, statements)


async def test_references_of_a_hundred_tracks_are_read_together(as_viewer) -> None:
    await keep_catalogue(as_viewer(ANNA), 100)
    references = [
        {"__typename": "Track", "id": track_id(f"track-{number:05d}")} for number in range(100)
    ]

    assert await count(as_viewer(BEN), ENTITIES, representations=references) == 3


async def test_a_page_of_videos_costs_three_statements_however_long(as_viewer) -> None:
    await keep_channels_of_films(as_viewer(ANNA), 101)

    ten = await count(as_viewer(BEN), VIDEOS, first=10)
    hundred = await count(as_viewer(BEN), VIDEOS, first=100)

    assert (ten, hundred) == (3, 3)
