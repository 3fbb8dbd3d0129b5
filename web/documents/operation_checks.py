"""What the API schema says of operations that somebody wants to publish."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from hashlib import sha256

from graphql import DocumentNode, GraphQLSchema, OperationDefinitionNode

from domain.users.manifests import ManifestEntry
from domain.users.operations import CheckedOperation
from errors import Fault
from federation.errors import RequestError
from federation.limits import EngineLimits
from federation.operation.deferral import with_defer
from federation.operation.document import parse_document, validate_document
from federation.operation.expanded_size import check_expanded_size
from federation.supergraph.api_schema import build_api_schema

DOCUMENT_BYTES_MAX = 128 * 1024
OPERATION_REFUSED = "MANIFEST_REFUSED"


class SchemaChecks:
    """Parses and validates operations, in a thread; the schema is built when it is first asked.

    `reserved` are documents that the house itself serves: their ids are not for others.
    """

    def __init__(
        self,
        read_supergraph: Callable[[], str],
        *,
        reserved: Mapping[str, str] | None = None,
        limits: EngineLimits | None = None,
    ) -> None:
        self._read_supergraph = read_supergraph
        self._reserved = reserved or {}
        self._limits = limits or EngineLimits()

    @cached_property
    def schema(self) -> str:
        """Another text for every other schema."""
        return sha256(self._sdl.encode()).hexdigest()

    @cached_property
    def api_schema(self) -> GraphQLSchema:
        """What clients see."""
        return build_api_schema(self._sdl)

    async def check(self, entries: Sequence[ManifestEntry]) -> list[CheckedOperation]:
        """Parse and validate operations, in their order; never raises for a bad one."""
        return await asyncio.to_thread(lambda: [self._check(entry) for entry in entries])

    @cached_property
    def _executable_schema(self) -> GraphQLSchema:
        """What is run may defer, too."""
        return with_defer(self.api_schema)

    @cached_property
    def _sdl(self) -> str:
        return self._read_supergraph()

    def _check(self, entry: ManifestEntry) -> CheckedOperation:
        if self._reserved.get(entry.id, entry.body) != entry.body:
            return _refused(entry, "The id is one of the house's own; choose another.")
        if len(entry.body.encode(errors="replace")) > DOCUMENT_BYTES_MAX:
            return _refused(entry, f"The document has more than {DOCUMENT_BYTES_MAX} bytes.")
        try:
            document = parse_document(entry.body, self._limits)
            operation = _only_operation(document)
            if operation is None:
                return _refused(entry, "A document has exactly one operation.")
            check_expanded_size(document, operation, self._limits)
            validate_document(self._executable_schema, document, self._limits)
        except RequestError as refusal:
            return _told(entry, "", "", [_fault_of(entry, each) for each in refusal.errors])
        name = "" if operation.name is None else operation.name.value
        kind = operation.operation.value
        if entry.name not in (None, name) or entry.kind not in (None, kind):
            return _refused(entry, f"The text is the {kind} {name!r}; the manifest says otherwise.")
        return _told(entry, name, kind, [])


def _only_operation(document: DocumentNode) -> OperationDefinitionNode | None:
    found = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    return found[0] if len(found) == 1 else None


def _refused(entry: ManifestEntry, message: str) -> CheckedOperation:
    return _told(entry, "", "", [Fault(about=entry.id, code=OPERATION_REFUSED, message=message)])


def _told(entry: ManifestEntry, name: str, kind: str, faults: list[Fault]) -> CheckedOperation:
    return CheckedOperation(id=entry.id, name=name, kind=kind, faults=faults)


def _fault_of(entry: ManifestEntry, error: Mapping[str, object]) -> Fault:
    """A fault as the engine tells of it, with the place where it is."""
    extensions, places = error.get("extensions"), error.get("locations")
    code = extensions.get("code") if isinstance(extensions, dict) else None
    message = str(error["message"])
    if isinstance(places, list) and places:
        message += f" (line {places[0]['line']}, column {places[0]['column']})"
    return Fault(about=entry.id, code=str(code or OPERATION_REFUSED), message=message)
