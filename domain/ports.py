"""Outside systems as the use cases see them: small protocols, wired by a composition root."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Protocol

from domain.ids import SessionId, UserId
from domain.media.entitlements import UsualPlans
from domain.users.manifests import ManifestEntry
from domain.users.operations import CheckedOperation
from domain.viewer import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectStat:
    """What a store knows of an object without reading it."""

    size: int
    etag: str
    content_type: str
    modified: datetime


class ObjectStore(Protocol):
    """Bytes by key: local disk or an S3 dialect."""

    async def put_file(self, key: str, path: Path, content_type: str) -> None:
        """Store a file; the object appears whole or not at all."""
        ...

    async def put(self, key: str, data: bytes, content_type: str) -> None:
        """Store bytes; the object appears whole or not at all."""
        ...

    async def get(self, key: str) -> bytes:
        """Read a small object whole; raises NotFound."""
        ...

    def open_range(self, key: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Read bytes `start` to `end` (exclusive) in chunks."""
        ...

    async def fetch_to(self, key: str, path: Path) -> None:
        """Copy an object into a file; raises NotFound."""
        ...

    async def stat(self, key: str) -> ObjectStat | None:
        """What is known of the object; None when there is none."""
        ...

    async def delete(self, key: str) -> None:
        """Remove one object; none there is no error."""
        ...

    async def delete_prefix(self, prefix: str) -> None:
        """Remove every object below a prefix."""
        ...

    def list(self, prefix: str) -> AsyncIterator[str]:
        """The keys below a prefix."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewrapped:
    """What a rotation of storage keys did."""

    key_id: str
    """The key that all are under now."""
    rewrapped: int = 0
    current: int = 0
    """Were under it already."""
    removed: int = 0
    """Belonged to no object any more."""
    damaged: int = 0

    def plus(self, other: "Rewrapped") -> "Rewrapped":
        """Both together, under the key of this one."""
        return Rewrapped(
            key_id=self.key_id,
            rewrapped=self.rewrapped + other.rewrapped,
            current=self.current + other.current,
            removed=self.removed + other.removed,
            damaged=self.damaged + other.damaged,
        )


class KeyRotation(Protocol):
    """Brings what is stored sealed under the newest key."""

    async def rotate(self, *, is_from_start: bool = False) -> Rewrapped:
        """Renew the key where it is due, and bring all data keys under it; goes on where it was."""
        ...


class UrlSigner(Protocol):
    """Signed, expiring URLs; one signature covers everything below a key prefix."""

    def sign_prefix(self, prefix: str, expires_at: datetime, *, cap: str | None = None) -> str:
        """The URL path of the prefix, such as `/media/<expiry>.<signature>/<prefix>`.

        With a cap it opens renditions up to that quality only.
        """
        ...

    def sign_upload(self, key: str, bytes_max: int, expires_at: datetime) -> str:
        """The URL path where one object of at most `bytes_max` bytes may be PUT."""
        ...

    def sign_transfer(self, upload_id: str, expires_at: datetime) -> str:
        """The URL path where a file may come by the tus protocol."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedPart:
    """Where a client PUTs one part of a file: so many bytes, no more and no fewer."""

    number: int
    """From 1 on."""
    size: int
    url: str
    """A whole URL, of the bucket's server."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPart:
    """A part that has arrived, or that a client says has."""

    number: int
    etag: str
    """As the bucket answered the PUT, without quotes."""
    size: int = 0
    """0 where the client says it: the bucket knows better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnfinishedUpload:
    """An upload in parts that was begun, and neither completed nor aborted."""

    key: str
    upload_id: str
    begun_at: datetime


