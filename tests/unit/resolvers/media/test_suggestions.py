"""What is suggested while somebody types."""

import pytest

from db.read import StatementCount
from domain.pages import page_request
from errors import BadInput
from resolvers.media.learning import learn_words
from resolvers.media.search import search
from resolvers.media.suggestions import suggest
from tests.conftest import ANNA, BEN
from tests.factories.media import a_track, an_album, an_artist, keep


@pytest.fixture
async def catalogue(as_viewer):
    ctx = as_viewer(ANNA)
    await keep(
        ctx,
        an_artist(name="The Beatles"),
        an_album(title="Yellow Submarine"),
        a_track("track-1", title="Yesterday"),
        a_track("track-2", title="Yellow Submarine"),
        a_track("track-3", title="Eleanor Rigby"),
        a_track("track-4", title="Yes It Is (take 9)", published_at=None),
        a_track("track-5", title="東京の夜"),
    )
    await learn_words(ctx)


async def texts(ctx, prefix: str, first: int | None = None) -> list[str]:
    return [each.text for each in await suggest(ctx, prefix, first)]


@pytest.mark.parametrize(
    ("_case", "prefix", "suggested"),
    [
        ("one letter", "y", ["Yellow Submarine", "Yesterday", "yellow"]),
        ("two letters", "ye", ["Yellow Submarine", "Yesterday", "yellow"]),
        ("in other case, with accents", "YÉS", ["Yesterday"]),
        ("two words", "yellow sub", ["Yellow Submarine"]),
        ("a word within titles", "subm", ["submarine"]),
        ("a name", "the b", ["The Beatles"]),
        ("a sign", "東", ["東京の夜", "東京"]),
        ("a draft is not told of", "yes it", []),
        ("misspelled", "yelow", ["Yellow Submarine", "yellow"]),
        ("two letters changed places", "the baet", ["The Beatles"]),
        ("nothing begins so", "xyz", []),
        ("nothing but signs", "?!", []),
    ],
)
async def test_titles_and_words_that_begin_so_are_suggested(
    _case, prefix, suggested, as_viewer, catalogue
) -> None:
    assert (await texts(as_viewer(BEN), prefix))[: len(suggested)] == suggested
    assert bool(await texts(as_viewer(BEN), prefix)) == bool(suggested)


async def test_a_suggestion_costs_one_statement(as_viewer, catalogue) -> None:
    before = StatementCount.total

    await suggest(as_viewer(BEN), "yel")

    assert StatementCount.total == before + 1


@pytest.mark.parametrize(("prefix", "first"), [("a" * 101, 5), ("a", 0), ("a", 21)])
async def test_what_is_out_of_bounds_is_refused(prefix, first, as_viewer) -> None:
    with pytest.raises(BadInput):
        await suggest(as_viewer(BEN), prefix, first)


@pytest.mark.parametrize(
    ("_case", "text", "meant", "found"),
    [
        ("a letter is missing", "yesterdy", "yesterday", ["track-1"]),
        ("another letter", "elianor", "eleanor", ["track-3"]),
        ("two letters changed places", "yelolw", "yellow", ["track-2", "album-1"]),
        ("one of two words", "eleanor rigbi", "eleanor rigby", ["track-3"]),
        ("far from all", "qwertz", None, []),
        ("three letters are not mended", "yez", None, []),
    ],
)
async def test_what_is_misspelled_is_found_by_the_nearest_words(
    _case, text, meant, found, as_viewer, catalogue
) -> None:
    results = await search(as_viewer(BEN), text, page_request(None, None))

    assert results.did_you_mean == meant
    assert [each.id for each in results.nodes][: len(found)] == found


async def test_a_walk_goes_on_with_the_spelling_it_began_with(as_viewer, catalogue) -> None:
    first = await search(as_viewer(BEN), "beatels", page_request(2, None))
    second = await search(as_viewer(BEN), "beatels", page_request(2, first.page_info.end_cursor))

    assert first.did_you_mean == second.did_you_mean == "beatles"
    assert len({each.id for each in (*first.nodes, *second.nodes)}) == 4


async def test_an_exact_word_is_not_mended(as_viewer, catalogue) -> None:
    results = await search(as_viewer(BEN), "yesterday", page_request(None, None))

    assert results.did_you_mean is None
    assert [each.id for each in results.nodes] == ["track-1"]
