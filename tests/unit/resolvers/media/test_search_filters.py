"""Searches are narrowed down, counted, and keep their order while they are walked."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.read import StatementCount
from db.repositories.media.catalogue import MediaRepository
from domain.media.search_entries import SearchKind
from domain.media.search_query import NO_FILTERS, SearchFilters
from domain.pages import page_request
from errors import BadInput
from resolvers.media.search import FacetCount, count_found, search
from tests.conftest import ADMIN, ANNA, BEN
from tests.factories.media import a_track, an_album, an_artist, keep

FIRST = page_request(None, None)


@pytest.fixture
async def catalogue(as_viewer):
    await keep(
        as_viewer(ANNA),
        an_artist(name="Blue Band"),
        an_album(title="Blue", release_date="1991-05-01", is_explicit=True),
        a_track("t-1", title="Blue One", genre="Rock", year=1994, language="en-GB"),
        a_track("t-2", title="Blue Two", genre="Hip-Hop", year=1999, duration_ms=61_000),
        a_track("t-3", title="Blue Three", genre="rock", year=2004, is_explicit=True),
        a_track("t-4", title="Blue Four", genre="Rock", year=1994, published_at=None),
    )


async def find(ctx, filters: SearchFilters, text: str = "blue") -> set[str]:
    return {found.id for found in (await search(ctx, text, FIRST, filters)).nodes}


@pytest.mark.parametrize(
    ("_case", "filters", "found"),
    [
        ("nothing asked", NO_FILTERS, {"artist-1", "album-1", "t-1", "t-2", "t-3"}),
        ("a kind", SearchFilters(kinds=(SearchKind.ALBUM,)), {"album-1"}),
        (
            "two kinds",
            SearchFilters(kinds=(SearchKind.ALBUM, SearchKind.ARTIST)),
            {"album-1", "artist-1"},
        ),
        ("a genre in any case", SearchFilters(genre="ROCK"), {"t-1", "t-3"}),
        ("a genre of two words", SearchFilters(genre="hip hop"), {"t-2"}),
        ("years", SearchFilters(year_min=1994, year_max=1999), {"t-1", "t-2"}),
        ("a year of a decade", SearchFilters(year_min=1995, year_max=1999), {"t-2"}),
        ("years without end", SearchFilters(year_min=2000), {"t-3"}),
        ("any year", SearchFilters(year_min=1000), {"album-1", "t-1", "t-2", "t-3"}),
        ("a language", SearchFilters(language="en"), {"t-1"}),
        ("nothing explicit", SearchFilters(is_explicit=False), {"artist-1", "t-1", "t-2"}),
        ("what is explicit", SearchFilters(is_explicit=True), {"album-1", "t-3"}),
        ("short", SearchFilters(duration_ms_max=61_000), {"t-2"}),
        ("not so short", SearchFilters(duration_ms_min=61_001), {"t-1", "t-3"}),
        ("all at once", SearchFilters(genre="rock", year_max=1999, is_explicit=False), {"t-1"}),
        ("none", SearchFilters(genre="polka"), set()),
    ],
)
async def test_what_is_found_is_what_the_filters_let_through(
    _case, filters, found, as_viewer, catalogue
) -> None:
    assert await find(as_viewer(BEN), filters) == found


@pytest.mark.parametrize(
    ("filters", "field"),
    [
        (SearchFilters(kinds=()), "kinds"),
        (SearchFilters(genre=" "), "genre"),
        (SearchFilters(language="x" * 101), "language"),
        (SearchFilters(year_min=1), "yearMin"),
        (SearchFilters(year_min=2000, year_max=1999), "yearMin"),
        (SearchFilters(duration_ms_max=-1), "durationMsMax"),
    ],
)
async def test_a_filter_that_makes_no_sense_is_refused(filters, field, as_viewer) -> None:
    with pytest.raises(BadInput) as refusal:
        await search(as_viewer(BEN), "blue", FIRST, filters)

    assert refusal.value.details == {"field": field}


async def test_what_was_found_is_counted_by_kind_genre_and_decade(as_viewer, catalogue) -> None:
    ctx = as_viewer(BEN)
    results = await search(ctx, "blue", page_request(1, None))
    before = StatementCount.total

    counts = await count_found(ctx, results)

    assert StatementCount.total == before + 1
    assert (counts.total, counts.is_whole) == (5, True)
    assert counts.kinds == [
        FacetCount(value="Track", count=3),
        FacetCount(value="Album", count=1),
        FacetCount(value="Artist", count=1),
    ]
    assert counts.genres == [
        FacetCount(value="rock", count=2),
        FacetCount(value="hip hop", count=1),
    ]
    assert counts.decades == [
        FacetCount(value="1990", count=3),
        FacetCount(value="2000", count=1),
    ]


@pytest.mark.parametrize(("viewer", "total"), [(BEN, 5), (ANNA, 6), (ADMIN, 6)])
async def test_drafts_are_counted_for_those_who_see_them(
    viewer, total, as_viewer, catalogue
) -> None:
    ctx = as_viewer(viewer)

    counts = await count_found(ctx, await search(ctx, "blue", FIRST))

    assert counts.total == total


@pytest.mark.parametrize(
    ("title", "asked"),
    [
        ("東京の夜", "東京"),
        ("東京の夜", "の夜"),
        ("東京の夜", "夜"),
        ("戦場のメリークリスマス", "めりーくりすます"),
        ("ﾓﾀﾞﾝ・ﾗﾌﾞ", "モダン"),
        ("月亮代表我的心", "我的心"),
        ("강남스타일", "스타일"),
        ("Подмосковные вечера", "вечера"),
        ("Подмосковные вечера", "ПОДМОСК"),
        ("Τα παιδιά του Πειραιά", "πειραια"),
        ("حبيبي يا نور العين", "نور"),
        ("ความรัก", "ความ"),
    ],
)
async def test_titles_of_every_script_are_found_by_their_parts(title, asked, as_viewer) -> None:
    await keep(
        as_viewer(ANNA), an_artist(), an_album(), a_track("t-1", title=title), a_track("t-2")
    )

    assert await find(as_viewer(BEN), NO_FILTERS, asked) == {"t-1"}


CHANGE = st.tuples(st.sampled_from(["add", "hide"]), st.integers(0, 30))


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(changes=st.lists(CHANGE, max_size=6), size=st.integers(1, 4))
async def test_a_walk_meets_what_stays_once_whatever_comes_and_goes(
    changes, size, as_viewer
) -> None:
    ctx = as_viewer(ANNA)
    run = f"{abs(hash((tuple(changes), size))):x}"
    keys = [f"{run}-{number:02}" for number in range(9)]
    await keep(ctx, an_artist(), an_album(), *(a_track(k, title=f"W{run} {k}") for k in keys))
    waiting, gone, seen, after = list(changes), set(), [], None

    while True:
        page = await search(as_viewer(BEN), f"w{run}", page_request(size, after))
        seen += [found.id for found in page.nodes]
        if not page.page_info.has_next_page:
            break
        after = page.page_info.end_cursor
        if waiting:
            what, number = waiting.pop()
            if what == "add":
                await keep(ctx, a_track(f"{run}-new-{len(waiting)}", title=f"W{run} new"))
            else:
                gone.add(keys[number % len(keys)])
                await delete(ctx, keys[number % len(keys)])

    assert len(seen) == len(set(seen))
    assert set(keys) - gone <= set(seen)


async def delete(ctx, key: str) -> None:
    async with ctx.unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(a_track(key).id)
        await uow.rows.index_track(replace(track, deleted_at=ctx.clock.now()))
        await uow.commit()
