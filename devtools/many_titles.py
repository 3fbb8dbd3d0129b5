"""A million titles, for proofs: `python -m devtools.many_titles <database url> [count]`.

Seeded, so that each run writes the same: words of made-up vocabularies drawn by Zipf's law (a few
are everywhere, most are rare), in Latin, Cyrillic, Greek, Japanese, Chinese and Korean; a
tenth of the titles begins with an article. Written as the repository writes them, in bulk.
"""

import asyncio
import random
import sys
from collections.abc import Iterator, Sequence
from itertools import accumulate, islice
from typing import Any

from sqlalchemy import insert, text

from db.engine import DOMAINS, Databases
from db.migrate import migrate
from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.search import values_of_entry
from db.tables.media.search import search_entries
from db.unit_of_work import UnitOfWork
from domain.clock import SystemClock
from domain.ids import UserId
from domain.media.search_entries import SearchEntry, SearchKind
from domain.media.search_places import LIVE, bucket_numbers, bucket_of

SEED = 6
COUNT = 1_000_000
BATCH = 5_000
LEARNED_AT_ONCE = 20_000
SYLLABLES = {
    "latin": "ba be bo da de di ga go ka ke la le li lo lu ma me mi mo na ne ni no pa ra re ri ro "
    "sa se si so ta te ti to va ve vi an en in on ar er or al el is os ust ain ight ound eam",
    "cyrillic": "но чь све то мо ре лю бо вь ве те р ка ра ли на ду ша по ле го ри зи ма ле то",
    "greek": "θα λα σσα α γα πη νυ χτα φω ς ου ρα νος κα λο και ρι χο ρος",
}
SHARES = {
    "latin": 0.86,
    "cyrillic": 0.04,
    "greek": 0.02,
    "japanese": 0.03,
    "chinese": 0.03,
    "korean": 0.02,
}
SIGNS = {
    "japanese": [chr(code) for code in range(0x3042, 0x3093)]
    + [chr(code) for code in range(0x4E00, 0x4F00)],
    "chinese": [chr(code) for code in range(0x4E00, 0x5600)],
    "korean": [chr(code) for code in range(0xAC00, 0xB400, 3)],
}
WORDS = {"latin": 200_000, "cyrillic": 20_000, "greek": 8_000}
KNOWN = ("love", "night", "the", "metallica", "beatles", "sunshine", "heart", "blue", "dance")
"""Words that people look for, among the most common."""
GENRES = (
    "rock",
    "pop",
    "jazz",
    "hip hop",
    "classical",
    "electronic",
    "folk",
    "metal",
    "soul",
    "blues",
)
KINDS = (SearchKind.ARTIST, SearchKind.ALBUM, SearchKind.TRACK)
LANGUAGES = ("en", "de", "fr", "es", "pt", "ru", "el", "ja", "zh", "ko")


class Vocabulary:
    """Made-up words, each drawn as often as Zipf's law has it."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._words = {script: self._make(script, count) for script, count in WORDS.items()}
        self._words["latin"][3 : 3 + 10 * len(KNOWN) : 10] = KNOWN
        self._weights = {
            name: list(accumulate(1 / (place + 2.7) for place in range(len(words))))
            for name, words in (*self._words.items(), *SIGNS.items())
        }

    def title(self, script: str) -> str:
        """A title of one to five words, or of two to eight signs."""
        if script in SIGNS:
            return "".join(self._draw(script, SIGNS[script], self._chance.randint(2, 8)))
        words = self._draw(script, self._words[script], self._chance.choice((1, 2, 2, 3, 3, 4, 5)))
        if script == "latin" and self._chance.random() < 0.1:
            words = ["the", *words]
        return " ".join(words).title()

    def _draw(self, script: str, among: Sequence[str], count: int) -> list[str]:
        return self._chance.choices(among, cum_weights=self._weights[script], k=count)

    def _make(self, script: str, count: int) -> list[str]:
        syllables = SYLLABLES[script].split()
        made: dict[str, None] = {}
        while len(made) < count:
            made[
                "".join(self._chance.choices(syllables, k=self._chance.choice((1, 2, 2, 3, 3, 4))))
            ] = None
        return list(made)


def entries(count: int) -> Iterator[tuple[int, SearchEntry]]:
    """So many things, each with how often it was played."""
    chance = random.Random(SEED)  # noqa: S311
    vocabulary = Vocabulary(chance)
    scripts, shares = list(SHARES), list(SHARES.values())
    artists = [vocabulary.title(chance.choices(scripts, shares)[0]) for _ in range(count // 20)]
    for number in range(count):
        script = chance.choices(scripts, shares)[0]
        kind = chance.choices(KINDS, (1, 3, 16))[0]
        is_track = kind is SearchKind.TRACK
        plays = int(chance.paretovariate(0.6)) - 1
        yield (
            plays,
            SearchEntry(
                kind=kind,
                key=f"{kind.value.lower()}-{number:08d}",
                title=vocabulary.title(script),
                artist="" if kind is SearchKind.ARTIST else chance.choice(artists),
                album=vocabulary.title(script) if is_track else "",
                owner_id=UserId(f"owner{number % 1000}"),
                is_public=number % 50 != 0,
                genre=chance.choice(GENRES) if is_track else None,
                year=chance.randint(1950, 2026) if kind is not SearchKind.ARTIST else None,
                language=chance.choice(LANGUAGES) if is_track else None,
                is_explicit=chance.random() < 0.05,
                duration_ms=chance.randint(60_000, 420_000) if is_track else None,
            ),
        )


async def write_titles(databases: Databases, count: int = COUNT) -> None:
    """Write so many titles into an empty, migrated database, and learn their words."""
    database = databases.of("media")
    newest = [bucket_numbers(bucket).stop for bucket in range(16)]
    made = entries(count)
    while some := list(islice(made, BATCH)):
        rows: list[dict[str, Any]] = []
        for plays, entry in some:
            bucket = bucket_of(max(plays, 0))
            newest[bucket] -= 1
            place = {"number": newest[bucket], "since": 0, "until": LIVE}
            rows.append({**values_of_entry(entry), **place})
        async with database.engine.begin() as connection:
            await connection.execute(insert(search_entries), rows)
    learned = LEARNED_AT_ONCE
    while learned == LEARNED_AT_ONCE:
        async with UnitOfWork(MediaRepository, database, SystemClock()) as uow:
            learned = await uow.rows.learn_words(entries_max=LEARNED_AT_ONCE)
            await uow.commit()
    async with database.engine.connect() as connection:
        autocommit = await connection.execution_options(isolation_level="AUTOCOMMIT")
        await autocommit.execute(text("VACUUM ANALYZE" if database.path is None else "ANALYZE"))


async def main(url: str, count: int) -> None:
    """Migrate a database and fill it."""
    databases = Databases(dict.fromkeys(DOMAINS, url))
    await migrate(databases)
    await write_titles(databases, count)
    await databases.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else COUNT))
