"""Puts errors where the client can see them: subgraph paths become response paths."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from federation.execute.tree import ClientPath
from federation.operation.model import SelectionSet

Error = dict[str, Any]


def client_path(root: SelectionSet, path: Iterable[object]) -> ClientPath:
    """The part of a path that the client asked for: keys and requirements end it."""
    kept: list[str | int] = []
    selections: SelectionSet | None = root
    for segment in path:
        if isinstance(segment, int):
            kept.append(segment)
            continue
        found = [
            each for each in (selections.all_fields if selections else ()) if each.key == segment
        ]
        if not found or not isinstance(segment, str):
            break
        kept.append(segment)
        selections = _join([each.selections for each in found])
    return tuple(kept)


def _join(found: Sequence[SelectionSet | None]) -> SelectionSet | None:
    """Selections of one response key on several object types, seen as one."""
    present = [each for each in found if each is not None]
    if len(present) < 2:
        return present[0] if present else None
    fields = tuple(field for each in present for field in each.all_fields)
    return SelectionSet(type_name=present[0].type_name, fields=fields)


def tell(template: Mapping[str, Any], paths: Sequence[ClientPath], subgraph: str) -> list[Error]:
    """One error for each path, all with the same message and extensions."""
    extensions = template.get("extensions")
    told = {**extensions} if isinstance(extensions, Mapping) else {}
    told.setdefault("subgraph", subgraph)
    message = template.get("message")
    text = message if isinstance(message, str) else "The subgraph reported an error."
    return [{"message": text, "path": list(path), "extensions": dict(told)} for path in paths]


def cap(errors: list[Error], errors_max: int, subgraph: str) -> list[Error]:
    """At most so many errors of one fetch, then a count of the others."""
    if len(errors) <= errors_max:
        return errors
    left = len(errors) - errors_max
    rest: Error = {
        "message": f"{left} more errors of subgraph {subgraph} are not listed.",
        "extensions": {"code": "ERRORS_OMITTED", "subgraph": subgraph, "count": left},
    }
    return [*errors[:errors_max], rest]
