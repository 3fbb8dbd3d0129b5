"""Payloads of a deferred operation with `__typename` as its client calls it."""

from dataclasses import replace

from federation.execute.error_paths import Error
from federation.execute.payloads import DeferredItem, IncrementalPayload
from federation.execute.tree import ClientPath
from federation.operation.typename_aliases import give_back, give_back_path


def under_client_keys(payload: IncrementalPayload) -> IncrementalPayload:
    """The payload under the client's keys; the data of the first one has them already."""
    return replace(
        payload,
        pending=tuple(replace(each, path=_called(each.path)) for each in payload.pending),
        incremental=tuple(_called_item(each) for each in payload.incremental),
        completed=tuple(
            replace(each, path=_called(each.path), errors=_called_errors(each.errors))
            for each in payload.completed
        ),
    )


def _called_item(item: DeferredItem) -> DeferredItem:
    return replace(
        item,
        path=_called(item.path),
        sub_path=_called(item.sub_path),
        data=give_back(item.data),
        errors=_called_errors(item.errors),
    )


def _called_errors(errors: list[Error]) -> list[Error]:
    return [
        {**each, "path": give_back_path(each["path"])} if "path" in each else each
        for each in errors
    ]


def _called(path: ClientPath) -> ClientPath:
    return tuple(give_back_path(list(path)))
