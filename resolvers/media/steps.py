"""Processing as a list of steps: each finds something out, once, and is not done again.

original ─▶ probe ─▶ tags ─▶ … ─▶ renditions ─▶ READY
              │        │              │
              └────────┴── kept ──────┘   a run that was cut off goes on behind the last
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

import msgspec

from db.repositories.media.processing import KeptStep, ProcessingRepository
from domain.media.file_names import suffix_of
from domain.media.object_keys import rendered_folder
from domain.media.recordings import OnProgress, OnStepProgress, Transcoder
from domain.media.records import Playable
from resolvers.context import UseCaseContext
from resolvers.media.releases import MediaWork

FoundT = TypeVar("FoundT")


@dataclass(kw_only=True)
class Bench:
    """What the steps of one processing work with."""

    ctx: UseCaseContext
    transcoder: Transcoder
    playable: Playable
    run: int
    """0 for the first processing of a file; each one asked for anew counts one more."""
    folder: Path = field(init=False)
    """A workspace: empty at the beginning of an attempt and gone at its end."""
    _found: dict[str, Any] = field(default_factory=dict)
    _source: Path | None = None

    @property
    def stream_folder(self) -> str:
        """The prefix of all objects of the stream that this run makes."""
        assert self.playable.source_hash is not None
        return rendered_folder(self.playable.id, self.playable.source_hash, run=self.run)

    async def source(self) -> Path:
        """The original, fetched when a step first asks for it, and mended where it must be."""
        if self._source is None:
            assert self.playable.source_key is not None
            path = self.folder / f"original{suffix_of(self.playable.file_name or '')}"
            await self.ctx.ports.store.fetch_to(self.playable.source_key, path)
            self._source = await self.transcoder.mend(path, self.folder)
        return self._source

    def found(self, step: "Step[FoundT]") -> FoundT:
        """What a step before this one found."""
        found = self._found[step.name]
        assert isinstance(found, step.finds)
        return found

    def keep(self, step: "Step[FoundT]", found: FoundT) -> None:
        """Let the steps that follow see what this one found."""
        self._found[step.name] = found


@dataclass(frozen=True, slots=True, kw_only=True)
class Step(Generic[FoundT]):
    """One thing that is done with a file; it changes no row and may be done twice.

    Objects that it stores have keys made of the file's content and the run, so doing it twice
    leaves the same objects.
    """

    name: str
    version: int
    """Counts up when the step finds something else in the same file: what was kept is void."""
    share: float
    """Of the whole work, for the progress; the shares of a pipeline sum to 1."""
    finds: type[FoundT]
    """What it finds: a dataclass that survives JSON."""
    do: Callable[[Bench, OnProgress], Awaitable[FoundT]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pipeline:
    """How a file of one kind becomes something that can be played."""

    steps: tuple[Step[Any], ...]
    finish: Callable[[MediaWork, Playable, Bench], Awaitable[Playable]]
    """The record with all that was found, ready to be saved; writes beside it in this commit."""
    settle: Callable[[MediaWork, Playable], Awaitable[None]] | None = None
    """What follows for others from a record that was saved as READY, in the same commit."""


async def do_steps(bench: Bench, steps: Sequence[Step[Any]], on_progress: OnStepProgress) -> None:
    """Do all steps that no earlier attempt of this run has done, in their order."""
    kept = await _read_kept(bench)
    begun = 0.0
    for step in steps:
        found = _recall(step, kept.get(step.name), _fingerprint(bench, step))
        if found is None:
            await on_progress(begun, step.name)
            found = await step.do(bench, _part(on_progress, step, begun))
            await _keep(bench, step, found)
        bench.keep(step, found)
        begun = min(begun + step.share, 1.0)
    await on_progress(1.0, steps[-1].name)


async def _read_kept(bench: Bench) -> dict[str, KeptStep]:
    async with bench.ctx.unit_of_work(ProcessingRepository) as uow:
        return await uow.rows.find_steps(bench.playable.playable)


def _recall(step: Step[FoundT], kept: KeptStep | None, fingerprint: str) -> FoundT | None:
    """What the step found before; None if it was not done, or done for something else."""
    if kept is None or kept.fingerprint != fingerprint:
        return None
    try:
        return msgspec.json.decode(kept.found, type=step.finds)
    except msgspec.MsgspecError:
        return None  # kept by a version whose number was not raised; doing it again is right


async def _keep(bench: Bench, step: Step[FoundT], found: FoundT) -> None:
    kept = KeptStep(fingerprint=_fingerprint(bench, step), found=msgspec.json.encode(found))
    async with bench.ctx.unit_of_work(ProcessingRepository) as uow:
        await uow.rows.keep_step(bench.playable.playable, step.name, kept)
        await uow.commit()


def _fingerprint(bench: Bench, step: Step[Any]) -> str:
    """What the finding is true of: this file, in this run, by this version of the step."""
    return f"{bench.playable.source_hash}.{bench.run}.{step.version}"


def _part(on_progress: OnStepProgress, step: Step[Any], begun: float) -> OnProgress:
    """Progress of a step as progress of the whole."""

    async def hear(fraction: float) -> None:
        await on_progress(min(begun + step.share * fraction, 1.0), step.name)

    return hear
