"""Where the bytes of the catalogue lie in the object store."""

from pathlib import PurePosixPath

from domain.ids import PLAYABLE_KINDS, PlayableKey, PlayableKind, UploadId

MASTER_PLAYLIST = "master.m3u8"
UPLOAD_FOLDER = "uploads"
INBOX = "inbox/"
"""Below it lies what is not whole yet, one folder for each upload."""
ORIGINAL_FOLDER = "originals"
STREAM_FOLDER = "hls"
STREAM_VERSION = 3
"""Counts up when the same file is made into other objects than before."""
STREAM_NAME_PARTS = 3
"""Hash, version and run."""
STREAM_VERSION_OF_FAMILIES = 3
"""Since this one, Opus and FLAC lie beside AAC."""


def upload_key(key: PlayableKey) -> str:
    """What an upload URL is signed for; the bytes are kept under their hash, not here."""
    return f"{UPLOAD_FOLDER}/{key.kind.value}/{key.id}"


def playable_of_upload(key: str) -> PlayableKey:
    """What an upload URL was made for; only for keys whose signature holds.

    Those signed by the version before name no kind: there were only tracks.
    """
    *kind, playable_id = key.removeprefix(f"{UPLOAD_FOLDER}/").split("/", 1)
    return PlayableKey(PLAYABLE_KINDS[kind[0]] if kind else PlayableKind.TRACK, playable_id)


def inbox_folder(upload_id: UploadId) -> str:
    """Where everything of an upload lies until it is whole; ends with a slash."""
    return f"{INBOX}{upload_id}/"


def upload_of_inbox(key: str) -> UploadId:
    """The upload that an object of the inbox belongs to."""
    return UploadId(key.removeprefix(INBOX).partition("/")[0])


def transfer_folder(upload_id: UploadId, session: str) -> str:
    """Where the pieces of one transfer lie; ends with a slash."""
    return f"{inbox_folder(upload_id)}{session}/"


def direct_key(upload_id: UploadId, name: str) -> str:
    """A file that a client sends to the bucket by itself."""
    return f"{inbox_folder(upload_id)}{name}/file"


def part_folder(upload_id: UploadId, session: str, name: str) -> str:
    """The folder of one piece, which can so be removed alone; ends with a slash."""
    return f"{transfer_folder(upload_id, session)}{name}/"


def original_key(source_hash: str) -> str:
    """An original file, by its BLAKE3 hash in hex."""
    return f"{ORIGINAL_FOLDER}/{source_hash[:2]}/{source_hash}"


def rendered_folder(playable_id: str, source_hash: str, *, run: int) -> str:
    """The prefix of all that was made of a file to be streamed.

    Addresses are served as immutable, so each processing of the same file has its own.
    """
    return f"{STREAM_FOLDER}/{playable_id}/{source_hash}.{STREAM_VERSION}.{run}/"


def thumbnail_key(hls_key: str, width: int, suffix: str) -> str:
    """A picture of a video, beside its stream."""
    return f"{PurePosixPath(hls_key).parent}/thumbnails/{width}.{suffix}"


def stream_version(hls_key: str) -> int:
    """The version by which a stream was made, from its key: the first ones did not say."""
    parts = hls_key.split("/")[-2].split(".")
    return int(parts[1]) if len(parts) == STREAM_NAME_PARTS else 1
