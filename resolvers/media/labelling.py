"""What owners and their teams say of a thing beside its own fields: categories and credits."""

from collections.abc import Awaitable, Callable, Sequence

from db.repositories.media.catalogue import MediaRepository
from db.repositories.media.labels import LabelRepository
from domain.ids import AlbumId, CategoryId, PlayableKey, TrackId, VideoId
from domain.media import contributors as credits_rules
from domain.media import labels as rules
from domain.media.contributors import Contributor, Credit
from domain.media.records import Album, Playable, Track
from domain.media.teams import TeamRole
from domain.media.videos import Video
from domain.policies.catalogue import require_role
from domain.policies.videos import require_own_video
from errors import BadInput, NotFound
from resolvers.context import RequestContext
from resolvers.media.releases import save_album, save_playable
from resolvers.media.work import MediaWork

Subject = Album | Track | Video
Write = Callable[[LabelRepository], Awaitable[None]]

SUBJECTS = ("Album", "Track", "Video")


async def index_tags(uow: MediaWork, before: Playable, after: Playable) -> None:
    """Let what was changed be found by its tags."""
    if before.tags != after.tags:
        await LabelRepository(uow.connection).set_tags(after.playable, rules.tag_keys(after.tags))


async def set_categories(
    ctx: RequestContext, key: PlayableKey, ids: Sequence[CategoryId]
) -> Playable:
    """Put something into these categories and no other. Twice is once.

    Raises:
        Unauthenticated, NotFound, Forbidden: it is not the viewer's to edit.
        NotFound: there is no such category.
        TooLarge: there are too many.
    """
    kept = rules.checked_categories(ids)

    async def write(rows: LabelRepository) -> None:
        if len(await rows.find_categories(kept)) != len(kept):
            raise NotFound("There is no such category.", field="categoryIds")
        await rows.set_categories(key, kept)

    saved = await _change(ctx, key.kind, key.id, write)
    assert isinstance(saved, Playable)
    ctx.loaders.media.labels.categories_by_playable.clear(str(key))
    return saved


async def set_contributors(
    ctx: RequestContext, type_name: str, key: str, given: Sequence[Credit]
) -> Subject:
    """Give a track, album or video these credits and no other. Twice is once.

    Raises:
        BadIdentifier: an IPI or ISNI is none.
        NotFound: a credit names an artist who is not there; and as `set_categories`.
    """
    subject = f"{type_name}:{key}"
    kept = credits_rules.contributors_of(subject, given)
    named = sorted({each.artist_id for each in kept if each.artist_id is not None})

    async def write(rows: LabelRepository) -> None:
        if len(await rows.find_artists(named)) != len(named):
            raise NotFound("There is no such artist.", field="artistId")
        await rows.set_contributors(subject, kept)

    saved = await _change(ctx, type_name, key, write)
    ctx.loaders.media.labels.contributors_by_subject.clear(subject)
    return saved


async def contributors_of(
    ctx: RequestContext, type_name: str, subjects: Sequence[Subject]
) -> list[list[Contributor]]:
    """The credits of each, in the order of its owner."""
    keys = [f"{type_name}:{subject.id}" for subject in subjects]
    return await ctx.loaders.media.labels.contributors_by_subject.load_all(keys)


async def _change(ctx: RequestContext, type_name: str, key: str, write: Write) -> Subject:
    """Hold the subject, write what belongs to it, and tell of it as of any change."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        subject = await _lock(ctx, uow, type_name, key)
        await write(LabelRepository(uow.connection))
        match subject:
            case Album():
                saved: Subject = await save_album(uow, subject)
            case Track() | Video():
                saved = await save_playable(uow, subject, ctx.clock)  # type: ignore[assignment]
        await uow.commit()
    _forget(ctx, saved)
    return saved


def _forget(ctx: RequestContext, subject: Subject) -> None:
    """Let this request read what was changed anew."""
    match subject:
        case Album():
            ctx.loaders.media.album_by_id.clear(subject.id)
        case Track():
            ctx.loaders.media.track_by_id.clear(subject.id)
        case Video():
            ctx.loaders.media.video_by_id.clear(subject.id)


async def _lock(ctx: RequestContext, uow: MediaWork, type_name: str, key: str) -> Subject:
    """The subject, held, if the viewer may edit it."""
    ctx.viewer.require_user_id()
    teams = await uow.rows.teams_of(ctx.viewer.user_id)
    match type_name:
        case "Album":
            album = await uow.rows.lock_album(AlbumId(key))
            return require_role(ctx.viewer, album, TeamRole.EDITOR, teams)
        case "Track":
            track = await uow.rows.lock_track(TrackId(key))
            return require_role(ctx.viewer, track, TeamRole.EDITOR, teams)
        case "Video":
            return require_own_video(ctx.viewer, await uow.rows.lock_video(VideoId(key)))
    raise BadInput(f"A {type_name} has no credits; {', '.join(SUBJECTS)} have.", field="id")
