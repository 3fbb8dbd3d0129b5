"""Turns a driver's rows into records, with a function written for each query.

Generated for a `Track`, it reads

    def make(rows):
        made = []
        for v0, v1, … in rows:
            record = Blank()
            record.id = v0
            record.created_at = None if v1 is None else convert_1(v1)
            …
            record.__class__ = Record
            made.append(record)
        return made
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import fields, is_dataclass
from typing import Any

from db.types import Convert

RowMaker = Callable[[Sequence[Sequence[Any]]], list[Any]]


def row_maker(
    record: Callable[..., Any], columns: Sequence[str], convert: Mapping[int, Convert]
) -> RowMaker:
    """A function from rows to records; each column becomes the field of its name."""
    assert all(name.isidentifier() for name in columns), columns
    names = {f"convert_{place}": each for place, each in convert.items()}
    values = [_value(place, place in convert) for place in range(len(columns))]
    unpacked = "".join(f"v{place}, " for place in range(len(columns)))
    blank = _blank_of(record, columns)
    if blank is None:
        body = _calling(columns, values, unpacked)
    else:
        body = _filling(columns, values, unpacked)
    scope: dict[str, Any] = {**names, "Record": record, "Blank": blank}
    exec(body, scope)  # noqa: S102  (all names in it are those of columns, checked above)
    made: RowMaker = scope["make"]
    return made


def _value(place: int, is_converted: bool) -> str:
    if not is_converted:
        return f"v{place}"
    return f"None if v{place} is None else convert_{place}(v{place})"


def _calling(columns: Sequence[str], values: Sequence[str], unpacked: str) -> str:
    given = ", ".join(f"{name}={value}" for name, value in zip(columns, values, strict=True))
    return f"def make(rows):\n    return [Record({given}) for {unpacked}in rows]\n"


def _filling(columns: Sequence[str], values: Sequence[str], unpacked: str) -> str:
    stores = "".join(
        f"        record.{name} = {value}\n" for name, value in zip(columns, values, strict=True)
    )
    return (
        "def make(rows):\n"
        "    made = []\n"
        f"    for {unpacked}in rows:\n"
        "        record = Blank()\n"
        f"{stores}"
        "        record.__class__ = Record\n"
        "        made.append(record)\n"
        "    return made\n"
    )


def _blank_of(record: Callable[..., Any], columns: Sequence[str]) -> type | None:
    """A class laid out as a frozen record, not frozen: to fill one is 8 times cheaper.

    A frozen dataclass sets each field through its own `__setattr__`. None where the record
    is no such class, or would do more than take its fields.
    """
    if not (isinstance(record, type) and is_dataclass(record)):
        return None
    classes = record.__mro__[:-1]
    if any("__slots__" not in each.__dict__ for each in classes):
        return None
    slots = {name for each in classes for name in each.__dict__["__slots__"]}
    taken = {each.name for each in fields(record)}
    if slots != taken or taken != set(columns) or hasattr(record, "__post_init__"):
        return None
    own: dict[str, Any] = {
        "__slots__": tuple(record.__dict__["__slots__"]),
        "__init__": object.__init__,
        "__setattr__": object.__setattr__,
        "__delattr__": object.__delattr__,  # shares a slot with the other: alone, both are slow
    }
    return type("Blank", record.__bases__, own)
