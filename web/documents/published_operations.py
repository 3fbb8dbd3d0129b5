"""The valid operations of all clients: in memory, and read again where others publish.

by id      hello ───────┐
by hash    4ef8d2… ─────┼─▶ the text, and the versions that have it
by prefix  sha256:4ef8d2… ─┘
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from db.read import Read
from domain.clock import utc_now
from domain.ids import ManifestId
from domain.users.manifests import HASH_PREFIX
from domain.users.operations import OperationText, PublishedManifest
from loaders.operations import LINKS_OF_MANIFESTS, TEXTS_OF_OPERATIONS, VALID_MANIFESTS


@dataclass(slots=True)
class _Known:
    """A text and who may ask for it by one name."""

    body: str
    manifests: list[PublishedManifest] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _State:
    """All that is known at one time; replaced as a whole."""

    manifests: Mapping[ManifestId, PublishedManifest] = field(default_factory=dict)
    links: Mapping[ManifestId, Sequence[str]] = field(default_factory=dict)
    texts: Mapping[str, OperationText] = field(default_factory=dict)
    known: Mapping[str, _Known] = field(default_factory=dict)
    """By id, by hash, and by `sha256:` and hash."""


class PublishedOperations:
    """Finds texts by id; asks the database only when it is told to `refresh`."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._state = _State()

    def find(self, document_id: str, *, client: str | None = None) -> str | None:
        """The text of an id, a hash, or `sha256:` and a hash, while a version that has it is valid.

        With `client` only versions of this client count.
        """
        known = self._state.known.get(document_id)
        if known is None:
            return None
        for manifest in known.manifests:
            if client is not None and manifest.client != client:
                continue
            if manifest.retires_at is None or manifest.is_valid(self._now()):
                return known.body
        return None

    def has_version(self, document_id: str, client: str, version: str) -> bool:
        """Whether this version of a client has the operation."""
        known = self._state.known.get(document_id)
        return known is not None and any(
            each.client == client and each.version == version for each in known.manifests
        )

    def documents(self) -> list[str]:
        """All texts."""
        return [each.body for each in self._state.texts.values()]

    async def refresh(self, read: Read) -> list[str]:
        """Follow the database: one statement, and two more for new versions; the new texts."""
        before = self._state
        found = await read.fetch(VALID_MANIFESTS, now=self._now())
        if {each.id: each for each in found} == before.manifests:
            return []
        new = [each.id for each in found if each.id not in before.links]
        added: dict[ManifestId, list[str]] = {each: [] for each in new}
        if new:
            for link in await read.fetch(LINKS_OF_MANIFESTS, keys=new):
                added[link.manifest_id].append(link.operation_id)
        missing = {each for ids in added.values() for each in ids} - before.texts.keys()
        texts = await read.fetch(TEXTS_OF_OPERATIONS, keys=list(missing)) if missing else []
        self._state = await asyncio.to_thread(_state_after, before, found, added, texts)
        return [each.body for each in texts]

    def keep(
        self,
        manifests: Iterable[PublishedManifest],
        added: Mapping[ManifestId, Sequence[str]],
        texts: Iterable[OperationText],
    ) -> None:
        """Know these versions and no others; `added` says what the new ones of them have."""
        self._state = _state_after(self._state, manifests, added, texts)


def _state_after(
    before: _State,
    manifests: Iterable[PublishedManifest],
    added: Mapping[ManifestId, Sequence[str]],
    texts: Iterable[OperationText],
) -> _State:
    by_manifest = {each.id: each for each in manifests}
    all_links = {**before.links, **added}
    links = {each: all_links[each] for each in by_manifest}
    all_texts = {**before.texts, **{each.id: each for each in texts}}
    used = {each: all_texts[each] for ids in links.values() for each in ids}
    return _State(by_manifest, links, used, _index(by_manifest, links, used))


def _index(
    manifests: Mapping[ManifestId, PublishedManifest],
    links: Mapping[ManifestId, Sequence[str]],
    texts: Mapping[str, OperationText],
) -> dict[str, _Known]:
    """A given id goes before a hash that reads the same."""
    by_id = {each: _Known(text.body) for each, text in texts.items()}
    by_hash = {text.sha256: _Known(text.body) for text in texts.values()}
    for manifest_id, ids in links.items():
        for each in ids:
            by_id[each].manifests.append(manifests[manifest_id])
            by_hash[texts[each].sha256].manifests.append(manifests[manifest_id])
    prefixed = {HASH_PREFIX + digest: known for digest, known in by_hash.items()}
    return {**by_hash, **prefixed, **by_id}
