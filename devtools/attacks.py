"""Requests that try to use up a gateway, and a schema wide enough for them to try on."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from federation.compose.compose import SubgraphSource, compose
from federation.engine import Engine
from federation.fetch.fetch import FetchRequest, FetchResult
from federation.limits import EngineLimits
from federation.transport.transport import Transport

PLANNER_ALONE = EngineLimits(
    operation_aliases_max=10_000,
    operation_root_fields_max=10_000,
    operation_directives_max=10_000,
    directives_per_place_max=10_000,
)
"""Without the bounds that would refuse most of these before anything is validated or planned."""

SUBGRAPHS = 6
IMPLEMENTATIONS = 60
_LINK = (
    'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3",'
    ' import: ["@key", "@shareable"])\n'
)
_ROOTS = """
type Query {
  ping: String
  thing: Thing
  things: [Thing]
  take(number: Int, text: String, list: [Int], deep: Deep): String
}
input Deep { number: Int list: [[[[Int]]]] deep: Deep deeper: [Deep] }
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attack:
    """One way to keep a gateway busy."""

    name: str
    document: str
    codes: frozenset[str] = frozenset()
    """The codes that may refuse it; none where it is answered."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None

    def body(self, attempt: int) -> dict[str, Any]:
        """The request; each attempt has a document of its own, so that no cache helps."""
        return {
            "query": f"{self.document}#{attempt}",
            "variables": self.variables,
            "operationName": self.operation_name,
        }


class Nobody:
    """A subgraph that knows only how to be pinged: what attacks cost is planning."""

    async def warm(self, request: FetchRequest) -> None:
        """Be ready."""

    async def fetch(self, request: FetchRequest, context: Any) -> FetchResult:
        """Answer at once."""
        return FetchResult(data={"ping": "pong"})

    async def subscribe(self, request: FetchRequest, context: Any) -> Any:
        """Tell nothing."""
        raise NotImplementedError
        yield FetchResult(data=None)


def wide_sources() -> dict[str, str]:
    """Six subgraphs that share an interface with sixty implementations; each adds two fields."""
    return {f"s{index}": _LINK + _wide_sdl(index) for index in range(SUBGRAPHS)}


def _wide_sdl(index: int) -> str:
    fields = f"id: ID! own{index}: String link{index}: Thing"
    types = (
        f'type T{each} implements Thing @key(fields: "id") {{ {fields} }}'
        for each in range(IMPLEMENTATIONS)
    )
    roots = _ROOTS if index == 0 else f"type Query {{ from{index}: Thing }}"
    return "\n".join([f"interface Thing {{ {fields} }}", roots, *types])


def build_engine(
    limits: EngineLimits | None = None, *, after_planning: Callable[[], None] | None = None
) -> Engine:
    """An engine over these subgraphs."""
    sources = [SubgraphSource(name=name, sdl=sdl) for name, sdl in wide_sources().items()]
    nobody: Mapping[str, Transport] = {each.name: Nobody() for each in sources}
    return Engine(
        compose(sources).sdl, nobody, limits or PLANNER_ALONE, after_planning=after_planning
    )


def doubling(levels: int, prefix: str = "link0") -> str:
    """A small document whose expansion doubles with each fragment."""
    spreads = (
        f"fragment F{each} on Thing {{ a: {prefix} {{ ...F{each + 1} }}"
        f" b: {prefix} {{ ...F{each + 1} }} }}"
        for each in range(levels)
    )
    last = f"fragment F{levels} on Thing {{ id own3 }}"
    return "\n".join(["{ thing { ...F0 } }", *spreads, last])


def spreading(levels: int, width: int) -> str:
    """Fragments that spread each other at one place, each level several times the next."""
    spreads = (
        f"fragment F{level}x{each} on Thing {{ "
        + " ".join(f"...F{level + 1}x{other}" for other in range(width))
        + " }"
        for level in range(levels)
        for each in range(width)
    )
    last = (f"fragment F{levels}x{each} on Thing {{ id }}" for each in range(width))
    return "\n".join(["{ thing { ...F0x0 } }", *spreads, *last])


def wide(depth: int, types: int = IMPLEMENTATIONS) -> str:
    """Every implementation at every level, with fields from every subgraph."""
    names = " ".join(f"own{index}" for index in range(SUBGRAPHS))
    selections = f"{{ id {names} }}"
    for level in range(depth):
        link = f"link{level % SUBGRAPHS}"
        parts = (f"... on T{each} {{ {names} {link} {{ ...L{level} }} }}" for each in range(types))
        fragment = f"fragment L{level} on Thing {selections}"
        selections = f"{{ {' '.join(parts)} }}\n{fragment}"
    return "{ thing " + _close_first(selections)


def _close_first(selections: str) -> str:
    """End the operation before the fragments begin."""
    return selections.replace("\n", " }\n", 1) if "\n" in selections else f"{selections} }}"


def interface_fields(depth: int) -> str:
    """Fields of the interface that no subgraph knows alone, so each spreads over all types."""
    names = " ".join(f"own{index}" for index in range(SUBGRAPHS))
    links = [f"link{index}" for index in range(SUBGRAPHS)]
    text = f"{{ {names} }}"
    for _ in range(depth):
        text = "{ " + names + " " + " ".join(f"{link} {text}" for link in links) + " }"
    return "{ thing " + text + " }"


def nested_list(depth: int) -> str:
    """A literal of lists in lists."""
    return "{ take(list: " + "[" * depth + "1" + "]" * depth + ") }"


def nested_object(depth: int) -> str:
    """A literal of objects in objects."""
    return "{ take(deep: " + "{deep: " * depth + "{number: 1}" + "}" * depth + ") }"


def nested_wrong_object(depth: int, numbers: int) -> str:
    """A literal with something wrong at each level, which each refusal would quote whole."""
    inside = "{list: [" + "1 " * numbers + "]}"
    return "{ take(deep: " + "{deep: " * depth + inside + " wrong: 1}" * depth + ") }"


def variable_flood(count: int) -> str:
    """An operation with many variables, all of them used."""
    names = [f"v{each}" for each in range(count)]
    heads = " ".join(f"${name}: Int" for name in names)
    fields = " ".join(f"{name}: take(number: ${name})" for name in names)
    return f"query Q({heads}) {{ {fields} }}"


def cyclic(length: int) -> str:
    """Fragments that go in a circle."""
    spreads = (
        f"fragment F{each} on Thing {{ link0 {{ ...F{(each + 1) % length} }} }}"
        for each in range(length)
    )
    return "\n".join(["{ thing { ...F0 } }", *spreads])


def conditions(count: int) -> str:
    """One field under many conditions, each on a variable of its own."""
    heads = " ".join(f"$v{each}: Boolean!" for each in range(count))
    fields = " ".join(f"ping @include(if: $v{each})" for each in range(count))
    return f"query Q({heads}) {{ {fields} }}"


def nested_conditions(depth: int) -> str:
    """Conditions in conditions; what they allow multiplies."""
    heads = " ".join(f"$v{each}: Boolean!" for each in range(2 * depth))
    text = "ping"
    for each in range(depth):
        first = f"... @include(if: $v{2 * each}) {{ {text} }}"
        text = f"{first} ... @skip(if: $v{2 * each + 1}) {{ {text} }}" if each < 9 else first
    return f"query Q({heads}) {{ {text} }}"


def _repeat(part: Callable[[int], str], count: int, around: str = "{ %s }") -> str:
    return around % " ".join(part(each) for each in range(count))


def _fragments(count: int, part: Callable[[int], str]) -> str:
    """Many fragments at one place."""
    spreads = " ".join(f"...F{each}" for each in range(count))
    texts = (f"fragment F{each} on Thing {{ {part(each)} }}" for each in range(count))
    return "\n".join(["{ thing { " + spreads + " } }", *texts])


def _attack(
    name: str,
    document: str,
    *codes: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> Attack:
    return Attack(
        name=name,
        document=document,
        codes=frozenset(codes),
        variables=variables or {},
        operation_name=operation_name,
    )


def _nest(value: list[Any], depth: int) -> list[Any]:
    for _ in range(depth):
        value = [value]
    return value


LARGE, COMPLEX, PLAN = "DOCUMENT_TOO_LARGE", "OPERATION_TOO_COMPLEX", "PLAN_TOO_COMPLEX"
DEEP, INVALID, WRONG = "OPERATION_TOO_DEEP", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"
OWN = " ".join(f"own{each}" for each in range(SUBGRAPHS))
VALUES = {f"v{each}": each for each in range(10_000)}
LISTED = "query Q($l: [Int]) { take(list: $l) }"

ATTACKS = (
    _attack("30 levels of doubling fragments", doubling(30), COMPLEX),
    _attack("fragments that spread 20 others, 10 levels", spreading(10, 20), COMPLEX),
    _attack("80 fragments that spread 80 others", spreading(1, 80), COMPLEX),
    _attack("1,000 fragments at one place", _fragments(1_000, lambda n: f"a{n}: id"), COMPLEX),
    _attack("1,200 fragments with one field", _fragments(1_200, lambda n: "id"), COMPLEX),
    _attack("fragments in a circle of 3", cyclic(3), INVALID),
    _attack("fragments in a circle of 700", cyclic(700), INVALID, DEEP, COMPLEX),
    _attack("10,000 aliases", _repeat(lambda n: f"a{n}: ping", 10_000), LARGE),
    _attack("4,900 aliases", _repeat(lambda n: f"a{n}: ping", 4_900)),
    _attack(
        "4,900 aliases on an interface",
        _repeat(lambda n: f"a{n}: own3", 4_900, "{ thing { %s } }"),
        COMPLEX,
    ),
    _attack("20,000 braces", "{ a " * 20_000, LARGE),
    _attack("5,000 brackets", nested_list(5_000), LARGE),
    _attack("a list in 190 lists", nested_list(190), INVALID),
    _attack("an object in 190 objects", nested_object(190)),
    _attack("10,000 directives on a field", "{ ping " + "@a " * 10_000 + "}", LARGE),
    _attack("7,000 directives on a field", "{ ping " + "@a " * 7_000 + "}", INVALID),
    _attack(
        "2,000 times @skip on a field",
        _repeat(lambda n: "@skip(if: false)", 2_000, "{ ping %s }"),
        INVALID,
    ),
    _attack(
        "700 fields with @skip and @include",
        _repeat(lambda n: f"a{n}: ping @skip(if: false) @include(if: true)", 700),
    ),
    _attack("500 conditions on one field", conditions(500), COMPLEX),
    _attack("conditions in conditions", nested_conditions(8), COMPLEX, WRONG),
    _attack("5,000 fields of one name", _repeat(lambda n: "ping", 5_000), COMPLEX),
    _attack("5,000 unknown fields", _repeat(lambda n: f"pinf{n}", 5_000), INVALID),
    _attack("4,900 arguments", _repeat(lambda n: f"x{n}: 1", 4_900, "{ take(%s) }"), INVALID),
    _attack("a literal of 14,000 numbers", _repeat(lambda n: "1", 14_000, "{ take(list: [%s]) }")),
    _attack(
        "an object of 4,900 fields",
        _repeat(lambda n: f"a{n}: 1", 4_900, "{ take(deep: {%s}) }"),
        INVALID,
    ),
    _attack(
        "a long list in 30 wrong objects",
        nested_wrong_object(30, 10_000),
        INVALID,
        PLAN,
    ),
    _attack("60 implementations, 4 deep", wide(4), COMPLEX),
    _attack("60 implementations, 2 deep", wide(2), COMPLEX),
    _attack("20 implementations, 4 deep", wide(4, 20), COMPLEX),
    _attack("interface fields of 6 subgraphs, 4 deep", interface_fields(4), COMPLEX),
    _attack("interface fields of 6 subgraphs", interface_fields(0)),
    _attack("three links over 60 implementations", "{ thing { link0 { link1 { id } } } }"),
    _attack(
        "27 times the fields of 6 subgraphs",
        _repeat(lambda n: f"a{n}: thing {{ {OWN} }}", 27),
    ),
    _attack(
        "1,000 operations",
        _repeat(lambda n: f"query Q{n} {{ ping }}", 1_000, "%s"),
        operation_name="Q7",
    ),
    _attack("a name of 100,000 letters", "{ " + "x" * 100_000 + " }", INVALID),
    _attack("a string of 100,000 letters", '{ take(text: "' + "x" * 100_000 + '") }'),
    _attack("100,000 escapes", '{ take(text: "' + "\\u0041" * 20_000 + '") }'),
    _attack("10,000 variables", variable_flood(10_000), LARGE, variables=VALUES),
    _attack("1,100 variables", variable_flood(1_100), variables=VALUES),
    _attack(
        "a list of 100,000 as a variable",
        LISTED,
        "VARIABLES_TOO_LARGE",
        variables={"l": list(range(100_000))},
    ),
    _attack("a list of 9,999 as a variable", LISTED, variables={"l": list(range(9_999))}),
    _attack("a list of 9,999 wrong values", LISTED, WRONG, variables={"l": ["x"] * 9_999}),
    _attack(
        "200 lists in lists as a variable",
        LISTED,
        "VARIABLES_TOO_LARGE",
        variables={"l": _nest([], 200)},
    ),
)
FLOOD_DOCUMENTS = 10_000
FLOOD = _attack("10,000 new documents", "{ ping thing { id } }")
