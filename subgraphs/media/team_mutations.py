"""Root mutations of the media subgraph: who works for an artist."""

import strawberry

from domain.ids import ArtistId, UserId
from domain.media.teams import TeamRole
from resolvers.media import teams
from schema.ids import parse_id
from schema.info import Info
from schema.problems import with_problems
from subgraphs.media.editing_payloads import ArtistPayload


@strawberry.input
class SetTeamMemberInput:
    """Who works for an artist of mine, and as what."""

    artist_id: strawberry.ID
    user_id: strawberry.ID
    role: TeamRole


@strawberry.input
class RemoveTeamMemberInput:
    """Who works for an artist no more."""

    artist_id: strawberry.ID
    user_id: strawberry.ID


@strawberry.type
class TeamMutation:
    """What owners say of their artists' teams."""

    @strawberry.mutation(
        graphql_type=ArtistPayload | None,
        description="Take somebody into the team of an artist of mine, or give them another role.",
    )
    @staticmethod
    @with_problems(ArtistPayload)
    async def set_team_member(info: Info, input: SetTeamMemberInput) -> ArtistPayload:  # noqa: A002
        """Add a member or change their role."""
        artist = await teams.set_member(
            info.context,
            ArtistId(parse_id(input.artist_id, "Artist")),
            UserId(parse_id(input.user_id, "User")),
            input.role,
        )
        return ArtistPayload(artist=artist)

    @strawberry.mutation(
        graphql_type=ArtistPayload | None,
        description="Take somebody out of the team of an artist of mine, or leave it myself.",
    )
    @staticmethod
    @with_problems(ArtistPayload)
    async def remove_team_member(
        info: Info,
        input: RemoveTeamMemberInput,  # noqa: A002
    ) -> ArtistPayload:
        """Remove a member."""
        artist = await teams.remove_member(
            info.context,
            ArtistId(parse_id(input.artist_id, "Artist")),
            UserId(parse_id(input.user_id, "User")),
        )
        return ArtistPayload(artist=artist)
