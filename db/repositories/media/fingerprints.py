"""How recordings sound, and which sound alike, inside a unit of work."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import upsert, values_of
from db.tables.media.fingerprints import fingerprint_words, fingerprints, playable_matches
from domain.ids import PlayableKey
from domain.media.fingerprints import (
    CANDIDATES_MAX,
    SHARED_WORDS_MIN,
    Fingerprint,
    PlayableMatch,
)

MATCHING = 7_305_808_868
"""The lock under which recordings are compared: of two that come at once, one sees the other."""


class FingerprintRepository:
    """Writes fingerprints, and reads which may be alike."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def hold_matching(self) -> None:
        """Compare alone until the unit of work ends; SQLite's write lock does so anyway."""
        if self._connection.dialect.name == "postgresql":
            await self._connection.execute(select(func.pg_advisory_xact_lock(MATCHING)))

    async def save_fingerprint(
        self, playable: PlayableKey, fingerprint: Fingerprint, words: Sequence[int]
    ) -> None:
        """Write how something sounds, over how it sounded before."""
        key = str(playable)
        await upsert(
            self._connection,
            fingerprints,
            {"playable": key, "items": fingerprint.items},
            keys=("playable",),
        )
        await self._connection.execute(
            delete(fingerprint_words).where(fingerprint_words.c.playable == key)
        )
        if words:
            rows = [{"word": word, "playable": key} for word in words]
            await self._connection.execute(insert(fingerprint_words), rows)

    async def find_candidates(
        self, playable: PlayableKey, words: Sequence[int]
    ) -> list[tuple[PlayableKey, Fingerprint]]:
        """What shares the most words with it: few rows of an index, however much there is."""
        shared = func.count()
        alike = (
            select(fingerprint_words.c.playable, shared.label("shared"))
            .where(
                fingerprint_words.c.word.in_(words), fingerprint_words.c.playable != str(playable)
            )
            .group_by(fingerprint_words.c.playable)
            .having(shared >= SHARED_WORDS_MIN)
            .order_by(shared.desc(), fingerprint_words.c.playable)
            .limit(CANDIDATES_MAX)
            .subquery()
        )
        statement = select(fingerprints).join(alike, alike.c.playable == fingerprints.c.playable)
        rows = (await self._connection.execute(statement)).all()
        return [
            (PlayableKey.parse(row.playable), Fingerprint(items=bytes(row.items))) for row in rows
        ]

    async def replace_matches(
        self, playable: PlayableKey, matches: Sequence[tuple[PlayableKey, float]]
    ) -> None:
        """Write what sounds like it, seen from both sides, over what was found before."""
        key = str(playable)
        await self._connection.execute(
            delete(playable_matches).where(
                (playable_matches.c.playable == key) | (playable_matches.c.other == key)
            )
        )
        for other, similarity in matches:
            await self.add_match(playable, other, similarity)
            await self.add_match(other, playable, similarity)

    async def add_match(self, playable: PlayableKey, other: PlayableKey, similarity: float) -> None:
        """Write that something sounds like another."""
        match = PlayableMatch(playable=str(playable), other=str(other), similarity=similarity)
        await upsert(
            self._connection, playable_matches, values_of(match), keys=("playable", "other")
        )
