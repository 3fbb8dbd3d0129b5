"""Genres, categories, tags and credits inside a unit of work."""

from collections.abc import Sequence
from typing import ClassVar

from sqlalchemy import delete, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from db.rows import fetch_records, insert_new, lock_record, update_record, values_of
from db.tables.media.catalogue import artists
from db.tables.media.labels import (
    categories,
    contributors,
    genres,
    playable_categories,
    playable_tags,
)
from domain.ids import ArtistId, CategoryId, GenreId, PlayableKey
from domain.media.contributors import Contributor
from domain.media.labels import Category, Genre


class LabelRepository:
    """What things are called by, and whom they credit."""

    domain: ClassVar[str] = "media"

    def __init__(self, connection: AsyncConnection) -> None:
        self.connection = connection

    async def find_or_add_genre(self, genre: Genre) -> Genre:
        """The genre of this name, added now if there was none."""
        if await insert_new(self.connection, genres, values_of(genre)):
            return genre
        same = select(genres).where(genres.c.name_key == genre.name_key)
        return (await fetch_records(self.connection, same, Genre))[0]

    async def lock_genre(self, genre_id: GenreId) -> Genre | None:
        """A genre, held for update."""
        same = select(genres).where(genres.c.id == genre_id)
        return await lock_record(self.connection, same, Genre)

    async def save_genre(self, genre: Genre) -> None:
        """Write a decided genre."""
        await update_record(self.connection, genres, genre)

    async def move_merged(self, genre_id: GenreId, into: GenreId) -> None:
        """Let what was merged into a genre be merged into another: names lead there in one step."""
        held = genres.update().where(genres.c.merged_into_id == genre_id)
        await self.connection.execute(held.values(merged_into_id=into))

    async def find_or_add_category(self, category: Category) -> Category:
        """The category of this name, added now if there was none."""
        if await insert_new(self.connection, categories, values_of(category)):
            return category
        same = select(categories).where(categories.c.name_key == category.name_key)
        return (await fetch_records(self.connection, same, Category))[0]

    async def find_category(self, name_key: str) -> Category | None:
        """The category of this name."""
        same = select(categories).where(categories.c.name_key == name_key)
        found = await fetch_records(self.connection, same, Category)
        return found[0] if found else None

    async def lock_category(self, category_id: CategoryId) -> Category | None:
        """A category, held for update."""
        same = select(categories).where(categories.c.id == category_id)
        return await lock_record(self.connection, same, Category)

    async def save_category(self, category: Category) -> None:
        """Write a changed category."""
        await update_record(self.connection, categories, category)

    async def find_categories(self, ids: Sequence[CategoryId]) -> set[str]:
        """Those of the ids that are categories."""
        same = select(categories.c.id).where(categories.c.id.in_(ids))
        return set((await self.connection.execute(same)).scalars())

    async def find_artists(self, ids: Sequence[ArtistId]) -> set[str]:
        """Those of the ids that are artists which were not deleted."""
        same = select(artists.c.id).where(artists.c.id.in_(ids), artists.c.deleted_at.is_(None))
        return set((await self.connection.execute(same)).scalars())

    async def set_categories(self, key: PlayableKey, ids: Sequence[CategoryId]) -> None:
        """Put something on these shelves and no other."""
        theirs = delete(playable_categories).where(playable_categories.c.playable == str(key))
        await self.connection.execute(theirs)
        if ids:
            rows = [{"playable": str(key), "category_id": each} for each in ids]
            await self.connection.execute(insert(playable_categories), rows)

    async def set_tags(self, key: PlayableKey, tags: Sequence[str]) -> None:
        """Let something be found by these tags and no other."""
        theirs = delete(playable_tags).where(playable_tags.c.playable == str(key))
        await self.connection.execute(theirs)
        if tags:
            rows = [{"playable": str(key), "tag": tag} for tag in tags]
            await self.connection.execute(insert(playable_tags), rows)

    async def set_contributors(self, subject: str, kept: Sequence[Contributor]) -> None:
        """Give something these credits and no other."""
        theirs = delete(contributors).where(contributors.c.subject == subject)
        await self.connection.execute(theirs)
        if kept:
            await self.connection.execute(insert(contributors), [values_of(each) for each in kept])
