"""Scalars that GraphQL lacks."""

from datetime import UTC, datetime
from typing import NewType

import strawberry
from strawberry.schema.config import StrawberryConfig

from errors import BadInput

Wei = NewType("Wei", int)
BigInt = NewType("BigInt", int)
Address = NewType("Address", str)
DateTime = datetime


def _parse_instant(text: object) -> datetime:
    try:
        parsed = datetime.fromisoformat(str(text))
    except ValueError:
        raise BadInput(f"{text!r} is not an RFC 3339 date-time.") from None
    if parsed.tzinfo is None:
        raise BadInput(f"{text!r} has no offset; write it like 2026-01-31T12:00:00Z.")
    return parsed.astimezone(UTC)


def _print_instant(value: datetime) -> str:
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _parse_wei(text: object) -> int:
    if isinstance(text, bool) or not str(text).isascii() or not str(text).isdigit():
        raise BadInput(f"{text!r} is not an amount of wei: write decimal digits.")
    value = int(str(text)[:79])
    if value >= 2**256:
        raise BadInput("An amount of wei is below 2^256.")
    return value


def _parse_integer(text: object) -> int:
    digits = str(text).removeprefix("-")
    if isinstance(text, bool) or not digits.isascii() or not digits.isdigit() or len(digits) > 78:
        raise BadInput(f"{text!r} is not a whole number in decimal digits.")
    return int(str(text))


CONFIG = StrawberryConfig(
    relay_max_results=100,
    scalar_map={
        datetime: strawberry.scalar(
            name="DateTime",
            description="An instant in UTC (RFC 3339).",
            specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
            serialize=_print_instant,
            parse_value=_parse_instant,
        ),
        Wei: strawberry.scalar(
            name="Wei",
            description="A whole amount of wei, as decimal text.",
            serialize=str,
            parse_value=_parse_wei,
        ),
        BigInt: strawberry.scalar(
            name="BigInt",
            description="A whole number of any size, as decimal text.",
            serialize=str,
            parse_value=_parse_integer,
        ),
        Address: strawberry.scalar(
            name="Address",
            description="An account or contract on an EVM chain (EIP-55).",
            serialize=str,
            parse_value=str,
        ),
    },
)
"""The configuration that all six schemas are built with."""
