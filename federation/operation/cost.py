"""What an operation costs: estimated from its variables before it runs, and counted after.

A list is as long as its slicing arguments ask for, or as `@listSize` or the settings assume. What
depends on no variable is added up once, so most operations have an estimate that is a number; of
the others only what depends on variables is a function of them.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import IntValueNode, ValueNode, VariableNode, value_from_ast_untyped

from federation.errors import LimitExceeded, RequestError
from federation.limits import EngineLimits
from federation.operation.amounts import (
    Amount,
    Variables,
    add,
    amount_of,
    greatest,
    multiply,
    only_where,
)
from federation.operation.arguments import parse_arguments
from federation.operation.conditions import ALWAYS
from federation.operation.model import Field, Operation, SelectionSet
from federation.operation.prices import FieldPrice, Prices

MUTATION_COST = 10
"""Of any mutation, before its fields."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationCost:
    """What is known of one operation's cost before it runs."""

    estimate: Amount
    page_sizes: tuple[tuple[str, str], ...]
    """(variable, argument) of all lists that variables say the size of."""
    limits: EngineLimits
    count: Callable[[object, Variables], int]
    """What an answer did cost."""

    def check(self, variables: Variables) -> None:
        """Refuse what is known to be too much only now.

        Raises:
            LimitExceeded: LIST_TOO_LONG or COST_TOO_HIGH.
        """
        for name, argument in self.page_sizes:
            _check_page_size(variables.get(name), argument, self.limits)
        if not isinstance(self.estimate, int):
            _check_cost(self.estimate(variables), self.limits)

    def tell(self, data: object, variables: Variables) -> dict[str, int]:
        """What was estimated for these variables, what the answer came to, and the limit."""
        told = {
            "estimated": amount_of(self.estimate, variables),
            "actual": self.count(data, variables),
        }
        if self.limits.operation_cost_max is not None:
            told["limit"] = self.limits.operation_cost_max
        return told


class CostModel:
    """Estimates and counts the cost of operations on one schema."""

    def __init__(self, prices: Prices, limits: EngineLimits) -> None:
        self._prices = prices
        self._limits = limits

    def estimate(self, operation: Operation) -> OperationCost:
        """Estimate an operation, and refuse one that is too much whatever its variables.

        Raises:
            LimitExceeded: LIST_TOO_LONG or COST_TOO_HIGH.
            RequestError: a list needs to be told how long it is (LIST_SIZE_MISSING).
        """
        work = _Estimator(self._prices, self._limits)
        total = add(_base(operation), [work.selections(operation.root)])
        if isinstance(total, int):
            _check_cost(total, self._limits)
        return OperationCost(
            estimate=total,
            page_sizes=tuple(sorted(work.page_sizes)),
            limits=self._limits,
            count=lambda data, variables: (
                _base(operation) + self._count(operation.root, data, variables)
            ),
        )

    def _count(self, selections: SelectionSet, data: object, variables: Variables) -> int:
        if not isinstance(data, Mapping):
            return 0
        total = 0  # null costs nothing
        for type_name, field in _fields_by_key(selections):
            value = data.get(field.key)
            if value is not None:
                price = self._prices.of_field(type_name, field.name)
                total += self._count_value(field, price, value, variables)
                total += amount_of(_of_arguments(field, price), variables)
        return total

    def _count_value(
        self, field: Field, price: FieldPrice, value: object, variables: Variables
    ) -> int:
        if isinstance(value, list):
            return sum(self._count_value(field, price, each, variables) for each in value)
        if value is None:
            return 0
        below = 0 if field.selections is None else self._count(field.selections, value, variables)
        return price.each + below