class DirectUploads(Protocol):
    """Files that clients PUT to the bucket in parts, past us, by presigned URLs.

    What lies there then is as the client sent it: read it, check it, and put it into the
    `ObjectStore` (which may seal it); then delete it here.
    """

    async def begin(self, key: str, content_type: str) -> str:
        """Begin an upload; answers its id at the bucket."""
        ...

    async def sign_parts(
        self, key: str, upload_id: str, sizes: Mapping[int, int], *, seconds: int
    ) -> list[SignedPart]:
        """URLs, good for some seconds, for parts of these sizes (by number, from 1)."""
        ...

    async def list_parts(self, key: str, upload_id: str) -> list[StoredPart]:
        """The parts that have arrived, by number; raises NotFound."""
        ...

    async def complete(self, key: str, upload_id: str, parts: Sequence[StoredPart]) -> None:
        """Join parts into the object; twice is once; raises NotFound, or BadInput (a part)."""
        ...

    async def abort(self, key: str, upload_id: str) -> None:
        """Forget an upload and its parts; one that is not there is forgotten already."""
        ...

    async def list_unfinished(
        self, prefix: str, *, before: datetime, uploads_max: int
    ) -> list[UnfinishedUpload]:
        """Uploads below a prefix that were begun before a moment."""
        ...

    async def size_of(self, key: str) -> int | None:
        """Bytes of a completed upload; None where there is none."""
        ...

    async def fetch_to(self, key: str, path: Path) -> None:
        """Copy a completed upload into a file; raises NotFound."""
        ...

    async def delete(self, key: str) -> None:
        """Remove a completed upload; one that is not there is removed already."""
        ...


class LiveMessages(Protocol):
    """What a listener is told."""

    def __aiter__(self) -> AsyncIterator[bytes]:
        """One message after the other."""
        ...

    @property
    def position(self) -> str | None:
        """Where it stands, to go on from there later; None where nobody knows."""
        ...


class LiveBus(Protocol):
    """Live messages between processes: best effort, resynced by sequence."""

    @property
    def is_connected(self) -> bool:
        """True while messages of other processes arrive."""
        ...

    def listen(
        self, channel: str, *, after: str | None = None
    ) -> AbstractAsyncContextManager[LiveMessages]:
        """Messages from now on, through a bounded mailbox; `channels.GAP` where some were lost.

        With a position of before, what was missed since then comes first.
        """
        ...

    async def publish(self, channel: str, payload: bytes) -> None:
        """Tell all listeners, in every process; for fast ephemera only."""
        ...


class PasswordHasher(Protocol):
    """Argon2id in a small pool, so that the loop is never held."""

    async def hash(self, password: str) -> str:
        """A new encoded hash; raises RateLimited when too many wait."""
        ...

    async def verify(self, encoded: str | None, password: str) -> bool:
        """True when it matches; None costs the same time and is False."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessClaims:
    """What an access token says."""

    user_id: UserId
    session_id: SessionId
    roles: frozenset[Role]
    expires_at: datetime


class AccessTokens(Protocol):
    """Short-lived signed tokens."""

    def issue(self, claims: AccessClaims) -> str:
        """Claims as a signed token."""
        ...

    def verify(self, token: str, now: datetime) -> AccessClaims:
        """A token's claims; raises Unauthenticated for anything but a valid one of ours."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Scored:
    """A recommended item, its score, and the played item that speaks most for it."""

    item_id: str
    score: float
    because_of: str | None
    weight: float
    """The share of the score that `because_of` explains, 0 to 1."""


class ModelClient(Protocol):
    """The recommender, in a process of its own."""

    async def recommend(self, history: Sequence[str], count: int) -> tuple[str, list[Scored]]:
        """Model version and the best items; raises ModelUnavailable (missing, or too slow)."""
        ...


class OperationChecks(Protocol):
    """What the schema that clients see says of operations."""

    @property
    def schema(self) -> str:
        """Another text for every other schema."""
        ...

    async def check(self, entries: Sequence[ManifestEntry]) -> list[CheckedOperation]:
        """Parse and validate them, in their order; never raises for a bad one."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds that the use cases enforce."""

    upload_bytes_max: int
    stream_url_seconds: int
    access_token_seconds: int
    refresh_token_seconds: int
    import_folder_roots: tuple[Path, ...]
    """importFolder reads below these only."""
    upload_seconds: int = 7 * 86_400
    """How long a file is waited for, and may come in pieces."""
    upload_lease_seconds: int = 6
    """How long a client that adds bytes may be silent before another may go on."""
    storage_bytes_max: int = 200 * 1024**3
    """What an account may keep unless its own limit says otherwise."""
    usual_plans: UsualPlans = field(default_factory=UsualPlans)
    """What listeners may have who have chosen no plan."""
