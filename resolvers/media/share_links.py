"""Share links: making, opening and revoking them, and reading what one opens.

    createShareLink ─▶ token ─▶ openShareLink(token, password) ─▶ pass ─▶ sharedItem(pass)
                                counts as one use                        as often as one likes

The pass is all that a request shows, and opens the one thing that the link names: what is around
it is seen, or not, as by anyone.
"""

import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from db.read import fetch_one
from db.repositories.media.share_links import ShareLinkRepository
from domain.ids import AlbumId, PlaylistId, ShareLinkId, TrackId, UserId, VideoId, new_id
from domain.media import share_links as rules
from domain.media.playlists.records import Playlist
from domain.media.records import Album, Track
from domain.media.share_links import SharedKind, ShareLink, ShareTerms
from domain.media.videos import Video
from domain.pages import Page, PageRequest, before_text, build_page
from domain.rate_limits import Quota, require_token
from errors import Forbidden, NotFound, TooLarge, WrongCredentials
from loaders.media.share_links import LINK_BY_ID, LINK_BY_TOKEN, LINKS_OF_OWNER, PASS_BY_TOKEN
from resolvers.context import RequestContext
from resolvers.media.albums import find_album
from resolvers.media.collaborators import hash_of
from resolvers.media.playlists import find_playlist
from resolvers.media.tracks import find_track
from resolvers.media.videos import find_video

PASSWORD_TRIES = Quota(name="share link", tokens=10, seconds=300)
"""Guesses at one link's password, wherever they come from."""

Shared = Album | Playlist | Track | Video


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """What opening a link gives."""

    item: Shared
    token: str
    """The secret of the pass."""
    expires_at: datetime


async def list_my_links(ctx: RequestContext, page: PageRequest) -> Page[ShareLink]:
    """The viewer's links, the newest first; raises Unauthenticated."""
    owner_id = ctx.viewer.require_user_id()
    rows = await ctx.read("media").fetch(
        LINKS_OF_OWNER, owner_id=owner_id, before=before_text(page), limit=page.first + 1
    )
    return build_page(rows, page, lambda link: (link.id,))


async def create_link(
    ctx: RequestContext, kind: SharedKind, key: str, terms: ShareTerms
) -> tuple[ShareLink, str]:
    """Make a link to something of the viewer's; it and its secret, which is told this once.

    Raises:
        NotFound: there is no such thing for this viewer.
        Forbidden: it is somebody else's.
        BadInput: the terms are out of bounds.
        TooLarge: the viewer has as many links as one may have.
    """
    owner_id = ctx.viewer.require_user_id()
    checked = rules.checked_terms(terms)
    await _require_own(ctx, kind, key, owner_id)
    encoded = None
    if checked.password is not None:
        encoded = await ctx.ports.passwords.hash(checked.password)
    token, now = secrets.token_urlsafe(32), ctx.clock.now()
    link = ShareLink(
        id=ShareLinkId(new_id()),
        owner_id=owner_id,
        kind=kind,
        key=key,
        token_hash=hash_of(token),
        password_hash=encoded,
        uses_max=checked.uses_max,
        uses=0,
        created_at=now,
        expires_at=None if checked.days is None else now + timedelta(days=checked.days),
        revoked_at=None,
    )
    async with ctx.unit_of_work(ShareLinkRepository) as uow:
        if await uow.rows.count_links(owner_id) >= rules.LINKS_MAX:
            await uow.rows.remove_ended_links(owner_id, now=now)
        if await uow.rows.count_links(owner_id) >= rules.LINKS_MAX:
            raise TooLarge(f"An account has {rules.LINKS_MAX} share links at most.")
        await uow.rows.add_link(link)
        await uow.commit()
    return link, token


async def revoke_link(ctx: RequestContext, link_id: ShareLinkId) -> ShareLink:
    """End a link of the viewer's, and all passes that it gave; twice is once. Raises NotFound."""
    owner_id = ctx.viewer.require_user_id()
    async with ctx.unit_of_work(ShareLinkRepository) as uow:
        link = await uow.rows.lock_link(link_id)
        if link is None or link.owner_id != owner_id:
            raise NotFound(rules.CLOSED, field="shareLinkId")
        if link.revoked_at is not None:
            return link
        revoked = replace(link, revoked_at=ctx.clock.now())
        await uow.rows.save_link(revoked)
        await uow.commit()
    return revoked


