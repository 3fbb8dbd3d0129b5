"""Hearing how a recording sounds, and finding what sounds like it; for workers."""

import tempfile
from pathlib import Path

from db.read import fetch_one
from db.repositories.ai import AiRepository
from domain.ai.neighbours import HeardVector, find_neighbours
from domain.ai.records import AudioAnalysis
from domain.ai.rules import NEIGHBOURS_MAX
from domain.ai.tools import Embedder
from domain.ids import PlayableKey, PlayableKind
from domain.messages.commands import EmbedTrack
from loaders.ai import VECTOR_OF_PLAYABLE, VECTORS_OF_MODEL
from resolvers.context import UseCaseContext

VECTORS_SLICE = 5_000
VECTORS_MAX = 200_000
"""Compared exactly; a larger catalogue needs an index."""


async def hear_track(ctx: UseCaseContext, command: EmbedTrack, embedder: Embedder) -> None:
    """Store a recording's vector and its neighbours.

    Safe to run twice: the same file gives the same rows. The vector is stored before the
    others are read, so of two recordings heard at once at least one finds the other.

    Raises:
        NotAudio: nothing in the file can be decoded.
        ModelUnavailable: the listener died or took too long.
    """
    playable = str(PlayableKey(PlayableKind.TRACK, command.track_id))
    stored = await fetch_one(ctx.read("ai"), VECTOR_OF_PLAYABLE, playable=playable)
    if stored is None or (stored.model, stored.source_key) != (embedder.model, command.source_key):
        await _embed(ctx, playable, command.source_key, embedder)
        stored = await fetch_one(ctx.read("ai"), VECTOR_OF_PLAYABLE, playable=playable)
        assert stored is not None, "it was just stored"
    others = await _vectors(ctx, stored.model)
    neighbours = find_neighbours(playable, stored.vector, others, count=NEIGHBOURS_MAX)
    async with ctx.unit_of_work(AiRepository) as uow:
        await uow.rows.add_neighbours(neighbours)
        await uow.commit()


async def _embed(ctx: UseCaseContext, playable: str, source_key: str, embedder: Embedder) -> None:
    with tempfile.TemporaryDirectory(prefix="tutti-hear-") as folder:
        # The suffix tells the decoder nothing: it looks into the file.
        path = Path(folder) / "recording"
        await ctx.ports.store.fetch_to(source_key, path)
        embedding = await embedder.embed(path)
    analysis = AudioAnalysis(
        playable=playable,
        model=embedding.model,
        source_key=source_key,
        tempo_bpm=embedding.tempo_bpm,
        musical_key=embedding.key,
        heard_at=ctx.clock.now(),
    )
    async with ctx.unit_of_work(AiRepository) as uow:
        await uow.rows.save_embedding(analysis, embedding.vector)
        await uow.commit()


async def _vectors(ctx: UseCaseContext, model: str) -> list[HeardVector]:
    found: list[HeardVector] = []
    after = ""
    while len(found) < VECTORS_MAX:
        rows = await ctx.read("ai").fetch(
            VECTORS_OF_MODEL, model=model, after=after, limit=VECTORS_SLICE
        )
        found.extend(
            HeardVector(playable=row.playable, vector=row.vector, farthest=row.farthest)
            for row in rows
        )
        if len(rows) < VECTORS_SLICE:
            break
        after = rows[-1].playable
    return found
