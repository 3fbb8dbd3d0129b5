"""The members of a GraphQL request: read from JSON or a query string, types checked."""

import re
from collections.abc import Mapping
from typing import Any

from msgspec import Struct, field

from web.wire.json_bytes import load_json
from web.wire.refusals import BadRequest

DOCUMENT_IDS = ("documentId", "doc_id", "id")
"""GraphQL over HTTP, appendix A; and how Relay's clients call it."""
QUERY_HASH = re.compile(r"[0-9a-f]{64}")


class GraphQLParams(Struct, frozen=True, kw_only=True):
    """What a client asks for: a document, or the id of one, and how to run it."""

    query: str | None = None
    document_id: str | None = None
    """From `documentId`, from `doc_id` or `id` as Relay's clients send it, or from the path."""
    query_hash: str | None = None
    """From Apollo's `extensions.persistedQuery`; 64 hexadecimal digits."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    operation_name: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)


def params_from_json(value: object, *, document_id: str | None = None) -> GraphQLParams:
    """Check a decoded JSON body; `document_id` is what the path says.

    Raises:
        BadRequest: it is no object, lacks a document, or a member has the wrong type.
    """
    if not isinstance(value, dict):
        raise BadRequest("The request must be a JSON object.")
    extensions = _object(value, "extensions")
    document_id = _document_id(value, document_id)
    query_hash = _query_hash(extensions)
    query = _text(value, "query") or None
    if query is None and document_id is None and query_hash is None:
        raise BadRequest("The request needs `query`, or `documentId`.")
    return GraphQLParams(
        query=query,
        document_id=document_id,
        query_hash=query_hash,
        variables=_object(value, "variables"),
        operation_name=_text(value, "operationName") or None,
        extensions=extensions,
    )


def params_from_query_string(
    values: Mapping[str, str], *, document_id: str | None = None
) -> GraphQLParams:
    """Check the parameters of a GET; `variables` and `extensions` are JSON texts there.

    Raises:
        BadRequest: as `params_from_json`, or one of the two is not JSON.
    """
    decoded: dict[str, object] = {
        name: values[name] for name in ("query", *DOCUMENT_IDS, "operationName") if name in values
    }
    for name in ("variables", "extensions"):
        if values.get(name):
            decoded[name] = _decode(name, values[name])
    return params_from_json(decoded, document_id=document_id)


def _decode(name: str, text: str) -> object:
    try:
        return load_json(text)
    except ValueError as error:
        raise BadRequest(f"`{name}` must be JSON.") from error


def _text(value: dict[str, Any], name: str) -> str | None:
    found = value.get(name)
    if found is not None and not isinstance(found, str):
        raise BadRequest(f"`{name}` must be a string.")
    return found


def _object(value: dict[str, Any], name: str) -> dict[str, Any]:
    found = value.get(name)
    if found is None:
        return {}
    if not isinstance(found, dict):
        raise BadRequest(f"`{name}` must be an object.")
    return found


def _document_id(value: dict[str, Any], from_path: str | None) -> str | None:
    """The one id that is given; by several names only if it is the same."""
    if value.keys().isdisjoint(DOCUMENT_IDS):
        return from_path
    given = {_text(value, name) or None for name in DOCUMENT_IDS} | {from_path}
    given.discard(None)
    if len(given) > 1:
        raise BadRequest("The request names several documents; send one `documentId`.")
    return given.pop() if given else None


def _query_hash(extensions: dict[str, Any]) -> str | None:
    persisted = extensions.get("persistedQuery")
    if persisted is None:
        return None
    found = persisted.get("sha256Hash") if isinstance(persisted, dict) else None
    if not isinstance(found, str) or QUERY_HASH.fullmatch(found) is None:
        raise BadRequest("`extensions.persistedQuery` must have a `sha256Hash`: 64 hex digits.")
    if persisted.get("version", 1) != 1:
        raise BadRequest("`extensions.persistedQuery.version` must be 1.")
    return found
