"""Who works for an artist beside the owner, and which artists the viewer works for."""

from collections.abc import Sequence

from db.repositories.media.catalogue import MediaRepository
from domain.ids import ArtistId, UserId
from domain.media.records import Album, Artist, Track
from domain.media.teams import MEMBERS_MAX, NO_TEAMS, TEAMS_MAX, TeamMember, TeamRole, Teams
from domain.pages import Page, PageRequest, before_text, build_page
from domain.policies.catalogue import may_see, require_own_artist, require_role
from domain.policies.media import may_see_artist, may_see_team
from errors import BadInput, TooLarge
from loaders.media.teams import ARTISTS_OF_MEMBER
from resolvers.context import RequestContext


async def teams_of_viewer(ctx: RequestContext) -> Teams:
    """The artists that the viewer works for; read once in a request, and none for nobody."""
    if ctx.viewer.user_id is None:
        return NO_TEAMS
    found = await ctx.loaders.media.teams_by_user_id.load(ctx.viewer.user_id)
    return {each.artist_id: each.role for each in found}


async def teams_behind(
    ctx: RequestContext, found: Sequence[Artist | Album | Track | None]
) -> Teams:
    """The viewer's teams, where what was found may be theirs; most often nothing is read."""
    if all(each is None or may_see(ctx.viewer, each) for each in found):
        return NO_TEAMS
    return await teams_of_viewer(ctx)


async def list_my_artists(ctx: RequestContext, page: PageRequest) -> Page[Artist]:
    """Artists that the viewer owns or works for, the newest first.

    Raises:
        Unauthenticated: nobody is logged in.
    """
    user_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        ARTISTS_OF_MEMBER, owner_id=user_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda artist: (artist.id,))


async def teams_of_artists(
    ctx: RequestContext, artists: Sequence[Artist]
) -> list[list[TeamMember]]:
    """Each artist's team, for the owner, its members and admins; empty for all others."""
    teams = await teams_of_viewer(ctx)
    shown = [artist.id for artist in artists if may_see_team(ctx.viewer, artist, teams)]
    if not shown:
        return [[] for _ in artists]
    found = await ctx.loaders.media.members_by_artist_id.load_all(shown)
    members = dict(zip(shown, found, strict=True))
    return [members.get(artist.id, []) for artist in artists]


async def set_member(
    ctx: RequestContext, artist_id: ArtistId, user_id: UserId, role: TeamRole
) -> Artist:
    """Take somebody into an artist's team, or give a member another role. Twice is once.

    Raises:
        NotFound, Forbidden: there is no such artist for the viewer, or they do not own it.
        BadInput: the owner needs no role.
        TooLarge: the team, or the teams that the account is in, are as many as may be.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        artist = require_own_artist(ctx.viewer, await uow.rows.lock_artist(artist_id), teams)
        if user_id == artist.owner_id:
            raise BadInput("The owner may do everything; name somebody else.", field="userId")
        members = await uow.rows.list_members(artist_id, limit=MEMBERS_MAX)
        roles = {each.user_id: each.role for each in members}
        if roles.get(user_id) is role:
            return artist
        if user_id not in roles:
            if len(members) >= MEMBERS_MAX:
                raise TooLarge(f"A team has {MEMBERS_MAX} members at most.", field="userId")
            if await uow.rows.count_teams(user_id) >= TEAMS_MAX:
                raise TooLarge(f"An account is in {TEAMS_MAX} teams at most.", field="userId")
        await uow.rows.keep_member(
            TeamMember(artist_id=artist_id, user_id=user_id, role=role, added_at=ctx.clock.now())
        )
        await uow.commit()
    _forget(ctx, artist_id)
    return artist


async def remove_member(ctx: RequestContext, artist_id: ArtistId, user_id: UserId) -> Artist | None:
    """Take somebody out of an artist's team; members may leave by themselves. Twice is once.

    From the next request on they see and do what strangers do. The artist as it is then, None
    where the viewer sees it no more.

    Raises:
        NotFound, Forbidden: there is no such artist for the viewer, or they do not own it.
    """
    async with ctx.unit_of_work(MediaRepository) as uow:
        teams = await uow.rows.teams_of(ctx.viewer.user_id)
        artist = await uow.rows.lock_artist(artist_id)
        if ctx.viewer.user_id != user_id:
            artist = require_own_artist(ctx.viewer, artist, teams)
        elif artist is not None and artist_id not in teams:
            return artist if artist.is_public else None
        else:
            artist = require_role(ctx.viewer, artist, TeamRole.VIEWER, teams)
        members = await uow.rows.list_members(artist_id, limit=MEMBERS_MAX)
        if user_id not in {each.user_id for each in members}:
            return artist
        await uow.rows.remove_member(artist_id, user_id)
        await uow.commit()
    _forget(ctx, artist_id)
    return artist if may_see_artist(ctx.viewer, artist) else None


def _forget(ctx: RequestContext, artist_id: ArtistId) -> None:
    """Let this request read the team anew."""
    ctx.loaders.media.artist_by_id.clear(artist_id)
    ctx.loaders.media.members_by_artist_id.clear(artist_id)
    if ctx.viewer.user_id is not None:
        ctx.loaders.media.teams_by_user_id.clear(ctx.viewer.user_id)
