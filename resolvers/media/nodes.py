"""Anything by its global id: what media knows as records, the rest by key."""

from db.outbox import Job
from domain.ids import (
    AlbumId,
    ArtistId,
    ChannelId,
    CommentId,
    CommentKey,
    JobId,
    PlaybackSessionId,
    PlaylistId,
    TokenId,
    TokenKey,
    TrackId,
    UserId,
    UserKey,
    VideoId,
)
from domain.media.playback_records import PlaybackSession
from domain.media.playlists.records import Playlist
from domain.media.records import Album, Artist, Track
from domain.media.videos import Channel, Video
from resolvers import jobs
from resolvers.context import RequestContext
from resolvers.media import albums, artists, channels, playback, playlists, tracks, videos

Node = (
    Album
    | Artist
    | Channel
    | Job
    | PlaybackSession
    | Playlist
    | Track
    | Video
    | CommentKey
    | TokenKey
    | UserKey
)


async def find_node(ctx: RequestContext, type_name: str, key: str) -> Node | None:
    """What the viewer may see under a global id; None for a type without nodes.

    Whether a user, comment or token is there only its own domain knows.
    """
    match type_name:
        case "Album":
            return await albums.find_album(ctx, AlbumId(key))
        case "Artist":
            return await artists.find_artist(ctx, ArtistId(key))
        case "Track":
            return await tracks.find_track(ctx, TrackId(key))
        case "Channel":
            return await channels.find_channel(ctx, ChannelId(key))
        case "Video":
            return await videos.find_video(ctx, VideoId(key))
        case "PlaybackSession":
            return await playback.find_session(ctx, PlaybackSessionId(key))
        case "Playlist":
            return await playlists.find_playlist(ctx, PlaylistId(key))
        case "Job":
            return await jobs.find_job(ctx, JobId(key))
        case _:
            return _elsewhere(type_name, key)


def _elsewhere(type_name: str, key: str) -> CommentKey | TokenKey | UserKey | None:
    match type_name:
        case "Comment":
            return CommentKey(CommentId(key))
        case "Token":
            return TokenKey(TokenId(key))
        case "User":
            return UserKey(UserId(key))
        case _:
            return None
