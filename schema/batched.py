"""Batch resolvers: a field written as a function of all its parents.

    @strawberry.field(graphql_type=Album)
    @batched
    async def album(parents: Sequence[media.Track], ctx: RequestContext) -> list[media.Album]:

The compiled executor calls it once for a whole level of the answer. Any other executor calls it
with one parent at a time, and the loaders make one statement of what it asks for.
"""

import inspect
from collections.abc import Awaitable, Callable, Sequence
from functools import partial, wraps
from typing import Annotated, Any, TypeVar

from strawberry.parent import StrawberryParent

from errors import BadInput
from resolvers.context import RequestContext
from schema.info import Info

KeyT = TypeVar("KeyT")
RecordT = TypeVar("RecordT")

Resolve = Callable[..., Any]
References = Callable[[Sequence[str], RequestContext], Any]

TYPE_NAME = "type_name"
"""A batch resolver with a parameter of this name gets the name of its parents' type."""


def batched(resolve: Resolve) -> "staticmethod[..., Any]":
    """Mark `resolve(parents, ctx, **arguments)`, which answers in the order of the parents.

    It is pure: equal parents may be asked for once. An exception among the answers fails its
    place alone. Plain `def` where nothing is awaited.
    """
    alone = _alone_awaited if inspect.iscoroutinefunction(resolve) else _alone
    marked: Any = wraps(resolve)(alone(resolve))
    marked.__signature__ = _signature_for_one(resolve)
    marked.__annotations__ = {
        name: each.annotation for name, each in marked.__signature__.parameters.items()
    }
    marked.batch = resolve
    return staticmethod(marked)


def batch_of(resolver: object, type_name: str) -> Resolve | None:
    """The batch resolver that a marked one was made of; None for one that is not marked."""
    resolve = getattr(resolver, "batch", None)
    return None if resolve is None else _call_of(resolve, type_name)


def references(parse: Callable[[str], KeyT]) -> Callable[[Resolve], "staticmethod[..., Any]"]:
    """Mark a type's `resolve_references`, which finds records by keys, for other subgraphs.

        @references(lambda text: TrackId(parse_id(text, "Track")))
        async def resolve_references(keys: Sequence[TrackId], ctx: …) -> list[Track | None]:

    `parse` reads the opaque ids; what is no id of the kind fails alone.
    """

    def decorate(
        find: Callable[[list[KeyT], RequestContext], Awaitable[Sequence[RecordT | None]]],
    ) -> "staticmethod[..., Any]":
        async def resolve_references(
            ids: Sequence[str], ctx: RequestContext
        ) -> list[RecordT | BadInput | None]:
            keys, refusals = _parse_all(parse, ids)
            found = await find(keys, ctx)
            if not refusals:
                return [*found]
            rest = iter(found)
            return [refusals[n] if n in refusals else next(rest) for n in range(len(ids))]

        return staticmethod(resolve_references)

    return decorate


def _parse_all(
    parse: Callable[[str], KeyT], ids: Sequence[str]
) -> tuple[list[KeyT], dict[int, BadInput]]:
    """The keys, and by their places what is no id of the kind."""
    keys: list[KeyT] = []
    refusals: dict[int, BadInput] = {}
    for place, text in enumerate(ids):
        try:
            keys.append(parse(text))
        except BadInput as refusal:
            refusals[place] = refusal
    return keys, refusals


def _alone(resolve: Resolve) -> Resolve:
    def answer(parent: Any, info: Info, **arguments: Any) -> Any:
        call = _call_of(resolve, info._raw_info.parent_type.name)
        return call([parent], info.context, **arguments)[0]

    return answer


def _alone_awaited(resolve: Resolve) -> Resolve:
    async def answer(parent: Any, info: Info, **arguments: Any) -> Any:
        call = _call_of(resolve, info._raw_info.parent_type.name)
        return (await call([parent], info.context, **arguments))[0]

    return answer


def _call_of(resolve: Resolve, type_name: str) -> Resolve:
    if TYPE_NAME not in resolve.__code__.co_varnames:
        return resolve
    return partial(resolve, type_name=type_name)


def _signature_for_one(resolve: Resolve) -> inspect.Signature:
    """What Strawberry reads: one parent, and info in place of the context."""
    keyword = inspect.Parameter.KEYWORD_ONLY
    _parents, _ctx, *arguments = inspect.signature(resolve).parameters.values()
    return inspect.Signature(
        [
            inspect.Parameter("parent", keyword, annotation=Annotated[Any, StrawberryParent()]),
            inspect.Parameter("info", keyword, annotation=Info),
            *(each.replace(kind=keyword) for each in arguments if each.name != TYPE_NAME),
        ]
    )
