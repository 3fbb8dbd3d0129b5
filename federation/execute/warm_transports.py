"""Makes transports ready for the fetches of a plan before it is run."""

from collections.abc import Mapping
from typing import Any

from federation.execute.sharing import fetches_of
from federation.fetch.fetch import FetchRequest
from federation.plan.nodes import QueryPlan
from federation.transport.transport import Transport


async def warm_transports(
    plan: QueryPlan, transports: Mapping[str, Transport], variables: Mapping[str, Any]
) -> None:
    """Tell each transport what it will be asked; `variables` are those known before."""
    for fetch in fetches_of(plan):
        transport = transports.get(fetch.subgraph)
        if transport is not None:
            known = {name: variables[name] for name in fetch.variables if name in variables}
            await transport.warm(
                FetchRequest(
                    subgraph=fetch.subgraph,
                    document=fetch.document,
                    operation_kind=fetch.kind,
                    variables=known,
                )
            )
