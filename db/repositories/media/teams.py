"""The teams of artists inside a unit of work."""

from sqlalchemy import delete, func, select

from db.repositories.media.rows import MediaRows
from db.rows import fetch_records, upsert, values_of
from db.tables.media.teams import artist_members as members
from domain.ids import ArtistId, UserId
from domain.media.teams import TEAMS_MAX, TeamMember, Teams


class TeamRows(MediaRows):
    """Who works for whom; read afresh, so that whoever was removed is so with the next request."""

    async def teams_of(self, user_id: UserId | None) -> Teams:
        """The artists that an account works for, and as what; none for nobody."""
        if user_id is None:
            return {}
        theirs = select(members).where(members.c.user_id == user_id).limit(TEAMS_MAX)
        found = await fetch_records(self._connection, theirs, TeamMember)
        return {each.artist_id: each.role for each in found}

    async def list_members(self, artist_id: ArtistId, *, limit: int) -> list[TeamMember]:
        """An artist's team."""
        theirs = select(members).where(members.c.artist_id == artist_id)
        return await fetch_records(
            self._connection, theirs.order_by(members.c.user_id).limit(limit), TeamMember
        )

    async def count_teams(self, user_id: UserId) -> int:
        """How many artists an account works for."""
        theirs = select(func.count()).select_from(members).where(members.c.user_id == user_id)
        return int((await self._connection.execute(theirs)).scalar_one())

    async def keep_member(self, member: TeamMember) -> None:
        """Add a member, or give them another role."""
        await upsert(
            self._connection,
            members,
            values_of(member),
            keys=("artist_id", "user_id"),
            changes={"role": member.role},
        )

    async def remove_member(self, artist_id: ArtistId, user_id: UserId) -> None:
        """Remove a member; nobody is left as they were."""
        same = (members.c.artist_id == artist_id) & (members.c.user_id == user_id)
        await self._connection.execute(delete(members).where(same))
