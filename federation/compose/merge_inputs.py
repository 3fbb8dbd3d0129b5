"""Merges arguments and input fields: only what all subgraphs accept remains."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from graphql import print_ast

from federation.compose.merge_directives import merge_directives
from federation.compose.merging import Merging, Sources, merge_descriptions
from federation.compose.subgraph import InputDeclaration
from federation.compose.type_reference import TypeReference, merge_input_types
from federation.supergraph.model import InputValue, JoinField

Inputs = Mapping[str, InputDeclaration]
"""Arguments, or input fields, by name."""


@dataclass(frozen=True, slots=True)
class _Codes:
    type: str
    default: str
    missing: str


_ARGUMENT = _Codes(
    "FIELD_ARGUMENT_TYPE_MISMATCH",
    "FIELD_ARGUMENT_DEFAULT_MISMATCH",
    "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH",
)
_INPUT_FIELD = _Codes(
    "FIELD_TYPE_MISMATCH",
    "INPUT_FIELD_DEFAULT_MISMATCH",
    "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH",
)


def merge_arguments(
    merging: Merging, coordinate: str, sources: Mapping[str, Inputs]
) -> dict[str, InputValue]:
    """The arguments common to all sources; those filled from a context are not shown."""
    contextual = _contextual_arguments(merging, coordinate, sources)
    return _merge_inputs(
        merging,
        lambda name: f"{coordinate}({name}:)",
        {
            subgraph: {name: each for name, each in arguments.items() if name not in contextual}
            for subgraph, arguments in sources.items()
        },
        _ARGUMENT,
    )


def _contextual_arguments(
    merging: Merging, coordinate: str, sources: Mapping[str, Inputs]
) -> frozenset[str]:
    """Names of arguments that a context fills in any source; in none may callers have to."""
    contextual = frozenset(
        name
        for arguments in sources.values()
        for name, each in arguments.items()
        if each.has("fromContext")
    )
    for subgraph, arguments in sources.items():
        for name in contextual & arguments.keys():
            if arguments[name].is_required and not arguments[name].has("fromContext"):
                merging.findings.error(
                    "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS",
                    f'"{coordinate}({name}:)" is filled from a context elsewhere, but callers'
                    " must give it here",
                    subgraphs=[subgraph],
                    at=f"{coordinate}({name}:)",
                )
    return contextual


def merge_input_fields(merging: Merging, type_name: str, sources: Sources) -> dict[str, InputValue]:
    """The fields common to all sources of an input object."""
    merged = _merge_inputs(
        merging,
        lambda name: f"{type_name}.{name}",
        {subgraph: declared.inputs for subgraph, declared in sources.items()},
        _INPUT_FIELD,
    )
    if not set.intersection(*(set(declared.inputs) for declared in sources.values())):
        merging.findings.error(
            "EMPTY_MERGED_INPUT_TYPE",
            f'No field of input object "{type_name}" is in all its subgraphs',
            subgraphs=list(sources),
            at=type_name,
        )
    return merged


def _merge_inputs(
    merging: Merging,
    coordinate_of: Callable[[str], str],
    sources: Mapping[str, Inputs],
    codes: _Codes,
) -> dict[str, InputValue]:
    names = dict.fromkeys(name for inputs in sources.values() for name in inputs)
    merged: dict[str, InputValue] = {}
    for name in names:
        declared = {
            subgraph: inputs[name] for subgraph, inputs in sources.items() if name in inputs
        }
        missing = [subgraph for subgraph in sources if subgraph not in declared]
        if missing:
            _drop(merging, coordinate_of(name), declared, missing, codes)
        else:
            value = _merge_input(merging, coordinate_of(name), declared, codes)
            if value is not None:
                merged[name] = value
    return merged


def _drop(
    merging: Merging,
    coordinate: str,
    declared: Mapping[str, InputDeclaration],
    missing: list[str],
    codes: _Codes,
) -> None:
    required = [subgraph for subgraph, each in declared.items() if each.is_required]
    if required:
        merging.findings.error(
            codes.missing,
            f'"{coordinate}" is required in {_quoted(required)} but missing in {_quoted(missing)}',
            subgraphs=required,
            at=coordinate,
        )
    else:
        merging.findings.hint(
            "INCONSISTENT_INPUT_OBJECT_FIELD"
            if codes is _INPUT_FIELD
            else "INCONSISTENT_ARGUMENT_PRESENCE",
            f'"{coordinate}" is left out: {_quoted(missing)} lacks it',
            subgraphs=list(declared),
            at=coordinate,
        )


def _merge_input(
    merging: Merging,
    coordinate: str,
    declared: Mapping[str, InputDeclaration],
    codes: _Codes,
) -> InputValue | None:
    first = next(iter(declared.values()))
    merged: TypeReference | None = first.type
    for each in declared.values():
        merged = merged and merge_input_types(merged, each.type)
    if merged not in {each.type for each in declared.values()}:
        merging.findings.error(
            codes.type,
            f'The type of "{coordinate}" differs: {_types_of(declared)}',
            subgraphs=list(declared),
            at=coordinate,
        )
        return None
    defaults = {print_ast(each.default) for each in declared.values() if each.default}
    if len(defaults) > 1:
        merging.findings.error(
            codes.default,
            f'The default of "{coordinate}" differs between {_quoted(declared)}',
            subgraphs=list(declared),
            at=coordinate,
        )
        return None
    if codes is _ARGUMENT and len({each.type for each in declared.values()}) > 1:
        merging.findings.hint(
            "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE",
            f'"{coordinate}" has several types; {merged} satisfies all',
            subgraphs=list(declared),
            at=coordinate,
        )
    return InputValue(
        name=first.name,
        type=str(merged),
        default=_merge_default(merging, coordinate, declared),
        description=merge_descriptions(declared.values()),
        joins=_input_joins(declared) if codes is _INPUT_FIELD else (),
        directives=merge_directives(merging, coordinate, declared),
    )


def _merge_default(
    merging: Merging, coordinate: str, declared: Mapping[str, InputDeclaration]
) -> str | None:
    """The default all have; one that only some have is left to them."""
    defaults = [
        None if each.default is None else print_ast(each.default) for each in declared.values()
    ]
    if None in defaults and any(defaults):
        merging.findings.hint(
            "INCONSISTENT_DEFAULT_VALUE_PRESENCE",
            f'Only some subgraphs have a default for "{coordinate}", so it has none',
            subgraphs=list(declared),
            at=coordinate,
        )
        return None
    return defaults[0]


def _input_joins(declared: Mapping[str, InputDeclaration]) -> tuple[JoinField, ...]:
    """Needed only where the subgraphs' types differ."""
    if len({each.type for each in declared.values()}) == 1:
        return ()
    return tuple(
        JoinField(subgraph=subgraph, type=str(each.type)) for subgraph, each in declared.items()
    )


def _types_of(declared: Mapping[str, InputDeclaration]) -> str:
    return ", ".join(f'{each.type} in "{name}"' for name, each in declared.items())


def _quoted(names: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)
