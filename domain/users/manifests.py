"""Manifests as build tools write them: Apollo's format, and Relay's `{id: text}`."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import orjson

from domain.users.operations import OPERATIONS_PER_MANIFEST_MAX
from errors import Fault, ManifestRefused

APOLLO_FORMAT = "apollo-persisted-query-manifest"
APOLLO_VERSION = 1
HASH_PREFIX = "sha256:"
MANIFEST_BYTES_MAX = 16 * 1024 * 1024
ID_CHARS_MAX = 200
UNRESERVED = r"[A-Za-z0-9._~-]+"
DOCUMENT_ID = re.compile(rf"{UNRESERVED}|sha256:[0-9a-f]{{64}}|x-{UNRESERVED}:{UNRESERVED}")
"""GraphQL over HTTP, appendix A: names, hashes, and prefixes of an application's own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ManifestEntry:
    """One operation as a manifest tells of it."""

    id: str
    body: str
    name: str | None = None
    kind: str | None = None
    """What Apollo's manifest says of it beside its text; None where it says nothing."""

    @property
    def sha256(self) -> str:
        """The hash of the text, in hexadecimal digits."""
        return hash_of(self.body)


def hash_of(body: str) -> str:
    """The SHA-256 of a text in UTF-8, in lower-case hexadecimal digits."""
    return sha256(body.encode(errors="surrogatepass")).hexdigest()


def parse_manifest(text: str | bytes) -> list[ManifestEntry]:
    """Read a manifest of either format.

    Raises:
        ManifestRefused: it is too large, of neither format, or has ids that cannot be used; all
            faults are told at once.
    """
    if len(text) > MANIFEST_BYTES_MAX:
        raise _whole(f"A manifest has at most {MANIFEST_BYTES_MAX} bytes.")
    try:
        value = orjson.loads(text)  # its depth has a bound of its own
    except orjson.JSONDecodeError as error:
        raise _whole(f"The manifest is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise _whole("A manifest is a JSON object.")
    entries, faults = _apollo_entries(value) if "format" in value else _relay_entries(value)
    if not entries and not faults:
        raise _whole("The manifest has no operations.")
    if len(entries) > OPERATIONS_PER_MANIFEST_MAX:
        raise _whole(f"A manifest has at most {OPERATIONS_PER_MANIFEST_MAX} operations.")
    faults += [fault for entry in entries if (fault := _fault_of_id(entry)) is not None]
    if faults:
        raise ManifestRefused(faults)
    return entries


_Read = tuple[list[ManifestEntry], list[Fault]]


def _relay_entries(value: Mapping[str, Any]) -> _Read:
    entries, faults = [], []
    for document_id, body in value.items():
        if isinstance(body, str):
            entries.append(ManifestEntry(id=document_id, body=body))
        else:
            faults.append(_fault(document_id, "The document is not a text."))
    return entries, faults


def _apollo_entries(value: Mapping[str, Any]) -> _Read:
    operations = value.get("operations")
    if value["format"] != APOLLO_FORMAT or value.get("version") != APOLLO_VERSION:
        raise _whole(f"The format must be {APOLLO_FORMAT}, version {APOLLO_VERSION}.")
    if not isinstance(operations, list):
        raise _whole("`operations` must be a list.")
    found: dict[str, ManifestEntry] = {}
    faults = []
    for place, operation in enumerate(operations):
        entry = _apollo_entry(operation)
        if entry is None:
            faults.append(_fault(None, f"Operation {place} needs the texts `id` and `body`."))
        elif found.setdefault(entry.id, entry) != entry:
            faults.append(_fault(entry.id, "The id stands twice, for different operations."))
    return list(found.values()), faults


def _apollo_entry(operation: object) -> ManifestEntry | None:
    if not isinstance(operation, dict):
        return None
    told = [operation.get(member) for member in ("id", "body", "name", "type")]
    document_id, body, name, kind = told
    if not isinstance(document_id, str) or not isinstance(body, str):
        return None
    return ManifestEntry(
        id=document_id,
        body=body,
        name=name if isinstance(name, str) else None,
        kind=kind if isinstance(kind, str) else None,
    )


def _fault_of_id(entry: ManifestEntry) -> Fault | None:
    """Refuse what no client could ask for, and a hash that is another text's."""
    if len(entry.id) > ID_CHARS_MAX or DOCUMENT_ID.fullmatch(entry.id) is None:
        return _fault(
            entry.id[:ID_CHARS_MAX],
            "An id has letters, digits, `-`, `.`, `_` and `~`, or is `sha256:` and 64 lower-case "
            f"hexadecimal digits, or `x-NAME:…`; at most {ID_CHARS_MAX} characters.",
        )
    if entry.id.startswith(HASH_PREFIX) and entry.id != HASH_PREFIX + entry.sha256:
        return _fault(entry.id, f"The text has another hash: {entry.sha256}.")
    return None


def _fault(document_id: str | None, message: str) -> Fault:
    return Fault(about=document_id, code=ManifestRefused.code, message=message)


def _whole(message: str) -> ManifestRefused:
    return ManifestRefused([_fault(None, message)])
