"""GraphQL multipart requests: files streamed to disk, and put where variables say `null`.

As https://github.com/jaydenseric/graphql-multipart-request-spec says, the parts of the form are
`operations` (the JSON body), then `map` (part → places in it), then the files.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from multipart import MultipartError, MultipartSegment, ParserLimitReached, PushMultipartParser
from starlette.requests import ClientDisconnect
from starlette.types import Receive

from adapters.storage.workspace import workspace
from domain.ids import new_id
from schema.uploads import UploadedFile
from web.wire.file_sink import FileSink
from web.wire.json_bytes import load_json
from web.wire.limits import WebLimits
from web.wire.refusals import BadRequest, BodyTooLarge, RequestTimedOut, TooManyFiles
from web.wire.request_body import read_content_type

MULTIPART = "multipart/form-data"
PLACES_MAX = 100
"""Variables that all files of one request may be put into."""
PLACE_DEPTH_MAX = 20
BOUNDARY_CHARACTERS_MAX = 200
PART_HEADERS_MAX = 8


def is_upload(headers: Mapping[str, str]) -> bool:
    """Whether a request says that it brings files."""
    return read_content_type(headers).name == MULTIPART


@dataclass(frozen=True, slots=True, kw_only=True)
class UploadRequests:
    """Where files lie while their request runs, and how large they may be."""

    scratch: Path
    """A folder for files on their way; each request has a folder of its own in it."""
    bytes_max: int
    """Of all files of one request."""

    @asynccontextmanager
    async def receive(
        self, receive: Receive, headers: Mapping[str, str], limits: WebLimits
    ) -> AsyncIterator[Any]:
        """The JSON body with its files in place; they are gone after the block.

        `Any` because the client sent it.

        Raises:
            BadRequest: the form does not follow the specification.
            TooManyFiles: it has more parts than it may.
            TooLarge, BodyTooLarge: a part has more bytes than it may.
            RequestTimedOut: it did not arrive in time.
            ClientDisconnect: the client went away.
        """
        async with workspace(self.scratch, f"form-{new_id()}") as folder, AsyncExitStack() as files:
            form = _Form(folder, self.bytes_max, limits, files)
            try:
                async with asyncio.timeout(limits.upload_seconds_max):
                    await _feed(form, _parser(headers, self.bytes_max, limits), receive)
            except ParserLimitReached as error:
                raise TooManyFiles(
                    f"The form has parts that are too many or too large: {error}; a request may "
                    f"bring {limits.upload_files_max} files.",
                    limit=limits.upload_files_max,
                ) from error
            except MultipartError as error:
                raise BadRequest(f"The form cannot be read: {error}.") from error
            except TimeoutError as error:
                raise RequestTimedOut("The files did not arrive in time.") from error
            yield form.finish()


def _parser(headers: Mapping[str, str], bytes_max: int, limits: WebLimits) -> PushMultipartParser:
    boundary = read_content_type(headers).parameters.get("boundary", "")
    if not 0 < len(boundary) <= BOUNDARY_CHARACTERS_MAX:
        raise BadRequest(f"{MULTIPART} needs a boundary.")
    return PushMultipartParser(
        boundary,
        max_segment_count=limits.upload_files_max + 2,
        max_segment_size=max(bytes_max, limits.body_bytes_max) + 1,
        max_header_count=PART_HEADERS_MAX,
    )


async def _feed(form: "_Form", parser: PushMultipartParser, receive: Receive) -> None:
    """Read to the end; nothing is kept but what the form keeps."""
    has_more = True
    while has_more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk = message.get("body", b"")
        for event in parser.parse(chunk) if chunk else ():
            await form.take(event)
        has_more = message.get("more_body", False)
    parser.close()


class _Form:
    """What has come of a form: its two texts in memory, its files on disk."""

    def __init__(
        self, folder: Path, bytes_max: int, limits: WebLimits, files: AsyncExitStack
    ) -> None:
        self._folder = folder
        self._bytes_max = bytes_max
        self._limits = limits
        self._files = files
        self._text = bytearray()
        self._operations: Any = None
        self._map: dict[str, list[str]] = {}
        self._received: dict[str, UploadedFile] = {}
        self._parts = 0
        self._part: MultipartSegment | None = None
        self._sink: FileSink | None = None

    async def take(self, event: MultipartSegment | bytes | bytearray | None) -> None:
        """Take in what the parser met: a part's head, a piece of it, or its end."""
        if isinstance(event, MultipartSegment):
            self._begin(event)
        elif event is None:
            await self._end()
        elif self._sink is not None:
            await self._sink.write(bytes(event))
        else:
            self._text += event
            if len(self._text) > self._limits.body_bytes_max:
                raise BodyTooLarge(
                    "`operations` or `map` is too large.", bytes_max=self._limits.body_bytes_max
                )

    def finish(self) -> Any:
        """The operations with every file where it belongs."""
        missing = [name for name in self._map if name not in self._received]
        if self._parts < 2 or missing:
            raise BadRequest("The form lacks parts: `operations`, `map`, or files of the map.")
        for name, places in self._map.items():
            for place in places:
                _put(self._operations, place, self._received[name])
        return self._operations

    def _begin(self, part: MultipartSegment) -> None:
        self._part = part
        if self._parts < 2:
            expected = ("operations", "map")[self._parts]
            if part.name != expected:
                raise BadRequest("The form begins with `operations` and `map`, in this order.")
        elif part.name not in self._map or part.name in self._received:
            raise BadRequest("The form has a file that its `map` does not name, or twice.")
        else:
            path = self._folder / str(self._parts)
            left = self._bytes_max - sum(each.size for each in self._received.values())
            self._sink = self._files.enter_context(FileSink(path, left))
        self._parts += 1

    async def _end(self) -> None:
        assert self._part is not None, "a part begins before it ends"
        if self._sink is None:
            value = _read_json(self._part.name or "", bytes(self._text))
            self._text.clear()
            if self._parts == 1:
                self._operations = value
            else:
                self._map = _checked_map(value, self._limits.upload_files_max)
            return
        received = await self._sink.finish()
        self._sink = None
        self._received[self._part.name or ""] = UploadedFile.of(
            received.hash,
            path=received.path,
            size=received.size,
            file_name=self._part.filename or "",
            media_type=self._part.content_type or "application/octet-stream",
        )


