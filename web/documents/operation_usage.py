"""Counts who runs what: in memory on the request's path, in the database every few seconds.

count ──▶ {(text, client, version): n} ──▶ flush: hash, fields, one unit of work
"""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime

import structlog
from graphql import (
    FieldNode,
    GraphQLError,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    Visitor,
    is_interface_type,
    parse,
    visit,
)

from cancellation import end_if_cancelled
from domain.users.manifests import HASH_PREFIX, hash_of
from domain.users.usage import Usage, day_of
from errors import DependencyError
from resolvers.context import UseCaseContext
from resolvers.users.usage import forget_old_usage, record_usage
from web.documents.published_operations import PublishedOperations

FLUSH_SECONDS = 10.0
"""How long a count waits in memory; so much is lost where a process is killed."""
KEYS_MAX = 5_000
"""Operations times clients times versions between two flushes; what is more is not counted."""
CHARACTERS_MAX = 8 * 1024 * 1024
"""Of all texts that wait to be counted."""
READ_OPERATIONS_MAX = 5_000
"""Operations whose fields are remembered."""

log = structlog.get_logger(__name__)

_Key = tuple[str, str, str]
"""Text, client, version."""


@dataclass(frozen=True, slots=True)
class _Read:
    """What is known of a text."""

    digest: str
    name: str
    fields: Collection[str]


class OperationUsage:
    """Counts operations of this process."""

    def __init__(
        self,
        ctx: UseCaseContext,
        read_schema: Callable[[], GraphQLSchema],
        published: PublishedOperations,
    ) -> None:
        self._ctx = ctx
        self._read_schema = read_schema
        self._published = published
        self._counts: dict[_Key, int] = {}
        self._characters = 0
        self._missed = 0
        self._operations: OrderedDict[str, _Read | None] = OrderedDict()
        self._tidied: datetime | None = None

    def count(self, document: str, client: str, version: str) -> None:
        """Count one request; does no more than that."""
        key = (document, client, version)
        known = self._counts.get(key)
        if known is not None:
            self._counts[key] = known + 1
        elif len(self._counts) < KEYS_MAX and self._characters < CHARACTERS_MAX:
            self._counts[key] = 1
            self._characters += len(document)
        else:
            self._missed += 1

    async def keep_flushing(self) -> None:
        """Write what was counted every FLUSH_SECONDS; ends when it is cancelled."""
        while True:
            await asyncio.sleep(FLUSH_SECONDS)
            try:
                await self.flush()
            except Exception:
                end_if_cancelled()
                log.exception("usage_not_kept")

    async def flush(self) -> None:
        """Write what was counted; what cannot be written now is counted again."""
        counts, self._counts = self._counts, {}
        missed, self._missed = self._missed, 0
        self._characters = 0
        if not counts:
            return
        try:
            await self._read_new({document for document, _, _ in counts})
            written, wanted = await self._write(counts)
        except (DependencyError, asyncio.CancelledError):
            self._count_again(counts)
            raise
        if missed or written < wanted:
            log.warning("usage_not_counted", requests=missed, rows=wanted - written)
        await self._tidy()

    async def _write(self, counts: dict[_Key, int]) -> tuple[int, int]:
        """How many rows were written, and how many should have been."""
        published: dict[tuple[str, str, str], Usage] = {}
        free: dict[tuple[str, str, str], Usage] = {}
        fields: dict[str, Collection[str]] = {}
        for (document, client, version), count in counts.items():
            read = self._operations.get(document)
            if read is None:
                continue
            fields[read.digest] = read.fields
            is_sure = self._published.has_version(HASH_PREFIX + read.digest, client, version)
            row = self._row(read, client, version, count)
            (published if is_sure else free)[read.digest, client, version] = row
        if not fields:
            return 0, 0
        written = await record_usage(
            self._ctx,
            published=list(published.values()),
            free=list(free.values()),
            fields=fields,
        )
        return written, len(published) + len(free)

    def _row(self, read: _Read, client: str, version: str, count: int) -> Usage:
        return Usage(
            day=day_of(self._ctx.clock.now()),
            client=client,
            version=version,
            operation=read.digest,
            name=read.name,
            count=count,
        )

    async def _read_new(self, documents: Collection[str]) -> None:
        """Know what these texts ask for; a thread reads those that are new."""
        new = [each for each in documents if each not in self._operations]
        schema = self._read_schema()
        read = await asyncio.to_thread(lambda: [_read(each, schema) for each in new])
        self._operations.update(zip(new, read, strict=True))
        for document in documents:
            self._operations.move_to_end(document)
        while len(self._operations) > max(READ_OPERATIONS_MAX, len(documents)):
            self._operations.popitem(last=False)

    def _count_again(self, counts: dict[_Key, int]) -> None:
        for key, count in counts.items():
            self.count(*key)
            if key in self._counts:
                self._counts[key] += count - 1

    async def _tidy(self) -> None:
        """Forget old days, once a day."""
        today = day_of(self._ctx.clock.now())
        if self._tidied != today:
            await forget_old_usage(self._ctx)
            self._tidied = today


def fields_of(document: str, schema: GraphQLSchema) -> set[str] | None:
    """The fields that a document selects, as `Type.field`; None where it does not fit the schema.

    A field of an interface is also one of all types behind it.
    """
    found = _read(document, schema)
    return None if found is None else set(found.fields)


def _read(document: str, schema: GraphQLSchema) -> _Read | None:
    try:
        parsed = parse(document)
    except (GraphQLError, RecursionError):
        return None
    info = TypeInfo(schema)
    collecting = _Collecting(info, schema)
    visit(parsed, TypeInfoVisitor(info, collecting))
    if not collecting.fits:
        return None
    return _Read(hash_of(document), collecting.name, frozenset(collecting.fields))


class _Collecting(Visitor):
    """Walks a document and keeps the coordinates of its fields."""

    def __init__(self, info: TypeInfo, schema: GraphQLSchema) -> None:
        super().__init__()
        self.fields: set[str] = set()
        self.name = ""
        self.fits = True
        self._info = info
        self._schema = schema

    def enter_operation_definition(self, node: OperationDefinitionNode, *_: object) -> None:
        """Keep its name; of several, the first."""
        if node.name is not None and not self.name:
            self.name = node.name.value

    def enter_field(self, node: FieldNode, *_: object) -> None:
        """Keep a field of its parent, and of the types behind it."""
        parent, name = self._info.get_parent_type(), node.name.value
        if parent is None or self._info.get_field_def() is None:
            self.fits = False
        elif not name.startswith("__"):
            self.fields.add(f"{parent.name}.{name}")
            if is_interface_type(parent):
                behind = self._schema.get_possible_types(parent)
                self.fields.update(f"{each.name}.{name}" for each in behind)
