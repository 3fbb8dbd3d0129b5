"""Tells of what went wrong in a fetch, at every place of the response that misses something."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from federation.execute.asked import Asked
from federation.execute.error_paths import Error, cap, client_path, tell
from federation.execute.run import Run
from federation.execute.tree import ClientPath, Object, places_at
from federation.operation.conditions import holds
from federation.plan.nodes import ClientField, EntityPart, Fetch, Rename, RootPart


def tell_failure(
    run: Run, fetch: Fetch, asked: Sequence[Asked], template: Mapping[str, Any]
) -> Iterator[Error]:
    """A whole fetch has failed: at each field of the client that it would have brought."""
    if fetch.root is not None:
        for owner, place in places_at(run.data, fetch.root.path):
            yield from tell(template, _lost(run, fetch.root, owner, place), fetch.subgraph)
    for each in asked:
        yield from tell_part(run, fetch, each, template)


def tell_part(run: Run, fetch: Fetch, asked: Asked, template: Mapping[str, Any]) -> Iterator[Error]:
    """All entities of a part have failed."""
    for owner, place in asked.paths_of(run, asked.objects):
        yield from tell(template, _lost(run, asked.part, owner, place), fetch.subgraph)


def tell_root(run: Run, fetch: Fetch, part: RootPart, error: Error) -> list[Error]:
    """An error of root fields, at each place where they are merged."""
    path = error.get("path")
    if not isinstance(path, list) or not path:
        return tell_without_path(fetch, error)
    inner = _renamed(path, part.renames)
    places = places_at(run.data, part.path)
    return tell(
        error, [client_path(run.root, (*place, *inner)) for _, place in places], fetch.subgraph
    )


def tell_entity(
    run: Run, fetch: Fetch, asked: Asked, path: Sequence[Any], error: Error
) -> list[Error]:
    """An error inside one entity, at every place where that entity stands."""
    position = path[1]
    if not 0 <= position < len(asked.found):
        return []
    inner = _renamed(path[2:], asked.part.renames)
    places = asked.paths(run, position)
    if inner:
        found = [client_path(run.root, (*place, *inner)) for _, place in places]
    else:
        found = [path for owner, at in places for path in _lost(run, asked.part, owner, at)]
    return tell(error, found, fetch.subgraph)


def tell_without_path(fetch: Fetch, error: Error) -> list[Error]:
    """An error that names no field."""
    told = tell(error, [()], fetch.subgraph)
    told[0].pop("path")
    return told


def tell_lost_contexts(run: Run, fetch: Fetch, asked: Sequence[Asked]) -> list[Error]:
    """Entities that cannot be asked for, since a value from above is not known."""
    template = {
        "message": "A value that a field needs from above is not there.",
        "extensions": {"code": "CONTEXT_MISSING"},
    }
    errors: list[Error] = []
    for each in asked:
        for owner, place in each.paths_of(run, each.lost):
            errors += tell(template, _lost(run, each.part, owner, place), fetch.subgraph)
    return cap(errors, run.limits.errors_per_fetch_max, fetch.subgraph)


def _renamed(path: Sequence[Any], renames: Sequence[Rename]) -> list[Any]:
    """A path of the subgraph with the keys that the tree knows."""
    keys = {rename.alias: rename.key for rename in renames}
    return [keys.get(each, each) if isinstance(each, str) else each for each in path]


def _lost(
    run: Run, part: EntityPart | RootPart, owner: Object, place: ClientPath
) -> list[ClientPath]:
    """The client's fields that one object misses when a fetch fails; else the object."""
    lost = [
        (*place, each.key)
        for each in part.client_fields
        if _is_wanted(run, each, owner) and owner.get(each.key) is None
    ]
    return list(dict.fromkeys(lost)) or [client_path(run.root, place)]


def _is_wanted(run: Run, wanted: ClientField, owner: Object) -> bool:
    if wanted.type_name is not None and owner.get("__typename") != wanted.type_name:
        return False
    return holds(wanted.condition, run.variables)
