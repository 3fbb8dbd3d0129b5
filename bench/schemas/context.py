"""What a request carries for the schemas written with DataLoaders."""

from collections.abc import Sequence

import strawberry
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, SchemaExtension, ValidationCache

from bench.data import LIBRARY, Book, Note, Person


class Context:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.person_by_id = DataLoader[str, Person](load_fn=_people)
        self.book_by_id = DataLoader[str, Book](load_fn=_books)
        self.notes_by_author = DataLoader[str, list[Note]](load_fn=_notes_by_author)
        self.notes_by_book = DataLoader[str, list[Note]](load_fn=_notes_by_book)


Info = strawberry.Info[Context, None]
Extensions = Sequence[type[SchemaExtension]]
TUNED: Extensions = (ParserCache, ValidationCache)
"""What the library offers against reading the same document twice; our engine keeps its own."""


async def _people(keys: list[str]) -> list[Person]:
    return [LIBRARY.people[key] for key in keys]


async def _books(keys: list[str]) -> list[Book]:
    return [LIBRARY.books[key] for key in keys]


async def _notes_by_author(keys: list[str]) -> list[list[Note]]:
    return [LIBRARY.notes_by_author[key] for key in keys]


async def _notes_by_book(keys: list[str]) -> list[list[Note]]:
    return [LIBRARY.notes_by_book[key] for key in keys]
