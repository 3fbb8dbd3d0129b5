"""What plays amount to, in batches: scores, tastes, places among what is found, and lists."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import Text, case, delete, func, insert, literal, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from db.repositories.media.search import SearchIndex
from db.rows import insert_of, upsert
from db.tables.media.catalogue import tracks
from db.tables.media.feeds import (
    feed_places,
    feed_snapshots,
    listener_tastes,
    play_marks,
    play_scores,
)
from db.tables.media.playback import plays
from db.tables.media.search import search_entries, search_generations
from db.types import Instant
from domain.ids import PlayableKey, PlayableKind
from domain.media.feeds import (
    CANDIDATES_MAX,
    PLACES_MAX,
    SNAPSHOTS_KEPT,
    FeedPlace,
    add_heats,
    artist_taste,
    genre_taste,
    heat_of,
)
from domain.media.search_places import LIVE, bucket_numbers, bucket_of
from domain.pages import EPOCH

KEYS_MAX = 500
LATE = timedelta(minutes=1)
"""A play may be committed so much later than it says; younger ones wait for the next batch."""


class FeedRepository:
    """Rows of feeds inside a unit of work of the one job that writes them."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def score_plays(self, *, now: datetime, plays_max: int) -> int:
        """Take the next plays into scores and tastes; how many they were.

        The mark of how far we are moves in the same commit, so each play counts once.
        """
        rows = await self._next_plays(now - LATE, plays_max)
        if not rows:
            return 0
        genres = await self._genres({row.playable for row in rows})
        await self._add_scores(rows, genres)
        await self._add_tastes(rows, genres)
        mark = {"name": "scores", "at": rows[-1].played_at, "play_id": rows[-1].id}
        await upsert(self._connection, play_marks, mark, keys=("name",))
        return len(rows)

    async def move_entries(self, *, moves_max: int) -> int:
        """Give what is played more now a place of its bucket, in a new generation.

        The old entries stay for those who walk pages in the generation before.
        """
        moved = select(play_scores).where(play_scores.c.bucket != play_scores.c.placed_bucket)
        rows = (await self._connection.execute(moved.limit(moves_max))).all()
        if not rows:
            return 0
        generation = await self._generation() + 1
        for row in rows:
            await self._move(PlayableKey.parse(row.playable), row.bucket, generation)
        settled = update(play_scores).where(
            play_scores.c.playable.in_([row.playable for row in rows])
        )
        await self._connection.execute(settled.values(placed_bucket=play_scores.c.bucket))
        begun = {"name": "search", "generation": generation, "entries": 0}
        await upsert(
            self._connection,
            search_generations,
            begun,
            keys=("name",),
            changes={"generation": generation},
        )
        await self._connection.execute(
            delete(search_entries).where(search_entries.c.until < generation)
        )
        return len(rows)

    async def make_snapshot(self, *, now: datetime) -> int:
        """Write the lists as they stand now, and forget the oldest; the snapshot's number."""
        number = await self._snapshot() + 1
        places = await self._candidates()
        await self._connection.execute(insert(feed_snapshots).values(snapshot=number, made_at=now))
        rows = [
            {"snapshot": number, "scope": scope, **each._replace(place=place)._asdict()}
            for scope, some in _scopes(places).items()
            for place, each in enumerate(some)
        ]
        for start in range(0, len(rows), KEYS_MAX):
            await self._connection.execute(insert(feed_places), rows[start : start + KEYS_MAX])
        for table in (feed_places, feed_snapshots):
            old = delete(table).where(table.c.snapshot <= number - SNAPSHOTS_KEPT)
            await self._connection.execute(old)
        return number

    async def _next_plays(self, before: datetime, plays_max: int) -> Sequence[Any]:
        mark = select(play_marks).where(play_marks.c.name == "scores")
        last = (await self._connection.execute(mark)).first()
        at, key = (EPOCH, "") if last is None else (last.at, last.play_id)
        following = tuple_(plays.c.played_at, plays.c.id) > tuple_(
            literal(at, Instant), literal(key, Text)
        )
        statement = (
            select(plays)
            .where(following, plays.c.played_at < before)
            .order_by(plays.c.played_at, plays.c.id)
            .limit(plays_max)
        )
        return (await self._connection.execute(statement)).all()

    async def _genres(self, playables: Iterable[str]) -> dict[str, str | None]:
        found: dict[str, str | None] = {}
        for keys in _slices(sorted(playables)):
            names = [PlayableKey.parse(key).id for key in keys]
            statement = select(
                search_entries.c.kind, search_entries.c.key, search_entries.c.genre_key
            ).where(search_entries.c.key.in_(names), search_entries.c.until == LIVE)
            rows = await self._connection.execute(statement)
            found.update((f"{row.kind}:{row.key}", row.genre_key) for row in rows)
        return found

    async def _add_scores(self, rows: Sequence[Any], genres: dict[str, str | None]) -> None:
        heats: dict[str, list[float]] = defaultdict(list)
        artists = {row.playable: row.artist_id for row in rows}
        for row in rows:
            heats[row.playable].append(heat_of(row.played_at))
        before: dict[str, Any] = {}
        for keys in _slices(sorted(heats)):
            known = select(play_scores).where(play_scores.c.playable.in_(keys))
            before.update((row.playable, row) for row in await self._connection.execute(known))
        for playable, some in sorted(heats.items()):
            last = before.get(playable)
            count = len(some) + (0 if last is None else last.plays)
            values = {
                "playable": playable,
                "plays": count,
                "heat": add_heats(some if last is None else [last.heat, *some]),
                "artist_id": artists[playable],
                "genre_key": genres.get(playable),
                "bucket": bucket_of(count),
            }
            await upsert(
                self._connection,
                play_scores,
                {**values, "placed_bucket": 0},
                keys=("playable",),
                changes=values,
            )

    async def _add_tastes(self, rows: Sequence[Any], genres: dict[str, str | None]) -> None:
        """Tastes are told from the next snapshot on; until then their count before holds."""
        counts: Counter[tuple[str, str]] = Counter()
        for row in rows:
            if row.is_private:
                continue
            if row.artist_id is not None:
                counts[row.user_id, artist_taste(row.artist_id)] += 1
            if (genre := genres.get(row.playable)) is not None:
                counts[row.user_id, genre_taste(genre)] += 1
        following = await self._snapshot() + 1
        adding = insert_of(self._connection, listener_tastes)
        is_changed = listener_tastes.c.snapshot == following
        adding = adding.on_conflict_do_update(
            index_elements=["user_id", "what"],
            set_={
                "plays": listener_tastes.c.plays + adding.excluded.plays,
                "plays_before": case(
                    (is_changed, listener_tastes.c.plays_before), else_=listener_tastes.c.plays
                ),
                "snapshot": following,
            },
        )
        fresh = {"plays_before": 0, "snapshot": following}
        values = [
            {"user_id": user_id, "what": what, "plays": count, **fresh}
            for (user_id, what), count in sorted(counts.items())
        ]
        if values:
            await self._connection.execute(adding, values)

    async def _move(self, key: PlayableKey, bucket: int, generation: int) -> None:
        same = (
            (search_entries.c.key == key.id)
            & (search_entries.c.kind == key.kind.value)
            & (search_entries.c.until == LIVE)
        )
        entry = (await self._connection.execute(select(search_entries).where(same))).first()
        if entry is None:
            return
        await self._connection.execute(update(search_entries).where(same).values(until=generation))
        number = SearchIndex(self._connection).next_number(bucket)
        place = {"number": number, "since": generation, "until": LIVE}
        await self._connection.execute(insert(search_entries).values(**{**entry._mapping, **place}))

    async def _candidates(self) -> list[FeedPlace]:
        """The hottest of what is public, then the newest that nobody has played."""
        playable = search_entries.c.kind + ":" + search_entries.c.key
        is_public = search_entries.c.is_public & (search_entries.c.until == LIVE)
        hottest = (
            select(play_scores.c.playable, play_scores.c.artist_id, play_scores.c.genre_key)
            .order_by(play_scores.c.heat.desc(), play_scores.c.playable)
            .limit(CANDIDATES_MAX)
        )
        hot = (await self._connection.execute(hottest)).all()
        public: set[str] = set()
        for keys in _slices([row.playable for row in hot]):
            names = [PlayableKey.parse(key).id for key in keys]
            statement = select(playable).where(search_entries.c.key.in_(names), is_public)
            public.update((await self._connection.execute(statement)).scalars())
        unplayed = (
            select(playable.label("playable"), tracks.c.artist_id, search_entries.c.genre_key)
            .outerjoin(tracks, tracks.c.id == search_entries.c.key)
            .where(
                search_entries.c.number >= bucket_numbers(0).start,
                search_entries.c.kind.in_([kind.value for kind in PlayableKind]),
                is_public,
            )
            .order_by(search_entries.c.number)
            .limit(PLACES_MAX)
        )
        rows = [row for row in hot if row.playable in public]
        known = {row.playable for row in rows}
        newest = (await self._connection.execute(unplayed)).all()
        rows += [row for row in newest if row.playable not in known]
        return [FeedPlace(row.playable, 0, row.artist_id, row.genre_key) for row in rows]

    async def _generation(self) -> int:
        only = select(func.max(search_generations.c.generation))
        return int((await self._connection.execute(only)).scalar_one() or 0)

    async def _snapshot(self) -> int:
        newest = select(func.max(feed_snapshots.c.snapshot))
        return int((await self._connection.execute(newest)).scalar_one() or 0)


def _scopes(places: Sequence[FeedPlace]) -> dict[str, list[FeedPlace]]:
    """The lists of a snapshot: of all, of each kind and of each genre."""
    found: dict[str, list[FeedPlace]] = defaultdict(list)
    for each in places:
        kind = PlayableKey.parse(each.playable).kind.value
        genre = [genre_taste(each.genre_key)] if each.genre_key else []
        for scope in ("", f"k:{kind}", *genre):
            if len(found[scope]) < PLACES_MAX:
                found[scope].append(each)
    return found


def _slices(keys: Sequence[str]) -> Iterable[Sequence[str]]:
    return (keys[start : start + KEYS_MAX] for start in range(0, len(keys), KEYS_MAX))
