"""Keeps the schema from callers who may not see it: introspection, and what errors suggest."""

import re
from dataclasses import replace
from typing import Any

from federation.engine import GraphQLResponse

SCHEMA_FIELD = re.compile(r"__(?:schema|type)\b")
"""Names have no escapes in GraphQL, so a document that asks has this in its text."""
SUGGESTION = re.compile(r"\s*Did you mean [^?]*\?")


def asks_for_schema(document: str) -> bool:
    """Whether a document may introspect; `__typename` tells only of what the client has."""
    return SCHEMA_FIELD.search(document) is not None


def without_suggestions(response: GraphQLResponse) -> GraphQLResponse:
    """The refusal of a wrong document without the names that come close to what it says."""
    if response.has_data or not response.errors:
        return response
    return replace(response, errors=unsuggested(response.errors))


def unsuggested(errors: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Copies of errors without suggestions."""
    return [{**error, "message": SUGGESTION.sub("", str(error["message"]))} for error in errors]
