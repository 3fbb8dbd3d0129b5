"""Whatever is refused of whatever is asked: as if the resolvers of one schema had refused it."""

import json
from collections import Counter
from collections.abc import Collection
from random import Random
from typing import Any

from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    Visitor,
    graphql,
    parse,
    print_ast,
    visit,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from federation.authorization.field_guards import FieldGuards, find_guards
from federation.engine import Engine, GraphQLRequest
from federation.supergraph.api_schema import build_api_schema
from federation.supergraph.reader import read_supergraph
from federation.transport.local import LocalTransport
from tests.federation.guarded import NOBODY, Watched
from tests.federation.random_operations import KEYS, RICH, Records
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.patience import PATIENT
from tests.properties.test_federated_equals_monolith import (
    API_SCHEMA,
    SUPERGRAPH,
    a_valid_operation,
)

SPEC = '@link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)'
CODE = "UNAUTHORIZED_FIELD_OR_TYPE"
NAMES = sorted(
    {
        name
        for type_ in API_SCHEMA.type_map.values()
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__")
        for name in type_.fields
    }
    - KEYS
)


class _Guarding(Visitor):
    def __init__(self, names: Collection[str]) -> None:
        super().__init__()
        self._names = names

    def leave_field_definition(self, node: Any, *_: Any) -> Any:
        if node.name.value not in self._names:
            return None
        [guard] = parse("type T { f: Int @authenticated }").definitions[0].fields[0].directives
        parts = {key: getattr(node, key) for key in node.keys}
        return type(node)(**{**parts, "directives": (*(node.directives or ()), guard)})


def guard(names: Collection[str]) -> str:
    """The rich supergraph, with fields of these names guarded wherever they are."""
    document = visit(parse(SUPERGRAPH), _Guarding(names))
    return (
        print_ast(document)
        .replace("schema\n", f"schema {SPEC}\n", 1)
        .replace("schema @link", f"schema {SPEC} @link", 1)
    )


def all_that_depends(names: frozenset[str]) -> tuple[str, frozenset[str], FieldGuards]:
    """The same names with those of fields that read one of them, guarded alike."""
    while True:
        sdl = guard(names)
        guards = find_guards(read_supergraph(sdl))
        assert guards is not None, "some field has one of the names"
        types = (each for each in API_SCHEMA.type_map.values() if hasattr(each, "fields"))
        wider = names | {
            name for type_ in types for name in type_.fields if guards.of_field(type_.name, name)
        }
        if wider == names:
            return sdl, names, guards
        names = wider


def refusing(schema: GraphQLSchema, names: Collection[str]) -> GraphQLSchema:
    """The monolith, whose resolvers refuse fields of these names."""

    def refuse(*_: Any, **__: Any) -> Any:
        raise GraphQLError("refused", extensions={"code": CODE})

    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for name, field in type_.fields.items():
                if name in names:
                    field.resolve = refuse
    return schema


def fields_of(documents: list[str]) -> set[str]:
    """Names of all fields that subgraphs were asked for."""
    found: set[str] = set()

    class Collecting(Visitor):
        def enter_field(self, node: FieldNode, *_: Any) -> None:
            found.add(node.name.value)

    for document in documents:
        visit(parse(document), Collecting())
    return found


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32), a=st.booleans(), b=st.booleans())
async def test_what_is_refused_is_as_if_resolvers_had_refused_it(
    seed: int, a: bool, b: bool
) -> None:
    random = Random(seed)
    tables = Records(API_SCHEMA, random, with_errors=False).write()
    operation = a_valid_operation(API_SCHEMA, random)
    chosen = frozenset(random.sample(NAMES, random.randint(2, 8)))
    sdl, names, _ = all_that_depends(chosen)
    data = Data(tables, build_api_schema(SUPERGRAPH))
    transports = {
        name: Watched(LocalTransport(build_subgraph(each, data))) for name, each in RICH.items()
    }
    engine = Engine(sdl, transports, PATIENT)
    monolith = refusing(build_monolith(Data(tables, build_api_schema(SUPERGRAPH))), names)
    variables = {"a": a, "b": b}

    whole = await graphql(monolith, operation, variable_values=variables)
    for _run in range(3):
        request = GraphQLRequest(document=operation, variables=variables)
        federated = await engine.execute(request, NOBODY)

        assert json.dumps(federated.data) == json.dumps(whole.data)
        refused = Counter(
            tuple(error["path"])
            for error in federated.errors
            if error["extensions"]["code"] == CODE
        )
        assert refused <= Counter(tuple(error.path) for error in whole.errors or ())
    assert not names & fields_of([doc for each in transports.values() for doc in each.documents])
