"""Takes in the file of a draft, PUT to a signed address, as a stream of bounded size."""

import asyncio
from pathlib import Path

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from adapters.storage.signing import UrlSigner
from adapters.storage.workspace import workspace
from domain.ids import new_id
from domain.media.file_types import require_playable
from domain.media.object_keys import original_key, playable_of_upload
from errors import AppError, TooLarge, UploadCutOff
from resolvers.context import UseCaseContext
from resolvers.media import receiving
from resolvers.media.uploads import ORIGINAL_TYPE
from schema.ids import print_id
from web.pages.media_errors import error_answer, refusal_of
from web.pages.media_files import media_files
from web.pages.tus.pages import tus_uploads
from web.pages.upload_refusals import head_of, refused
from web.wire.file_sink import FileSink, Received

UPLOAD_SECONDS_MAX = 2 * 60 * 60


def media_routes(ctx: UseCaseContext, signer: UrlSigner, scratch: Path) -> list[BaseRoute]:
    """Everything below /media: stored files out, drafts' files in.

    `scratch` is a folder for files on their way; it is emptied of what was cut off.
    """
    return [
        *tus_uploads(ctx, signer, scratch),
        media_uploads(ctx, signer, scratch),
        media_files(ctx.ports.store, signer, ctx.clock),
    ]


def media_uploads(ctx: UseCaseContext, signer: UrlSigner, scratch: Path) -> Route:
    """Build the route `/media/uploads/<expiry>.<bytes_max>.<signature>/<key>` for PUT."""

    async def receive(request: Request) -> Response:
        token, key = request.path_params["token"], request.path_params["key"]
        access, bytes_max = signer.check_upload(token, key, ctx.clock.now())
        refusal = refusal_of(access)
        if refusal is not None:
            return refusal
        try:
            async with workspace(scratch, f"upload-{new_id()}") as folder:
                return await _take_in(ctx, request, folder / "file", key, bytes_max)
        except AppError as error:
            return refused(error)
        except ClientDisconnect:
            return refused(UploadCutOff("The upload was cut off."))
        except TimeoutError:
            return error_answer(408, UploadCutOff("The upload took too long."))

    return Route("/media/uploads/{token}/{key:path}", receive, methods=["PUT"])


async def _take_in(
    ctx: UseCaseContext, request: Request, path: Path, key: str, bytes_max: int
) -> Response:
    """Keep the body under its hash and hand the draft over to the workers."""
    async with asyncio.timeout(UPLOAD_SECONDS_MAX):
        received = await _receive_body(request, path, bytes_max)
    playable = playable_of_upload(key)
    await receiving.require_awaited(
        ctx, playable, source_hash=received.hash, source_bytes=received.size
    )
    found = require_playable(await asyncio.to_thread(head_of, received.path), playable.kind)
    source_key = original_key(received.hash)
    await ctx.ports.store.put_file(source_key, received.path, ORIGINAL_TYPE)
    _, job_id = await receiving.receive(
        ctx,
        playable,
        source_key=source_key,
        source_hash=received.hash,
        source_bytes=received.size,
        source_type=found.mime,
    )
    name = f"{playable.kind.value.lower()}Id"
    body = {name: print_id(playable.kind, playable.id), "jobId": print_id("Job", job_id)}
    return JSONResponse(body, status_code=202, headers={"cache-control": "no-store"})


async def _receive_body(request: Request, path: Path, bytes_max: int) -> Received:
    """Write the body to a file.

    Raises:
        TooLarge: it is, or claims to be, longer than was signed.
        ClientDisconnect: it ended before its end.
    """
    claimed = request.headers.get("content-length", "0")
    if claimed.isdecimal() and int(claimed) > bytes_max:
        raise TooLarge(f"The file has more than {bytes_max} bytes.", field="file")
    with FileSink(path, bytes_max) as sink:
        async for chunk in request.stream():
            await sink.write(chunk)
        return await sink.finish()
