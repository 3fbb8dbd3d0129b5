"""The index of search inside a unit of work."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    select,
    text,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import insert_of, upsert
from db.tables.media.search import (
    UNCOUNTED,
    search_entries,
    search_generations,
    search_pieces,
    search_words,
)
from domain.media.search_entries import SearchEntry
from domain.media.search_places import LIVE, bucket_numbers
from domain.media.spelling import pieces_learned
from domain.media.vocabulary import WordOccurrences, count_words

KEYS_MAX = 500
"""Words asked for at once."""
WORD_COLUMNS = ("entries", "titles", "firsts")


class SearchIndex:
    """Writes what is found, in the same commit as the rows that it stands for."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def write(self, entry: SearchEntry) -> None:
        """Make a thing found by what it is now; one that was deleted is found no longer."""
        same = (search_entries.c.kind == entry.kind.value) & (search_entries.c.key == entry.key)
        if entry.is_deleted:
            await self._connection.execute(delete(search_entries).where(same))
            return
        values = values_of_entry(entry)
        is_counted = search_entries.c.is_counted & (search_entries.c.words == values["words"])
        changed = await self._connection.execute(
            update(search_entries).where(same).values(**values, is_counted=is_counted)
        )
        if changed.rowcount == 0:
            place = {"since": 0, "until": LIVE, "number": self.next_number(0)}
            await self._connection.execute(insert(search_entries).values(**values, **place))

    async def learn_words(self, *, entries_max: int) -> int:
        """Take the words of new and changed entries into the vocabulary; how many entries it were.

        Words count once for each entry and time that it changed. Deleted entries are not taken off:
        the counts are for estimates, and for what is likely meant.
        """
        uncounted = (
            select(search_entries.c.number, search_entries.c.words)
            .where(text(UNCOUNTED))
            .order_by(search_entries.c.number)
            .limit(entries_max)
            .with_for_update(skip_locked=True)
        )
        rows = (await self._connection.execute(uncounted)).all()
        if not rows:
            return 0
        await _count_words(self._connection, count_words(row.words for row in rows))
        numbers = [{"its_number": row.number} for row in rows]
        counted = update(search_entries).where(search_entries.c.number == bindparam("its_number"))
        await self._connection.execute(counted.values(is_counted=True), numbers)
        await upsert(
            self._connection,
            search_generations,
            {"name": "search", "generation": 0, "entries": len(rows)},
            keys=("name",),
            changes={"entries": search_generations.c.entries + len(rows)},
        )
        return len(rows)

    def next_number(self, bucket: int) -> ColumnElement[int]:
        """The number of the newest in a bucket: one before the newest until now."""
        numbers = bucket_numbers(bucket)
        if self._connection.dialect.name == "postgresql":
            return numbers.stop - literal_column("nextval('search_numbers')", BigInteger)
        column = search_entries.c.number
        newest = select(func.min(column)).where(column >= numbers.start, column < numbers.stop)
        return func.coalesce(newest.scalar_subquery(), numbers.stop) - 1


async def _count_words(connection: AsyncConnection, counts: list[WordOccurrences]) -> None:
    """Add to the vocabulary, and take to pieces the words that are new or became common."""
    words = search_words
    keys = [each.word for each in counts]
    before: dict[str, int] = {}
    for start in range(0, len(keys), KEYS_MAX):
        some = select(words.c.word, words.c.entries).where(
            words.c.word.in_(keys[start : start + KEYS_MAX])
        )
        before.update((row.word, row.entries) for row in await connection.execute(some))
    adding = insert_of(connection, words)
    adding = adding.on_conflict_do_update(
        index_elements=["word"],
        set_={name: words.c[name] + adding.excluded[name] for name in WORD_COLUMNS},
    )
    if counts:
        await connection.execute(adding, [each._asdict() for each in counts])
    pieces = []
    for each in counts:
        known = before.get(each.word, 0)
        learned = pieces_learned(each.word, known, known + each.entries)
        pieces += [{"piece": piece, "word": each.word} for piece in sorted(learned)]
    if pieces:
        await connection.execute(
            insert_of(connection, search_pieces).on_conflict_do_nothing(), pieces
        )


def values_of_entry(entry: SearchEntry) -> dict[str, Any]:
    """The columns of an entry, all but its place."""
    return {
        "kind": entry.kind.value,
        "key": entry.key,
        "title": entry.title,
        "title_key": entry.title_key,
        "words": entry.lexemes,
        "owner_id": entry.owner_id,
        "is_public": entry.is_public,
        "genre_key": entry.genre_key,
        "year": entry.year,
        "language_key": entry.language_key,
        "is_explicit": entry.is_explicit,
        "duration_ms": entry.duration_ms,
    }
