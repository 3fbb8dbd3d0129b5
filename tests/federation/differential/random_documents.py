"""Random documents and variables over such a schema."""

from dataclasses import dataclass, field
from random import Random
from typing import Any

from graphql import GraphQLSchema, get_named_type, is_abstract_type, is_leaf_type, parse, validate

from tests.federation.differential.random_schemas import OBJECTS, write_literal

TRIES_MAX = 12
FIELDS_MAX = 24
HOSTILE: tuple[Any, ...] = (
    None,
    True,
    0,
    2**31,
    2**63,
    1.0,
    1.5,
    "",
    "7",
    "RED",
    "PINK",
    [],
    [None],
    ["RED"],
    {},
    {"least": None},
    {"number": 1, "text": "t"},
    {"unknown": 1},
)


@dataclass
class Document:
    """A document with the types of its variables."""

    text: str
    variables: dict[str, str] = field(default_factory=dict)
    operation_kind: str = "query"


def write_document(schema: GraphQLSchema, random: Random) -> Document:
    """A valid document; once in a while one that is not."""
    is_checked = random.random() > 0.02
    for _ in range(TRIES_MAX):
        document = _Writer(schema, random).write()
        if not is_checked or not validate(schema, parse(document.text)):
            return document
    return Document("{ __typename }")


def write_variables(document: Document, random: Random) -> dict[str, Any]:
    """Values for a document's variables: mostly right, some absent, null or hostile."""
    values: dict[str, Any] = {}
    chance_hostile = random.choice((0, 0, 0.1))
    for name, type_ in document.variables.items():
        chance = random.random()
        if chance < chance_hostile:
            values[name] = random.choice(HOSTILE)
        elif chance < 0.8 or type_.endswith("!"):
            values[name] = write_value(random, type_)
    return values


def write_value(random: Random, type_: str, depth: int = 0) -> Any:
    """A JSON value that is right for an input type."""
    if not type_.endswith("!") and random.random() < 0.1:
        return None
    text = type_.removesuffix("!")
    if text.startswith("["):
        if random.random() < 0.2:
            return write_value(random, text[1:-1], depth)  # a list of one
        return [write_value(random, text[1:-1], depth) for _ in range(random.randint(0, 3))]
    if text == "Filter":
        given: dict[str, Any] = {}
        if random.random() < 0.6:
            given["least"] = write_value(random, "Int!")
        if random.random() < 0.4:
            given["colors"] = write_value(random, "[Color!]")
        if random.random() < 0.3 and depth < 2:
            given["inner"] = write_value(random, "Filter", depth + 1)
        if random.random() < 0.3:
            given["text"] = write_value(random, "String")
        return given
    choices: dict[str, tuple[Any, ...]] = {
        "Int": (0, -7, 2147483647, 2.0),
        "Float": (1, 0.5, 1e300),
        "String": ("", "a", "\u2028"),
        "Boolean": (True, False),
        "ID": ("i", 7),
        "Color": ("RED", "GREEN", "BLUE"),
        "Json": (1, "s", {"k": [1, {"l": None}]}, True),
        "_Any": tuple(
            {"__typename": name, "number": number}
            for name in (*OBJECTS, "Named")
            for number in range(2)
        ),
        "OneOf": ({"number": 1}, {"text": "t"}, {"filter": {}}),
    }
    return random.choice(choices[text])


