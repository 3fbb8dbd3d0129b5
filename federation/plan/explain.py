"""Prints a plan for people."""

from typing import Any

from federation.operation.conditions import ALWAYS, print_condition
from federation.operation.model import Field, Operation, SelectionSet
from federation.plan.nodes import DeferredPart, Fetch, Group, QueryPlan, print_path


def print_plan(plan: QueryPlan) -> str:
    """Show the plan as nested nodes."""
    body: list[str] = []
    for group in plan.groups:
        body += _print_group(group)
    if plan.primary is not None:
        body = ["Subscription {", *_indent([*_print_fetch(plan.primary), *body]), "}"]
    elif len(plan.groups) > 1:
        body = ["Sequence {", *_indent(body), "}"]
    for part in plan.deferred:
        body += _print_part(part)
    return "\n".join(["QueryPlan {", *_indent(body), "}"])


def _print_part(part: DeferredPart) -> list[str]:
    """A deferred part, and those that wait for it."""
    label = f' "{part.usage.label}"' if part.usage.label else ""
    body = _print_group(part.group)
    for child in part.children:
        body += _print_part(child)
    shown = ", ".join(dict.fromkeys(each.key for each in part.shown.all_fields))
    return [f"Defer{label} at {print_path(part.path) or '$'}: {shown} {{", *_indent(body), "}"]


def plan_as_dict(plan: QueryPlan) -> dict[str, Any]:
    """Show the plan as JSON values: the fetches, and the ids of those each waits for.

    A fetch of a later group of a mutation waits for the last ones of the group before it,
    and what runs for each event of a subscription waits for the event.
    """
    primary = () if plan.primary is None else (plan.primary,)
    fetches = [_describe_fetch(fetch, fetch.after) for fetch in primary]
    last = tuple(fetch.id for fetch in primary)
    for group in plan.groups:
        fetches += [_describe_fetch(fetch, fetch.after or last) for fetch in group.fetches]
        awaited = {before for fetch in group.fetches for before in fetch.after}
        last = tuple(fetch.id for fetch in group.fetches if fetch.id not in awaited)
    for part in plan.deferred:
        fetches += _describe_part(part, last)
    return {"kind": plan.operation.kind, "name": plan.operation.name, "fetches": fetches}


def _describe_part(part: DeferredPart, before: tuple[int, ...]) -> list[dict[str, Any]]:
    """The fetches of a deferred part; all wait for the payload that holds its place."""
    fetches = part.group.fetches
    described = [
        {**_describe_fetch(fetch, fetch.after or before), "deferred": part.usage.label or ""}
        for fetch in fetches
    ]
    awaited = {each for fetch in fetches for each in fetch.after}
    last = tuple(fetch.id for fetch in fetches if fetch.id not in awaited) or before
    for child in part.children:
        described += _describe_part(child, last)
    return described


def _describe_fetch(fetch: Fetch, after: tuple[int, ...]) -> dict[str, Any]:
    has_condition = fetch.condition != ALWAYS
    return {
        "id": fetch.id,
        "after": list(after),
        "subgraph": fetch.subgraph,
        "path": fetch.path,
        "depth": fetch.wave,
        "operation": fetch.document,
        "fields": [] if fetch.root is None else [each.key for each in fetch.root.client_fields],
        "condition": print_condition(fetch.condition) if has_condition else None,
        "keys": [f"{each.type_name} {{ {each.requirement} }}" for each in fetch.entities],
    }


def _print_group(group: Group) -> list[str]:
    waves = list(group.waves())
    lines: list[str] = []
    for wave in waves:
        printed = [line for fetch in wave for line in _print_fetch(fetch)]
        lines += ["Parallel {", *_indent(printed), "}"] if len(wave) > 1 else printed
    return ["Sequence {", *_indent(lines), "}"] if len(waves) > 1 else lines


def _print_fetch(fetch: Fetch) -> list[str]:
    lines = [f"Fetch {fetch.id}: {fetch.subgraph} {{"]
    for part in fetch.entities:
        keyed = f"{part.type_name} {{ {part.requirement} }}"
        lines.append(f"  {part.alias} of {keyed}")
        lines += [f"    with ${each.variable} from {each.source}" for each in part.contexts]
    lines += [f"  {line}" for line in fetch.document.split("\n")]
    lines.append("}")
    paths = [path for part in fetch.entities for path in part.paths]
    if fetch.root is not None and fetch.root.path:
        paths.append(fetch.root.path)
    if paths:
        places = ", ".join(dict.fromkeys(print_path(path) for path in paths))
        lines = [f"Flatten at {places} {{", *_indent(lines), "}"]
    if fetch.condition != ALWAYS:
        shown = print_condition(fetch.condition)
        lines = [f"Condition {shown} {{", *_indent(lines), "}"]
    return lines


def _indent(lines: list[str]) -> list[str]:
    return [f"  {line}" for line in lines]


def print_operation(operation: Operation) -> str:
    """Show an operation in normal form."""
    lines = [f"{operation.kind} {operation.name or ''}".strip() + " {"]
    _print_selections(operation.root, 1, lines)
    return "\n".join([*lines, "}"])


def _print_selections(selections: SelectionSet, depth: int, lines: list[str]) -> None:
    inside = "  " * depth
    for each in selections.fields:
        _print_field(each, depth, lines)
    for variant in selections.variants:
        lines.append(f"{inside}... on {variant.type_name} {{")
        for each in variant.fields:
            _print_field(each, depth + 1, lines)
        lines.append(f"{inside}}}")


def _print_field(each: Field, depth: int, lines: list[str]) -> None:
    inside = "  " * depth
    alias = f"{each.key}: " if each.key != each.name else ""
    when = "" if each.condition == ALWAYS else f" if {print_condition(each.condition)}"
    opening = " {" if each.selections else ""
    lines.append(f"{inside}{alias}{each.name}{each.arguments}{when}{opening}")
    if each.selections:
        _print_selections(each.selections, depth + 1, lines)
        lines.append(f"{inside}}}")
