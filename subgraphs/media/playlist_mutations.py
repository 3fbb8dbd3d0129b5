"""Root mutations of playlists: the list and its items."""

from dataclasses import replace

import strawberry

from domain.ids import PlaylistChangeId, PlaylistId, PlaylistItemId
from domain.media.playlists.rules import PlaylistDetails
from resolvers.media import playables, playlist_items, playlist_log, playlists
from resolvers.media.playlist_items import Place
from schema.ids import parse_id
from schema.info import Info
from schema.playable_ids import parse_playable_id
from schema.problems import with_problems
from subgraphs.media.playlist_inputs import (
    AddToPlaylistInput,
    CreatePlaylistInput,
    DeletePlaylistInput,
    FollowPlaylistInput,
    MoveInPlaylistInput,
    RemoveFromPlaylistInput,
    RevertPlaylistChangeInput,
    UpdatePlaylistInput,
)
from subgraphs.media.playlist_payloads import (
    AddToPlaylistPayload,
    DeletePlaylistPayload,
    PlaylistPayload,
    playable_ids,
)


@strawberry.type
class PlaylistMutation:
    """What playlists are told."""

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None, description="Make an empty playlist of mine."
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def create_playlist(info: Info, input: CreatePlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Make a playlist."""
        details = PlaylistDetails(
            title=input.title,
            description=input.description,
            privacy=input.privacy,
            is_collaborative=input.is_collaborative,
            allows_duplicates=input.allows_duplicates,
        )
        return PlaylistPayload(playlist=await playlists.create_playlist(info.context, details))

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None, description="Say something else of my playlist."
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def update_playlist(info: Info, input: UpdatePlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Change a playlist's details."""
        details = PlaylistDetails(
            title=input.title,
            description=input.description,
            privacy=input.privacy,
            is_collaborative=input.is_collaborative,
            allows_duplicates=input.allows_duplicates,
        )
        if input.cover_playable_id is None:
            details = replace(details, cover_playable="")
        elif input.cover_playable_id is not strawberry.UNSET:
            cover = parse_playable_id(input.cover_playable_id)
            await playables.get_playables(info.context, [cover])
            details = replace(details, cover_playable=str(cover))
        changed = await playlists.update_playlist(
            info.context, playlist_key(input.playlist_id), details
        )
        return PlaylistPayload(playlist=changed)

    @strawberry.mutation(
        graphql_type=DeletePlaylistPayload | None, description="Remove my playlist for good."
    )
    @staticmethod
    @with_problems(DeletePlaylistPayload)
    async def delete_playlist(info: Info, input: DeletePlaylistInput) -> DeletePlaylistPayload:  # noqa: A002
        """Remove a playlist."""
        await playlists.delete_playlist(info.context, playlist_key(input.playlist_id))
        return DeletePlaylistPayload(deleted_id=input.playlist_id)

    @strawberry.mutation(
        graphql_type=AddToPlaylistPayload | None,
        description=(
            "Put something into a playlist. Send an Idempotency-Key to repeat it safely: without "
            "one it is added again."
        ),
    )
    @staticmethod
    @with_problems(AddToPlaylistPayload)
    async def add_to_playlist(info: Info, input: AddToPlaylistInput) -> AddToPlaylistPayload:  # noqa: A002
        """Add items."""
        added = await playlist_items.add_to_playlist(
            info.context,
            playlist_key(input.playlist_id),
            [parse_playable_id(each) for each in input.playable_ids],
            _place(input.after_item_id, is_first=input.at_beginning),
        )
        return AddToPlaylistPayload(
            playlist=added.playlist, items=added.items, skipped_ids=playable_ids(added.skipped)
        )

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Put items elsewhere; those that are gone stay so.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def move_in_playlist(info: Info, input: MoveInPlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Move items."""
        moved = await playlist_items.move_in_playlist(
            info.context,
            playlist_key(input.playlist_id),
            [_item(each) for each in input.item_ids],
            _place(input.after_item_id, is_first=input.at_beginning),
        )
        return PlaylistPayload(playlist=moved)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Take items out; those that are gone already change nothing.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def remove_from_playlist(info: Info, input: RemoveFromPlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Remove items."""
        left = await playlist_items.remove_from_playlist(
            info.context,
            playlist_key(input.playlist_id),
            [_item(each) for each in input.item_ids],
        )
        return PlaylistPayload(playlist=left)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None,
        description="Take a change back, as far as what it made is still there.",
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def revert_playlist_change(
        info: Info,
        input: RevertPlaylistChangeInput,  # noqa: A002
    ) -> PlaylistPayload:
        """Take a change back."""
        change_id = PlaylistChangeId(parse_id(input.change_id, "PlaylistChange"))
        reverted = await playlist_log.revert_change(
            info.context, playlist_key(input.playlist_id), change_id
        )
        return PlaylistPayload(playlist=reverted)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None, description="Keep a playlist among my own."
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def follow_playlist(info: Info, input: FollowPlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Keep a playlist."""
        kept = await playlists.follow_playlist(info.context, playlist_key(input.playlist_id))
        return PlaylistPayload(playlist=kept)

    @strawberry.mutation(
        graphql_type=PlaylistPayload | None, description="Keep a playlist no longer."
    )
    @staticmethod
    @with_problems(PlaylistPayload)
    async def unfollow_playlist(info: Info, input: FollowPlaylistInput) -> PlaylistPayload:  # noqa: A002
        """Keep it no longer."""
        key = playlist_key(input.playlist_id)
        await playlists.unfollow_playlist(info.context, key)
        return PlaylistPayload(playlist=await playlists.find_playlist(info.context, key))


def playlist_key(text: strawberry.ID) -> PlaylistId:
    """A playlist's key; raises BadInput."""
    return PlaylistId(parse_id(text, "Playlist"))


def _item(text: strawberry.ID) -> PlaylistItemId:
    return PlaylistItemId(parse_id(text, "PlaylistItem"))


def _place(after: strawberry.ID | None, *, is_first: bool) -> Place:
    return Place(after=None if after is None else _item(after), at_beginning=is_first)
