"""Reads of genres, categories, tags and credits."""

from functools import cached_property
from typing import NamedTuple

from sqlalchemy import Integer, Text, bindparam, select

from db.read import Read, key_in, query
from db.tables.media.labels import (
    categories,
    contributors,
    genres,
    playable_categories,
    playable_tags,
)
from db.types import EnumText
from domain.ids import CategoryId, GenreId
from domain.media.contributors import Contributor
from domain.media.labels import Category, Genre, GenreState
from loaders.batch import BatchLoader, GroupLoader


class Shelved(NamedTuple):
    """Something that stands in a category."""

    playable: str
    category_id: CategoryId


class Tagged(NamedTuple):
    """Something that has a tag."""

    playable: str
    tag: str


GENRES = query(
    select(genres)
    .where(
        genres.c.state == bindparam("state", type_=EnumText(GenreState)),
        genres.c.name_key > bindparam("after", type_=Text),
    )
    .order_by(genres.c.name_key)
    .limit(bindparam("limit", type_=Integer)),
    Genre,
)
CATEGORIES = query(
    select(categories)
    .where(categories.c.name_key > bindparam("after", type_=Text))
    .order_by(categories.c.name_key)
    .limit(bindparam("limit", type_=Integer)),
    Category,
)
PLAYABLES_OF_CATEGORY = query(
    select(playable_categories)
    .where(
        playable_categories.c.category_id == bindparam("category_id", type_=Text),
        playable_categories.c.playable < bindparam("before", type_=Text),
    )
    .order_by(playable_categories.c.playable.desc())
    .limit(bindparam("limit", type_=Integer)),
    Shelved,
)
PLAYABLES_OF_TAG = query(
    select(playable_tags.c.playable, playable_tags.c.tag)
    .where(
        playable_tags.c.tag == bindparam("tag", type_=Text),
        playable_tags.c.playable < bindparam("before", type_=Text),
    )
    .order_by(playable_tags.c.playable.desc())
    .limit(bindparam("limit", type_=Integer)),
    Tagged,
)


class GenreById(BatchLoader[GenreId, Genre]):
    """Genre ids to genres."""

    query = query(select(genres).where(key_in(genres.c.id)), Genre)


class GenreByName(BatchLoader[str, Genre]):
    """Folded names to genres, whatever became of them."""

    query = query(select(genres).where(key_in(genres.c.name_key)), Genre)
    key_name = "name_key"


class CategoryById(BatchLoader[CategoryId, Category]):
    """Category ids to categories."""

    query = query(select(categories).where(key_in(categories.c.id)), Category)


class CategoriesByPlayable(GroupLoader[str, Shelved]):
    """Playables to their categories."""

    query = query(
        select(playable_categories)
        .where(key_in(playable_categories.c.playable))
        .order_by(playable_categories.c.category_id),
        Shelved,
    )
    key_name = "playable"


class ContributorsBySubject(GroupLoader[str, Contributor]):
    """Tracks, albums and videos to their credits, in their owner's order."""

    query = query(
        select(contributors)
        .where(key_in(contributors.c.subject))
        .order_by(contributors.c.subject, contributors.c.place),
        Contributor,
    )
    key_name = "subject"


class LabelLoaders:
    """Loaders over how things are sorted and whom they credit."""

    def __init__(self, read: Read) -> None:
        self._read = read

    @cached_property
    def genre_by_id(self) -> GenreById:
        """Genres."""
        return GenreById(self._read)

    @cached_property
    def genre_by_name(self) -> GenreByName:
        """Genres by what they are called."""
        return GenreByName(self._read)

    @cached_property
    def category_by_id(self) -> CategoryById:
        """Categories."""
        return CategoryById(self._read)

    @cached_property
    def categories_by_playable(self) -> CategoriesByPlayable:
        """On which shelves things stand."""
        return CategoriesByPlayable(self._read)

    @cached_property
    def contributors_by_subject(self) -> ContributorsBySubject:
        """Credits of things."""
        return ContributorsBySubject(self._read)
