"""Relay connections over a domain `Page` (https://relay.dev/graphql/connections.htm)."""

from typing import Generic, TypeVar

import strawberry

from schema.caching import AS_AROUND

NodeT = TypeVar("NodeT")


@strawberry.federation.type(
    shareable=True, directives=[AS_AROUND], description="Whether and where a list goes on."
)
class PageInfo:
    """Where the page stands in its list."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@strawberry.federation.type(
    shareable=True, directives=[AS_AROUND], description="One item and its place in the list."
)
class Edge(Generic[NodeT]):
    """An item with its cursor."""

    node: NodeT
    cursor: str


@strawberry.federation.type(
    shareable=True, directives=[AS_AROUND], description="A slice of a list."
)
class Connection(Generic[NodeT]):
    """A page of items."""

    edges: list[Edge[NodeT]]
    nodes: list[NodeT] = strawberry.field(description="The items without their cursors.")
    page_info: PageInfo
