"""Root mutations of the media subgraph: files and tracks."""

import strawberry

from domain.ids import TrackId
from resolvers import jobs
from resolvers.media import importing, tracks, uploads
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from schema.uploads import Upload
from subgraphs.media.collaborator_mutations import CollaboratorMutation
from subgraphs.media.device_mutations import DeviceMutation
from subgraphs.media.download_fields import DownloadMutation
from subgraphs.media.editing_mutations import EditingMutation
from subgraphs.media.inputs import (
    ImportFolderInput,
    PublishTrackInput,
    UploadTrackInput,
)
from subgraphs.media.label_mutations import LabelMutation
from subgraphs.media.listening_mutations import ListeningMutation
from subgraphs.media.lyrics_mutations import LyricsMutation
from subgraphs.media.payloads import (
    ImportFolderPayload,
    PublishTrackPayload,
    UploadTrackPayload,
)
from subgraphs.media.playback_mutations import PlaybackMutation
from subgraphs.media.playlist_file_types import PlaylistFileMutation
from subgraphs.media.playlist_mutations import PlaylistMutation
from subgraphs.media.processing_mutations import ProcessingMutation
from subgraphs.media.queue_mutations import QueueMutation
from subgraphs.media.release_mutations import ReleaseMutation
from subgraphs.media.share_link_types import ShareLinkMutation
from subgraphs.media.smart_playlist_types import SmartPlaylistMutation
from subgraphs.media.team_mutations import TeamMutation
from subgraphs.media.upload_mutations import UploadMutation
from subgraphs.media.video_mutations import VideoMutation


@strawberry.type
class Mutation(
    LabelMutation,
    EditingMutation,
    ReleaseMutation,
    TeamMutation,
    PlaybackMutation,
    QueueMutation,
    DeviceMutation,
    DownloadMutation,
    ListeningMutation,
    ProcessingMutation,
    UploadMutation,
    VideoMutation,
    PlaylistMutation,
    SmartPlaylistMutation,
    PlaylistFileMutation,
    CollaboratorMutation,
    LyricsMutation,
    ShareLinkMutation,
):
    """What media can be told."""

    @strawberry.mutation(
        graphql_type=UploadTrackPayload | None,
        description=(
            "Make a draft and get an address to PUT its file to, unless it comes with the request; "
            "for creators."
        ),
    )
    @staticmethod
    @with_problems(UploadTrackPayload)
    async def upload_track(
        info: Info,
        input: UploadTrackInput,  # noqa: A002
        file: Upload | None = None,
    ) -> UploadTrackPayload:
        """Make a draft that waits for its file, or has it already."""
        new = uploads.NewTrack(
            file_name=input.file_name,
            size_bytes=input.size_bytes,
            title=input.title,
            artist_name=input.artist_name,
            album_title=input.album_title,
            track_number=input.track_number,
            disc_number=input.disc_number,
            genre=input.genre,
            year=input.year,
            allow_duplicate=input.allow_duplicate,
        )
        if file is not None:
            track = await uploads.add_track_with_file(
                info.context, new, path=file.path, size=file.size, source_hash=str(file)
            )
            return UploadTrackPayload(track=track)
        upload = await uploads.upload_track(info.context, new)
        return UploadTrackPayload(
            track=upload.track,
            upload_url=upload.url,
            expires_at=upload.expires_at,
            tus_url=upload.tus_url,
        )

    @strawberry.mutation(
        graphql_type=PublishTrackPayload | None,
        description=(
            "Let a track go that I own or manage: public at once when READY, else as soon as it "
            "is; or by itself at an instant to come."
        ),
    )
    @staticmethod
    @with_problems(PublishTrackPayload)
    async def publish_track(info: Info, input: PublishTrackInput) -> PublishTrackPayload:  # noqa: A002
        """Publish a track."""
        track_id = TrackId(parse_id(input.track_id, "Track"))
        track = await tracks.publish_track(info.context, track_id, at=input.release_at)
        return PublishTrackPayload(track=track)

    @strawberry.mutation(
        graphql_type=ImportFolderPayload | None,
        description="Import every audio file below a folder of the machine; for admins.",
    )
    @staticmethod
    @with_problems(ImportFolderPayload)
    async def import_folder(info: Info, input: ImportFolderInput) -> ImportFolderPayload:  # noqa: A002
        """Queue the import of a folder."""
        job_id = await importing.start_import(info.context, input.folder)
        return ImportFolderPayload(job=await jobs.get_job(info.context, job_id))
