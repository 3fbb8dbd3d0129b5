"""Who shares a track's royalties."""

from collections.abc import Sequence

from db.repositories.royalties import RoyaltiesRepository
from domain.ids import TrackId
from domain.money import BASIS_POINTS
from domain.policies.royalties import may_see_split, require_may_set_split
from domain.royalties.records import KnownTrack, Share, Split
from domain.royalties.rules import checked_shares
from errors import Conflict, UnknownPayee
from loaders.royalties import SplitRow
from resolvers.context import RequestContext


def implicit_split(track: KnownTrack) -> Split:
    """The split of a track for which none was set: all to its owner."""
    whole = Share(payee_id=track.owner_id, basis_points=BASIS_POINTS)
    return Split(track_id=track.track_id, version=0, shares=(whole,))


async def set_split(
    ctx: RequestContext,
    track_id: TrackId,
    shares: list[Share],
    *,
    expected_version: int | None = None,
) -> Split:
    """Say who shares from the next accrual on; what was accrued stays as it was.

    Raises:
        NotFound: the viewer has no such track.
        BadInput, SplitNotWhole: the shares make no whole.
        UnknownPayee: a payee is no account.
        Conflict: somebody else changed the split meanwhile.
    """
    checked = checked_shares(shares)
    async with ctx.unit_of_work(RoyaltiesRepository) as uow:
        track = require_may_set_split(ctx.viewer, await uow.rows.find_track(track_id))
        unknown = await uow.rows.list_unknown_payees([share.payee_id for share in checked])
        if unknown:
            raise UnknownPayee(f"{len(unknown)} of the payees are no accounts.", field="shares")
        await uow.rows.lock_accrual(track_id)
        current = await uow.rows.find_split(track_id) or implicit_split(track)
        if expected_version is not None and current.version != expected_version:
            raise Conflict(
                f"The split is at version {current.version} by now; read it again.",
                field="expectedVersion",
            )
        split = Split(track_id=track_id, version=current.version + 1, shares=checked)
        await uow.rows.add_split(split)
        await uow.commit()
    ctx.loaders.royalties.split_rows_by_track_id.clear(track_id)
    return split


async def find_visible_splits(
    ctx: RequestContext, track_ids: Sequence[TrackId]
) -> list[Split | None]:
    """Each track's split, for those who may see it; None for all others."""
    if not ctx.viewer.is_known:
        return [None] * len(track_ids)
    found = await ctx.loaders.royalties.track_by_id.load_all(track_ids)
    known = [track for track in found if track is not None]
    if not known:
        return [None] * len(track_ids)
    loader = ctx.loaders.royalties.split_rows_by_track_id
    lists = await loader.load_all([track.track_id for track in known])
    splits = {
        track.track_id: split
        for track, rows in zip(known, lists, strict=True)
        if may_see_split(ctx.viewer, track, split := _split_of(track, rows))
    }
    return [splits.get(track_id) for track_id in track_ids]


def _split_of(track: KnownTrack, rows: Sequence[SplitRow]) -> Split:
    if not rows:
        return implicit_split(track)
    shares = tuple(Share(payee_id=row.payee_id, basis_points=row.basis_points) for row in rows)
    return Split(track_id=track.track_id, version=rows[0].version, shares=shares)
