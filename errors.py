"""Failures we expect, each with a stable code that clients may rely on."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


class AppError(Exception):
    """A failure we expected. Anything else is a bug and is masked as INTERNAL.

    * AppError
      + InputError           the caller can fix the request
        - BadInput
        - NotFound
        - Conflict
        - TooLarge
      + AccessError          the caller may not do this
        - Unauthenticated
        - Forbidden
        - RateLimited
          . QuotaExceeded
      + DependencyError      something we rely on failed; trying again may help
        - StorageUnavailable
        - ObjectCorrupt
        - ChainUnavailable
        - ModelUnavailable
        - IdentityUnavailable
        - DatabaseBusy
        - OutcomeUnknown
      + AlreadyDone          it took effect before; a repetition does nothing
    """

    code: ClassVar[str] = "APP_ERROR"
    retryable: ClassVar[bool] = False

    def __init__(self, message: str, /, **details: str | int) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class InputError(AppError):
    """The caller can fix the request."""

    code = "INPUT_ERROR"


class BadInput(InputError):
    """A value is out of its bounds or not of its form; `field` says which."""

    code = "BAD_INPUT"


class NotFound(InputError):
    """There is no such thing for this viewer."""

    code = "NOT_FOUND"


class Conflict(InputError):
    """The record moved on since the caller last saw it, or the value is taken."""

    code = "CONFLICT"


class BadIdentifier(BadInput):
    """It is no ISRC, ISWC, UPC or MusicBrainz id; the message says what one looks like."""

    code = "BAD_IDENTIFIER"


class IdentifierTaken(Conflict):
    """Another artist or album of the same owner has this identifier."""

    code = "IDENTIFIER_TAKEN"


class TooLarge(InputError):
    """More bytes, items or rows than the stated bound."""

    code = "TOO_LARGE"


class AccessError(AppError):
    """The caller may not do this."""

    code = "ACCESS_ERROR"


class Unauthenticated(AccessError):
    """No credentials, or none that hold."""

    code = "UNAUTHENTICATED"


class Forbidden(AccessError):
    """The viewer is known and may not."""

    code = "FORBIDDEN"


class RateLimited(AccessError):
    """Too many tries; `retry_after_seconds` says when to come back."""

    code = "RATE_LIMITED"


class QuotaExceeded(RateLimited):
    """The plan of the API key allows no more; `quota` says of what, `resets_at` until when."""

    code = "QUOTA_EXCEEDED"


class DependencyError(AppError):
    """Something we rely on failed; trying again may help."""

    code = "DEPENDENCY_ERROR"
    retryable = True


class StorageUnavailable(DependencyError):
    """The object store does not answer."""

    code = "STORAGE_UNAVAILABLE"


class ObjectCorrupt(DependencyError):
    """What is stored is not what was put there: damaged, or meddled with; it is not served."""

    code = "OBJECT_CORRUPT"
    retryable = False


class ChainUnavailable(DependencyError):
    """The JSON-RPC node does not answer."""

    code = "CHAIN_UNAVAILABLE"


class ModelUnavailable(DependencyError):
    """The model is missing, or slower than AI_TIMEOUT."""

    code = "MODEL_UNAVAILABLE"


class IdentityUnavailable(DependencyError):
    """The keys that prove a token cannot be read from its issuer."""

    code = "IDENTITY_UNAVAILABLE"


class DatabaseBusy(DependencyError):
    """The database did not take the write in time."""

    code = "DATABASE_BUSY"


class OutcomeUnknown(DependencyError):
    """It was stopped in the middle and may have taken effect or not: look before a repetition."""

    code = "OUTCOME_UNKNOWN"
    retryable = False


class AlreadyDone(AppError):
    """A request with this Idempotency-Key has taken effect; its answer is not there any more."""

    code = "ALREADY_DONE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One of several things that are wrong with what was sent."""

    about: str | None
    """Which part of it; None for the whole."""
    code: str
    message: str


class ManifestRefused(InputError):
    """The manifest cannot be published; every fault of it is told, and nothing was kept."""

    code = "MANIFEST_REFUSED"

    def __init__(self, faults: Sequence[Fault]) -> None:
        assert faults, "what has no fault is not refused"
        super().__init__(f"{len(faults)} faults; the first: {faults[0].message}")
        self.faults = tuple(faults)


class DocumentIdTaken(Conflict):
    """The document id stands for another text; changed operations get new ids."""

    code = "DOCUMENT_ID_TAKEN"


