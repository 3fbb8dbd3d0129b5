"""The `id` field of every entity: opaque, and made from the record that is resolved."""

from collections.abc import Sequence
from typing import Any

import strawberry

from domain.ids import PlayableKey
from resolvers.context import RequestContext
from schema.batched import batched
from schema.ids import print_id


@batched
def _print_ids(parents: Sequence[Any], _ctx: RequestContext, type_name: str) -> list[str]:
    return [
        print_id(each.kind if isinstance(each, PlayableKey) else type_name, each.id)
        for each in parents
    ]


def global_id() -> Any:
    """Declare an entity's key: `id: strawberry.ID = global_id()`."""
    return strawberry.field(resolver=_print_ids, description="Opaque and global; carries the type.")
