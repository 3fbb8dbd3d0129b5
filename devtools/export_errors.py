"""Write docs/errors.md: every code a client may meet, from the classes themselves."""

import importlib
from pathlib import Path

from errors import AppError
from federation.errors import FederationError

TARGET = Path(__file__).parent.parent / "docs" / "errors.md"
MODULES = (
    "domain.media.file_faults",
    "web.wire.refusals",
    "web.documents.persisted_documents",
)
"""Modules beside `errors.py` that declare failures."""

OTHERS = {
    "BAD_USER_INPUT": ("A variable or argument is not of its type.", False),
    "CONTEXT_MISSING": ("A value that a field needs from above is not there.", False),
    "COST_TOO_HIGH": ("The operation may cost more than the limit; `details` has both.", False),
    "DOCUMENT_TOO_LARGE": ("The document has too many tokens or nests too deep.", False),
    "ERRORS_OMITTED": ("More paths failed in the same way; `count` says how many.", False),
    "FIELD_UNREACHABLE": ("No subgraph can be asked for the field.", False),
    "GRAPHQL_PARSE_FAILED": ("The document is not GraphQL.", False),
    "GRAPHQL_VALIDATION_FAILED": ("The document does not fit the schema.", False),
    "INTERNAL": ("A bug of ours; the log knows more under `errorId`.", False),
    "INVALID_SUBGRAPH_DATA": (
        "A subgraph answered null or a wrong value where none may be.",
        False,
    ),
    "LIST_SIZE_MISSING": ("A list must be told how many items are asked for.", False),
    "LIST_TOO_LONG": ("More items are asked for than a list gives at once.", False),
    "OPERATION_MISSING": ("The document has no operation.", False),
    "OPERATION_NAME_MISSING": ("The document has several operations; name one.", False),
    "OPERATION_TOO_COMPLEX": ("The operation has too many fields, or repeats them.", False),
    "OPERATION_TOO_DEEP": ("The fields of the operation nest too deep.", False),
    "OPERATION_UNKNOWN": ("The document has no operation of this name.", False),
    "OPERATION_UNSUPPORTED": ("The schema has no such kind of operation.", False),
    "PHASE_UNKNOWN": ("There is no such phase of planning to print.", False),
    "PLAN_TOO_COMPLEX": ("Planning the operation would take too long.", False),
    "STREAM_NOT_SUPPORTED": ("The document streams a list; only @defer is there.", False),
    "SUBGRAPH_BUSY": (
        "Too many requests wait for a connection to a subgraph, or too many events to be told.",
        True,
    ),
    "SUBGRAPH_CIRCUIT_OPEN": ("A subgraph failed too often and is left alone a while.", True),
    "SUBGRAPH_ERROR": ("A subgraph told of an error without a code of its own.", False),
    "SUBGRAPH_INVALID_RESPONSE": ("A subgraph did not answer with GraphQL data.", False),
    "SUBGRAPH_RESPONSE_TOO_LARGE": ("A subgraph's answer has more bytes than it may.", False),
    "SUBGRAPH_TIMEOUT": ("A subgraph did not answer in time.", True),
    "SUBGRAPH_UNAVAILABLE": ("A subgraph failed as a whole.", True),
    "SUBSCRIPTION_EXPECTED": ("The operation is no subscription.", False),
    "SERVICE_RESTARTING": ("The server restarts; subscribe again.", True),
    "SUPERGRAPH_CHANGED": ("The supergraph was replaced; subscribe again.", True),
    "TOO_MANY_CONTEXTS": ("One fetch would need too many context values.", False),
    "TOO_MANY_ENTITIES": ("One fetch would ask for too many entities.", False),
    "TOO_MANY_ALIASES": ("The operation has too many aliases; `details` says how many.", False),
    "TOO_MANY_DIRECTIVES": ("The operation, or one place of it, has too many directives.", False),
    "TOO_MANY_ROOT_FIELDS": ("The operation asks for too much at its root.", False),
    "UNAUTHORIZED_FIELD_OR_TYPE": (
        "The caller may not see the field, or the type it is on or gives.",
        False,
    ),
    "VARIABLES_TOO_LARGE": ("The variables hold too many values, or nest too deep.", False),
}
"""Codes that no class of its own stands for: code → meaning, whether trying again may help."""

HEAD = """# Error codes

Written by `make schema` from the classes in `errors.py`, `web/` and `federation/errors.py`.

A code is stable. It stands in `extensions.code` of a GraphQL error, or in `problems.code` of a
mutation's payload: input errors but NOT_FOUND are problems, all else are errors. Anything that is
not listed here is masked as INTERNAL, with an `errorId` that the log knows.

| code | meaning | trying again may help |
|---|---|---|
"""


def error_page() -> str:
    """The page as text."""
    for name in MODULES:
        importlib.import_module(name)
    rows = {code: _row(code, meaning, helps) for code, (meaning, helps) in OTHERS.items()}
    for each in _below(AppError) + _below(FederationError):
        code = each.__dict__.get("code")
        if isinstance(code, str) and not code.startswith("COMPOSITION"):
            meaning = (each.__doc__ or "").strip().partition("\n")[0]
            rows[code] = _row(code, meaning, bool(getattr(each, "retryable", False)))
    return HEAD + "\n".join(rows[code] for code in sorted(rows)) + "\n"


def _below(base: type[Exception]) -> list[type[Exception]]:
    found: list[type[Exception]] = []
    for each in base.__subclasses__():
        found += [each, *_below(each)]
    return found


def _row(code: str, meaning: str, helps: bool) -> str:
    return f"| `{code}` | {meaning} | {'yes' if helps else 'no'} |"


if __name__ == "__main__":
    TARGET.write_text(error_page())
