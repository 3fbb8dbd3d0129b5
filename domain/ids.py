"""Identities: typed ids of our records, and keys that name an entity of another domain."""

from dataclasses import dataclass
from enum import StrEnum
from typing import NewType, Self

from uuid_utils import uuid7

UserId = NewType("UserId", str)
SessionId = NewType("SessionId", str)
ArtistId = NewType("ArtistId", str)
AlbumId = NewType("AlbumId", str)
TrackId = NewType("TrackId", str)
ChannelId = NewType("ChannelId", str)
VideoId = NewType("VideoId", str)
UploadId = NewType("UploadId", str)
PlaybackSessionId = NewType("PlaybackSessionId", str)
PlayId = NewType("PlayId", str)
DeviceId = NewType("DeviceId", str)
BookmarkId = NewType("BookmarkId", str)
CommentId = NewType("CommentId", str)
NotificationId = NewType("NotificationId", str)
TokenId = NewType("TokenId", str)
JobId = NewType("JobId", str)
ManifestId = NewType("ManifestId", str)
PartnerId = NewType("PartnerId", str)
PartnerKeyId = NewType("PartnerKeyId", str)
PlaylistId = NewType("PlaylistId", str)
DownloadId = NewType("DownloadId", str)
PlaylistItemId = NewType("PlaylistItemId", str)
PlaylistChangeId = NewType("PlaylistChangeId", str)
InvitationId = NewType("InvitationId", str)
ShareLinkId = NewType("ShareLinkId", str)
GenreId = NewType("GenreId", str)
CategoryId = NewType("CategoryId", str)


def new_id() -> str:
    """A fresh UUIDv7 (RFC 9562): unique, and in the order of its making."""
    return str(uuid7())


class PlayableKind(StrEnum):
    """What can be played; the value is the GraphQL type's name."""

    TRACK = "Track"
    VIDEO = "Video"


PLAYABLE_KINDS = {kind.value: kind for kind in PlayableKind}
"""By name; to call the enumeration costs ten times as much, and pages name many playables."""


@dataclass(frozen=True, slots=True)
class PlayableKey:
    """Names something playable of the media domain."""

    kind: PlayableKind
    id: str

    def __str__(self) -> str:
        """The one text by which other domains' tables refer to it: `Track:<id>`."""
        return self.kind + ":" + self.id

    @classmethod
    def parse(cls, text: str) -> Self:
        """The key that `str` printed."""
        kind, _, key = text.partition(":")
        return cls(PLAYABLE_KINDS[kind], key)


@dataclass(frozen=True, slots=True)
class UserKey:
    """Names a user of the users domain."""

    id: UserId


@dataclass(frozen=True, slots=True)
class ArtistKey:
    """Names an artist of the media domain."""

    id: ArtistId


@dataclass(frozen=True, slots=True)
class AlbumKey:
    """Names an album of the media domain."""

    id: AlbumId


@dataclass(frozen=True, slots=True)
class JobKey:
    """Names a piece of background work, whichever domain it runs for."""

    id: JobId


@dataclass(frozen=True, slots=True)
class CommentKey:
    """Names a comment of the social domain."""

    id: CommentId


@dataclass(frozen=True, slots=True)
class TokenKey:
    """Names a token of the nft domain."""

    id: TokenId
