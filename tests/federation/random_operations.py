"""Random operations over a schema, and random records for the rich subgraphs."""

from pathlib import Path
from random import Random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)

RICH = {
    path.stem: path.read_text()
    for path in sorted((Path(__file__).parent / "rich").glob("*.graphql"))
}
REQUIRED = {"lengthMs", "payout", "loudness", "integrated", "peak", "followerCount"}
KEYS = {"id", "isrc", "email", "artist"}


class Operations:
    """Writes valid operations; what it writes depends on the random source alone."""

    def __init__(self, schema: GraphQLSchema, random: Random, *, defers: bool = False) -> None:
        self._schema = schema
        self._random = random
        self._defers = defers
        self._fragments: list[str] = []

    def write(self) -> str:
        body = self._selections("Query", 0)
        text = "\n".join([body, *self._fragments])
        declared = [
            declaration
            for declaration in ("$a: Boolean! = true", "$b: Boolean! = false", "$n: Int = 2")
            if declaration.split(":")[0] in text
        ]
        head = f"({', '.join(declared)})" if declared else ""
        return f"query Random{head} {text}"

    def _selections(self, type_name: str, depth: int) -> str:
        type_ = self._schema.type_map[type_name]
        parts: list[str] = []
        for _ in range(self._random.randint(1, 4 if depth < 3 else 2)):
            if is_abstract_type(type_) and self._random.random() < 0.6:
                parts.append(self._fragment(type_name, depth))
            elif self._defers and depth < 4 and self._random.random() < 0.3:
                parts.append(self._fragment(type_name, depth + 1))
            elif hasattr(type_, "fields"):
                parts.append(self._field(type_name, depth))
            elif self._random.random() < 0.1 and depth > 0:
                parts.append(self._fragment(type_name, depth))
        if not parts or self._random.random() < 0.15:
            parts.append(self._random.choice(["__typename", "kind: __typename"]))
        return "{ " + " ".join(parts) + " }"

    def _field(self, type_name: str, depth: int) -> str:
        fields = self._schema.type_map[type_name].fields
        names = [
            name for name in fields if depth < 4 or is_leaf_type(get_named_type(fields[name].type))
        ]
        if not names:
            return "__typename"
        name = self._random.choice(names)
        field = fields[name]
        inner = get_named_type(field.type)
        arguments, tag = self._arguments(field)
        alias = f"{name}{tag}: " if tag else ""
        if not tag and self._random.random() < 0.1:
            alias = f"also_{name}: "
        if is_leaf_type(inner) and self._random.random() < 0.1:
            kind = str(field.type).strip("[]!") + str(str(field.type).count("["))
            alias = f"x_{type_name}_{kind}: " if self._random.random() < 0.5 else f"id{kind}: "
        below = "" if is_leaf_type(inner) else f" {self._selections(inner.name, depth + 1)}"
        return f"{alias}{name}{arguments}{self._condition()}{below}"

    def _arguments(self, field: Any) -> tuple[str, str]:
        if "id" in field.args:
            id_ = self._random.choice(["t1", "t2", "e1", "a1", "none"])
            return f'(id: "{id_}")', f"_{id_}"
        if "first" in field.args and self._random.random() < 0.7:
            return self._random.choice([("(first: 1)", "_1"), ("(first: $n)", "_n")])
        if "text" in field.args:
            return '(text: "a")', ""
        return "", ""

    def _fragment(self, type_name: str, depth: int) -> str:
        type_ = self._schema.type_map[type_name]
        possible = self._schema.get_possible_types(type_) if is_abstract_type(type_) else [type_]
        names = sorted(
            {each.name for each in possible}
            | {i.name for each in possible for i in each.interfaces}
            | {type_name}
        )
        name = self._random.choice(names)
        body = self._selections(name, depth)
        if self._random.random() < 0.2:
            title = f"F{len(self._fragments)}"
            self._fragments.append(f"fragment {title} on {name} {body}")
            return f"...{title}{self._condition()}{self._deferral()}"
        return f"... on {name}{self._condition()}{self._deferral()} {body}"

    def _deferral(self) -> str:
        if not self._defers or self._random.random() < 0.4:
            return ""
        return self._random.choice([" @defer", " @defer", " @defer(if: $a)", " @defer(if: $b)"])

    def _condition(self) -> str:
        if self._random.random() < 0.85:
            return ""
        which = self._random.choice(["skip", "include"])
        value = self._random.choice(["$a", "$b", "true", "false"])
        return f" @{which}(if: {value})"


