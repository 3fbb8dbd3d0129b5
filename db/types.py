"""Column types that mean the same on SQLite and PostgreSQL."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, TypeVar

import orjson
from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
EnumT = TypeVar("EnumT", bound=StrEnum)
Convert = Callable[[Any], Any]


class Instant(TypeDecorator[datetime]):
    """An aware UTC instant: timestamptz on PostgreSQL, whole microseconds on SQLite."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The column's type on this database."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the database."""
        if value is None or dialect.name != "sqlite":
            return value
        return (value - EPOCH) // timedelta(microseconds=1)

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert | None:
        """From the database."""
        return _instant_of if dialect.name == "sqlite" else None


class Json(TypeDecorator[Any]):
    """Lists and dicts as JSON text; never queried into."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """From the database."""
        return None if value is None else orjson.loads(value)


class EnumText(TypeDecorator[EnumT]):
    """A StrEnum by its value."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[EnumT]) -> None:
        super().__init__()
        self.enum = enum

    def process_bind_param(self, value: EnumT | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else str(value)

    def result_processor(self, dialect: Dialect, coltype: object) -> Convert:
        """From the database."""
        members: dict[str | None, EnumT | None] = {each.value: each for each in self.enum}
        members[None] = None
        return members.__getitem__


class TextKeys(TypeDecorator[Sequence[str]]):
    """A batch of keys: text[] on PostgreSQL, a JSON array on SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """The bind's type on this database."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(ARRAY(Text()))
        return dialect.type_descriptor(Text())

    def bind_processor(self, dialect: Dialect) -> Convert:
        """To the database; the driver of PostgreSQL takes a list as it is."""
        return list if dialect.name == "postgresql" else _json_text


def _json_text(values: Sequence[str]) -> str:
    return orjson.dumps(list(values)).decode()


def _instant_of(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else EPOCH + timedelta(0, 0, microseconds)
