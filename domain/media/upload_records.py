"""Records of files on their way in: what is waited for, how far it is, and where its bytes lie."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.ids import PlayableKey, UploadId, UserId


class UploadState(StrEnum):
    """How far a file is on its way to the originals.

    OPEN ──last byte──► ARRIVED ──worker──► DONE | REFUSED
      └── expired or ended: the row is gone
    """

    OPEN = "OPEN"
    ARRIVED = "ARRIVED"
    DONE = "DONE"
    REFUSED = "REFUSED"


@dataclass(frozen=True, slots=True, kw_only=True)
class FileUpload:
    """A file that is waited for; its bytes may come in one PUT, by tus, or past us."""

    id: UploadId
    owner_id: UserId
    playable: str
    """What the file is for, as a `PlayableKey` prints itself; one upload for each."""
    state: UploadState
    size_bytes: int
    """What was said of the file: room reserved for it, and the most that it may have."""
    allow_duplicate: bool
    """Whether its owner wants it although they have this very file."""
    session: str | None
    """The transfer by tus under way; who begins anew gets another one."""
    length_bytes: int | None
    """How long the transfer by tus said to be."""
    offset_bytes: int
    """How many bytes of it are kept: never a wrong number, at worst an old one."""
    parts: int
    """In how many pieces they are kept."""
    metadata: str
    """What the client said of the file (Upload-Metadata), as it was sent."""
    lease: str | None
    """Who may add bytes now."""
    leased_until: datetime | None
    """When another may, if that one has died."""
    direct_key: str | None
    """Object key of an upload that goes past us, to the bucket."""
    direct_id: str | None
    """Its id at the bucket."""
    failure_code: str | None
    failure: str | None
    """Why it was REFUSED."""
    created_at: datetime
    expires_at: datetime

    @property
    def playable_key(self) -> PlayableKey:
        """What the file is for."""
        return PlayableKey.parse(self.playable)


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadPart:
    """A piece of a file as it is kept until the whole is there."""

    upload_id: UploadId
    number: int
    """From 0, in the order of the bytes."""
    start_bytes: int
    """Where in the file it begins."""
    size_bytes: int
    key: str
    """Its object key."""
    hash: str
    """BLAKE3 of the piece: looked at again when the file is put together."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageAccount:
    """How much an account may keep; its row is held while room is given out."""

    owner_id: UserId
    limit_bytes: int | None
    """None for as much as the settings give to anybody."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageUse:
    """How much of their room somebody has taken."""

    used_bytes: int
    """Of originals; a file that several items share counts once."""
    reserved_bytes: int
    """Of uploads under way."""
    limit_bytes: int

    @property
    def free_bytes(self) -> int:
        """What may still come."""
        return max(0, self.limit_bytes - self.used_bytes - self.reserved_bytes)


def new_upload(
    upload_id: UploadId,
    playable: PlayableKey,
    *,
    owner_id: UserId,
    size_bytes: int,
    allow_duplicate: bool,
    now: datetime,
    expires_at: datetime,
) -> FileUpload:
    """An upload that nothing has come of yet."""
    return FileUpload(
        id=upload_id,
        owner_id=owner_id,
        playable=str(playable),
        state=UploadState.OPEN,
        size_bytes=size_bytes,
        allow_duplicate=allow_duplicate,
        session=None,
        length_bytes=None,
        offset_bytes=0,
        parts=0,
        metadata="",
        lease=None,
        leased_until=None,
        direct_key=None,
        direct_id=None,
        failure_code=None,
        failure=None,
        created_at=now,
        expires_at=expires_at,
    )
