"""One gateway that takes files in, of several on one data folder; runs until it is killed."""

import asyncio
import sys
from pathlib import Path

import uvicorn
from starlette.applications import Starlette

from settings import Settings
from web.pages.media_uploads import media_routes
from wiring import build_url_signer, open_use_case_context


async def serve(data_dir: Path, port: int) -> None:
    """Serve /media on loopback."""
    settings = Settings(data_dir=data_dir)
    async with open_use_case_context(settings) as ctx:
        routes = media_routes(ctx, build_url_signer(settings), data_dir / "uploads" / str(port))
        config = uvicorn.Config(Starlette(routes=routes), port=port, log_level="warning")
        await uvicorn.Server(config).serve()


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1]), int(sys.argv[2])))
