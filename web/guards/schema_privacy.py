"""Keeps the schema from callers who may not see it: introspection, and what errors tell of it."""

import re
from dataclasses import replace
from typing import Any

from federation.engine import GraphQLResponse

SCHEMA_FIELD = re.compile(r"__(?:schema|type)\b")
"""Names have no escapes in GraphQL, so a document that asks has this in its text."""
INVALID_CODES = frozenset({"GRAPHQL_VALIDATION_FAILED", "LIST_SIZE_MISSING"})
"""Of refusals that are told in names of the schema."""
INVALID_MESSAGE = "The document does not fit the schema. Log in to be told where."
WRONG_VARIABLE = re.compile(r"(Variable '\$\w+' has invalid value[^:]*): .*", re.DOTALL)
"""Which value does not fit, and after the colon why."""


def asks_for_schema(document: str) -> bool:
    """Whether a document may introspect; `__typename` tells only of what the client has."""
    return SCHEMA_FIELD.search(document) is not None


def without_schema(response: GraphQLResponse) -> GraphQLResponse:
    """The refusal of a wrong document without what it tells of the schema."""
    if response.has_data or not response.errors:
        return response
    return replace(response, errors=errors_without_schema(response.errors))


def errors_without_schema(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The errors of a request that was refused, for who may not see the schema.

    One error stands for all that validation found: types and fields are named in their messages,
    and their number and places would tell which of many guessed names exist. Of a variable is told
    which value does not fit, not why: the reason names fields and types. `Any` as in a response.
    """
    code = errors[0]["extensions"].get("code") if errors else ""
    if code in INVALID_CODES:
        return [{"message": INVALID_MESSAGE, "extensions": {"code": code}}]
    if code != "BAD_USER_INPUT":
        return errors
    return [
        {**error, "message": WRONG_VARIABLE.sub(r"\1.", str(error["message"]))} for error in errors
    ]