class WrongCredentials(InputError):
    """E-mail and password do not match; it is not said which."""

    code = "WRONG_CREDENTIALS"


class SessionEnded(InputError):
    """The refresh token is unknown, used before, revoked or too old: log in again."""

    code = "SESSION_ENDED"


class UsernameTaken(Conflict):
    """Another account has this username."""

    code = "USERNAME_TAKEN"


class EmailTaken(Conflict):
    """Another account has this e-mail address."""

    code = "EMAIL_TAKEN"


class HandleTaken(Conflict):
    """Another channel has this handle."""

    code = "HANDLE_TAKEN"


class TrackNotReady(Conflict):
    """The track has no finished audio yet."""

    code = "TRACK_NOT_READY"


class EditionFull(Conflict):
    """The track has as many tokens as it may have."""

    code = "EDITION_FULL"


class NotAvailableHere(InputError):
    """The rights in it do not hold in the viewer's country, or that is not known."""

    code = "NOT_AVAILABLE_HERE"


class PlanLimitReached(Conflict):
    """The plan allows no more of this; `limit` says how many."""

    code = "PLAN_LIMIT_REACHED"


class TooManyDrafts(Conflict):
    """The creator has as many tracks waiting for their files as they may have."""

    code = "TOO_MANY_DRAFTS"


class MintRefused(InputError):
    """The contract will not mint this; trying again will not help."""

    code = "MINT_REFUSED"


class NonceTaken(DependencyError):
    """Another transaction of the minter has the nonce; the mint is signed anew."""

    code = "NONCE_TAKEN"


class NotAudio(InputError):
    """The file cannot become a recording; the message says why, and trying again will not help."""

    code = "NOT_AUDIO"


class NotVideo(InputError):
    """The file cannot become a video; the message says why, and trying again will not help."""

    code = "NOT_VIDEO"


class TranscodeFailed(DependencyError):
    """FFmpeg ended badly or ran out of time."""

    code = "TRANSCODE_FAILED"


class PlaybackEnded(Conflict):
    """The playback session has ended; a new one goes on."""

    code = "PLAYBACK_ENDED"


class DeviceNotActive(Conflict):
    """The session plays on another device by now: whoever is told so stops."""

    code = "DEVICE_NOT_ACTIVE"


class SplitNotWhole(InputError):
    """The shares of a split do not sum to 10,000 basis points."""

    code = "SPLIT_NOT_WHOLE"


class UnknownPayee(InputError):
    """A share names an account that is not there."""

    code = "UNKNOWN_PAYEE"


class UrlExpired(AccessError):
    """The signed address was good once; ask for a new one."""

    code = "URL_EXPIRED"


class UrlSignatureInvalid(AccessError):
    """The address was not signed by us, or not for this file."""

    code = "URL_SIGNATURE_INVALID"


class DirectUploadUnavailable(InputError):
    """Objects lie on a disk here, not in a bucket: send the file to the upload's own address."""

    code = "DIRECT_UPLOAD_UNAVAILABLE"


class RangeNotSatisfiable(InputError):
    """The file ends before the range that was asked for."""

    code = "RANGE_NOT_SATISFIABLE"


class UploadGone(InputError):
    """The upload has ended, expired, or given way to another; ask for a new one."""

    code = "UPLOAD_GONE"


class UploadLocked(InputError):
    """Another request adds bytes to this upload; try again in a moment."""

    code = "UPLOAD_LOCKED"


class UploadOffsetWrong(Conflict):
    """The bytes do not follow those that are kept; ask where to go on."""

    code = "UPLOAD_OFFSET_WRONG"


class ChecksumMismatch(InputError):
    """The bytes are not those that the checksum was made of; none of them was kept."""

    code = "CHECKSUM_MISMATCH"


class FileTypeRefused(InputError):
    """The file's own bytes say that it is nothing to play, whatever its name says."""

    code = "FILE_TYPE_REFUSED"


class StorageQuotaExceeded(InputError):
    """The account's room for originals is taken; `used`, `reserved`, `limit` say how far."""

    code = "STORAGE_QUOTA_EXCEEDED"


class DuplicateFile(Conflict):
    """The account has an item of this very file; `original` names it."""

    code = "DUPLICATE_FILE"


class UploadCutOff(InputError):
    """The upload ended before its end, or took too long; send it again."""

    code = "UPLOAD_CUT_OFF"
