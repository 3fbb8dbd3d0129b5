"""A schema that tells live what a club reads: the same object for us and for Strawberry."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import strawberry
from strawberry.federation import Schema

from bench import data
from bench.data import LIBRARY

WAITING_MAX = 1_000


@dataclass(frozen=True, slots=True)
class ReadingNow:
    """Who reads what, and where they are."""

    page: int
    book: data.Book
    reader: data.Person


class Live:
    """Tells every listener each change; a listener is a queue."""

    def __init__(self) -> None:
        self._page = 0
        self._listeners: set[asyncio.Queue[ReadingNow]] = set()

    @property
    def latest(self) -> ReadingNow:
        """What is read now."""
        return ReadingNow(self._page, LIBRARY.books["b7"], LIBRARY.people["p3"])

    def turn_pages(self, count: int) -> None:
        """Go on reading."""
        for _ in range(count):
            self._page += 1
            for listener in self._listeners:
                listener.put_nowait(self.latest)

    async def listen(self) -> AsyncIterator[ReadingNow]:
        """The present state, then each change."""
        changes: asyncio.Queue[ReadingNow] = asyncio.Queue(WAITING_MAX)
        self._listeners.add(changes)
        try:
            yield self.latest
            while True:
                yield await changes.get()
        finally:
            self._listeners.discard(changes)


LIVE = Live()


@strawberry.type
class Book:
    """Something to read."""

    id: strawberry.ID
    title: str
    price: int


@strawberry.type
class Person:
    """Who reads."""

    id: strawberry.ID
    name: str
    city: str


@strawberry.type
class Reading:
    """Who reads what, and where they are."""

    page: int
    book: Book
    reader: Person


@strawberry.type
class Query:
    """Nothing begins here but a count."""

    @strawberry.field
    @staticmethod
    def clubs() -> int:
        """How many clubs there are."""
        return data.CLUBS


@strawberry.type
class Subscription:
    """What is told live."""

    @strawberry.subscription(graphql_type=Reading)
    @staticmethod
    async def now_reading(seat: int) -> AsyncIterator[ReadingNow]:
        """What is read now; who sits where changes nothing of it."""
        async for reading in LIVE.listen():
            yield reading


SCHEMA = Schema(query=Query, subscription=Subscription, federation_version="2.9")
PUBLIC = frozenset(
    {
        "Subscription.nowReading",
        *(f"Reading.{name}" for name in ("page", "book", "reader")),
        *(f"Book.{name}" for name in ("id", "title", "price")),
        *(f"Person.{name}" for name in ("id", "name", "city")),
    }
)
"""What is the same whoever asks: all of it."""
