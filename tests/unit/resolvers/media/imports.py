"""What tests of importing and processing look at: rows, jobs, events."""

from collections.abc import Sequence

from sqlalchemy import select

from db.repositories.media.catalogue import MediaRepository
from db.rows import fetch_records
from db.tables.media.catalogue import albums, artists, tracks
from db.tables.platform import events, jobs
from domain.ids import UserId
from domain.media.records import Album, Artist, Track
from domain.messages.codec import decode
from domain.messages.events import TrackChanged
from resolvers.context import UseCaseContext

OWNER = UserId("anna")


async def all_tracks(ctx: UseCaseContext) -> list[Track]:
    """Every track, in the order of title."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        return await fetch_records(uow.connection, select(tracks).order_by(tracks.c.title), Track)


async def all_albums(ctx: UseCaseContext) -> list[Album]:
    """Every album, in the order of title."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        return await fetch_records(uow.connection, select(albums).order_by(albums.c.title), Album)


async def all_artists(ctx: UseCaseContext) -> list[Artist]:
    """Every artist, in the order of name."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        return await fetch_records(uow.connection, select(artists).order_by(artists.c.name), Artist)


async def queued(ctx: UseCaseContext) -> list[tuple[str, bytes]]:
    """Name and payload of every job, in the order of their making."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        rows = await uow.connection.execute(select(jobs.c.name, jobs.c.payload).order_by(jobs.c.id))
        return [(row.name, bytes(row.payload)) for row in rows]


async def told(ctx: UseCaseContext) -> list[str]:
    """Every event's name; with a track's state and whether it is public."""
    async with ctx.unit_of_work(MediaRepository) as uow:
        rows = (
            await uow.connection.execute(
                select(events.c.name, events.c.payload).order_by(events.c.id)
            )
        ).all()
    return [_described(row.name, bytes(row.payload)) for row in rows]


def changes(names: Sequence[str]) -> list[str]:
    """Only what was told of tracks."""
    prefix = "track "
    return [name.removeprefix(prefix) for name in names if name.startswith(prefix)]


def _described(name: str, payload: bytes) -> str:
    if name != TrackChanged.name:
        return name
    event = decode(payload, TrackChanged)
    return f"track {event.state} {'public' if event.is_public else 'hidden'}"
