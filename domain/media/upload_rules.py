"""How the bytes of an upload may come: who may add some, where, and how many."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.ids import PlayableKind, UploadId
from domain.media.upload_records import FileUpload, StorageUse, UploadPart, UploadState
from errors import (
    BadInput,
    Conflict,
    StorageQuotaExceeded,
    TooLarge,
    UploadGone,
    UploadLocked,
    UploadOffsetWrong,
)

PARTS_MAX = 10_000
METADATA_CHARS_MAX = 4_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """The right to add bytes to one transfer, until it is taken away."""

    upload_id: UploadId
    kind: PlayableKind
    session: str
    token: str
    offset_bytes: int
    """Where the next byte goes."""
    length_bytes: int
    parts: int

    @property
    def missing_bytes(self) -> int:
        """How many bytes may still come."""
        return self.length_bytes - self.offset_bytes


def begin_transfer(
    upload: FileUpload, *, session: str, length_bytes: int, metadata: str, now: datetime
) -> FileUpload:
    """Begin a transfer by tus; one that was under way is given up for it.

    Raises:
        UploadGone: the upload has ended or expired.
        BadInput: a file has at least one byte; the metadata are too long.
        TooLarge: it claims more bytes than were reserved.
    """
    require_open(upload, now)
    if length_bytes < 1:
        raise BadInput("A file has at least one byte.", field="Upload-Length")
    if length_bytes > upload.size_bytes:
        raise TooLarge(
            f"The file was to have {upload.size_bytes} bytes, not {length_bytes}.",
            field="Upload-Length",
        )
    if len(metadata) > METADATA_CHARS_MAX:
        raise BadInput(f"At most {METADATA_CHARS_MAX} characters.", field="Upload-Metadata")
    return replace(
        upload,
        session=session,
        length_bytes=length_bytes,
        offset_bytes=0,
        parts=0,
        metadata=metadata,
        lease=None,
        leased_until=None,
        direct_key=None,
        direct_id=None,
    )


def require_open(upload: FileUpload, now: datetime) -> FileUpload:
    """The upload, if bytes may still come.

    Raises:
        UploadGone: it has ended or expired.
    """
    if upload.state is not UploadState.OPEN or now >= upload.expires_at:
        raise UploadGone("This upload is over; ask for a new one.")
    return upload


def require_session(upload: FileUpload | None, session: str) -> FileUpload:
    """The upload, if this transfer is the one under way.

    Raises:
        UploadGone: there is none, or another was begun in its place.
    """
    if upload is None or upload.session != session:
        raise UploadGone("There is no such upload any more.")
    return upload


def claim(
    upload: FileUpload, *, offset_bytes: int, token: str, now: datetime, lease: timedelta
) -> FileUpload:
    """Give one client the right to add bytes; nobody else has it meanwhile.

    Raises:
        UploadGone: the upload has ended or expired.
        UploadLocked: another client is adding bytes just now.
        UploadOffsetWrong: the bytes would not follow those that are kept.
    """
    require_open(upload, now)
    if upload.leased_until is not None and now < upload.leased_until:
        raise UploadLocked("Another request adds to this upload; try again in a moment.")
    if offset_bytes != upload.offset_bytes:
        raise UploadOffsetWrong(f"The next byte is {upload.offset_bytes}, not {offset_bytes}.")
    return replace(upload, lease=token, leased_until=now + lease)


def lease_of(upload: FileUpload) -> Lease:
    """What whoever has claimed an upload goes by."""
    assert upload.session is not None
    assert upload.lease is not None
    assert upload.length_bytes is not None
    return Lease(
        upload_id=upload.id,
        kind=upload.playable_key.kind,
        session=upload.session,
        token=upload.lease,
        offset_bytes=upload.offset_bytes,
        length_bytes=upload.length_bytes,
        parts=upload.parts,
    )


def require_lease(upload: FileUpload | None, lease: Lease) -> FileUpload:
    """The upload, if the lease still holds: nobody took it over, and nobody ended it.

    Time alone ends no lease: it only lets another take over.

    Raises:
        UploadGone: the upload or the transfer has ended.
        Conflict: another client took over.
    """
    found = require_session(upload, lease.session)
    if found.state is not UploadState.OPEN:
        raise UploadGone("This upload is over.")
    if found.lease != lease.token:
        raise Conflict("Another request took this upload over.")
    assert found.offset_bytes == lease.offset_bytes, "only the holder of the lease adds bytes"
    return found


def renew(upload: FileUpload, *, now: datetime, lease: timedelta) -> FileUpload:
    """The same with a lease that lasts from now on."""
    return replace(upload, leased_until=now + lease)


def release(upload: FileUpload) -> FileUpload:
    """The same, for anybody to go on with."""
    return replace(upload, lease=None, leased_until=None)


def extend(upload: FileUpload, parts: Sequence[UploadPart]) -> FileUpload:
    """The upload with more of its bytes; with the last one it has ARRIVED.

    Raises:
        TooLarge: it came in too many pieces.
    """
    offset, number = upload.offset_bytes, upload.parts
    for part in parts:
        assert (part.number, part.start_bytes) == (number, offset), "parts follow each other"
        number, offset = number + 1, offset + part.size_bytes
    if number > PARTS_MAX:
        raise TooLarge(f"A file comes in at most {PARTS_MAX} pieces; send larger ones.")
    assert upload.length_bytes is not None
    assert offset <= upload.length_bytes
    longer = replace(upload, offset_bytes=offset, parts=number)
    return arrive(longer) if offset == upload.length_bytes else longer


def arrive(upload: FileUpload) -> FileUpload:
    """All bytes are there: what is left is for a worker."""
    return release(replace(upload, state=UploadState.ARRIVED))


def refuse(upload: FileUpload, *, code: str, reason: str) -> FileUpload:
    """The bytes came, but cannot be taken."""
    return release(replace(upload, state=UploadState.REFUSED, failure_code=code, failure=reason))


def require_room(use: StorageUse, more_bytes: int) -> None:
    """Refuse what does not fit any more.

    Raises:
        StorageQuotaExceeded: it does not; the error says what is taken and what there is.
    """
    if more_bytes > use.free_bytes:
        raise StorageQuotaExceeded(
            f"{use.used_bytes} bytes are used and {use.reserved_bytes} reserved of "
            f"{use.limit_bytes}; {more_bytes} more do not fit.",
            field="sizeBytes",
            used=use.used_bytes,
            reserved=use.reserved_bytes,
            limit=use.limit_bytes,
        )
