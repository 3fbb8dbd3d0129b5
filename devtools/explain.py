"""Prints a phase of planning: python -m devtools.explain file.graphql [phase] [operation]."""

import asyncio
import sys
from pathlib import Path

from federation.engine import PHASES, Engine
from federation.errors import FederationError, RequestError
from federation.program.levels import NotCompiled
from subgraphs.registry import SUBGRAPHS
from web.engines.local_transports import local_transports

SUPERGRAPH = Path("schema/sdl/supergraph.graphql")

SAID = {
    "operation": "the operation in normal form: fragments gone, fields merged",
    "graph": "the join graph in DOT, the same for all operations: pipe it into dot -Tsvg",
    "paths": "all ways to each leaf, with what they cost",
    "tree": "the chosen ways, put together",
    "fetches": "what is asked of which subgraph, and what waits for what",
    "plan": "the requests that are sent (the default)",
    "answer": "the Python that reads entities between requests and shapes the answer",
    "program": "the Python that answers each request where its subgraph is in this process",
}
assert tuple(SAID) == (*PHASES, "program"), "every phase is explained, in order"

USAGE = "\n".join(
    [
        "usage: python -m devtools.explain FILE [PHASE] [OPERATION]",
        "",
        "FILE       a GraphQL document",
        "OPERATION  the name of an operation in it, where there are several",
        "PHASE      one of",
        *(f"  {phase:<11}{said}" for phase, said in SAID.items()),
    ]
)


def main(arguments: list[str]) -> int:
    """Print one phase of one operation; 1 with one line for each reason why not."""
    if arguments in (["-h"], ["--help"]):
        print(USAGE)
        return 0
    if not 1 <= len(arguments) <= 3:
        print(USAGE, file=sys.stderr)
        return 1
    path, phase, name = (*arguments, *("plan", "")[len(arguments) - 1 :])
    try:
        engine = Engine(SUPERGRAPH.read_text(), {})
        explain = explain_programs if phase == "program" else Engine.explain
        print(explain(engine, Path(path).read_text(), phase, name or None))
    except RequestError as fault:
        for error in fault.errors:
            print(f"{fault.code}: {error['message']}", file=sys.stderr)
        return 1
    except FederationError as fault:
        print(f"{fault.code}: {fault.message}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return 1
    return 0


def explain_programs(engine: Engine, document: str, _phase: str, operation_name: str | None) -> str:
    """The source of each request of an operation's plan, under the request itself."""
    transports = local_transports(SUBGRAPHS)
    texts = []
    for fetch in engine.describe_plan(document, operation_name)["fetches"]:
        request = str(fetch["operation"])
        try:
            source = asyncio.run(transports[fetch["subgraph"]].source(request))
        except NotCompiled as why:
            source = f"# not compiled: {why.reason}\n"
        asked = "".join(f"#   {line}\n" for line in request.splitlines())
        texts.append(f"# fetch {fetch['id']} of {fetch['subgraph']}\n{asked}\n\n{source}")
    return "\n\n".join(texts)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
