"""Where the bytes of the catalogue lie in the object store."""

from domain.ids import AlbumId, TrackId

MASTER_PLAYLIST = "master.m3u8"
UPLOAD_FOLDER = "uploads"


def upload_key(track_id: TrackId) -> str:
    """What an upload URL is signed for; the bytes are kept under their hash, not here."""
    return f"{UPLOAD_FOLDER}/{track_id}"


def track_of_upload(key: str) -> TrackId:
    """The track that an upload URL was made for; only for keys whose signature holds."""
    return TrackId(key.removeprefix(f"{UPLOAD_FOLDER}/"))


def original_key(source_hash: str) -> str:
    """An original file, by its BLAKE3 hash in hex."""
    return f"originals/{source_hash[:2]}/{source_hash}"


def cover_key(album_id: AlbumId, picture_hash: str) -> str:
    """An album's cover as JPEG."""
    return f"covers/{album_id}/{picture_hash}.jpg"


def hls_folder(track_id: TrackId, source_hash: str) -> str:
    """The folder of a track's renditions, without a slash at its end."""
    return f"hls/{track_id}/{source_hash}"


def master_playlist_key(track_id: TrackId, source_hash: str) -> str:
    """A track's multivariant playlist: what `Track.hls_key` holds."""
    return f"{hls_folder(track_id, source_hash)}/{MASTER_PLAYLIST}"