async def open_link(ctx: RequestContext, token: str, password: str | None) -> Opened:
    """Open a link, which counts as one of its uses; a wrong password counts as none.

    Raises:
        NotFound: there is no such link, it has ended, or what it opens is gone.
        WrongCredentials: it takes another password.
        RateLimited: too many passwords were tried.
    """
    now = ctx.clock.now()
    found = await fetch_one(ctx.read("media"), LINK_BY_TOKEN, token_hash=_hash(token))
    link = rules.require_valid(found, now=now)
    await _require_password(ctx, link, password)
    item = await _item(ctx, link)
    secret = secrets.token_urlsafe(32)
    async with ctx.unit_of_work(ShareLinkRepository) as uow:
        used = rules.use(rules.require_valid(await uow.rows.lock_link(link.id), now=now))
        given = rules.new_pass(used, hash_of(secret), now=now)
        await uow.rows.save_link(used)
        await uow.rows.add_pass(given, kept=rules.PASSES_KEPT_MAX)
        await uow.commit()
    return Opened(item=item, token=secret, expires_at=given.expires_at)


async def find_shared(ctx: RequestContext, token: str) -> Shared | None:
    """What a pass opens; None once the pass or its link has ended, or the thing is gone."""
    read, now = ctx.read("media"), ctx.clock.now()
    given = await fetch_one(read, PASS_BY_TOKEN, token_hash=_hash(token))
    if given is None or given.expires_at <= now:
        return None
    try:
        found = await fetch_one(read, LINK_BY_ID, id=given.link_id)
        return await _item(ctx, rules.require_valid(found, now=now))
    except NotFound:
        return None


async def _require_password(ctx: RequestContext, link: ShareLink, password: str | None) -> None:
    if link.password_hash is None:
        return
    buckets = ctx.ports.buckets
    if buckets is not None:
        await require_token(buckets, PASSWORD_TRIES, link.id)
    tried = (password or "").strip()[: rules.PASSWORD_CHARS_MAX]
    if not await ctx.ports.passwords.verify(link.password_hash, tried):
        raise WrongCredentials("This link takes another password.", field="password")
    if buckets is not None:
        await buckets.forget(PASSWORD_TRIES, link.id)  # only tries that fail count


async def _item(ctx: RequestContext, link: ShareLink) -> Shared:
    """What a link opens, whoever asks; raises NotFound where it is gone."""
    loaders = ctx.loaders.media
    found: Shared | None
    match link.kind:
        case SharedKind.PLAYLIST:
            found = await loaders.playlists.playlist_by_id.load(PlaylistId(link.key))
        case SharedKind.TRACK:
            found = await loaders.track_by_id.load(TrackId(link.key))
        case SharedKind.ALBUM:
            found = await loaders.album_by_id.load(AlbumId(link.key))
        case SharedKind.VIDEO:
            found = await loaders.video_by_id.load(VideoId(link.key))
    if found is None or getattr(found, "deleted_at", None) is not None:
        raise NotFound(rules.CLOSED, field="token")
    if found.owner_id != link.owner_id:
        raise NotFound(rules.CLOSED, field="token")
    return found


async def _require_own(ctx: RequestContext, kind: SharedKind, key: str, owner_id: UserId) -> None:
    found: Shared | None
    match kind:
        case SharedKind.PLAYLIST:
            found = await find_playlist(ctx, PlaylistId(key))
        case SharedKind.TRACK:
            found = await find_track(ctx, TrackId(key))
        case SharedKind.ALBUM:
            found = await find_album(ctx, AlbumId(key))
        case SharedKind.VIDEO:
            found = await find_video(ctx, VideoId(key))
    if found is None:
        raise NotFound("There is no such thing to share.", field="itemId")
    if found.owner_id != owner_id:
        raise Forbidden("Only its owner may make a link to it.")


def _hash(token: str) -> str:
    return hash_of(token[: rules.TOKEN_CHARS_MAX])
