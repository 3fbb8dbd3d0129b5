"""A federated engine over records, beside the monolith of the same records."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from graphql import GraphQLSchema

from federation.compose.compose import SubgraphSource, compose
from federation.engine import Engine
from federation.limits import EngineLimits
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.contexts import find_context_arguments
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.patience import PATIENT

CASES = Path(__file__).parent / "cases"


def compose_sources(sources: Mapping[str, str]) -> str:
    """The supergraph SDL of some subgraphs."""
    return compose([SubgraphSource(name=name, sdl=sdl) for name, sdl in sources.items()]).sdl


def build_engine(
    sources: Mapping[str, str],
    tables: Mapping[str, Any],
    *,
    limits: EngineLimits | None = None,
    transports: Mapping[str, Any] | None = None,
) -> Engine:
    """Subgraphs in this process behind one engine; single transports can be replaced."""
    sdl = compose_sources(sources)
    data = Data(tables, build_api_schema(sdl))
    local = {name: LocalTransport(build_subgraph(source, data)) for name, source in sources.items()}
    return Engine(sdl, {**local, **(transports or {})}, limits or PATIENT)


def monolith_of(sources: Mapping[str, str], tables: Mapping[str, Any]) -> GraphQLSchema:
    """One schema over the same records."""
    data = Data(tables, build_api_schema(compose_sources(sources)))
    return build_monolith(data, find_context_arguments(sources))


def read_case(name: str) -> tuple[dict[str, str], dict[str, Any], str]:
    """Subgraph sources, data and operation of a case."""
    folder = CASES / name
    sources = {
        path.name.removesuffix(".subgraph.graphql"): path.read_text()
        for path in sorted(folder.glob("*.subgraph.graphql"))
    }
    return (
        sources,
        json.loads((folder / "data.json").read_text()),
        (folder / "operation.graphql").read_text(),
    )
