"""Fields that a client calls `__typename`: they give way to the real one while a plan runs.

    { track { __typename: length } }    runs as    { track { _called__typename: length } }

The standard allows it, and everything here reads from `__typename` of what type an object is.
"""

from typing import Any

from graphql import DocumentNode, FieldNode, NameNode, Visitor, visit

_NAME = "__typename"
_STAND_IN = "_called__typename"


def set_aside(document: DocumentNode) -> DocumentNode:
    """The document with such fields under another key; the same one where there are none."""
    if document.loc is not None and _NAME not in document.loc.source.body:
        return document
    changed: DocumentNode = visit(document, _SettingAside())
    return changed


def give_back(value: Any) -> Any:
    """Response data as the client called the fields."""
    if isinstance(value, dict):
        return {_called(key): give_back(each) for key, each in value.items()}
    if isinstance(value, list):
        return [give_back(each) for each in value]
    return value


def give_back_path(path: list[str | int]) -> list[str | int]:
    """The path of an error as the client called the fields."""
    return [_called(key) if isinstance(key, str) else key for key in path]


def _called(key: str) -> str:
    return _NAME if key == _STAND_IN else key


class _SettingAside(Visitor):
    def leave_field(self, node: FieldNode, *_: Any) -> FieldNode | None:
        if node.alias is None or node.alias.value != _NAME or node.name.value == _NAME:
            return None
        parts = {key: getattr(node, key) for key in node.keys}
        return FieldNode(**{**parts, "alias": NameNode(value=_STAND_IN)})
