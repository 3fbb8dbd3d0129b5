"""What a handler gets: a use case's context, the job it runs as, and the heavy adapters."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from domain.ai.tools import Embedder, RecommenderTrainer
from domain.ids import JobId
from domain.media.recordings import Transcoder
from domain.nft.chain import Chain
from resolvers.context import UseCaseContext

PROGRESS_SECONDS_MIN: Final = 0.5

ReportProgress = Callable[[float, str | None], Awaitable[None]]


class Tools(Protocol):
    """The heavy adapters of workers, each made when it is first asked for."""

    @property
    def transcoder(self) -> Transcoder:
        """Reads recordings and makes streams of them."""
        ...

    @property
    def chain(self) -> Chain:
        """The chain of the settings; raises ChainUnavailable where none is set."""
        ...

    @property
    def chain_confirmations(self) -> int:
        """Blocks after which a mint is final, its own block counted."""
        ...

    @property
    def embedder(self) -> Embedder:
        """Hears how recordings sound."""
        ...

    @property
    def trainer(self) -> RecommenderTrainer:
        """Learns from behaviour."""
        ...


class Progress:
    """Reports how far a job is, not more often than twice a second; each new step at once."""

    def __init__(
        self, report: ReportProgress | None = None, *, seconds_min: float = PROGRESS_SECONDS_MIN
    ) -> None:
        self._report = report
        self._seconds_min = seconds_min
        self._reported_at = float("-inf")
        self._step: str | None = None

    async def set(self, fraction: float, step: str | None = None) -> None:
        """Say how much of the job is done, 0 to 1, and by which step; most calls cost nothing."""
        assert 0 <= fraction <= 1, fraction
        now = time.monotonic()
        is_soon = step == self._step and now - self._reported_at < self._seconds_min
        if self._report is None or is_soon:
            return
        self._reported_at, self._step = now, step
        await self._report(fraction, step)


@dataclass(frozen=True, kw_only=True)
class WorkerContext(UseCaseContext):
    """A use case's context for one attempt of one job."""

    job_id: JobId
    tools: Tools
    attempt_number: int = 1
    """Counts from 1, crashes included."""
    is_last_attempt: bool = False
    """A failure now leaves the job dead: the moment to say so on the subject's row."""
    reporter: Progress = field(default_factory=Progress)

    async def progress(self, fraction: float, step: str | None = None) -> None:
        """Say that so much of the job is done, 0 to 1; call it as often as is convenient."""
        await self.reporter.set(fraction, step)
