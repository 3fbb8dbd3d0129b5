"""Looks for a difference, as a mutant of the engine would show it: `killing.py program|execute`.

Exits 1 with the difference when there is one, and 0 when none was found.
"""

import asyncio
import sys
from random import Random

from federation.engine import Engine
from federation.errors import CompositionErrors
from federation.supergraph.api_schema import build_api_schema
from federation.transport.local import LocalTransport
from tests.federation.differential.bound_records import bind_records
from tests.federation.differential.cases import compare_cases, world_of, write_cases
from tests.federation.differential.test_compiled_equals_reference import build_compiled
from tests.federation.differential.test_displaying import (
    DISPLAYED,
    TABLES,
    UNUSUAL,
    ask_all_ways,
    test_what_is_unusual_is_told_as_ever,
)
from tests.federation.differential.test_four_ways import EAGER, a_valid_operation, require_same
from tests.federation.differential.test_wrong_but_fast import (
    MENTIONED,
    WRONG_VALUES,
    test_one_entity_is_shown_as_each_mention_tells_of_it,
    test_types_that_share_ids_are_kept_apart,
    test_what_a_subgraph_may_not_say_is_null_where_it_may_be,
    test_what_is_required_tells_representations_apart,
)
from tests.federation.federated import compose_sources
from tests.federation.random_operations import RICH, Records
from tests.federation.random_subgraphs import write_records, write_subgraphs
from tests.federation.records import Data, build_monolith, build_subgraph
from tests.unit.federation.program.test_batches import (
    MENTIONS,
    test_equal_mentions_of_an_entity_are_asked_for_once,
)
from tests.unit.federation.program.test_displaying import (
    test_what_is_unusual_is_not_displayed_and_has_nothing_absent,
)
from tests.unit.federation.program.test_regressions_of_differential import (
    test_an_attribute_that_fails_ends_a_mutation_as_a_resolver_does,
)

WORLDS = 150
SUPERGRAPHS = 60


def look_at_programs() -> None:
    """Compiled programs beside graphql-core."""
    asyncio.run(test_an_attribute_that_fails_ends_a_mutation_as_a_resolver_does())
    for mentions in MENTIONS:
        asyncio.run(test_equal_mentions_of_an_entity_are_asked_for_once(*mentions))
    for seed in range(WORLDS):
        world, _, _ = world_of(seed)
        for document_seed in range(3):
            asyncio.run(compare_cases(write_cases(seed, document_seed, world), build_compiled))


def look_at_execution() -> None:
    """Engines beside a monolith, over random supergraphs and a rich one in turn."""
    asyncio.run(test_what_is_required_tells_representations_apart())
    asyncio.run(test_types_that_share_ids_are_kept_apart())
    for mentioned in MENTIONED:
        asyncio.run(test_one_entity_is_shown_as_each_mention_tells_of_it(*mentioned))
    for wrong in WRONG_VALUES:
        asyncio.run(test_what_a_subgraph_may_not_say_is_null_where_it_may_be(*wrong))
    asyncio.run(test_what_is_unusual_is_not_displayed_and_has_nothing_absent(["a"]))
    for operation in DISPLAYED.values():
        asyncio.run(ask_all_ways(TABLES, operation))
    for case in UNUSUAL:
        asyncio.run(test_what_is_unusual_is_told_as_ever(case))
    for seed in range(SUPERGRAPHS):
        asyncio.run(_look_at_supergraph(seed))


async def _look_at_supergraph(seed: int) -> None:
    random = Random(seed)
    sources = dict(RICH) if seed % 2 else write_subgraphs(random)
    try:
        supergraph = compose_sources(sources)
    except CompositionErrors:
        return
    schema = build_api_schema(supergraph)
    tables = (
        Records(schema, random, with_errors=seed % 4 == 1).write()
        if seed % 2
        else write_records(schema, random)
    )
    data = Data(tables, build_api_schema(supergraph))
    transports = {}
    for name, source in sources.items():
        subgraph = build_subgraph(source, data)
        bindings = bind_records(subgraph, data, random)
        transports[name] = LocalTransport(subgraph, bindings=bindings)
    engine = Engine(supergraph, transports, EAGER)
    monolith = build_monolith(Data(tables, build_api_schema(supergraph)))
    for _ in range(3):
        operation = a_valid_operation(schema, random)
        for a, b, n in ((True, False, 1), (True, False, 1), (False, True, 2)):
            variables = {"a": a, "b": b, "n": n}
            await require_same({"displayed": engine}, monolith, operation, variables)
    engine.close()


if __name__ == "__main__":
    {"program": look_at_programs, "execute": look_at_execution}[sys.argv[1]]()
