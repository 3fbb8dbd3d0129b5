"""The hand-written way: plain dicts, built anew for each request, and nothing of GraphQL.

Each of the functions does what a route for one screen would; which one is asked for is read
from the operation's name.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

import orjson

from bench.data import LIBRARY, Book, Note, Person, shipping_cost

Json = dict[str, Any]


def answer(body: Json) -> bytes:
    """Build the answer to one request."""
    name, variables = body["operationName"], body["variables"]
    return orjson.dumps({"data": SCREENS[name](**variables)})


def prepared_answer(body: Json) -> bytes:
    """The same bytes, built once: what only the server and the socket cost."""
    return _prepare(body["operationName"], orjson.dumps(body["variables"]))


@cache
def _prepare(name: str, variables: bytes) -> bytes:
    return orjson.dumps({"data": SCREENS[name](**orjson.loads(variables))})


def classic(club: int) -> Json:
    """People and books of a club, and what is around them."""
    people = [
        {**_person(person), "notes": [_note_with_book(note) for note in _notes_by(person)]}
        for person in LIBRARY.people_of(club)
    ]
    books = [_book_with_notes(book) for book in LIBRARY.books_of(club, 3)]
    return {"people": people, "books": books}


def _notes_by(person: Person) -> list[Note]:
    return LIBRARY.notes_by_author[person.id]


def _note_with_book(note: Note) -> Json:
    return {**_note(note), "book": _book_with_notes(LIBRARY.books[note.book.id])}


def _book_with_notes(book: Book) -> Json:
    notes = LIBRARY.notes_by_book[book.id]
    return {**_book(book), "notes": [_note_with_author(note) for note in notes]}


def _note_with_author(note: Note) -> Json:
    author = LIBRARY.people[note.author.id]
    notes = [
        {**_note(each), "book": _book(LIBRARY.books[each.book.id])} for each in _notes_by(author)
    ]
    return {**_note(note), "author": {**_person(author), "notes": notes}}


def _person(person: Person) -> Json:
    return {"id": person.id, "name": person.name, "handle": person.handle}


def _note(note: Note) -> Json:
    return {"id": note.id, "body": note.body}


def _book(book: Book) -> Json:
    return {
        "id": book.id,
        "title": book.title,
        "price": book.price,
        "weight": book.weight,
        "inStock": book.in_stock,
        "shippingCost": shipping_cost(book.price, book.weight),
    }


def latest_notes(club: int) -> Json:
    """Seventy notes with author and book."""
    found = []
    for note in LIBRARY.latest_notes(club, 70):
        author, book = LIBRARY.people[note.author.id], LIBRARY.books[note.book.id]
        found.append(
            {
                "id": note.id,
                "body": note.body,
                "stars": note.stars,
                "author": {"id": author.id, "name": author.name, "city": author.city},
                "book": {"id": book.id, "title": book.title, "price": book.price},
            }
        )
    return {"latestNotes": found}


def small(id: str) -> Json:  # noqa: A002 -- the variable's name
    """One person."""
    person = LIBRARY.people[id]
    return {"person": {"id": person.id, "name": person.name, "city": person.city}}


def page(id: str) -> Json:  # noqa: A002 -- the variable's name
    """One person, with notes and their books."""
    person = LIBRARY.people[id]
    notes = []
    for note in _notes_by(person):
        book = LIBRARY.books[note.book.id]
        told = {"id": book.id, "title": book.title, "inStock": book.in_stock}
        notes.append({"id": note.id, "body": note.body, "book": told})
    told = {"id": person.id, "name": person.name, "city": person.city, "notes": notes}
    return {"person": told}


def joined(id: str) -> Json:  # noqa: A002 -- the variable's name
    """One book."""
    book = LIBRARY.books[id]
    cost = shipping_cost(book.price, book.weight)
    told = {"id": book.id, "title": book.title, "inStock": book.in_stock, "shippingCost": cost}
    return {"book": told}


def rate(id: str, stars: int) -> Json:  # noqa: A002 -- the variable's name
    """Write, and tell what was changed."""
    book = LIBRARY.rate(id, stars).book
    told = {"id": book.id, "title": book.title, "inStock": book.in_stock}
    return {"rateBook": {"stars": stars, "book": told}}


SCREENS: dict[str, Callable[..., Json]] = {
    "Classic": classic,
    "List": latest_notes,
    "Small": small,
    "Joined": joined,
    "Page": page,
    "Rate": rate,
}
