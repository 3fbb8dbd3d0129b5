"""The data of the in-memory contests: reading clubs, whose people write notes on books.

    club ─┬─ 6 people ──┐
          └─ 7 books ───┴─ 15 notes, each by one person on one book

Every club has the same shape, so every operation meets as many objects whichever club it asks
for. In the *repetitive* clubs the people write on their own club's books: an answer names the
same few entities over and over. In the *wide* clubs each of the fifteen notes leads to another
club, so the same operation meets as many objects, of which most are different ones.
"""

from dataclasses import dataclass

CLUBS = 300
"""Clubs of each kind; `club` counts the repetitive ones first, then the wide ones."""
PEOPLE, BOOKS = 6, 7
NOTES = (
    *((0, 0), (0, 6), (1, 0), (1, 1), (1, 2), (2, 1), (2, 4), (2, 6)),
    *((3, 2), (3, 6), (4, 2), (4, 3), (4, 5), (4, 6), (5, 4)),
)
"""Which person of a club writes on which book."""
STEPS = (1, 7, 20, 41, 66, 96, 113, 137, 154, 179, 191, 208, 233, 258, 277)
"""How many clubs further a note of a wide club leads."""
CITIES = ("Aarhus", "Bergen", "Coimbra", "Dakar", "Essaouira", "Faro", "Ghent", "Hilo")
OPINION = (
    "I read this one twice, the second time with a pencil; what seemed slow at first turned "
    "out to be the best of it, and the last chapter belongs aloud. Lend it to a friend who says "
    "that nothing new is written any more, ask for it back before the summer, and keep a night "
    "free for the letters at the end, which I had skipped."
)


@dataclass(frozen=True, slots=True)
class Person:
    """A member of a club."""

    id: str
    name: str
    handle: str
    city: str


@dataclass(frozen=True, slots=True)
class Book:
    """What people write on, and what of it is in stock."""

    id: str
    title: str
    price: int
    weight: int
    in_stock: bool


@dataclass(frozen=True, slots=True)
class PersonKey:
    """A person, by key: what other records say of one."""

    id: str


@dataclass(frozen=True, slots=True)
class BookKey:
    """A book, by key."""

    id: str


@dataclass(frozen=True, slots=True)
class Note:
    """What a person wrote on a book."""

    id: str
    body: str
    stars: int
    author: PersonKey
    book: BookKey


@dataclass(frozen=True, slots=True)
class Rating:
    """What someone thinks of a book."""

    stars: int
    book: Book


class Library:
    """All records, and the ways to find them."""

    def __init__(self) -> None:
        clubs = range(2 * CLUBS)
        self.people = {f"p{n}": _person(n) for n in range(len(clubs) * PEOPLE)}
        self.books = {f"b{n}": _book(n) for n in range(len(clubs) * BOOKS)}
        self.notes = [_note(club, number) for club in clubs for number in range(len(NOTES))]
        self.notes_by_author: dict[str, list[Note]] = {key: [] for key in self.people}
        self.notes_by_book: dict[str, list[Note]] = {key: [] for key in self.books}
        for note in self.notes:
            self.notes_by_author[note.author.id].append(note)
            self.notes_by_book[note.book.id].append(note)
        self.stars: dict[str, int] = {}
        """What the mutation writes; bounded by the number of books."""

    def people_of(self, club: int) -> list[Person]:
        """The people of one club."""
        return [self.people[f"p{club * PEOPLE + n}"] for n in range(PEOPLE)]

    def books_of(self, club: int, first: int) -> list[Book]:
        """The first books of one club."""
        return [self.books[f"b{club * BOOKS + n}"] for n in range(first)]

    def latest_notes(self, club: int, first: int) -> list[Note]:
        """One note of each club from this one on."""
        return [self.notes[(club + n) % (2 * CLUBS) * len(NOTES)] for n in range(first)]

    def rate(self, book_id: str, stars: int) -> Rating:
        """Write down what someone thinks of a book."""
        self.stars[book_id] = stars
        return Rating(stars, self.books[book_id])


def shipping_cost(price: int, weight: int) -> int:
    """Dear books travel free; the others by weight."""
    return 0 if price > 3_000 else weight // 4


def _person(n: int) -> Person:
    city = CITIES[n % len(CITIES)]
    return Person(id=f"p{n}", name=f"Person {n} of {city}", handle=f"reader_{n:05}", city=city)


def _book(n: int) -> Book:
    title = f"Book {n}: {CITIES[n % len(CITIES)]} after the rain"
    price = 900 + n * 37 % 3_600
    return Book(
        id=f"b{n}", title=title, price=price, weight=200 + n * 13 % 900, in_stock=n % 5 != 0
    )


def _note(club: int, number: int) -> Note:
    person, book = NOTES[number]
    n = club * len(NOTES) + number
    return Note(
        id=f"n{n}",
        body=f"Note {n}. {OPINION}",
        stars=1 + n % 5,
        author=PersonKey(f"p{club * PEOPLE + person}"),
        book=BookKey(f"b{_club_of_book(club, number) * BOOKS + book}"),
    )


def _club_of_book(club: int, number: int) -> int:
    if club < CLUBS:
        return club
    return CLUBS + (club - CLUBS + STEPS[number]) % CLUBS


LIBRARY = Library()
