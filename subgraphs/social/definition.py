"""The social subgraph put together."""

from strawberry.federation import Schema

from domain.ids import AlbumKey, ArtistKey, PlayableKey, UserKey
from domain.social import records
from schema.definition import SubgraphDefinition
from schema.scalars import CONFIG
from subgraphs.social.mutations import Mutation
from subgraphs.social.queries import Query
from subgraphs.social.stubs import Album, Artist, User
from subgraphs.social.subscriptions import Subscription
from subgraphs.social.types import Comment, Playable

SOCIAL = SubgraphDefinition(
    name="social",
    schema=Schema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        types=[Album, Artist, Comment, Playable, User],
        config=CONFIG,
        federation_version="2.9",
    ),
    records={
        records.Comment: "Comment",
        records.Notification: "Notification",
        AlbumKey: "Album",
        ArtistKey: "Artist",
        PlayableKey: "Playable",
        UserKey: "User",
    },
)
