"""Prints the plan of an operation: python gateway.py plan --supergraph F --operation F [--json]."""

import sys
from pathlib import Path

import orjson

from federation.engine import Engine
from federation.errors import FederationError, RequestError


def run_plan(supergraph: Path, operation: Path, name: str | None, *, as_json: bool) -> int:
    """Print the plan; 1 with one line for each reason why not."""
    try:
        plan = print_plan_of(supergraph.read_text(), operation.read_text(), name, as_json=as_json)
    except RequestError as fault:
        for error in fault.errors:
            print(f"{fault.code}: {' '.join(error['message'].split())}", file=sys.stderr)
        return 1
    except FederationError as fault:
        print(f"{fault.code}: {' '.join(fault.message.split())}", file=sys.stderr)
        return 1
    except OSError as fault:
        print(f"{fault.filename}: {fault.strerror}", file=sys.stderr)
        return 1
    print(plan)
    return 0


def print_plan_of(supergraph: str, document: str, name: str | None, *, as_json: bool) -> str:
    """The plan of one operation, as text or as JSON.

    Raises:
        FederationError: the supergraph, the document or the plan is not possible.
    """
    engine = Engine(supergraph, {})
    if not as_json:
        return engine.explain(document, "plan", name)
    value = engine.describe_plan(document, name)
    return orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