def _read_json(name: str, text: bytes) -> Any:
    try:
        return load_json(text)
    except ValueError as error:
        raise BadRequest(f"`{name}` must be JSON.") from error


def _checked_map(value: Any, files_max: int) -> dict[str, list[str]]:
    """Check the map; `Any` because the client sent it."""
    if not isinstance(value, dict) or not all(
        isinstance(places, list) and places and all(isinstance(each, str) for each in places)
        for places in value.values()
    ):
        raise BadRequest("`map` must be an object of lists of places.")
    if len(value) > files_max or sum(map(len, value.values())) > PLACES_MAX:
        raise TooManyFiles(
            f"`map` names {len(value)} files, where {files_max} is the limit.", limit=files_max
        )
    return value


def _put(operations: Any, place: str, file: UploadedFile) -> None:
    """Put a file to `variables.input.file`, or in a batch to `0.variables.files.1`."""
    *above, last = place.split(".", PLACE_DEPTH_MAX)
    try:
        if "variables" not in above[:2]:
            raise KeyError(place)
        target = operations
        for step in above:
            target = target[_step(target, step)]
        if target[_step(target, last)] is not None:
            raise KeyError(place)
        target[_step(target, last)] = file
    except (LookupError, TypeError, ValueError) as error:
        raise BadRequest(f"`map` names {place[:100]!r}, which is no null of a variable.") from error


def _step(target: Any, step: str) -> str | int:
    return int(step) if isinstance(target, list) and step.isdecimal() else step
