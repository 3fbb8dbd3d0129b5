"""The home screen as most would write it in Strawberry: ORM rows, DataLoaders, one schema."""

from collections.abc import Awaitable, Callable, Sequence
from functools import cache
from typing import Any

import strawberry
from sqlalchemy import Select, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import registry
from strawberry.dataloader import DataLoader

from bench.home.database import sqlalchemy_url
from bench.schemas.context import TUNED
from db.tables import ai, nft, social, users
from db.tables.media import catalogue
from domain.media.records import PlayableState
from domain.nft.records import TokenState
from domain.pages import before_instant, instant_cursor, page_request, print_cursor
from domain.royalties.records import CURRENCY
from domain.royalties.rules import MINOR_UNITS_PER_MILLE
from schema.ids import print_id

Row = Any
"""An ORM row: its class is mapped from our table, and a checker cannot know its columns."""
mapped = registry()


def _class_of(name: str, table: Any) -> Any:
    class_: Any = type(name, (), {})
    mapped.map_imperatively(class_, table)
    return class_


TrackRow = _class_of("TrackRow", catalogue.tracks)
ArtistRow = _class_of("ArtistRow", catalogue.artists)
AlbumRow = _class_of("AlbumRow", catalogue.albums)
UserRow = _class_of("UserRow", users.users)
ArtistStatsRow = _class_of("ArtistStatsRow", social.artist_stats)
StatsRow = _class_of("StatsRow", social.playable_stats)
CommentRow = _class_of("CommentRow", social.comments)
TokenRow = _class_of("TokenRow", nft.tokens)
NeighbourRow = _class_of("NeighbourRow", ai.ai_neighbours)


@cache
def sessions() -> async_sessionmaker[AsyncSession]:
    """Sessions over one pool of connections."""
    engine = create_async_engine(sqlalchemy_url(), pool_size=10, max_overflow=0)
    return async_sessionmaker(engine, expire_on_commit=False)


async def rows_of(statement: Select[Any]) -> Sequence[Row]:
    """Read rows in a session of their own: the loaders of one request run at the same time."""
    async with sessions()() as session:
        return (await session.scalars(statement)).all()


Load = Callable[[list[str]], Awaitable[list[Row]]]


def _by_key(class_: Any, name: str = "id") -> DataLoader[str, Row]:
    column = getattr(class_, name)

    async def load(keys: list[str]) -> list[Row]:
        found = {
            getattr(row, name): row for row in await rows_of(select(class_).where(column.in_(keys)))
        }
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)


def _grouped(class_: Any, name: str, order: Any, *where: Any) -> DataLoader[str, list[Row]]:
    column = getattr(class_, name)

    async def load(keys: list[str]) -> list[list[Row]]:
        groups: dict[str, list[Row]] = {key: [] for key in keys}
        for row in await rows_of(select(class_).where(column.in_(keys), *where).order_by(order)):
            groups[getattr(row, name)].append(row)
        return [groups[key] for key in keys]

    return DataLoader(load_fn=load)


class OrmContext:
    """The loaders of one request."""

    def __init__(self) -> None:
        self.track_by_id = _by_key(TrackRow)
        self.artist_by_id = _by_key(ArtistRow)
        self.album_by_id = _by_key(AlbumRow)
        self.user_by_id = _by_key(UserRow)
        self.artist_stats = _by_key(ArtistStatsRow, "artist_id")
        self.stats = _by_key(StatsRow, "playable")
        self.comments = _grouped(
            CommentRow, "playable", CommentRow.id.desc(), CommentRow.deleted_at.is_(None)
        )
        self.tokens = _grouped(
            TokenRow, "track_id", TokenRow.id, TokenRow.state == TokenState.FINAL
        )
        self.neighbours = _grouped(NeighbourRow, "playable", NeighbourRow.score.desc())


Info = strawberry.Info[OrmContext, None]


@strawberry.type
class User:
    """An account."""

    username: str
    display_name: str


@strawberry.type
class Album:
    """Tracks that belong together."""

    title: str

    @strawberry.field
    @staticmethod
    def id(parent: strawberry.Parent[Row]) -> strawberry.ID:
        """Opaque."""
        return strawberry.ID(print_id("Album", parent.id))


@strawberry.type
class Artist:
    """Whose music it is."""

    name: str

    @strawberry.field
    @staticmethod
    def id(parent: strawberry.Parent[Row]) -> strawberry.ID:
        """Opaque."""
        return strawberry.ID(print_id("Artist", parent.id))

    @strawberry.field
    @staticmethod
    async def follower_count(parent: strawberry.Parent[Row], info: Info) -> int:
        """How many follow."""
        stats = await info.context.artist_stats.load(parent.id)
        return 0 if stats is None else int(stats.follower_count)


