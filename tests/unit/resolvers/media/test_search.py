"""Search finds what the viewer may see, whatever they type."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.repositories.media.catalogue import MediaRepository
from domain.pages import page_request
from domain.viewer import ANONYMOUS
from errors import BadInput
from resolvers.media.search import search
from tests.conftest import ADMIN, ANNA, BEN, MODERATOR
from tests.factories.media import a_track, an_album, an_artist, keep

FIRST = page_request(None, None)


async def find(ctx, text: str) -> list[str]:
    return [found.id for found in (await search(ctx, text, FIRST)).nodes]


@pytest.fixture
async def catalogue(as_viewer):
    ctx = as_viewer(ANNA)
    await keep(
        ctx,
        an_artist("artist-1", name="Sigur Rós"),
        an_album("album-1", title="Ágætis byrjun"),
        a_track("track-1", title="Svefn-g-englar"),
        a_track("track-2", title="Starálfur"),
        an_artist("artist-2", name="Motörhead", released_at=None),
        an_album("album-2", title="Overkill", artist_id="artist-2", released_at=None),
        a_track(
            "track-3",
            title="Stay Clean",
            artist_id="artist-2",
            album_id="album-2",
            published_at=None,
        ),
    )


@pytest.mark.parametrize(
    ("_case", "text", "found"),
    [
        ("a whole name", "Sigur Rós", ["artist-1", "track-2", "track-1", "album-1"]),
        (
            "without accents, in other case",
            "SIGUR ROS",
            ["artist-1", "track-2", "track-1", "album-1"],
        ),
        ("the beginnings of words", "sig ro", ["artist-1", "track-2", "track-1", "album-1"]),
        ("decomposed accents", "Ro\u0301s", ["artist-1", "track-2", "track-1", "album-1"]),
        ("words of title and artist", "ros englar", ["track-1"]),
        ("a letter spelled out", "agaetis", ["album-1", "track-2", "track-1"]),
        ("a title that begins so comes first", "star", ["track-2"]),
        ("all words must occur", "sigur clean", []),
        ("the middle of a word is no beginning", "igur", []),
        ("nothing but signs", "?! – * \" '", []),
        ("nothing", "", []),
    ],
)
async def test_words_are_found_whatever_their_accents(
    _case, text, found, as_viewer, catalogue
) -> None:
    assert await find(as_viewer(BEN), text) == found


@pytest.mark.parametrize(
    ("_case", "viewer", "found"),
    [
        ("anonymous", ANONYMOUS, []),
        ("a stranger", BEN, []),
        ("a moderator", MODERATOR, []),
        ("the owner", ANNA, ["artist-2", "track-3", "album-2"]),
        ("an admin", ADMIN, ["artist-2", "track-3", "album-2"]),
    ],
)
async def test_drafts_are_found_by_their_owner_alone(
    _case, viewer, found, as_viewer, catalogue
) -> None:
    assert await find(as_viewer(viewer), "motorhead") == found


async def test_a_renamed_and_published_track_is_found_by_its_new_name(as_viewer, catalogue) -> None:
    async with as_viewer(ANNA).unit_of_work(MediaRepository) as uow:
        track = await uow.rows.lock_track(a_track("track-1").id)
        await uow.rows.save_track(replace(track, title="Olsen Olsen"))
        await uow.commit()

    assert await find(as_viewer(BEN), "olsen") == ["track-1"]
    assert await find(as_viewer(BEN), "svefn") == []


async def test_what_was_rolled_back_is_not_found(as_viewer, catalogue) -> None:
    async with as_viewer(ANNA).unit_of_work(MediaRepository) as uow:
        await uow.rows.add_track(a_track("track-9", title="Vaka"))

    assert await find(as_viewer(BEN), "vaka") == []


async def test_pages_of_hits_cover_all_the_best_first(as_viewer) -> None:
    await keep(as_viewer(ANNA), an_artist(name="Wave"), an_album(title="Long Wave"))
    await keep(as_viewer(ANNA), *(a_track(f"track-{n}", title=f"Wave {n}") for n in range(5)))
    await keep(as_viewer(ANNA), a_track("track-5", title="A wave"))

    seen, after = [], None
    for _page in range(4):
        page = await search(as_viewer(BEN), "wave", page_request(2, after))
        seen += [found.id for found in page.nodes]
        after = page.page_info.end_cursor

    assert seen == [
        "artist-1",
        *(f"track-{n}" for n in (4, 3, 2, 1, 0)),
        "track-5",
        "album-1",
    ]
    assert page.page_info.has_next_page is False


@pytest.mark.parametrize(
    "after", ["", "garbage", "WyJhIiwxXQ", "WzFd", "Wy0xLDFd", "WzEsMjE0NzQ4MzY0OF0"]
)
async def test_a_cursor_of_another_list_is_refused(after, as_viewer) -> None:
    with pytest.raises(BadInput):
        await search(as_viewer(BEN), "wave", page_request(2, after))


async def test_a_text_without_end_is_refused(as_viewer) -> None:
    with pytest.raises(BadInput) as refusal:
        await search(as_viewer(BEN), "a" * 201, FIRST)

    assert refusal.value.details == {"field": "text"}


HOSTILE = [
    '"',
    '""',
    "'",
    "' OR 1=1 --",
    "a AND",
    "NOT",
    "NEAR(a b, 3)",
    "title:x",
    "^a",
    "a*",
    "(a",
    "a & b | !c",
    "a <-> b",
    ":*",
    "a:*A",
    "\\",
    "%_",
    "{}",
    "a\tb\nc",
    "\u200b",
    "\ufffe",
    "½ ² Ⅷ",
    "٣٤",
    "ﬁ",
    "İ",
    "ẞ",
    "👩‍🎤",
    "＂＊",
    "\ud7ff",
    "ー々〆",
]


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_is_a_syntax_error(text, as_viewer, catalogue) -> None:
    page = await search(as_viewer(BEN), text, FIRST)

    assert {type(found).__name__ for found in page.nodes} <= {"Artist", "Album", "Track"}


async def test_every_title_is_found_by_itself(as_viewer) -> None:
    titles = [text for text in HOSTILE if any(char.isalnum() for char in text)]
    await keep(as_viewer(ANNA), an_artist(name="Anyone"), an_album(title="Anything"))
    for number, title in enumerate(titles):
        await keep(as_viewer(ANNA), a_track(f"track-{number:02}", title=title))

    for number, title in enumerate(titles):
        assert f"track-{number:02}" in await find(as_viewer(BEN), title), title


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(text=st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
async def test_any_text_at_all_can_be_searched(text, as_viewer, catalogue) -> None:
    if "\x00" in text:
        with pytest.raises(BadInput):
            await search(as_viewer(BEN), text, FIRST)
    else:
        await search(as_viewer(BEN), text, FIRST)
