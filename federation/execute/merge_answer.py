"""Merges the answer of one fetch into the tree, and its errors into the response."""

from collections.abc import Mapping, Sequence

from federation.execute.asked import Asked
from federation.execute.error_paths import Error
from federation.execute.merge_results import (
    add_entities,
    add_fields,
    copy_object,
    merge_entity,
    replace_fields,
    undo_aliases,
)
from federation.execute.run import Run
from federation.execute.tell import (
    tell_entity,
    tell_part,
    tell_root,
    tell_without_path,
)
from federation.execute.tree import Object, objects_at
from federation.fetch.display import without_absent
from federation.fetch.fetch import FetchResult
from federation.plan.nodes import Fetch, RootPart


def merge_answer(
    run: Run, fetch: Fetch, asked: Sequence[Asked], result: FetchResult
) -> list[Error]:
    """Merge what a subgraph answered; the errors to report."""
    data = result.data or {}
    if result.is_displayed:
        if _is_whole(run, asked, data):
            _add_displayed(run, fetch, asked, data)
            run.learn(result.built or {})
            return []
        without_absent(data, set())
    run.show_later()
    shares = run.compiled is not None and run.compiled.shares(fetch)
    if not shares:
        data = copy_object(data)  # a subgraph in this process may answer one object twice
    errors = result.errors if isinstance(result.errors, list) else []
    told = [each for each in errors if isinstance(each, dict)]
    if fetch.root is not None:
        return _merge_root(run, fetch, fetch.root, data, told, shares=shares)
    return _merge_entities(run, fetch, asked, data, told, shares=shares)


def _is_whole(run: Run, asked: Sequence[Asked], data: Object) -> bool:
    """Whether the response is displayed, and with this answer it can go on to be."""
    return run.displays is not None and all(
        None not in data[each.part.alias] for each in asked if each.representations
    )


def _add_displayed(run: Run, fetch: Fetch, asked: Sequence[Asked], data: Object) -> None:
    if fetch.root is not None:
        run.data.update(data)
    for each in asked:
        if each.representations:
            replace_fields(each.objects, each.identities, each.found, data[each.part.alias])


def _merge_root(
    run: Run, fetch: Fetch, part: RootPart, data: Object, told: Sequence[Error], *, shares: bool
) -> list[Error]:
    errors = [each for error in told for each in tell_root(run, fetch, part, error)]
    if part.renames:
        undo_aliases(data, part.renames)
    places = objects_at(run.data, part.path) if part.path else [run.data]
    if shares:
        for each in places:
            add_fields(each, data)
    else:
        merge_entity(places, data)
    return errors


def _merge_entities(
    run: Run,
    fetch: Fetch,
    asked: Sequence[Asked],
    data: Object,
    told: Sequence[Error],
    *,
    shares: bool,
) -> list[Error]:
    errors: list[Error] = []
    failed: dict[str, list[Error]] = {}
    if told:
        by_alias = {each.part.alias: each for each in asked}
        for error in told:
            errors += _tell_one(run, fetch, by_alias, error, failed)
    for each in asked:
        if each.representations:
            errors += _merge_part(run, fetch, each, data, failed, shares=shares)
    return errors


def _tell_one(
    run: Run,
    fetch: Fetch,
    by_alias: Mapping[str, Asked],
    error: Error,
    failed: dict[str, list[Error]],
) -> list[Error]:
    """An error of one entity is told at once; of a whole part it is kept for its entities."""
    path = error.get("path")
    segments = path if isinstance(path, list) else []
    head = segments[0] if segments and isinstance(segments[0], str) else None
    if head is None or head not in by_alias:
        return tell_without_path(fetch, error)
    if len(segments) > 1 and isinstance(segments[1], int):
        failed.setdefault(head, [])
        return tell_entity(run, fetch, by_alias[head], segments, error)
    failed.setdefault(head, []).append(error)
    return []


def _merge_part(
    run: Run,
    fetch: Fetch,
    asked: Asked,
    data: Object,
    failed: Mapping[str, list[Error]],
    *,
    shares: bool,
) -> list[Error]:
    part = asked.part
    entities = data.get(part.alias)
    if not isinstance(entities, list) or len(entities) != len(asked.representations):
        errors = failed.get(part.alias, [_no_list(fetch)])
        return [each for error in errors for each in tell_part(run, fetch, asked, error)]
    if part.renames:
        for entity in entities:
            if isinstance(entity, dict):
                undo_aliases(entity, part.renames)
    if shares and run.compiled is not None:
        given = [each if isinstance(each, dict) else {} for each in entities]
        entity_of = dict(zip(asked.found, given, strict=True))
        add_entities(asked.objects, asked.identities, entity_of, run.compiled.alone(part))
    else:
        for owners, entity in zip(asked.owners(), entities, strict=True):
            if isinstance(entity, dict):
                merge_entity(owners, entity)
    return []


def _no_list(fetch: Fetch) -> Error:
    return {
        "message": f"Subgraph {fetch.subgraph} did not answer for each entity.",
        "extensions": {"code": "SUBGRAPH_INVALID_RESPONSE"},
    }
