"""Root fields of the media subgraph: what is kept on devices to be heard offline."""

import strawberry

from domain.ids import DownloadId
from domain.pages import page_request
from resolvers.media import downloads
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.download_types import (
    DownloadPayload,
    OfflineChanges,
    RemoveDownloadPayload,
)
from subgraphs.media.playback_ids import parse_device


@strawberry.input
class DownloadInput:
    """What to keep, and where."""

    playable_id: strawberry.ID = strawberry.field(description="Of a track or a video.")
    device_id: strawberry.ID = strawberry.field(description="Of a device of mine.")


@strawberry.input
class RemoveDownloadInput:
    """What to keep no more."""

    download_id: strawberry.ID


@strawberry.type
class DownloadMutation:
    """What listeners take along."""

    @strawberry.mutation(
        graphql_type=DownloadPayload | None,
        description=(
            "Keep something on a device of mine, or renew that. The plan says how many items, on "
            "how many devices and for how many days."
        ),
    )
    @staticmethod
    @with_problems(DownloadPayload)
    async def download(info: Info, input: DownloadInput) -> DownloadPayload:  # noqa: A002
        """Give a licence, and where to fetch the files."""
        licence = await downloads.download(
            info.context, parse_playable_id(input.playable_id), parse_device(input.device_id)
        )
        return DownloadPayload(
            download=licence.download, url=licence.url, url_expires_at=licence.url_expires_at
        )

    @strawberry.mutation(
        graphql_type=RemoveDownloadPayload | None,
        description="Keep something on a device of mine no more; the device is told.",
    )
    @staticmethod
    @with_problems(RemoveDownloadPayload)
    async def remove_download(
        info: Info,
        input: RemoveDownloadInput,  # noqa: A002
    ) -> RemoveDownloadPayload:
        """Take a licence back."""
        download_id = DownloadId(parse_id(input.download_id, "Download"))
        return RemoveDownloadPayload(
            download=await downloads.remove_download(info.context, download_id)
        )


@strawberry.type
class DownloadQuery:
    """What a device asks when it is online again."""

    @strawberry.field(
        graphql_type=OfflineChanges | None,
        description=(
            "What a device of mine has to fetch, renew and delete since it asked last; all of it "
            "without `since`. A device that is not found keeps nothing any more."
        ),
    )
    @staticmethod
    async def offline_changes(
        info: Info, device_id: strawberry.ID, since: str | None = None, first: int | None = None
    ) -> downloads.OfflineChanges:
        """A page of changes, and where to go on."""
        return await downloads.list_offline_changes(
            info.context, parse_device(device_id), since, page_request(first, None)
        )