@strawberry.type
class Comment:
    """What somebody wrote."""

    body: str

    @strawberry.field(graphql_type=User | None)
    @staticmethod
    async def author(parent: strawberry.Parent[Row], info: Info) -> Row:
        """Who wrote it."""
        return await info.context.user_by_id.load(parent.author_id)


@strawberry.type
class Comments:
    """A page of comments."""

    nodes: list[Comment]


@strawberry.type
class Token:
    """A token of a track."""

    state: str

    @strawberry.field
    @staticmethod
    def id(parent: strawberry.Parent[Row]) -> strawberry.ID:
        """Opaque."""
        return strawberry.ID(print_id("Token", parent.id))

    @strawberry.field
    @staticmethod
    def token_id(parent: strawberry.Parent[Row]) -> str:
        """Its number on the chain."""
        return str(parent.token_number)


@strawberry.type
class Tokens:
    """A page of tokens."""

    nodes: list[Token]


@strawberry.type
class Similar:
    """Something that sounds alike."""

    score: float

    @strawberry.field(graphql_type="Track | None")
    @staticmethod
    async def item(parent: strawberry.Parent[Row], info: Info) -> Row:
        """What it is."""
        return await info.context.track_by_id.load(parent.neighbour.removeprefix("Track:"))


@strawberry.type
class Track:
    """A recording."""

    title: str
    duration_ms: int | None

    @strawberry.field
    @staticmethod
    def id(parent: strawberry.Parent[Row]) -> strawberry.ID:
        """Opaque."""
        return strawberry.ID(print_id("Track", parent.id))

    @strawberry.field(graphql_type=Artist)
    @staticmethod
    async def artist(parent: strawberry.Parent[Row], info: Info) -> Row:
        """Whose it is."""
        return await info.context.artist_by_id.load(parent.artist_id)

    @strawberry.field(graphql_type=Album)
    @staticmethod
    async def album(parent: strawberry.Parent[Row], info: Info) -> Row:
        """What it is on."""
        return await info.context.album_by_id.load(parent.album_id)

    @strawberry.field(graphql_type=User | None)
    @staticmethod
    async def owner(parent: strawberry.Parent[Row], info: Info) -> Row:
        """Who may change it."""
        return await info.context.user_by_id.load(parent.owner_id)

    @strawberry.field
    @staticmethod
    async def like_count(parent: strawberry.Parent[Row], info: Info) -> int:
        """How many like it."""
        return int((await info.context.stats.load(f"Track:{parent.id}")).like_count)

    @strawberry.field
    @staticmethod
    async def comment_count(parent: strawberry.Parent[Row], info: Info) -> int:
        """How many comments it has."""
        return int((await info.context.stats.load(f"Track:{parent.id}")).comment_count)

    @strawberry.field
    @staticmethod
    async def comments(parent: strawberry.Parent[Row], info: Info, first: int) -> Comments:
        """The newest comments."""
        found = await info.context.comments.load(f"Track:{parent.id}")
        return Comments(nodes=found[:first])

    @strawberry.field
    @staticmethod
    async def tokens(parent: strawberry.Parent[Row], info: Info, first: int) -> Tokens:
        """The oldest tokens."""
        found = await info.context.tokens.load(parent.id)
        return Tokens(nodes=found[:first])

    @strawberry.field(graphql_type=list[Similar])
    @staticmethod
    async def similar(parent: strawberry.Parent[Row], info: Info, first: int) -> list[Row]:
        """What sounds most like it."""
        return (await info.context.neighbours.load(f"Track:{parent.id}"))[:first]


@strawberry.type
class PageInfo:
    """Where the page stands in its list."""

    has_next_page: bool
    end_cursor: str | None


@strawberry.type
class TrackPage:
    """A page of tracks."""

    nodes: list[Track]
    page_info: PageInfo


@strawberry.type
class Money:
    """An amount."""

    minor_units: str
    currency: str


@strawberry.type
class Query:
    """The front page."""

    @strawberry.field
    @staticmethod
    async def tracks(first: int, after: str) -> TrackPage:
        """Public tracks, the newest first."""
        place = before_instant(page_request(first, after))
        statement = (
            select(TrackRow)
            .where(
                TrackRow.published_at.is_not(None),
                TrackRow.state == PlayableState.READY,
                tuple_(TrackRow.published_at, TrackRow.id) < place,
            )
            .order_by(TrackRow.published_at.desc(), TrackRow.id.desc())
            .limit(first + 1)
        )
        rows = await rows_of(statement)
        last = rows[:first][-1]
        end = print_cursor((instant_cursor(last.published_at), last.id))
        info = PageInfo(has_next_page=len(rows) > first, end_cursor=end)
        return TrackPage(nodes=list(rows[:first]), page_info=info)

    @strawberry.field
    @staticmethod
    def royalty_per_thousand_plays() -> Money:
        """The rate."""
        return Money(minor_units=str(MINOR_UNITS_PER_MILLE), currency=CURRENCY)


SCHEMA = strawberry.Schema(query=Query, extensions=TUNED)
