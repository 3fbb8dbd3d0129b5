"""Entities of other domains, mentioned by key."""

import strawberry

from schema.keys import STUB_KEY
from subgraphs.media.nodes import Node


@strawberry.federation.type(keys=[STUB_KEY])
class User(Node):
    """An account of the users domain."""


@strawberry.federation.type(keys=[STUB_KEY])
class Comment(Node):
    """A comment of the social domain."""


@strawberry.federation.type(keys=[STUB_KEY])
class Token(Node):
    """A token of the nft domain."""
