"""Which text a request means: the one it sent, one known by an id, or one it sent before.

query              free text; not for partners, and not where it is switched off
documentId         the house's own documents, then what clients have published
sha256Hash         the same by hash, then what some client sent with that hash
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from domain.users.manifests import HASH_PREFIX, MANIFEST_BYTES_MAX, hash_of, parse_manifest
from errors import ManifestRefused
from web.documents.automatic_persisted_queries import AutomaticDocuments
from web.documents.published_operations import PublishedOperations
from web.guards.partner_keys import KnownPartner
from web.wire.graphql_params import GraphQLParams
from web.wire.refusals import (
    AutomaticQueryNotFound,
    BadRequest,
    BodyTooLarge,
    PersistedDocumentRequired,
    PersistedQueryNotFound,
    PersistedQueryNotSupported,
)

EVERYBODY = "*"
"""Among the names of clients: all of them, and those without a name."""


class ManifestError(ValueError):
    """A manifest file that cannot be used; the process should not start with it."""


@dataclass(frozen=True, slots=True)
class DocumentManifest:
    """Documents by id; each is also known by the hash of its text."""

    documents: Mapping[str, str] = field(default_factory=dict)

    def find_document(self, document_id: str) -> str | None:
        """Find a document by its id, its SHA-256, or `sha256:` and its SHA-256."""
        return self.documents.get(document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """All texts that can be asked for without sending them, and who may send one."""

    own: DocumentManifest = field(default_factory=DocumentManifest)
    """The house's own; they come with its release."""
    published: PublishedOperations = field(default_factory=PublishedOperations)
    automatic: AutomaticDocuments | None = None
    """None: nothing is kept because somebody sent it."""
    persisted_only: frozenset[str] = frozenset()
    """Names of clients that may send no text; EVERYBODY for all."""

    async def choose(
        self,
        params: GraphQLParams,
        partner: KnownPartner | None,
        client: str,
        *,
        document_bytes_max: int,
    ) -> str:
        """Find the text to run for a client, who may be a partner.

        Raises:
            PersistedDocumentRequired: it sent free text, and may not.
            PersistedQueryNotFound: no document has this id or hash.
            PersistedQueryNotSupported: what it sends would not be kept.
            BadRequest: text and hash were sent, and do not belong together.
            BodyTooLarge: the text is too long.
        """
        if params.query is not None:
            if not self._may_send_text(partner, client):
                raise PersistedDocumentRequired(
                    "Send the `documentId` of a published operation: free text is switched off."
                )
            _require_hash(params.query, params.document_id)
            _require_hash(params.query, params.query_hash)
            _require_size(params.query, document_bytes_max)
            return params.query
        if params.document_id is None:
            assert params.query_hash is not None, "a request names a document somehow"
            return await self._find_automatic(params.query_hash, partner, client)
        document = self._find(params.document_id, partner)
        if document is None:
            raise PersistedQueryNotFound(
                "No document has this id: it was not published, or its version was retired."
            )
        return document

    async def register(self, params: GraphQLParams) -> None:
        """Keep a text that came with its hash and could be read."""
        if params.query is None or params.query_hash is None or self.automatic is None:
            return
        await self.automatic.keep(params.query_hash, params.query)

    def texts(self) -> list[str]:
        """All texts that are known by an id; the house's own first."""
        return list(dict.fromkeys([*self.own.documents.values(), *self.published.documents()]))

    async def _find_automatic(self, digest: str, partner: KnownPartner | None, client: str) -> str:
        document = self._find(HASH_PREFIX + digest, partner)
        if document is not None:
            return document
        if self.automatic is None or not self._may_send_text(partner, client):
            raise PersistedQueryNotSupported("PersistedQueryNotSupported")
        document = await self.automatic.find(digest)
        if document is None:
            raise AutomaticQueryNotFound("PersistedQueryNotFound")
        return document

    def _find(self, document_id: str, partner: KnownPartner | None) -> str | None:
        """A partner finds what it has published itself, and nothing else."""
        if partner is not None:
            return self.published.find(document_id, client=partner.name)
        return self.own.find_document(document_id) or self.published.find(document_id)

    def _may_send_text(self, partner: KnownPartner | None, client: str) -> bool:
        if partner is not None:
            return partner.is_sandbox
        return not self.persisted_only.intersection((EVERYBODY, client))


def read_manifest(path: Path) -> DocumentManifest:
    """Read a manifest: `{id: document}`, or the format of Apollo's manifest generator.

    Raises:
        ManifestError: the file is missing, too large, or of neither format.
    """
    try:
        if path.stat().st_size > MANIFEST_BYTES_MAX:
            raise ManifestError(f"{path}: larger than {MANIFEST_BYTES_MAX} bytes")
        entries = parse_manifest(path.read_bytes())
    except OSError as error:
        raise ManifestError(f"{path}: {error.strerror}") from error
    except ManifestRefused as refusal:
        raise ManifestError(f"{path}: {refusal.faults[0].message}") from refusal
    return index_documents({each.id: each.body for each in entries})


def index_documents(documents: Mapping[str, str]) -> DocumentManifest:
    """Make a manifest in which each document is found by its id and by its hash."""
    found: dict[str, str] = {}
    for document in documents.values():
        digest = hash_of(document)
        found[digest] = document
        found[HASH_PREFIX + digest] = document
    return DocumentManifest({**found, **documents})


def read_folder(folder: Path) -> dict[str, str]:
    """Read a folder of `*.graphql` files: the id of a document is its file's name."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.graphql"))}


def print_manifest(documents: Mapping[str, str]) -> str:
    """Print documents as a manifest file; sorted, so that order never makes noise."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(documents, option=options).decode()


def _require_hash(query: str, told: str | None) -> None:
    if told is not None and told.removeprefix(HASH_PREFIX) != hash_of(query):
        raise BadRequest("The document and its hash do not belong together.")


def _require_size(query: str, bytes_max: int) -> None:
    if len(query) > bytes_max or len(query.encode(errors="replace")) > bytes_max:
        raise BodyTooLarge("The document is too long.", bytes_max=bytes_max)
