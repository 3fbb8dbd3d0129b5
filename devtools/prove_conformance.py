"""Public execution cases: `python -m devtools.prove_conformance folder [way ...]`.

The folder is a checkout of graphql-conformance: a corpus of schemas, documents and variables. A
case runs as a document of its schema (compiled), and through an engine whose only subgraph is that
schema (engine); expected is what graphql-core answers without our code (reference). Resolvers are
those that the corpus prescribes: a fixed value for each type, two items for each list.
"""

import asyncio
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    build_schema,
)

from federation.compose.compose import SubgraphSource, compose
from federation.engine import Engine, GraphQLRequest
from federation.limits import EngineLimits
from federation.program.program import CompiledProgram
from federation.program.reference import ReferenceProgram
from federation.transport.local import LocalTransport

SCALARS = {
    GraphQLInt.name: 2,
    GraphQLFloat.name: 3.14,
    GraphQLBoolean.name: True,
    GraphQLID.name: "id",
}
"""What a scalar field answers; "str" where it is none of these."""
GENEROUS = EngineLimits(operation_root_fields_max=1_000)
"""Random documents have more root fields than a client is let ask for by default."""
Answer = tuple[dict[str, Any] | None, list[Any]]
Run = Callable[[str, dict[str, Any]], Any]


@dataclass(frozen=True)
class Case:
    """A document with its variables."""

    name: str
    document: str
    variables: dict[str, Any]


@dataclass
class Score:
    """How many cases one way of running has passed."""

    total: int = 0
    failures: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return f"{self.total - len(self.failures)} of {self.total}"


WAYS = ("compiled", "engine")


def main(folder: str, ways: tuple[str, ...] = WAYS) -> None:
    """Run all cases and print the scores; exits 1 where one fails."""
    scores = asyncio.run(prove(Path(folder), ways))
    for way, score in scores.items():
        for failure in score.failures:
            print(f"{way}: {failure}")
        print(f"{way}: {score}")
    if any(score.failures for score in scores.values()):
        sys.exit(1)


async def prove(folder: Path, ways: tuple[str, ...] = WAYS) -> dict[str, Score]:
    """The score of each way of running the cases of a checkout."""
    scores = {way: Score() for way in ways}
    for place in sorted((folder / "corpus").iterdir()):
        text = (place / "schema.graphqls").read_text()
        reference = _reference(text)
        runs = {way: _BUILD[way](text) for way in ways}
        for case in _cases(place):
            expected = await reference(case.document, case.variables)
            for way, run in runs.items():
                await _score(scores[way], case, run, expected)
    return scores


async def _score(score: Score, case: Case, run: Run, expected: Answer) -> None:
    score.total += 1
    try:
        answer = await run(case.document, case.variables)
    except Exception as fault:  # noqa: BLE001 - a case that breaks is a case that failed
        score.failures.append(f"{case.name} raised {fault!r}")
        return
    if answer != expected or json.dumps(answer[0]) != json.dumps(expected[0]):
        score.failures.append(f"{case.name} answered {answer}, expected {expected}")


def _cases(place: Path) -> Iterator[Case]:
    for folder in sorted(path for path in place.iterdir() if path.is_dir()):
        document = (folder / "query.graphql").read_text()
        given = sorted(folder.glob("*/variables.json"))
        name = f"{place.name}/{folder.name}"
        for path in given:
            variables = json.loads(path.read_text())
            yield Case(f"{name}/{path.parent.name}", document, variables)
        if not given:
            yield Case(name, document, {})


def _reference(text: str) -> Run:
    program = ReferenceProgram(_dressed(text))
    return lambda document, variables: _run(program, document, variables)


def _compiled(text: str) -> Run:
    program = CompiledProgram(_dressed(text), cold_runs=0)
    return lambda document, variables: _run(program, document, variables)


async def _run(program: Any, document: str, variables: dict[str, Any]) -> Answer:
    result = await program.run(_all_at_once(document), variables, None)
    return result.data, [error.formatted for error in result.errors or ()]


def _all_at_once(text: str) -> str:
    """`@defer` and `@stream` under names that mean nothing: no program meets them."""
    return text.replace("@defer", "@deferred").replace("@stream", "@streamed")


def _engine(text: str) -> Run:
    """The schema behind the engine; its root type is called Query there, as composition has it."""
    root = build_schema(text).query_type
    assert root is not None
    sdl = _renamed(text, root.name, "Query")
    supergraph = compose([SubgraphSource(name="all", sdl=sdl)]).sdl
    engine = Engine(
        supergraph, {"all": LocalTransport(_dressed(sdl, query_name=root.name))}, GENEROUS
    )

    async def run(document: str, variables: dict[str, Any]) -> Answer:
        asked = GraphQLRequest(document=_renamed(document, root.name, "Query"), variables=variables)
        await engine.execute(asked, None)  # the subgraph compiles what is asked again
        response = await engine.execute(asked, None)
        told = json.dumps(response.data).replace('"Query"', f'"{root.name}"')
        return json.loads(told), response.errors

    return run


def _renamed(text: str, name: str, new: str) -> str:
    return re.sub(rf"\b{name}\b", new, text)


_BUILD = {"reference": _reference, "compiled": _compiled, "engine": _engine}


def _dressed(text: str, query_name: str = "Query") -> GraphQLSchema:
    """The schema with the resolvers that the corpus prescribes."""
    schema = build_schema(_all_at_once(text))
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for each in type_.fields.values():
                each.resolve = _resolver(schema, each.type, query_name)
    return schema


def _resolver(schema: GraphQLSchema, type_: Any, query_name: str) -> Callable[..., Any]:
    def order(member: GraphQLObjectType) -> str:
        return query_name if member.name == "Query" else member.name

    return lambda _parent, _info, **_arguments: _value(schema, type_, order)


def _value(schema: GraphQLSchema, type_: Any, order: Callable[[Any], str]) -> Any:
    if isinstance(type_, GraphQLNonNull):
        return _value(schema, type_.of_type, order)
    if isinstance(type_, GraphQLList):
        return [_value(schema, type_.of_type, order) for _ in range(2)]
    if isinstance(type_, GraphQLEnumType):
        return next(iter(type_.values.values())).value
    if isinstance(type_, GraphQLObjectType):
        return {}
    if isinstance(type_, GraphQLUnionType):
        return {"__typename": min(type_.types, key=order).name}
    if isinstance(type_, GraphQLInterfaceType):
        possible = schema.get_implementations(type_).objects
        return {"__typename": max(possible, key=order).name}
    return SCALARS.get(type_.name, "str")


if __name__ == "__main__":
    main(sys.argv[1], tuple(sys.argv[2:]) or WAYS)
