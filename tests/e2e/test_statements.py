"""What a page costs: statements and fetches, whatever the page and the catalogue."""

from collections import Counter

import pytest
from sqlalchemy import insert, update

from db.engine import Databases
from db.read import StatementCount
from db.repositories.media.search import values_of_entry
from db.tables import royalties, social
from db.tables.media import catalogue, search
from domain.media.search_entries import track_entry
from domain.media.search_places import LIVE
from domain.ports import Scored
from domain.royalties.records import EntryKind
from domain.social.records import NotificationKind
from domain.viewer import Role
from resolvers.royalties.accrual import payable_account
from schema.ids import print_id
from tests.e2e.catalogue import START, global_track_id, track_id, write_catalogue, write_people
from tests.e2e.house import House, Person, example
from tests.factories.media import a_track

SUBGRAPHS = {"users", "media", "social", "royalties", "nft", "ai"}


async def statements_of_home(house: House, viewer: Person, page: int) -> int:
    """How many statements one home page reads; checks that it came whole."""
    before = StatementCount.total
    data = await house.data(example("home"), {"first": page}, by=viewer)
    count = StatementCount.total - before

    tracks = data["tracks"]["nodes"]
    assert len(tracks) == page
    assert all(len(track["similar"]) == 3 for track in tracks)
    assert all(len(track["comments"]["nodes"]) == 1 for track in tracks)
    assert all(len(track["tokens"]["nodes"]) == 1 for track in tracks)
    assert len(data["recommendations"]["items"]) == 5
    return count


@pytest.mark.slow
async def test_the_home_page_reads_no_more_often_for_many_tracks_than_for_few(
    house: House, databases: Databases
) -> None:
    viewer = await house.join("ben")
    house.outside.models.answer = [
        Scored(
            item_id=f"Track:{track_id(number)}",
            score=1.0 - number / 10,
            because_of=f"Track:{track_id(7)}",
            weight=0.5,
        )
        for number in range(5)
    ]
    await write_people(databases)
    counts: dict[tuple[int, int], int] = {}

    for first, last in ((0, 100), (100, 10_000)):
        await write_catalogue(databases, range(first, last))
        for page in (10, 100):
            counts[last, page] = await statements_of_home(house, viewer, page)

    # A page with all artists on it has read those of the recommendations, too.
    assert max(counts.values()) == counts[100, 10], counts


async def test_the_home_page_asks_each_subgraph_once_in_each_wave(
    house: House, databases: Databases
) -> None:
    viewer = await house.join("ben")
    await write_people(databases)
    await write_catalogue(databases, range(100))

    answer = await house.ask(
        example("home"), {"first": 100}, by=viewer, headers={"tutti-explain": "plan"}
    )

    assert "errors" not in answer, answer["errors"]
    fetches = answer["extensions"]["explain"]["fetches"]
    asked = Counter((fetch["depth"], fetch["subgraph"]) for fetch in fetches)
    assert {subgraph for _, subgraph in asked} == SUBGRAPHS
    assert set(asked.values()) == {1}, asked
    assert answer["extensions"]["explain"]["statements"] == 17, "each is worth a look at the plan"


PAGES: dict[str, dict[str, object]] = {
    "home": {"first": 100},
    "artist": {"id": print_id("Artist", "artist-00000"), "first": 100},
    "album": {"id": print_id("Album", "album-00000"), "first": 100},
    "track": {"id": global_track_id(1)},
    "node": {"id": global_track_id(1)},
    "similar": {"id": global_track_id(1), "first": 50},
    "tokens": {"trackId": global_track_id(1), "first": 100},
    "search": {"text": "song", "first": 100},
    "my_tracks": {"first": 100},
    "notifications": {"first": 100},
    "recommendations": {"first": 50},
    "statement": {"period": "2026-01"},
}
"""Examples that read, with pages so large that all there is stands on them."""


async def grow(databases: Databases, numbers: range, owner: Person) -> None:
    """More of everything, all of one owner and one artist, and news and earnings of it."""
    await write_catalogue(databases, numbers)
    track_ids = [track_id(number) for number in numbers]
    async with databases.of("media").engine.begin() as connection:
        await connection.execute(
            update(catalogue.tracks).values(
                owner_id=owner.id, artist_id="artist-00000", album_id="album-00000"
            )
        )
        entries = [
            {
                **values_of_entry(track_entry(a_track(key, title="Song"), [])),
                "number": number,
                "since": 0,
                "until": LIVE,
            }
            for number, key in zip(numbers, track_ids, strict=True)
        ]
        await connection.execute(insert(search.search_entries), entries)
    async with databases.of("social").engine.begin() as connection:
        told = [
            {"id": key, "album_id": f"album-{place // 10:05d}", "user_id": f"{owner.id}"}
            for place, key in zip(numbers, track_ids, strict=True)
            if place % 10 == 0
        ]
        same = {"kind": NotificationKind.NEW_RELEASE, "text": "!", "created_at": START}
        news = [{**each, **same, "artist_id": "artist-00000", "read_at": None} for each in told]
        await connection.execute(insert(social.notifications), news)
    async with databases.of("royalties").engine.begin() as connection:
        paid = [
            {
                "id": f"entry-{key}",
                "kind": EntryKind.ACCRUAL,
                "track_id": key,
                "split_version": 0,
                "period": "2026-01",
                "created_at": START,
            }
            for key in track_ids
        ]
        await connection.execute(insert(royalties.ledger_entries), paid)
        lines = [
            {"entry_id": each["id"], "account": payable_account(owner.id), "amount": 1}
            for each in paid
        ]
        await connection.execute(insert(royalties.postings), lines)


async def test_no_page_reads_more_often_where_more_stands_on_it(
    house: House, databases: Databases
) -> None:
    anna = await house.join("anna", Role.CREATOR)
    await write_people(databases)
    seen: list[dict[str, tuple[int, int]]] = []

    for numbers in (range(10), range(10, 60)):
        await grow(databases, numbers, anna)
        sizes = {}
        for name, variables in PAGES.items():
            before = StatementCount.total
            data = await house.data(example(name), variables, by=anna)
            sizes[name] = (StatementCount.total - before, len(str(data)))
        seen.append(sizes)

    few, many = seen
    assert {name: count for name, (count, _) in few.items()} == {
        name: count for name, (count, _) in many.items()
    }
    longer = {name for name in PAGES if many[name][1] > 2 * few[name][1]}
    assert longer >= {"home", "artist", "album", "search", "my_tracks", "notifications"}
    assert longer >= {"recommendations", "statement"}
