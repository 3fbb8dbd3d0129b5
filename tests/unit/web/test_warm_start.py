"""A start waits for plans of what is known, and not for long."""

import asyncio
from collections.abc import Sequence

from web.documents.warm_start import warm_up


class Engine:
    def __init__(self, *, endless: Sequence[str] = ()) -> None:
        self.warmed: list[str] = []
        self.endless = endless

    async def warm(self, document: str) -> None:
        self.warmed.append(document)
        if document in self.endless:
            await asyncio.Event().wait()


async def test_each_document_is_made_ready_once() -> None:
    engine = Engine()

    await warm_up(engine, ["{ a }", "{ b }", "{ a }"])

    assert engine.warmed == ["{ a }", "{ b }"]


async def test_the_start_goes_on_when_it_takes_too_long() -> None:
    engine = Engine(endless=["{ b }"])

    await warm_up(engine, ["{ a }", "{ b }", "{ c }"], seconds_max=0.5)

    assert engine.warmed == ["{ a }", "{ b }"]
