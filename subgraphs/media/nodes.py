"""The interface of everything that has a global id."""

import strawberry

from schema.global_id import global_id


@strawberry.interface(description="Anything with a global id; `node(id)` finds it.")
class Node:
    """An object with a global id."""

    id: strawberry.ID = global_id()
