"""Merges the fields of object and interface types, and says who resolves each of them."""

from collections.abc import Mapping
from dataclasses import replace

from federation.compose.check_externals import check_externals
from federation.compose.field_sets import selection_of
from federation.compose.merge_directives import merge_directives
from federation.compose.merge_inputs import merge_arguments
from federation.compose.merging import Merging, Sources, merge_descriptions
from federation.compose.subgraph import Applied, FieldDeclaration
from federation.compose.type_reference import TypeReference, merge_output_types
from federation.supergraph.model import ContextArgument, JoinField, SupergraphField
from federation.vocabulary.field_set import print_field_set

FieldSources = Mapping[str, FieldDeclaration]


def merge_fields(merging: Merging, type_name: str, sources: Sources) -> dict[str, SupergraphField]:
    """All fields that any subgraph declares for a type."""
    names = dict.fromkeys(name for declared in sources.values() for name in declared.fields)
    merged = {name: _FieldMerge(merging, type_name, name, sources).merge() for name in names}
    return {name: field for name, field in merged.items() if field is not None}


class _FieldMerge:
    def __init__(self, merging: Merging, owner: str, name: str, parents: Sources) -> None:
        self._merging = merging
        self._owner = owner
        self._name = name
        self._parents = parents
        self._at = f"{owner}.{name}"
        self._declared = {
            subgraph: declared.fields[name]
            for subgraph, declared in parents.items()
            if name in declared.fields
        }
        self._internal = {
            subgraph: field
            for subgraph, field in self._declared.items()
            if not merging.roles[subgraph].is_external(owner, field)
        }
        self._described = self._internal
        """Declarations that say what the field is like."""
        if not self._internal and merging.interface_object_fields(owner, name):
            self._described = self._declared

    def merge(self) -> SupergraphField | None:
        """The field of the supergraph; None, with errors noted, when there can be none."""
        if not self._described:
            self._merging.findings.error(
                "EXTERNAL_MISSING_ON_BASE",
                f'"{self._at}" is marked @external wherever it is declared',
                subgraphs=list(self._declared),
                at=self._at,
            )
            return None
        merged = self._merge_type()
        if merged is None:
            return None
        arguments = merge_arguments(
            self._merging,
            self._at,
            {subgraph: field.arguments for subgraph, field in self._described.items()},
        )
        externals = {
            subgraph: field
            for subgraph, field in self._declared.items()
            if subgraph not in self._described
        }
        check_externals(
            self._merging,
            self._at,
            externals,
            {field.type for field in self._described.values()},
            merged,
            arguments,
        )
        return SupergraphField(
            name=self._name,
            type=str(merged),
            arguments=arguments,
            joins=self._joins(merged),
            description=merge_descriptions(self._declared.values()),
            directives=merge_directives(self._merging, self._at, self._described),
        )

    def _merge_type(self) -> TypeReference | None:
        """The type that covers all; it must be what at least one subgraph says."""
        types = [field.type for field in self._described.values()]
        merged: TypeReference | None = types[0]
        for each in types[1:]:
            merged = merged and self._cover(merged, each)
        if merged in types:
            return merged
        told = ", ".join(
            f'{each.type} in "{subgraph}"' for subgraph, each in self._described.items()
        )
        self._merging.findings.error(
            "FIELD_TYPE_MISMATCH",
            f'The type of "{self._at}" differs: {told}',
            subgraphs=list(self._described),
            at=self._at,
        )
        return None

    def _cover(self, left: TypeReference, right: TypeReference) -> TypeReference | None:
        return merge_output_types(left, right, self._merging.is_subtype)

    def _joins(self, merged: TypeReference) -> tuple[JoinField, ...]:
        types_differ = any(field.type != merged for field in self._declared.values())
        joins = tuple(
            self._join(subgraph, field, types_differ)
            for subgraph, field in self._declared.items()
            if not self._is_given_up(subgraph)
        )
        is_plain = all(_is_plain(join) for join in joins)
        if is_plain and {join.subgraph for join in joins} == set(self._parents):
            return ()
        return joins

    def _is_given_up(self, subgraph: str) -> bool:
        """Overridden, and not used by the subgraph itself either."""
        is_overridden = self._merging.overrides.is_overridden(subgraph, self._owner, self._name)
        return is_overridden and not self._is_used_though_overridden(subgraph)

    def _is_used_though_overridden(self, subgraph: str) -> bool:
        key = (subgraph, self._owner, self._name)
        is_used = self._merging.roles[subgraph].is_used(self._owner, self._name)
        return key in self._merging.overrides.labels and is_used

    def _label(self, subgraph: str, override: Applied | None) -> str | None:
        """Both sides of a labelled override carry the label."""
        if override is not None:
            subgraph = str(override.arguments.get("from"))
        return self._merging.overrides.labels.get((subgraph, self._owner, self._name))

    def _join(self, subgraph: str, field: FieldDeclaration, types_differ: bool) -> JoinField:
        override = field.find("override")
        return JoinField(
            subgraph=subgraph,
            requires=_field_set_of(field.find("requires")),
            provides=_field_set_of(field.find("provides")),
            type=str(field.type) if types_differ else None,
            is_external=subgraph not in self._internal,
            override=None if override is None else str(override.arguments.get("from")),
            override_label=self._label(subgraph, override),
            used_overridden=self._is_used_though_overridden(subgraph),
            context_arguments=_context_arguments(subgraph, field),
        )


def _is_plain(join: JoinField) -> bool:
    """Whether the subgraph simply resolves the field.

    An override alone says nothing: one that took effect left the other subgraph out, or
    marked the field there.
    """
    if join.override is not None:
        join = replace(join, override=None, override_label=None)
    return join == JoinField(subgraph=join.subgraph)


def _field_set_of(applied: Applied | None) -> str | None:
    selections = applied and selection_of(applied)
    return print_field_set(selections) if selections else None


def _context_arguments(subgraph: str, field: FieldDeclaration) -> tuple[ContextArgument, ...]:
    """Arguments that the gateway fills: `$context selection`."""
    found = []
    for argument in field.arguments.values():
        applied = argument.find("fromContext")
        text = str(applied.arguments.get("field", "")).strip() if applied else ""
        if text.startswith("$"):
            context, _, selection = text[1:].replace("{", " {", 1).partition(" ")
            found.append(
                ContextArgument(
                    name=argument.name,
                    type=str(argument.type),
                    context=f"{subgraph}__{context}",
                    selection=selection.strip(),
                )
            )
    return tuple(found)
