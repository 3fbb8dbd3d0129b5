"""Takes files in by the tus protocol 1.0.0, below /media/tus.

    OPTIONS /media/tus/…                               what we can
    POST    /media/tus/<token>/<upload>                begin: 201 with the Location of a transfer
    HEAD    /media/tus/<token>/<upload>/<transfer>     how far it is
    PATCH   /media/tus/<token>/<upload>/<transfer>     more bytes
    DELETE  /media/tus/<token>/<upload>/<transfer>     give it up

The token is signed and expires; whoever has it may send this one file, and needs nothing else.
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.storage.signing import Access, UrlSigner
from adapters.storage.workspace import workspace
from domain.ids import UploadId, new_id
from domain.media.upload_records import FileUpload
from domain.media.upload_rules import Lease
from errors import AppError, TooLarge, UploadCutOff, UrlExpired, UrlSignatureInvalid
from resolvers.context import UseCaseContext
from resolvers.media import transfers
from web.pages.tus.headers import (
    ALGORITHMS,
    EXTENSIONS,
    PATCH_TYPE,
    VERSION,
    read_checksum,
    read_length,
    read_metadata,
    read_number,
    status_of,
)
from web.pages.tus.parts import PartWriter
from web.pages.upload_refusals import refused

PATCH_SECONDS_MAX: Final = 2 * 60 * 60
HERE: Final = {"tus-resumable": VERSION, "cache-control": "no-store"}
METHODS: Final = ["OPTIONS", "POST", "HEAD", "PATCH", "DELETE"]
BEGINNING: Final = frozenset({"POST"})
GOING_ON: Final = frozenset({"HEAD", "PATCH", "DELETE"})

Handle = Callable[[Request], Awaitable[Response]]


def tus_uploads(ctx: UseCaseContext, signer: UrlSigner, scratch: Path) -> list[Route]:
    """Build the routes; `scratch` is a folder for pieces on their way."""
    tus = TusUploads(ctx, signer, scratch)
    return [
        Route("/media/tus/{token}/{upload}", tus.answer(BEGINNING), methods=METHODS),
        Route("/media/tus/{token}/{upload}/{session}", tus.answer(GOING_ON), methods=METHODS),
        Route("/media/tus", tus.answer(frozenset()), methods=["OPTIONS"]),
    ]


class TusUploads:
    """One server of the protocol; all that lasts is in the database and the store."""

    def __init__(self, ctx: UseCaseContext, signer: UrlSigner, scratch: Path) -> None:
        self._ctx = ctx
        self._signer = signer
        self._scratch = scratch
        self._handlers: dict[str, Handle] = {
            "POST": self._begin,
            "HEAD": self._tell,
            "PATCH": self._add,
            "DELETE": self._end,
        }

    def answer(self, methods: frozenset[str]) -> Handle:
        """What an address answers that takes these methods."""

        async def handle(request: Request) -> Response:
            method = request.headers.get("x-http-method-override", request.method).upper()
            if method == "OPTIONS":
                return self._describe()
            if request.headers.get("tus-resumable") != VERSION:
                return Response(status_code=412, headers={**HERE, "tus-version": VERSION})
            if method not in methods:
                return Response(status_code=405, headers={**HERE, "allow": ", ".join(methods)})
            try:
                self._require_signed(request)
                return await self._handlers[method](request)
            except AppError as error:
                return refused(error, HERE)

        return handle

    def _describe(self) -> Response:
        return Response(
            status_code=204,
            headers={
                **HERE,
                "tus-version": VERSION,
                "tus-extension": EXTENSIONS,
                "tus-max-size": str(self._ctx.limits.upload_bytes_max),
                "tus-checksum-algorithm": ",".join(ALGORITHMS),
            },
        )

    def _require_signed(self, request: Request) -> None:
        token, upload_id = request.path_params["token"], request.path_params["upload"]
        match self._signer.check_transfer(token, upload_id, self._ctx.clock.now()):
            case Access.EXPIRED:
                raise UrlExpired("This address has expired; ask anew.")
            case Access.REFUSED:
                raise UrlSignatureInvalid("This address is not signed.")

    async def _begin(self, request: Request) -> Response:
        """POST: a new transfer, with its first bytes where some come along."""
        upload = await transfers.begin_transfer(
            self._ctx,
            UploadId(request.path_params["upload"]),
            length_bytes=read_length(request.headers),
            metadata=read_metadata(request.headers),
        )
        headers = {**HERE, **status_of(upload), "location": f"{request.url.path}/{upload.session}"}
        if request.headers.get("content-type") == PATCH_TYPE:
            offset = await self._take(request, upload, 0)
            headers["upload-offset"] = str(offset)
        return Response(status_code=201, headers=headers)

    async def _tell(self, request: Request) -> Response:
        """HEAD: how far the transfer is."""
        upload = await self._get(request)
        headers = {**HERE, **status_of(upload), "upload-length": str(upload.length_bytes)}
        if upload.metadata:
            headers["upload-metadata"] = upload.metadata
        return Response(status_code=200, headers=headers)

    async def _add(self, request: Request) -> Response:
        """PATCH: bytes that follow those which are kept."""
        if request.headers.get("content-type") != PATCH_TYPE:
            return Response(status_code=415, headers=HERE)
        offset = read_number(request.headers, "Upload-Offset")
        upload = await self._get(request)
        kept = await self._take(request, upload, offset)
        return Response(
            status_code=204,
            headers={**HERE, **status_of(upload), "upload-offset": str(kept)},
        )

    async def _end(self, request: Request) -> Response:
        """DELETE: nothing is kept, and nothing reserved."""
        await transfers.end_transfer(
            self._ctx,
            UploadId(request.path_params["upload"]),
            request.path_params["session"],
        )
        return Response(status_code=204, headers=HERE)

    async def _get(self, request: Request) -> FileUpload:
        return await transfers.get_transfer(
            self._ctx,
            UploadId(request.path_params["upload"]),
            request.path_params["session"],
        )

    async def _take(self, request: Request, upload: FileUpload, offset: int) -> int:
        """Keep the body, and answer how many bytes there are now.

        Raises:
            TooLarge: it is longer than the rest of the file.
            UploadCutOff: it ended before its end, or took too long; what came is kept.
            AppError: as `transfers.claim_transfer` and `PartWriter`.
        """
        assert upload.session is not None
        checksum = read_checksum(request.headers)
        if upload.offset_bytes == offset == upload.length_bytes:
            return offset  # the last answer was lost on its way
        lease = await transfers.claim_transfer(
            self._ctx, upload.id, upload.session, offset_bytes=offset
        )
        claimed = request.headers.get("content-length", "0")
        try:
            if claimed.isdecimal() and int(claimed) > lease.missing_bytes:
                raise TooLarge("There are more bytes than the file was said to have.")
            async with workspace(self._scratch, f"tus-{new_id()}") as folder:
                writer = PartWriter(self._ctx, lease, folder, checksum)
                lease = await self._write(request, writer)
        finally:
            await transfers.release_lease(self._ctx, lease)
        return lease.offset_bytes

    async def _write(self, request: Request, writer: PartWriter) -> Lease:
        try:
            async with asyncio.timeout(PATCH_SECONDS_MAX):
                async for chunk in request.stream():
                    await writer.write(chunk)
                return await writer.finish()
        except (ClientDisconnect, TimeoutError) as error:
            await writer.cut_off()
            raise UploadCutOff("The upload was cut off; it can go on.") from error
        finally:
            await writer.close()