class _Estimator:
    """The estimate of one operation; what is shared in it is looked at once."""

    def __init__(self, prices: Prices, limits: EngineLimits) -> None:
        self._prices = prices
        self._limits = limits
        self._known: dict[tuple[int, int], Amount] = {}
        self._sizes: list[dict[str, Amount]] = [{}]
        self.page_sizes: set[tuple[str, str]] = set()

    def selections(self, selections: SelectionSet, sizes: int = 0) -> Amount:
        """Its fields; of an abstract type the dearest variant. `sizes` is what a field above says
        of the lists here, by its place in `_sizes`."""
        known = self._known.get((id(selections), sizes))
        if known is None:
            common = [self._field(selections.type_name, each, sizes) for each in selections.fields]
            variants = [
                add(0, [self._field(variant.type_name, each, sizes) for each in variant.fields])
                for variant in selections.variants
            ]
            known = add(0, [*common, greatest(variants)])
            self._known[id(selections), sizes] = known
        return known

    def _field(self, type_name: str, field: Field, sizes: int) -> Amount:
        price = self._prices.of_field(type_name, field.name)
        own_size, below = self._list_size(field, price), 0
        if price.size is not None and price.size.sized_fields:
            self._sizes.append(dict.fromkeys(price.size.sized_fields, own_size))
            below, own_size = len(self._sizes) - 1, self._limits.list_size_assumed
        inner = 0 if field.selections is None else self.selections(field.selections, below)
        cost = add(price.each, [inner])
        if price.is_list:
            cost = multiply(self._sizes[sizes].get(field.name, own_size), cost)
        cost = add(0, [cost, _of_arguments(field, price)])
        return cost if field.condition == ALWAYS else only_where(field.condition, cost)

    def _list_size(self, field: Field, price: FieldPrice) -> Amount:
        """How many items are asked for, each of the arguments checked on the way."""
        if not price.slicing and price.size is None:
            return self._limits.list_size_assumed
        given = {
            name: node
            for name, node in parse_arguments(field.arguments).items()
            if name in price.slicing
        }
        for name, node in given.items():
            if isinstance(node, VariableNode):
                self.page_sizes.add((node.name.value, name))
            elif isinstance(node, IntValueNode):
                _check_page_size(int(node.value), name, self._limits)
        size = price.size
        if size is None:
            return self._limits.list_size_assumed
        self._require_one(field, price, given)
        assumed = self._limits.list_size_assumed if size.assumed is None else size.assumed
        amounts = [
            _page_size(given.get(name), price.slicing[name])
            for name in size.slicing_arguments
            if name in price.slicing
        ]
        return _known_or(assumed, amounts)

    def _require_one(self, field: Field, price: FieldPrice, given: Mapping[str, ValueNode]) -> None:
        """Where costs are bounded, and one slicing argument has to be given."""
        size = price.size
        if self._limits.operation_cost_max is None or size is None or not size.requires_one:
            return
        told = [name for name in size.slicing_arguments if name in given or price.slicing.get(name)]
        if size.slicing_arguments and len(told) != 1:
            raise RequestError(
                f"{field.name} needs exactly one of {', '.join(size.slicing_arguments)}: "
                "it says how much the list may cost.",
                code="LIST_SIZE_MISSING",
            )


def _fields_by_key(selections: SelectionSet) -> Iterable[tuple[str, Field]]:
    """The fields with their types; of a key that several variants have, the first."""
    found = {field.key: (selections.type_name, field) for field in selections.fields}
    for variant in selections.variants:
        for field in variant.fields:
            found.setdefault(field.key, (variant.type_name, field))
    return found.values()


def _base(operation: Operation) -> int:
    return MUTATION_COST if operation.kind == "mutation" else 0


def _of_arguments(field: Field, price: FieldPrice) -> Amount:
    if not price.arguments:
        return 0
    given = parse_arguments(field.arguments)
    amounts: list[Amount] = []
    for name, price_of in price.arguments.items():
        node = given.get(name)
        if node is not None:
            amounts.append(_of_argument(node, price_of, bool(field.variables)))
    return add(0, amounts)


def _of_argument(node: ValueNode, price_of: Callable[[Any], int], has_variables: bool) -> Amount:
    if has_variables:
        return lambda variables: price_of(value_from_ast_untyped(node, dict(variables)))
    return price_of(value_from_ast_untyped(node))


def _page_size(node: ValueNode | None, default: int | None) -> Amount | None:
    """What one slicing argument asks for; None where it says nothing."""
    if isinstance(node, VariableNode):
        name, unknown = node.name.value, -1 if default is None else default

        def read(variables: Variables) -> int:
            value = variables.get(name, unknown)
            return -1 if value is None else int(value)

        return read
    if isinstance(node, IntValueNode):
        return int(node.value)
    return default if node is None else None


def _known_or(assumed: int, amounts: list[Amount | None]) -> Amount:
    """The greatest that is told, else what is assumed; what is negative is not told."""
    fixed = max((each for each in amounts if isinstance(each, int)), default=-1)
    moving = [each for each in amounts if each is not None and not isinstance(each, int)]
    if not moving:
        return fixed if fixed >= 0 else assumed

    def read(variables: Variables) -> int:
        told = max(fixed, *[each(variables) for each in moving])
        return told if told >= 0 else assumed

    return read


def _check_page_size(value: Any, argument: str, limits: EngineLimits) -> None:
    if value is not None and limits.list_size_max is not None and value > limits.list_size_max:
        raise LimitExceeded(
            f"too many items asked for by `{argument}`",
            code="LIST_TOO_LONG",
            limit=limits.list_size_max,
            count=int(value),
            advice="Ask page by page.",
        )


def _check_cost(cost: int, limits: EngineLimits) -> None:
    if limits.operation_cost_max is not None and cost > limits.operation_cost_max:
        raise LimitExceeded(
            "too high a cost",
            code="COST_TOO_HIGH",
            limit=limits.operation_cost_max,
            count=cost,
            advice="Ask for shorter lists, or nest fewer of them.",
        )
