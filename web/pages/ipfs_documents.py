"""Serves the metadata of tokens by its content identifier, for wallets and markets."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.ipfs.cid import cid_of
from domain.nft.metadata import METADATA_TYPE
from errors import DependencyError, NotFound
from resolvers.context import UseCaseContext
from resolvers.nft.metadata import find_metadata
from web.pages.media_errors import error_answer
from web.pages.media_files import IMMUTABLE_SECONDS


def ipfs_documents(ctx: UseCaseContext) -> Route:
    """Build the route `/ipfs/<cid>` for GET and HEAD.

    A document is public once its CID is known: the token's URI on the chain names it. What
    stands under a CID never changes, so anyone may keep it for ever.
    """

    async def serve(request: Request) -> Response:
        cid = request.path_params["cid"]
        etag = f'"{cid}"'
        try:
            document = await find_metadata(ctx, cid, cid_of)
        except DependencyError as error:
            return error_answer(503, error)
        if document is None:
            return error_answer(404, NotFound("There is no such document."))
        headers = {
            "access-control-allow-origin": "*",
            "cache-control": f"public, max-age={IMMUTABLE_SECONDS}, immutable",
            "etag": etag,
        }
        if etag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=headers)
        return Response(document, media_type=METADATA_TYPE, headers=headers)

    return Route("/ipfs/{cid}", serve, methods=["GET", "HEAD"])
