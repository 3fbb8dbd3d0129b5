"""Rows become records: the same ones that their constructors make."""

from collections.abc import Callable
from dataclasses import FrozenInstanceError, dataclass
from typing import Any

import pytest

from db.row_maker import _blank_of, row_maker


@dataclass(frozen=True, slots=True, kw_only=True)
class Song:
    title: str
    seconds: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedSong:
    title: str
    seconds: int | None

    def __post_init__(self) -> None:
        if self.seconds is not None and self.seconds < 0:
            raise ValueError("a song takes time")


@dataclass(frozen=True, slots=True, kw_only=True)
class SongWithDefault:
    title: str
    seconds: int | None
    plays: int = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSong(Song):
    place: str


def song(**fields: Any) -> tuple[str, Any]:
    return "song", sorted(fields.items())


ROWS = [("One", "60"), ("Two", None)]


@pytest.mark.parametrize(
    ("_case", "record"),
    [
        ("a frozen record", Song),
        ("a record that checks itself", CheckedSong),
        ("a record with more fields than columns", SongWithDefault),
        ("a function", song),
    ],
)
def test_rows_become_what_the_constructor_makes(_case: str, record: Callable[..., Any]) -> None:
    make = row_maker(record, ["title", "seconds"], {1: int})

    assert make(ROWS) == [
        record(title="One", seconds=60),
        record(title="Two", seconds=None),
    ]


def test_a_record_stays_frozen() -> None:
    (made,) = row_maker(Song, ["title", "seconds"], {})([("One", 60)])

    assert type(made) is Song
    with pytest.raises(FrozenInstanceError):
        made.title = "Two"  # type: ignore[misc]


def test_a_record_that_checks_itself_is_not_filled_behind_its_back() -> None:
    make = row_maker(CheckedSong, ["title", "seconds"], {})

    with pytest.raises(ValueError, match="takes time"):
        make([("One", -1)])


def test_a_record_with_a_base_is_filled_as_quickly_and_stays_frozen() -> None:
    make = row_maker(LiveSong, ["title", "seconds", "place"], {1: int})

    (record,) = make([("One", "60", "Oslo")])

    assert record == LiveSong(title="One", seconds=60, place="Oslo")
    assert _blank_of(LiveSong, ["title", "seconds", "place"]) is not None
    with pytest.raises(FrozenInstanceError):
        record.title = "Two"  # type: ignore[misc]
