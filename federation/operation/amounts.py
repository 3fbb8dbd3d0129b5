"""Amounts that may depend on variables: what does not is a number at once."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from federation.operation.conditions import Condition, holds

Variables = Mapping[str, Any]
Amount = int | Callable[[Variables], int]
"""A number, or what gives it once the variables are known."""


def add(fixed: int, amounts: Iterable[Amount]) -> Amount:
    """The sum; a number if all are."""
    moving: list[Callable[[Variables], int]] = []
    for each in amounts:
        if isinstance(each, int):
            fixed += each
        else:
            moving.append(each)
    if not moving:
        return fixed
    if len(moving) == 1:
        only = moving[0]
        return lambda variables: fixed + only(variables)
    return lambda variables: fixed + sum([each(variables) for each in moving])


def multiply(size: Amount, each: Amount) -> Amount:
    """So many items of that cost."""
    if isinstance(size, int):
        if isinstance(each, int):
            return size * each
        return lambda variables: size * each(variables)
    if isinstance(each, int):
        return lambda variables: size(variables) * each
    return lambda variables: size(variables) * each(variables)


def greatest(amounts: list[Amount]) -> Amount:
    """The greatest; 0 of none."""
    fixed = max((each for each in amounts if isinstance(each, int)), default=0)
    moving = [each for each in amounts if not isinstance(each, int)]
    if not moving:
        return fixed
    return lambda variables: max(fixed, *[each(variables) for each in moving])


def only_where(condition: Condition, amount: Amount) -> Amount:
    """Nothing while the condition does not hold."""
    return lambda variables: amount_of(amount, variables) if holds(condition, variables) else 0


def amount_of(amount: Amount, variables: Variables) -> int:
    """The number."""
    return amount if isinstance(amount, int) else amount(variables)
