"""The media subgraph put together."""

from strawberry.federation import Schema

from db.outbox import Job as JobRecord
from domain import ids
from domain.media import (
    bookmark_records,
    contributors,
    labels,
    play_queue,
    playback_records,
    records,
    videos,
)
from domain.media.playlists import records as playlist_records
from schema.definition import SubgraphDefinition
from subgraphs.media.job_types import Job
from subgraphs.media.mutations import Mutation
from subgraphs.media.playable_types import Playable
from subgraphs.media.playback_types import PlaybackSession
from subgraphs.media.playlist_types import Playlist
from subgraphs.media.queries import Query
from subgraphs.media.scalars import MEDIA_CONFIG
from subgraphs.media.stubs import Comment, Token, User
from subgraphs.media.subscriptions import Subscription
from subgraphs.media.types import Album, Artist, Track
from subgraphs.media.video_types import Channel, Video

MEDIA = SubgraphDefinition(
    name="media",
    schema=Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[
            Album,
            Artist,
            Channel,
            Comment,
            Job,
            Playable,
            PlaybackSession,
            Playlist,
            Token,
            Track,
            User,
            Video,
        ],
        config=MEDIA_CONFIG,
        federation_version="2.9",
    ),
    records={
        labels.Genre: "Genre",
        labels.Category: "Category",
        contributors.Contributor: "Contributor",
        records.Album: "Album",
        records.Artist: "Artist",
        records.Track: "Track",
        videos.Channel: "Channel",
        videos.Video: "Video",
        playback_records.Device: "Device",
        play_queue.QueueEntry: "QueueEntry",
        bookmark_records.Bookmark: "Bookmark",
        bookmark_records.Progress: "Progress",
        playback_records.PlaybackSession: "PlaybackSession",
        playlist_records.Playlist: "Playlist",
        JobRecord: "Job",
        ids.CommentKey: "Comment",
        ids.TokenKey: "Token",
        ids.UserKey: "User",
    },
)