class _Writer:
    """Writes one document."""

    def __init__(self, schema: GraphQLSchema, random: Random) -> None:
        self._schema = schema
        self._random = random
        self._fragments: dict[str, tuple[str, str]] = {}
        """Type and body of each."""
        self._declared: dict[str, tuple[str, str]] = {}
        """Type and default of each variable."""
        self._calls: dict[tuple[str, str], int] = {}
        """Which arguments a field was called with so far, so that each has its own alias."""
        self._left = FIELDS_MAX

    def write(self) -> Document:
        kind = self._random.choices(("query", "mutation"), (80, 20))[0]
        root = "Query" if kind == "query" else "Mutation"
        body = self._selections(root, 0)
        declared = ", ".join(
            f"${name}: {type_}{default}" for name, (type_, default) in self._declared.items()
        )
        head = f"{kind} Random{f'({declared})' if declared else ''}"
        fragments = [
            f"fragment {name} on {type_} {text}" for name, (type_, text) in self._fragments.items()
        ]
        return Document(
            "\n".join([f"{head} {body}", *fragments]),
            {name: type_ for name, (type_, _) in self._declared.items()},
            kind,
        )

    def _selections(self, type_name: str, depth: int) -> str:
        type_ = self._schema.type_map[type_name]
        parts = []
        for _ in range(self._random.randint(2 if depth < 2 else 1, 4)):
            chance = self._random.random()
            if (is_abstract_type(type_) and chance < 0.5) or chance < 0.15:
                parts.append(self._fragment(type_name, depth))
            elif hasattr(type_, "fields"):
                parts.append(self._field(type_name, depth))
        if not parts or self._random.random() < 0.15:
            typename = self._random.choice(("__typename", "kind: __typename"))
            parts.append(typename + self._conditions())
        if depth == 0 and self._random.random() < 0.02:
            parts.append("__schema { queryType { name } }")
        return "{ " + " ".join(parts) + " }"

    def _field(self, type_name: str, depth: int) -> str:
        self._left -= 1
        fields = self._schema.type_map[type_name].fields
        is_deep = depth > 3 or self._left < 0
        leaves = [name for name in fields if is_leaf_type(get_named_type(fields[name].type))]
        names = leaves if is_deep or self._random.random() < 0.3 else list(fields)
        if not names:
            return "__typename"
        name = self._random.choice(names)
        field = fields[name]
        inner = get_named_type(field.type)
        arguments = self._arguments(field)
        alias = self._alias(name, arguments, field, inner)
        below = "" if is_leaf_type(inner) else f" {self._selections(inner.name, depth + 1)}"
        return f"{alias}{name}{arguments}{self._conditions()}{below}"

    def _alias(self, name: str, arguments: str, field: Any, inner: Any) -> str:
        chance = self._random.random()
        if chance < 0.06 and is_leaf_type(inner) and not arguments:
            shape = str(field.type).replace("[", "L").replace("]", "").replace("!", "N")
            return f"same_{shape}: "  # other fields of this shape answer under the same key
        known = [index for (each, _), index in self._calls.items() if each == name]
        index = self._calls.setdefault((name, arguments), len(known))
        if chance > 0.9:
            return f"also_{name}_{index}: "
        return f"{name}_{index}: " if index else ""

    def _arguments(self, field: Any) -> str:
        if "representations" in field.args:
            return f"(representations: {self._variable('[_Any!]!', may_default=False)})"
        given = []
        for name, argument in field.args.items():
            if self._random.random() < 0.75:
                given.append(f"{name}: {self._value(str(argument.type), argument.default)}")
        self._random.shuffle(given)
        return f"({', '.join(given)})" if given else ""

    def _value(self, type_: str, default: Any) -> str:
        if self._random.random() < 0.45:
            relaxed = type_.removesuffix("!") if default is not None else type_
            return self._variable(self._random.choice((relaxed, type_, type_ + "!")))
        if type_.removesuffix("!") == "Filter" and self._random.random() < 0.3:
            return "{text: " + self._variable("String") + "}"
        if type_.startswith("[") and self._random.random() < 0.3:
            inner = type_.removesuffix("!")[1:-1]
            return f"[{self._variable(inner)}, {write_literal(self._random, inner)}]"
        return write_literal(self._random, type_)

    def _variable(self, type_: str, *, may_default: bool = True) -> str:
        type_ = type_.replace("!!", "!")
        fitting = [name for name, (declared, _) in self._declared.items() if declared == type_]
        if fitting and self._random.random() < 0.6:
            return f"${self._random.choice(fitting)}"
        name = f"v{len(self._declared)}"
        default = ""
        if may_default and self._random.random() < 0.3:
            default = f" = {write_literal(self._random, type_)}"
        self._declared[name] = type_, default
        return f"${name}"

    def _fragment(self, type_name: str, depth: int) -> str:
        self._left -= 1
        type_ = self._schema.type_map[type_name]
        possible = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        names = {each.name for each in possible} | {type_name}
        names |= {each.name for one in possible for each in one.interfaces}
        name = self._random.choice(sorted(names))
        if self._random.random() < 0.3:
            return f"...{self._named(name, depth)}{self._conditions()}"
        body = self._selections(name, depth)
        if name == type_name and self._random.random() < 0.3:
            return f"...{self._conditions()} {body}"
        return f"... on {name}{self._conditions()} {body}"

    def _named(self, type_name: str, depth: int) -> str:
        """A named fragment: a new one, or one that is done already."""
        known = [name for name, (type_, text) in self._fragments.items() if type_ == type_name]
        if known and self._random.random() < 0.5:
            return self._random.choice(known)
        body = self._selections(type_name, depth)
        title = f"F{len(self._fragments)}"
        self._fragments[title] = type_name, body
        return title

    def _conditions(self) -> str:
        if self._random.random() < 0.92:
            return ""
        names = self._random.sample(("skip", "include"), self._random.choice((1, 1, 2)))
        return "".join(f" @{name}(if: {self._condition()})" for name in names)

    def _condition(self) -> str:
        if self._random.random() < 0.3:
            return self._random.choice(("true", "false"))
        type_ = self._random.choice(("Boolean!", "Boolean!", "Boolean! = true", "Boolean = false"))
        base, _, default = type_.partition(" = ")
        name = f"c{sum(each[0].startswith('Boolean') for each in self._declared.values()) % 3}"
        if name not in self._declared:
            self._declared[name] = base, f" = {default}" if default else ""
        return f"${name}"
