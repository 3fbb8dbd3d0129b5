"""Documents known by id, and partners who may run nothing else."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import orjson

from errors import Unauthenticated
from web.graphql_params import GraphQLParams
from web.json_bytes import load_json
from web.refusals import (
    BadRequest,
    BodyTooLarge,
    PersistedDocumentRequired,
    PersistedQueryNotFound,
)

APOLLO_FORMAT = "apollo-persisted-query-manifest"
HASH_PREFIX = "sha256:"
MANIFEST_BYTES_MAX = 16 * 1024 * 1024
DOCUMENTS_MAX = 50_000
PARTNERS_MAX = 10_000


class ManifestError(ValueError):
    """A manifest or key file that cannot be used; the process should not start with it."""


@dataclass(frozen=True, slots=True)
class DocumentManifest:
    """Documents by id; each is also known by the hash of its text."""

    documents: Mapping[str, str] = field(default_factory=dict)

    def find_document(self, document_id: str) -> str | None:
        """Find a document by its id, its SHA-256, or `sha256:` and its SHA-256."""
        return self.documents.get(document_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """A client that is known by an API key and runs the documents of its manifest only."""

    id: str
    manifest: DocumentManifest


@dataclass(frozen=True, slots=True)
class PartnerKeys:
    """Partners by the SHA-256 of their API key; the keys themselves are nowhere stored."""

    partner_by_hash: Mapping[str, Partner] = field(default_factory=dict)

    def find_partner(self, api_key: str | None) -> Partner | None:
        """Find who a key belongs to; None where no key was sent.

        Raises:
            Unauthenticated: a key was sent, and nobody has it.
        """
        if api_key is None:
            return None
        partner = self.partner_by_hash.get(_sha256(api_key))
        if partner is None:
            raise Unauthenticated("This API key is not known.")
        return partner


def choose_document(
    params: GraphQLParams,
    partner: Partner | None,
    public: DocumentManifest,
    *,
    document_bytes_max: int,
) -> str:
    """Find the text to run: what was sent, or what is known by the id that was sent.

    Raises:
        PersistedDocumentRequired: a partner sent free text.
        PersistedQueryNotFound: no document has this id.
        BadRequest: text and hash were sent, and do not belong together.
        BodyTooLarge: the text is too long.
    """
    if partner is not None and params.query is not None:
        raise PersistedDocumentRequired("Send `documentId`: this key runs its manifest only.")
    if params.query is not None:
        _require_hash(params.query, params.document_id)
        _require_size(params.query, document_bytes_max)
        return params.query
    manifest = public if partner is None else partner.manifest
    document = manifest.find_document(params.document_id or "")
    if document is None:
        raise PersistedQueryNotFound("PersistedQueryNotFound")
    return document


def read_manifest(path: Path) -> DocumentManifest:
    """Read a manifest: `{id: document}`, or the format of Apollo's manifest generator.

    Raises:
        ManifestError: the file is missing, too large, or of neither format.
    """
    value = _read_json(path)
    if not isinstance(value, dict):
        raise ManifestError(f"{path}: a manifest is a JSON object")
    documents = _apollo_documents(path, value) if "format" in value else value
    if len(documents) > DOCUMENTS_MAX:
        raise ManifestError(f"{path}: more than {DOCUMENTS_MAX} documents")
    for name, document in documents.items():
        if not isinstance(document, str):
            raise ManifestError(f"{path}: the document of {name!r} is not a text")
    return index_documents(documents)


def index_documents(documents: Mapping[str, str]) -> DocumentManifest:
    """Make a manifest in which each document is found by its id and by its hash."""
    found: dict[str, str] = {}
    for document in documents.values():
        digest = _sha256(document)
        found[digest] = document
        found[HASH_PREFIX + digest] = document
    return DocumentManifest({**found, **documents})


def read_partner_keys(path: Path) -> PartnerKeys:
    """Read `{"keys": [{"id", "hash", "manifest"}]}`; manifests are found beside the file.

    Raises:
        ManifestError: the file or one of its manifests cannot be used.
    """
    value = _read_json(path)
    entries = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(entries, list) or len(entries) > PARTNERS_MAX:
        raise ManifestError(f"{path}: `keys` must be a list of at most {PARTNERS_MAX}")
    partners: dict[str, Partner] = {}
    for place, entry in enumerate(entries):
        partner_id, digest, manifest = (
            _required_text(path, place, entry, name) for name in ("id", "hash", "manifest")
        )
        if len(digest) != 64 or digest.lower() in partners:
            raise ManifestError(f"{path}: `hash` of {partner_id!r} is no SHA-256, or taken")
        documents = read_manifest(path.parent / manifest)
        partners[digest.lower()] = Partner(id=partner_id, manifest=documents)
    return PartnerKeys(partners)


def read_folder(folder: Path) -> dict[str, str]:
    """Read a folder of `*.graphql` files: the id of a document is its file's name."""
    return {path.stem: path.read_text() for path in sorted(folder.glob("*.graphql"))}


def print_manifest(documents: Mapping[str, str]) -> str:
    """Print documents as a manifest file; sorted, so that order never makes noise."""
    options = orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS | orjson.OPT_APPEND_NEWLINE
    return orjson.dumps(documents, option=options).decode()


def _apollo_documents(path: Path, value: dict[str, object]) -> dict[str, str]:
    operations = value.get("operations")
    if value["format"] != APOLLO_FORMAT or not isinstance(operations, list):
        raise ManifestError(f"{path}: the format of this manifest is not known")
    try:
        return {operation["id"]: operation["body"] for operation in operations}
    except (KeyError, TypeError) as error:
        raise ManifestError(f"{path}: each operation needs `id` and `body`") from error


def _required_text(path: Path, place: int, entry: object, name: str) -> str:
    found = entry.get(name) if isinstance(entry, dict) else None
    if not isinstance(found, str) or not found:
        raise ManifestError(f"{path}: key {place} needs `id`, `hash` and `manifest`")
    return found


def _read_json(path: Path) -> object:
    try:
        if path.stat().st_size > MANIFEST_BYTES_MAX:
            raise ManifestError(f"{path}: larger than {MANIFEST_BYTES_MAX} bytes")
        return load_json(path.read_bytes())
    except OSError as error:
        raise ManifestError(f"{path}: {error.strerror}") from error
    except orjson.JSONDecodeError as error:
        raise ManifestError(f"{path}: not JSON ({error})") from error


def _require_hash(query: str, document_id: str | None) -> None:
    if document_id is not None and document_id.removeprefix(HASH_PREFIX) != _sha256(query):
        raise BadRequest("The document and its hash do not belong together.")


def _require_size(query: str, bytes_max: int) -> None:
    if len(query) > bytes_max or len(query.encode(errors="replace")) > bytes_max:
        raise BodyTooLarge("The document is too long.", bytes_max=bytes_max)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


if __name__ == "__main__":
    sys.stdout.write(print_manifest(read_folder(Path(sys.argv[1]))))
