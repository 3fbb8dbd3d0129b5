"""Reads of the teams of artists."""

from sqlalchemy import Integer, Text, bindparam, select

from db.read import key_in, query
from db.tables.media.catalogue import artists
from db.tables.media.teams import artist_members as members
from domain.ids import ArtistId, UserId
from domain.media.records import Artist
from domain.media.teams import TeamMember
from loaders.batch import GroupLoader

MEMBER = bindparam("owner_id", type_=Text)

ARTISTS_OF_MEMBER = query(
    select(artists)
    .where(
        artists.c.id.in_(
            select(artists.c.id)
            .where(artists.c.owner_id == MEMBER)
            .union(select(members.c.artist_id).where(members.c.user_id == MEMBER))
        ),
        artists.c.id < bindparam("before", type_=Text),
        artists.c.deleted_at.is_(None),
    )
    .order_by(artists.c.id.desc())
    .limit(bindparam("limit", type_=Integer)),
    Artist,
)
"""Those that one owns or works for; an account has few."""


class TeamsByUserId(GroupLoader[UserId, TeamMember]):
    """Accounts to the teams that they are in."""

    query = query(
        select(members).where(key_in(members.c.user_id)).order_by(members.c.artist_id), TeamMember
    )
    key_name = "user_id"


class MembersByArtistId(GroupLoader[ArtistId, TeamMember]):
    """Artists to their teams, in the order of user ids; a team is bounded when it is made."""

    query = query(
        select(members).where(key_in(members.c.artist_id)).order_by(members.c.user_id), TeamMember
    )
    key_name = "artist_id"