class Records:
    """Writes records for every object type of the rich subgraphs."""

    def __init__(self, schema: GraphQLSchema, random: Random, *, with_errors: bool) -> None:
        self._schema = schema
        self._random = random
        self._with_errors = with_errors
        self._ids = {
            "Track": ["t1", "t2", "t3"],
            "Episode": ["e1", "e2"],
            "Artist": ["a1", "a2"],
            "User": ["u1", "u2"],
            "Album": ["al1", "al2"],
        }

    def write(self) -> dict[str, Any]:
        tables: dict[str, Any] = {
            name: {id_: self._record(name, id_) for id_ in ids} for name, ids in self._ids.items()
        }
        for records in tables.values():
            for record in records.values():
                record.pop("__typename")
        tables["Query"] = self._record("Query", "")
        tables["Query"]["track"] = self._by_id(["t1", "t2"])
        tables["Query"]["node"] = self._by_id(["t1", "t2", "e1", "a1"])
        return tables

    def _by_id(self, ids: list[str]) -> dict[str, Any]:
        kinds = {"t": "Track", "e": "Episode", "a": "Artist"}
        return {"$arg": "id", **{id_: {"$ref": f"{kinds[id_[0]]}/{id_}"} for id_ in ids}}

    def _record(self, type_name: str, id_: str, depth: int = 0) -> dict[str, Any]:
        record: dict[str, Any] = {"__typename": type_name}
        for name, field in self._schema.type_map[type_name].fields.items():
            is_key = name in KEYS and not (name == "artist" and type_name == "User")
            text = str(field.type)
            if is_key and name != "artist":
                record[name] = f"{name}-{id_}" if name != "id" else id_
                continue
            is_fixed = is_key or name in REQUIRED
            record[name] = self._value(text, not is_fixed, depth)
        return record

    def _value(self, text: str, may_fail: bool, depth: int) -> Any:
        if text.endswith("!"):
            return self._present(text[:-1], may_fail, depth)
        chance = self._random.random()
        if may_fail and self._with_errors and chance < 0.08:
            return {"$error": f"broken {self._random.randint(0, 99)}"}
        if chance > 0.85 and may_fail:
            return None
        return self._present(text, may_fail, depth)

    def _present(self, text: str, may_fail: bool, depth: int) -> Any:
        if text.startswith("["):
            item = text[1:-1]
            inner = [self._value(item, may_fail, depth) for _ in range(self._random.randint(0, 3))]
            return [None if isinstance(each, dict) and "$error" in each else each for each in inner]
        type_ = self._schema.type_map[text]
        if is_leaf_type(type_):
            return self._leaf(text)
        names = (
            sorted(each.name for each in self._schema.get_possible_types(type_))
            if is_abstract_type(type_)
            else [type_.name]
        )
        name = self._random.choice(names)
        if name in self._ids:
            return {"$ref": f"{name}/{self._random.choice(self._ids[name])}"}
        assert isinstance(type_, GraphQLObjectType) or is_abstract_type(type_)
        return None if depth > 2 else self._record(name, f"v{depth}", depth + 1)

    def _leaf(self, name: str) -> Any:
        type_ = self._schema.type_map[name]
        if isinstance(type_, GraphQLEnumType):
            return self._random.choice(sorted(type_.values))
        number = self._random.randint(0, 50)
        return {"Int": number, "Float": number / 2, "Boolean": number > 25}.get(
            name, f"text {number}"
        )
