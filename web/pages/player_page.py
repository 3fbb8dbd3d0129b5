"""The player: a page of our own at / that browses and plays through the public API."""

from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

FOLDER = Path(__file__).parent / "player"
ASSETS_PATH = "/player"
PAGE = "player.html"

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "media-src 'self' blob:",  # hls.js feeds the element through an object of the page
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


def player_routes() -> list[BaseRoute]:
    """The page, and what it is made of; nothing on it comes from elsewhere."""
    body = (FOLDER / PAGE).read_bytes()

    async def show(_request: Request) -> Response:
        headers = {
            "content-security-policy": CONTENT_SECURITY_POLICY,
            "cache-control": "no-cache",
        }
        return Response(body, media_type="text/html", headers=headers)

    return [Route("/", show), Mount(ASSETS_PATH, StaticFiles(directory=FOLDER))]
