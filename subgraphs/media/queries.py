"""Root queries of the media subgraph."""

import strawberry

from db.outbox import Job as JobRecord
from domain.ids import AlbumId, ArtistId, JobId, TrackId
from domain.media import records as media
from domain.media.upload_records import StorageUse
from domain.pages import Page, page_request
from resolvers import jobs
from resolvers.media import albums, artists, nodes, storage_room, tracks
from schema.caching import SHORT, good_for
from schema.costs import PAGED
from schema.ids import parse_id, split_id
from schema.info import Info
from schema.pagination import Connection
from subgraphs.media.catalogue_queries import CatalogueQuery
from subgraphs.media.download_fields import DownloadQuery
from subgraphs.media.job_types import Job
from subgraphs.media.label_queries import LabelQuery
from subgraphs.media.nodes import Node
from subgraphs.media.playback_queries import PlaybackQuery
from subgraphs.media.playlist_file_types import PlaylistFileQuery
from subgraphs.media.playlist_queries import PlaylistQuery
from subgraphs.media.search_queries import SearchQuery
from subgraphs.media.share_link_types import ShareLinkQuery
from subgraphs.media.types import Album, Artist, Track
from subgraphs.media.upload_types import Storage
from subgraphs.media.video_queries import VideoQuery


@strawberry.type
class Query(
    LabelQuery,
    CatalogueQuery,
    PlaybackQuery,
    VideoQuery,
    PlaylistQuery,
    SearchQuery,
    ShareLinkQuery,
    DownloadQuery,
    PlaylistFileQuery,
):
    """What media can be asked."""

    @strawberry.field(graphql_type=Node | None, description="Anything by its global id.")
    @staticmethod
    async def node(info: Info, id: strawberry.ID) -> nodes.Node | None:  # noqa: A002
        """Whatever has this id."""
        return await nodes.find_node(info.context, *split_id(id))

    @strawberry.field(graphql_type=Artist | None, description="One artist by its id.")
    @staticmethod
    async def artist(info: Info, id: strawberry.ID) -> media.Artist | None:  # noqa: A002
        """An artist."""
        return await artists.find_artist(info.context, ArtistId(parse_id(id, "Artist")))

    @strawberry.field(graphql_type=Album | None, description="One album by its id.")
    @staticmethod
    async def album(info: Info, id: strawberry.ID) -> media.Album | None:  # noqa: A002
        """An album."""
        return await albums.find_album(info.context, AlbumId(parse_id(id, "Album")))

    @strawberry.field(graphql_type=Track | None, description="One track by its id.")
    @staticmethod
    async def track(info: Info, id: strawberry.ID) -> media.Track | None:  # noqa: A002
        """A track."""
        return await tracks.find_track(info.context, TrackId(parse_id(id, "Track")))

    @strawberry.field(
        graphql_type=Connection[Track] | None,
        directives=[PAGED, good_for(SHORT)],
        description="Public tracks, the newest first.",
    )
    @staticmethod
    async def tracks(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Track]:
        """A page of what anyone may hear."""
        return await tracks.list_tracks(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Connection[Track] | None,
        directives=[PAGED],
        description="My tracks and those of my teams, drafts included, the newest first.",
    )
    @staticmethod
    async def my_tracks(
        info: Info, first: int | None = None, after: str | None = None
    ) -> Page[media.Track]:
        """A page of the viewer's tracks."""
        return await tracks.list_my_tracks(info.context, page_request(first, after))

    @strawberry.field(
        graphql_type=Storage | None, description="How much I keep here, and how much I may."
    )
    @staticmethod
    async def my_storage(info: Info) -> StorageUse:
        """The viewer's room for originals."""
        return await storage_room.get_my_storage(info.context)

    @strawberry.field(graphql_type=Job | None, description="Background work that I asked for.")
    @staticmethod
    async def job(info: Info, id: strawberry.ID) -> JobRecord | None:  # noqa: A002
        """A job of any domain."""
        return await jobs.find_job(info.context, JobId(parse_id(id, "Job")))
