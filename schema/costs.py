"""What fields cost before they are asked for (https://specs.apollo.dev/cost/v0.1)."""

from typing import ClassVar

import strawberry
from strawberry.federation.schema_directives import FederationDirective, ImportedFrom
from strawberry.federation.versions import FederationVersion
from strawberry.schema_directive import Location

from domain.pages import PAGE_SIZE_DEFAULT

_SINCE: FederationVersion = (2, 9)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION, Location.OBJECT], name="cost", print_definition=False
)
class Cost(FederationDirective):
    """A field is worth more than what it returns: 1 for an object, nothing for a scalar."""

    weight: int
    imported_from: ClassVar[ImportedFrom] = ImportedFrom(name="cost")
    minimum_version: ClassVar[FederationVersion] = _SINCE


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION], name="listSize", print_definition=False
)
class ListSize(FederationDirective):
    """How many items a list has: as many as an argument asks for, or what is assumed."""

    assumed_size: int
    slicing_arguments: list[str] | None = strawberry.UNSET
    sized_fields: list[str] | None = strawberry.UNSET
    require_one_slicing_argument: bool | None = strawberry.UNSET
    imported_from: ClassVar[ImportedFrom] = ImportedFrom(name="listSize")
    minimum_version: ClassVar[FederationVersion] = _SINCE


def paged_list(size_by_default: int) -> ListSize:
    """For a list with the argument `first`."""
    return ListSize(
        assumed_size=size_by_default,
        slicing_arguments=["first"],
        require_one_slicing_argument=False,
    )


def paged_fields(*names: str) -> ListSize:
    """For a field with the argument `first` that gives an object with these lists."""
    return ListSize(
        assumed_size=PAGE_SIZE_DEFAULT,
        slicing_arguments=["first"],
        sized_fields=list(names),
        require_one_slicing_argument=False,
    )


PAGED = paged_fields("edges", "nodes")
"""For a field that gives a connection."""
