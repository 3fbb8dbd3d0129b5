"""The valid operations of all clients: in memory, and read again where others publish.

by id      hello ───────┐
by hash    4ef8d2… ─────┼─▶ the text, and the versions that have it
by prefix  sha256:4ef8d2… ─┘
"""

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


class PublishedOperations:
    """Finds texts by id; asks the database only when it is told to `refresh`."""

    def __init__(self, now: Callable[[], datetime] = utc_now) -> None:
        self._now = now
        self._manifests: dict[ManifestId, PublishedManifest] = {}
        self._links: dict[ManifestId, Sequence[str]] = {}
        self._texts: dict[str, OperationText] = {}
        self._known: dict[str, _Known] = {}

    def find(self, document_id: str, *, client: str | None = None) -> str | None:
        """The text of an id, a hash, or `sha256:` and a hash, while a version that has it is valid.

        With `client` only versions of this client count.
        """
        known = self._known.get(document_id)
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
        known = self._known.get(document_id)
        return known is not None and any(
            each.client == client and each.version == version for each in known.manifests
        )

    def documents(self) -> list[str]:
        """All texts."""
        return [each.body for each in self._texts.values()]

    async def refresh(self, read: Read) -> list[str]:
        """Follow the database: one statement, and two more for new versions; the new texts."""
        found = await read.fetch(VALID_MANIFESTS, now=self._now())
        manifests = {each.id: each for each in found}
        if manifests == self._manifests:
            return []
        new = [each for each in manifests if each not in self._links]
        added: dict[ManifestId, list[str]] = {each: [] for each in new}
        if new:
            for link in await read.fetch(LINKS_OF_MANIFESTS, keys=new):
                added[link.manifest_id].append(link.operation_id)
        missing = {each for ids in added.values() for each in ids} - self._texts.keys()
        texts = await read.fetch(TEXTS_OF_OPERATIONS, keys=list(missing)) if missing else []
        self.keep(found, added, texts)
        return [each.body for each in texts]

    def keep(
        self,
        manifests: Iterable[PublishedManifest],
        added: Mapping[ManifestId, Sequence[str]],
        texts: Iterable[OperationText],
    ) -> None:
        """Know these versions and no others; `added` says what the new ones of them have."""
        self._manifests = {each.id: each for each in manifests}
        links = {**self._links, **added}
        self._links = {each: links[each] for each in self._manifests}
        used = {each for ids in self._links.values() for each in ids}
        self._texts |= {each.id: each for each in texts}
        self._texts = {each: text for each, text in self._texts.items() if each in used}
        self._index()

    def _index(self) -> None:
        """A given id goes before a hash that reads the same."""
        by_id = {each: _Known(text.body) for each, text in self._texts.items()}
        by_hash = {text.sha256: _Known(text.body) for text in self._texts.values()}
        for manifest_id, ids in self._links.items():
            for each in ids:
                by_id[each].manifests.append(self._manifests[manifest_id])
                by_hash[self._texts[each].sha256].manifests.append(self._manifests[manifest_id])
        prefixed = {HASH_PREFIX + digest: known for digest, known in by_hash.items()}
        self._known = {**by_hash, **prefixed, **by_id}
