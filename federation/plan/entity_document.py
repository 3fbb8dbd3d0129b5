"""The document of an entity fetch.

Variables that are filled from contexts are marked in the text of a selection, since a fetch
asks once for each of their values:

    query($r0: [_Any!]!, $_context_0_0: String, $r1: [_Any!]!, $_context_0_1: String) {
      _e0: _entities(representations: $r0) { ... on Price { shown(currency: $_context_0_0) } }
      _e1: _entities(representations: $r1) { ... on Price { shown(currency: $_context_0_1) } }
    }
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_MARK = "\0"
_MARKED = re.compile(f"{_MARK}([^{_MARK}]*){_MARK}")
"""No GraphQL text holds this character; in strings it is escaped."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityField:
    """One `_entities` field of a document."""

    alias: str
    variable: str
    text: str
    contexts: tuple[tuple[str, str], ...] = ()
    """Name and type of each context variable."""
    suffix: str = ""
    """Ends the names of its context variables, to tell them from those of its siblings."""


def mark(variable: str) -> str:
    """A context variable in the text of a selection."""
    return f"{_MARK}{variable}{_MARK}"


def print_entities(name: str, fields: Sequence[EntityField], declared: Sequence[str]) -> str:
    """Show the document; `declared` are the client's variables."""
    variables: list[str] = []
    lines: list[str] = []
    for each in fields:
        variables.append(f"${each.variable}: [_Any!]!")
        variables += [f"${context}{each.suffix}: {type_}" for context, type_ in each.contexts]
        shown = "" if each.alias == "_entities" else f"{each.alias}: "
        text = _MARKED.sub(rf"$\1{each.suffix}", each.text)
        lines.append(f"  {shown}_entities(representations: ${each.variable}) {{\n{text}\n  }}")
    heading = f"query{f' {name}' if name else ''}({', '.join([*variables, *declared])})"
    return f"{heading} {{\n" + "\n".join(lines) + "\n}"
